"""The only code that writes visits: owed, moved by hand, excused, reported; plans and findings beside it.

`owing` lays out what is owed, `plan_actions` orders plans, `reporting` takes in reports, `findings` closes what they
open, `observing` brings changed facts to the registry. They are named here once, for whoever calls from outside.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.accounts.models import User
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.visits import reporting
from yiyang.visits.findings import act, assign, escalate, raise_by_hand, send_back, verify, void
from yiyang.visits.models import Absence, Post, Visit
from yiyang.visits.observing import confirm, refuse, settle_wish
from yiyang.visits.owing import end_alert, owe, raise_alert
from yiyang.visits.plan_actions import drop, order_plan, put_in_force, replan
from yiyang.visits.policy import load_visits
from yiyang.visits.reporting import report, unplanned

__all__ = [
    "act", "assign", "confirm", "drop", "end_alert", "escalate", "excuse", "late_steps", "miss", "move", "order_plan",
    "owe", "put_in_force", "raise_alert", "raise_by_hand", "refuse", "replan", "report", "send_back", "settle_wish",
    "unplanned", "verify", "void",
]  # fmt: skip
State = Visit.State
TO_COME = (State.OWED, State.PLANNED)


def move(*, by: Scope, visit: Visit, visitor: User, on: date, reason: str) -> str:
    """Give a visit another day or visitor.

    Returns:
        What it means, in Chinese: the day's load, whether somebody else than usual comes, whether he is away.

    Raises:
        UsageError: the visit is done or ended, the day lies outside of its days or in the past, no reason.
        PermissionDenied: he may not plan there.
    """
    by.require("visit.plan", visit.area_code)
    if not reason.strip():
        raise UsageError("请写明改期的原因。", "Moving a visit needs a reason.")
    with acting(by), transaction.atomic():
        held: Visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        if held.state not in (*TO_COME, State.NOT_FOUND):
            raise UsageError(
                f"这次探访现在是“{held.get_state_display()}”，不能改期。", f"The visit is {held.state} now."
            )
        if not max(held.first, timezone.localdate()) <= on <= held.last:
            raise UsageError(
                f"日期须在 {held.first} 至 {held.last} 之间，且不早于今天。", "The day lies outside of its days."
            )
        said = consequences(held, visitor, on)
        if held.state == State.OWED:
            held.state, held.state_since = State.PLANNED, timezone.now()
        held.visitor, held.on, held.turn, held.at, held.reason = visitor, on, None, None, reason.strip()[:400]
        held.save(update_fields=["visitor", "on", "turn", "at", "reason", "state", "state_since"])
        detail = {"act": "moved", "on": on.isoformat(), "visitor": visitor.pk}
        record(
            "write", what=f"visit:{held.pk}", person=held.person_id, area=held.area_code, reason=reason, detail=detail
        )
    return said


def consequences(visit: Visit, visitor: User, on: date) -> str:
    """What giving a visit to somebody on a day means, in words; nothing is changed."""
    post = Post.objects.filter(area_code=visit.area_code, ends=None).first()
    there = Visit.objects.filter(visitor=visitor, on=on, state=State.PLANNED).exclude(pk=visit.pk)
    found = there.aggregate(visits=Count("pk"), minutes=Sum("minutes"))
    own = Post.objects.filter(visitor=visitor, ends=None).first()
    said = [f"{visitor.name} 当天共 {found['visits'] + 1} 次探访，停留 {(found['minutes'] or 0) + visit.minutes} 分钟"]
    if own is not None and (found["minutes"] or 0) + visit.minutes > own.minutes_a_day:
        said.append(f"超过其每日 {own.minutes_a_day} 分钟")
    if Absence.objects.filter(visitor=visitor, first__lte=on, last__gte=on).exists():
        said.append("这天已登记不在岗")
    if own is not None and set(visit.skills) - set(own.skills):
        said.append("缺少所需技能")
    if post is not None and post.visitor_id != visitor.pk:
        said.append("不是平时的探访员")
    return "，".join(said) + "。"


def excuse(*, by: Scope, visit: Visit, reason: str) -> None:
    """A visit need not be made. Raises UsageError without a reason or where it is done; PermissionDenied."""
    by.require("visit.plan", visit.area_code)
    if not reason.strip():
        raise UsageError("请写明无须探访的原因。", "Excusing a visit needs a reason.")
    with acting(by), transaction.atomic():
        open_still = Visit.objects.filter(pk=visit.pk, state__in=(*TO_COME, State.NOT_FOUND, State.MISSED))
        given = {"state": State.EXCUSED, "state_since": timezone.now(), "reason": reason.strip()[:400]}
        if not open_still.update(**given, next_step="", next_by=None):
            raise UsageError("这次探访已经办结。", "The visit has ended already.")
        what = f"visit:{visit.pk}"
        record(
            "decide", what=what, person=visit.person_id, area=visit.area_code, reason=reason, detail={"excused": True}
        )


def miss(on: date) -> int:
    """Visits whose last day has passed were missed; returns how many. Under the scope in force."""
    late = Visit.objects.filter(state__in=TO_COME, last__lt=on)
    done: int = late.update(state=State.MISSED, state_since=timezone.now())
    return done


def late_steps(now: datetime) -> int:
    """Where nobody was met and the next step is late, the person is missing; returns how many findings that makes.

    Under the scope in force. Few: one row each is locked, so that a report that comes in meanwhile is not overrun.
    """
    with transaction.atomic():
        rows = Visit.objects.select_for_update(of=("self",), skip_locked=True)
        late = list(rows.filter(state=State.NOT_FOUND, next_by__lt=now)[:500])
        for visit in late:
            reporting.report_missing(visit, None)
        Visit.objects.filter(pk__in=[visit.pk for visit in late]).update(next_by=None)
    return len(late)


# A person's signs count on so many days of the window; the window must have passed, so that silence is noticed.
SIGNS = """
UPDATE visits_visit AS v SET state = 'done', state_since = now(), done_on = s.last, done_by_name = %(name)s,
    means = 'device', reason = s.days || ' 天有平安信号'
