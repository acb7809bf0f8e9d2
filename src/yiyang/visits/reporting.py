"""What was seen and heard on a visit: kept for ever, and everything that follows from it in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from yiyang.access.scope import Scope, acting, current
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.cases.steps import taking
from yiyang.catalog.facts import load_facts
from yiyang.registry import documents
from yiyang.registry.models import Person
from yiyang.visits import findings, form, observing
from yiyang.visits.models import Finding, Means, Report, ReportFile, Visit
from yiyang.visits.place import place_class
from yiyang.visits.policy import load_visits

State = Visit.State
# Who may write a report: the visitor; whoever plans visits telephones himself, or writes down what he is told.
MAY_REPORT = ("visit.do", "visit.plan")
KINDS = {"photo": "照片", "voice": "录音", "sign": "签字"}
WAITING = (State.OWED, State.PLANNED, State.NOT_FOUND)


@dataclass(frozen=True)
class File:
    """A photo, voice note or signature. `kind`: photo, voice or sign."""

    kind: str
    content: bytes


class DoneAlready(UsageError):
    """The visit has a report already, by somebody else or another entry."""

    def __init__(self, report: Report) -> None:
        self.report = report
        on = timezone.localtime(report.ended_at)
        super().__init__(
            f"{report.made_by_name}已在 {on:%m月%d日 %H:%M} 登记过这次探访。",
            f"{report.made_by_name} reported this visit at {on:%Y-%m-%d %H:%M}.",
        )


def report(
    *,
    by: Scope,
    visit: Visit,
    answers: Mapping[str, Any],
    met: bool,
    means: str,
    began_at: datetime,
    ended_at: datetime,
    place: Mapping[str, Any] | None = None,
    files: Sequence[File] = (),
    entry: UUID | None = None,
    beside: bool = False,
) -> Report:
    """Take in a report: the visit is done, or the next step begins; findings, wishes and changed facts follow.

    Args:
        answers: question → answer under policy/visits.yaml `form`.
        means: a way of `Means`; where it does not count for this visit, the report is kept and the visit stays open.
        place: latitude, longitude, accuracy; only its class is kept.
        entry: the outbox entry with which it came; the same entry gives the same report.
        beside: keep it beside one that is there already.

    Raises:
        DoneAlready: the visit was reported meanwhile. UsageError: answers or times are not right.
        PermissionDenied: he may not visit there.
    """
    if not any(by.may(right, visit.area_code) for right in MAY_REPORT):
        raise PermissionDenied("visit.do")
    if means not in (Means.HOME, Means.PHONE, Means.NEIGHBOUR):
        raise UsageError(
            "请选择探访方式：上门、电话或邻里。", "A report is made at home, by telephone or by a neighbour."
        )
    form.refuse_times(began_at, ended_at, timezone.now())
    policy = load_visits()
    # The form asks both; who calls says both: they must not differ.
    given = {**answers, form.MET: "yes" if met else "no", form.MEANS: means}
    cleaned = form.checked(policy, given, load_facts(), asks=policy.asks.facts)
    with acting(by), transaction.atomic():
        # Of two reports at once the second waits here, and then sees the first.
        held: Visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        if entry is not None and (there := Report.objects.filter(entry=entry).first()):
            return there
        _refuse_second(held, beside)
        person: Person = Person.objects.get(pk=held.person_id)
        made = _keep(by, held, person, cleaned, met, means, began_at, ended_at, place, entry)
        _attach(by, made, person, files)
        _follow(by, made, person, cleaned)
        _move(held, made)
        detail = {"visit": held.pk, "met": met, "means": means, "abnormal": made.abnormal}
        record("write", what=f"report:{made.pk}", person=person.pk, area=held.area_code, detail=detail)
    return made


def _refuse_second(held: Visit, beside: bool) -> None:
    if held.state == State.DONE and not beside:
        first = held.reports.filter(met=True).order_by("id").last()
        if first is not None:
            raise DoneAlready(first)


def _keep(
    by: Scope, held: Visit, person: Person, answers: dict[str, Any], met: bool, means: str, began_at: datetime,
    ended_at: datetime, place: Mapping[str, Any] | None, entry: UUID | None,
) -> Report:  # fmt: skip
    policy = load_visits()
    abnormal = any(each.option.finding for each in form.followed(policy, answers))
    made: Report = Report.objects.create(
        visit=held, person=person, area_code=held.area_code, means=means, met=met, version=policy.version,
        answers=json.dumps(answers, ensure_ascii=False), abnormal=abnormal,
        place=place_class(held.area_code, place) if means == Means.HOME else "",
        began_at=began_at, ended_at=ended_at, made_by_id=by.user, made_by_name=by.name, entry=entry,
    )  # fmt: skip
    return made


def _attach(by: Scope, made: Report, person: Person, files: Sequence[File]) -> None:
    for each in files:
        if each.kind not in KINDS:
            raise UsageError("附件只能是照片、录音或签字。", f"{each.kind} is no photo, voice note or signature.")
        title = f"探访{KINDS[each.kind]} {timezone.localdate(made.ended_at)}"
        kinds = documents.SOUNDS if each.kind == "voice" else documents.BEGINNINGS
        document = documents.keep(by=by, person=person, title=title, blocks=[each.content], kinds=kinds)
        ReportFile.objects.create(report=made, document=document, kind=each.kind)


def _follow(by: Scope, made: Report, person: Person, answers: dict[str, Any]) -> None:
    """Findings, wishes, facts."""
    more = answers.get("other", "")
    for each in form.followed(load_visits(), answers):
        if each.option.finding:
            words = f"{each.question.text}{each.option.text}" + (f"；{more}" if more else "")
            findings.raise_one(
                by=by, person=person, kind=each.option.finding, words=words, severity=each.option.severity or "",
                report=made,
            )  # fmt: skip
    observing.note(by, made, person, answers)


def _move(held: Visit, made: Report) -> None:
    """What a report makes of the visit."""
    if made.met:
        _met(held, made)
    elif held.state in (*WAITING, State.MISSED):
        _not_met(held, made)


def _met(held: Visit, made: Report) -> None:
    on = timezone.localdate(made.ended_at)
    if counts(held, made.means, on):
        held.done_on, held.done_by_name = on, made.made_by_name[:150]
        _enter(held, State.DONE)
    elif held.state in WAITING:
        held.reason = _why_not_counted(held, made.means, on)
        _enter(held, State.PLANNED if held.visitor_id and held.on else State.OWED)
    _found(held, made)


def counts(visit: Visit, means: str, on: date) -> bool:
    """Whether looking in this way on this day is the visit that was owed."""
    return means in (visit.counts or [Means.HOME]) and (f"{on:%Y-%m}" == visit.month or visit.first <= on <= visit.last)


def _why_not_counted(held: Visit, means: str, on: date) -> str:
    if means not in held.counts:
        return (
            f"{on:%m月%d日}已{Means(means).label}联系，这次还须{'或'.join(Means(each).label for each in held.counts)}。"
        )
    return f"{on:%m月%d日}的探访不在本次期限内。"


def _found(held: Visit, made: Report) -> None:
    """Whoever was missed elsewhere is found; what is still owed is owed, and the search is told so."""
    others = Visit.objects.filter(person=held.person_id, state=State.NOT_FOUND).exclude(pk=held.pk)
    others.filter(visitor=None).update(state=State.OWED, next_step="", next_by=None)
    others.exclude(visitor=None).update(state=State.PLANNED, next_step="", next_by=None)
    missing = Finding.objects.filter(person=held.person_id, kind=findings.MISSING, state__in=findings.OPEN).first()
    if missing is not None:
        when = f"{timezone.localtime(made.ended_at):%m月%d日 %H:%M}"
        words = f"{when} {made.made_by_name}已{made.get_means_display()}见到本人。"
        with taking("report", why=words):
            missing.words = f"{missing.words}；{words}"[-1000:]
            missing.save(update_fields=["words"])


def _not_met(held: Visit, made: Report) -> None:
    """The next step of policy; after so many times, or after the last step, the person is missing."""
    policy = load_visits()
    held.tries = F("tries") + 1
    held.save(update_fields=["tries"])
    held.refresh_from_db(fields=["tries"])
    steps = list(policy.not_met)
    step = steps[min(held.tries, len(steps)) - 1]
    held.next_step, held.next_by = step, timezone.now() + timedelta(hours=policy.not_met[step].hours)
    _enter(held, State.NOT_FOUND, keep_next=True)
    if held.tries >= policy.missing_after:
        report_missing(held, made)


def report_missing(held: Visit, made: Report | None) -> Finding:
    """Open the finding that somebody cannot be reached. Under the scope in force."""
    words = f"{held.tries} 次未见到本人，下一步：{load_visits().not_met[held.next_step].zh}。"
    return findings.raise_one(
        by=current(), person=Person.objects.get(pk=held.person_id), kind=findings.MISSING, words=words, report=made
    )


def _enter(held: Visit, state: str, *, keep_next: bool = False) -> None:
    if held.state != state:
        held.state, held.state_since = state, timezone.now()
    if not keep_next:
        held.next_step, held.next_by = "", None
    held.save(update_fields=["state", "state_since", "next_step", "next_by", "done_on", "done_by_name", "reason"])


def unplanned(*, by: Scope, person: Person, reason: str = "") -> Visit:
    """A visit that nobody planned: somebody looks in again. It waits for its report like any other.

    Raises:
        PermissionDenied: he may not visit there.
    """
    if not any(by.may(right, person.area_code) for right in MAY_REPORT):
        raise PermissionDenied("visit.do")
    today, policy = timezone.localdate(), load_visits()
    month = f"{today:%Y-%m}"
    with acting(by), transaction.atomic():
        # One row of the person is held, so that two at once get two numbers.
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        follow = Visit.objects.filter(person=person, month=month, cause=Visit.Cause.FOLLOW)
        last = follow.aggregate(last=Max("number"))["last"] or 0
        made: Visit = Visit.objects.create(
            person=person, area_code=person.area_code, month=month, number=last + 1, cause=Visit.Cause.FOLLOW,
            groups=[each for each in person.groups if each in policy.visited], counts=[*policy.means], first=today,
            last=today, on=today, visitor_id=by.user, state=State.PLANNED, reason=reason.strip()[:400],
            opens=policy.defaults.opens, closes=policy.defaults.closes, minutes=policy.defaults.minutes,
        )  # fmt: skip
        record("write", what=f"visit:{made.pk}", person=person.pk, area=made.area_code, detail={"act": "unplanned"})
    return made
