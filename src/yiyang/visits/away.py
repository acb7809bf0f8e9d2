"""Visits without network: what a visitor takes along, and what he brings home (`field.kinds`)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.engine.facts import as_int, years_since
from yiyang.field.kinds import Conflict, Piece
from yiyang.field.models import Entry
from yiyang.registry.models import Person
from yiyang.registry.refresh import OWN
from yiyang.registry.words import group_words
from yiyang.visits import actions, form, observing, reporting
from yiyang.visits.models import Means, Report, Visit
from yiyang.visits.policy import load_visits

DAYS_AHEAD = 3
MOST = 190
CAUSES = {
    Visit.Cause.RISK: "重点对象，加密探访",
    Visit.Cause.ALERT: "预警加访",
    Visit.Cause.FOLLOW: "回访",
    Visit.Cause.ASKED: "专项了解",
}


class Visiting:
    """Visits as work away from the desk."""

    right: ClassVar[str] = "visit.do"
    title: ClassVar[str] = "探访"

    def pack(self, scope: Scope, on: date) -> list[Piece]:
        """His round of today and the next days, and what is late."""
        with acting(scope):
            rows = list(actions.round_of(scope.user or 0, on, on + timedelta(days=DAYS_AHEAD))[:MOST])
            unknown = observing.unknowns_of({row.person_id for row in rows})
            return [self._piece(row, unknown.get(row.person_id, []), on) for row in rows]

    def _piece(self, visit: Visit, unknown: Sequence[str], on: date) -> Piece:
        person = visit.person
        made = form.form_for(
            load_visits(), facts_of(person), as_int(on), load_facts(), counts=visit.counts, asks=unknown
        )
        data: dict[str, Any] = {"place": True, "first": visit.first.isoformat(), "last": visit.last.isoformat()}
        data |= {"on": (visit.on or visit.last).isoformat(), "urgent": visit.state == Visit.State.NOT_FOUND}
        data |= {"phone": "".join(person.phone)} if person.phone else {}
        data |= {name: value for name in ("turn", "at") if (value := getattr(visit, name)) is not None}
        return Piece(
            id=str(visit.pk), version=version_of(visit), person=person.pk, area=visit.area_code, title=person.name,
            lines=_lines(visit, person, on), form=made, data=data,
        )  # fmt: skip

    def take(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """The report of a visit; where somebody reported it meanwhile, both are kept and a person decides."""
        visit = self._visit(scope, entry)
        try:
            self._report(scope, entry, body, visit, beside=False)
        except reporting.DoneAlready as problem:
            raise Conflict(problem.zh, problem.en, theirs=told(problem.report)) from problem

    def instead(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """Keep the second report beside the first."""
        self._report(scope, entry, body, self._visit(scope, entry), beside=True)

    def _visit(self, scope: Scope, entry: Entry) -> Visit:
        with acting(scope):
            found = Visit.objects.filter(pk=int(entry.about)).first() if entry.about.isdecimal() else None
        if found is None:
            raise UsageError("没有这次探访，或不在您的范围内。", "There is no such visit in reach.")
        return found

    def _report(self, scope: Scope, entry: Entry, body: dict[str, Any], visit: Visit, *, beside: bool) -> None:
        answers = dict(body.get("answers") or {})
        form.require_said(load_visits(), answers, form.MET)
        reporting.report(
            by=scope, visit=visit, answers=answers, met=answers.get(form.MET) == "yes",
            means=str(answers.get(form.MEANS, "home")), began_at=_moment(body, "began_at"),
            ended_at=_moment(body, "ended_at"), place=body.get("place"), files=_files(body.get("files") or {}),
            entry=entry.pk, beside=beside,
        )  # fmt: skip


def facts_of(person: Person) -> dict[str, int | None]:
    """What the file says, by column, as conditions ask it."""
    unknown: dict[str, int | None] = dict.fromkeys(load_facts().columns)
    return unknown | person.facts | {name: getattr(person, name) for name in OWN}


def version_of(visit: Visit) -> str:
    """Changes whenever what a telephone knows of a visit is not true any more."""
    return f"{load_visits().version}.{visit.state}.{visit.tries}.{visit.on or ''}.{visit.reports.count()}"


def _lines(visit: Visit, person: Person, on: date) -> list[str]:
    age = f"{years_since(person.birth_date, as_int(on))}岁" if person.birth_date else ""
    names = group_words()
    groups = "、".join(names[group].short.zh for group in visit.groups if group in names)
    words = "，".join(part for part in (age, groups) if part)
    address = "".join(person.address) if person.address else ""
    is_sought = visit.state == Visit.State.NOT_FOUND and visit.next_step in load_visits().not_met
    lines = [words]
    # The list shows the first two: nobody is to walk to a door where a call will do, nor miss the next step.
    if is_sought:
        lines.append(f"上次没见到。下一步：{load_visits().not_met[visit.next_step].zh}")
    elif visit.means != Means.HOME:
        lines.append("打电话或问邻居即可，不用上门")
    lines += [address, "须两人同行" if visit.needs_two else "", CAUSES.get(Visit.Cause(visit.cause), "")]
    lines.append("" if is_sought else visit.reason)
    return [line for line in lines if line][:5]


def told(report: Report) -> dict[str, str]:
    """A report in a few words, to be shown beside another."""
    return {
        "探访人": report.made_by_name,
        "时间": f"{timezone.localtime(report.ended_at):%Y-%m-%d %H:%M}",
        "方式": report.get_means_display(),
        "见到": "是" if report.met else "否",
        "异常": "有" if report.abnormal else "无",
    }


def _moment(body: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(body.get(name, "")))
    except ValueError as error:
        raise UsageError("探访的时间不对。", f"{name} is no time.") from error
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _files(given: Mapping[str, Any]) -> list[reporting.File]:
    kinds = {each.id: each.kind for each in load_visits().questions.values()}
    found = []
    for question, files in given.items():
        for each in files:
            try:
                content = base64.b64decode(each["data"], validate=True)
            except (binascii.Error, KeyError, TypeError, ValueError) as error:
                raise UsageError("附件读不出来，请重新拍照或录音。", f"{question}: no base64") from error
            found.append(reporting.File(kinds.get(question, ""), content))
    return found