FROM (
    SELECT v.id, count(DISTINCT (g.at AT TIME ZONE 'Asia/Shanghai')::date) AS days,
        max((g.at AT TIME ZONE 'Asia/Shanghai')::date) AS last
    FROM visits_visit AS v JOIN visits_signoflife AS g ON g.person_id = v.person_id
        AND g.at >= v.first::timestamp AT TIME ZONE 'Asia/Shanghai'
        AND g.at < (v.last + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
    WHERE v.state IN ('owed', 'planned') AND v.last < %(on)s AND v.last >= %(on)s - 7 AND v.counts ? 'device'
        AND v.tries = 0
    GROUP BY v.id
) AS s
WHERE s.id = v.id AND s.days * 100 >= (v.last - v.first + 1) * %(share)s
"""


def count_signs(on: date) -> int:
    """Visits for which a device may stand, and whose days passed with signs of life, are done. Returns how many."""
    words: dict[str, Any] = {"on": on, "share": load_visits().signs.days_of_hundred, "name": "设备感知"}
    with connection.cursor() as cursor:
        cursor.execute(SIGNS, words)
        return int(cursor.rowcount)


def round_of(user: int, first: date, last: date) -> Any:
    """The visits of one visitor on these days: planned for him, or unplanned where he answers for a village."""
    posts = Post.objects.filter(Q(visitor=user) | Q(deputy=user), ends=None, starts__lte=last)
    own = [post.area_code for post in posts if post.visitor_id == user or _is_away(post.visitor_id, first)]
    mine = Q(state__in=(State.PLANNED, State.NOT_FOUND), on__lte=last) & (Q(visitor=user) | Q(second=user))
    left = Q(state=State.OWED, area_code__in=own, first__lte=last, last__gte=first)
    searched = Q(state=State.NOT_FOUND, area_code__in=own)
    return Visit.objects.filter(mine | left | searched).select_related("person").order_by("on", "turn", "last", "pk")


def _is_away(user: int, on: date) -> bool:
    return Absence.objects.filter(visitor=user, first__lte=on, last__gte=on).exists()
