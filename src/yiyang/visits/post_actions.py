"""Who visits where: a village's visitor is named, somebody is away and his visits go to others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.accounts.models import User
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.visits import plan_actions
from yiyang.visits.lists import clock
from yiyang.visits.models import Absence, Post, Visit

# So many days of an absence are planned anew at once; the rest by the month's next plan.
REPLANNED_DAYS = 7
LONGEST = timedelta(days=366)


@dataclass
class Replanned:
    """What became of the visits of somebody who is away, in words."""

    moved: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def name_visitor(
    *,
    by: Scope,
    area_code: int,
    visitor: User,
    deputy: User | None,
    skills: list[str],
    minutes_a_day: int,
    starts: date,
) -> Post:
    """Name who visits in a village from a day on; whoever did before stays known until the day before.

    Raises:
        UsageError: deputy and visitor are one. PermissionDenied: he may not plan there.
    """
    by.require("visit.plan", area_code)
    if deputy is not None and deputy.pk == visitor.pk:
        raise UsageError("替补须是另一个人。", "The deputy is somebody else.")
    with acting(by), transaction.atomic():
        held = Post.objects.select_for_update(of=("self",)).filter(area_code=area_code, ends=None).first()
        if held is not None:
            held.ends = max(held.starts, starts - timedelta(days=1))
            held.save(update_fields=["ends"])
        made: Post = Post.objects.create(
            area_code=area_code, visitor=visitor, deputy=deputy, skills=skills, minutes_a_day=minutes_a_day,
            starts=starts,
        )  # fmt: skip
        record("decide", what=f"post:{made.pk}", area=area_code, detail={"visitor": visitor.pk})
    return made


def away(*, by: Scope, visitor: User, first: date, last: date, reason: str, replan: bool) -> Replanned:
    """Note that somebody does not work on some days, and give what he had then to others.

    Raises:
        UsageError: the days are upside down, past or longer than a year. PermissionDenied: he plans nowhere where that
            visitor has a post.
    """
    if last < first or last < timezone.localdate() or last - first > LONGEST:
        raise UsageError(
            "日期不对：最后一天不早于第一天和今天，最长一年。", "The days are upside down, past or too long."
        )
    posts = list(Post.objects.filter(visitor=visitor, ends=None))
    if not any(by.may("visit.plan", post.area_code) for post in posts):
        raise PermissionDenied("visit.plan")
    with acting(by), transaction.atomic():
        made = Absence.objects.create(
            visitor=visitor, first=first, last=last, reason=reason.strip()[:100], noted_by_name=by.name
        )
        record("write", what=f"absence:{made.pk}", area=posts[0].area_code, detail={"visitor": visitor.pk})
    found = Replanned()
    begins = max(first, timezone.localdate())
    for number in range(min((last - begins).days + 1, REPLANNED_DAYS) if replan else 0):
        _replan(by, visitor, begins + timedelta(days=number), found)
    return found


def _replan(by: Scope, visitor: User, on: date, found: Replanned) -> None:
    """One day; what each visit became is read from the visits themselves."""
    planned = Visit.objects.filter(visitor=visitor, on=on, state=Visit.State.PLANNED)
    keys = list(planned.values_list("pk", flat=True))
    if not keys:
        return
    plan_actions.replan(by=by, visitor=visitor, on=on)
    for visit in Visit.objects.filter(pk__in=keys).select_related("person", "visitor").order_by("pk"):
        if visit.visitor is None or visit.on is None:
            found.problems.append(f"{on:%m月%d日} {visit.person.name}：{visit.reason or '没有人能去，待重新安排'}")
        elif (visit.visitor_id, visit.on) != (visitor.pk, on):
            at = f" {clock(visit.at)}" if visit.at is not None else ""
            who = "仍由他去" if visit.visitor_id == visitor.pk else f"改由 {visit.visitor.name} 去"
            day = f"改到 {visit.on:%m月%d日}" if visit.on != on else "当天"
            found.moved.append(f"{on:%m月%d日} {visit.person.name}：{day}{at}，{who}")
