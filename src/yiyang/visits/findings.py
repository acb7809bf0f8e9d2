"""Findings: something is wrong, and stays on somebody's list until another than who acted says that it is well.

The database notes every step and refuses those that do not follow (`sql/findings.sql`); here it is asked who may.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from yiyang.access.scope import Scope, acting
from yiyang.accounts.models import User
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.cases.steps import taking
from yiyang.registry.models import Person
from yiyang.visits.models import Finding, Report
from yiyang.visits.policy import load_visits

State = Finding.State
OPEN = (State.OPEN, State.ASSIGNED, State.ACTED)
# 0 = the township, 1 = the county, 2 = the city.
TOP = 2
MISSING = "missing"
# Any of them may say that something is wrong.
MAY_RAISE = ("visit.do", "visit.plan", "finding.handle", "finding.verify")


class OwnAct(UsageError):
    """Whoever acted on a finding does not say himself that it is well."""


def raise_by_hand(*, by: Scope, person: Person, kind: str, severity: str, words: str) -> Finding:
    """Write down something wrong that was told, or seen in passing. Errors: as of `raise_one`; PermissionDenied."""
    if not any(by.may(right, person.area_code) for right in MAY_RAISE):
        raise PermissionDenied("visit.do")
    return raise_one(by=by, person=person, kind=kind, words=words, severity=severity)


def raise_one(
    *, by: Scope, person: Person, kind: str, words: str, severity: str = "", report: Report | None = None
) -> Finding:
    """Open a finding; where one of this kind is open for the person, the words are added to it.

    Args:
        severity: '' = as policy says of the kind. An open one only gets worse by it.

    Raises:
        UsageError: no such kind or severity.
    """
    known = load_visits().findings.kinds.get(kind)
    if known is None or severity not in ("", *Finding.Severity.values):
        raise UsageError("没有这种异常类型或程度。", f"there is no finding {kind} {severity}")
    with acting(by), transaction.atomic(), taking("report", why=words):
        _hold(person)
        there = Finding.objects.select_for_update().filter(person=person, kind=kind, state__in=OPEN).first()
        made = (
            _add(there, words, severity)
            if there is not None
            else _opened(by, person, kind, words, severity or known.severity, known.unit, report)
        )
    _told(by, made, "report")
    return made


def _hold(person: Person) -> None:
    """Of two who find the same at once the second waits, and then sees the finding of the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"yiyang.finding.{person.pk}"])


def _opened(
    by: Scope, person: Person, kind: str, words: str, severity: str, unit: str, report: Report | None
) -> Finding:
    made: Finding = Finding.objects.create(
        number=_number(person.area_code), person=person, area_code=person.area_code, report=report, kind=kind,
        severity=severity, words=words.strip()[:1000], unit=unit, found_by=by.user, found_by_name=by.name,
        due=due(severity, State.OPEN),
    )  # fmt: skip
    return made


def _add(there: Finding, words: str, severity: str) -> Finding:
    """More on what is known already."""
    if words.strip() and words.strip() not in there.words:
        there.words = f"{there.words}；{words.strip()}".strip("；")[-1000:]
    order = [*Finding.Severity.values]
    if severity and order.index(severity) < order.index(there.severity):
        there.severity = severity
        there.due = min(each for each in (there.due, due(severity, there.state)) if each)
    there.save(update_fields=["words", "severity", "due"])
    return there


def _number(area: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT visits_new_number(%s, %s)", [area, timezone.localdate()])
        return str(cursor.fetchone()[0])


def due(severity: str, state: str) -> datetime | None:
    """Until when the next step on a finding is to be taken; None where none follows."""
    minutes = load_visits().limit(severity, str(state))
    return timezone.now() + timedelta(minutes=minutes) if minutes else None


def assign(
    *, by: Scope, finding: Finding, unit: str, user: User | None = None, words: str = "", expected: str = ""
) -> Finding:
    """Give a finding to a unit, and to somebody in it if one is named.

    Args:
        expected: the state that the page showed.

    Raises:
        UsageError: no such unit, or it is not to be assigned any more. PermissionDenied.
    """
    if unit not in Finding.Unit.values:
        raise UsageError("请选择处置单位。", "Choose the unit.")
    changes = {"unit": unit, "assigned_to": user}
    # The history says to whom each time, or a second assignment cannot be told from the first.
    to = "，".join(part for part in (Finding.Unit(unit).label, user.name if user else "", words.strip()) if part)
    return _step(by, finding, "assign", (State.OPEN, State.ASSIGNED), State.ASSIGNED, to, expected, changes)


def act(*, by: Scope, finding: Finding, words: str, expected: str = "") -> Finding:
    """Say what was done about it.

    Raises:
        UsageError: nothing is said, or it waits for no act. PermissionDenied: it was given to somebody else.
    """
    _require_words(words, "请写明做了什么、现在怎样。")
    return _step(by, finding, "act", (State.ASSIGNED,), State.ACTED, words, expected)


def verify(*, by: Scope, finding: Finding, words: str = "", expected: str = "") -> Finding:
    """Say that it is well, having made sure; then it is closed.

    Raises:
        OwnAct: he acted on it himself. UsageError: nothing was done yet. PermissionDenied.
    """
    return _step(by, finding, "verify", (State.ACTED,), State.CLOSED, words, expected)


def send_back(*, by: Scope, finding: Finding, words: str, expected: str = "") -> Finding:
    """What was done does not do. Errors: as of `verify`; UsageError without words."""
    _require_words(words, "退回须写明还缺什么。")
    return _step(by, finding, "return", (State.ACTED,), State.ASSIGNED, words, expected)


def void(*, by: Scope, finding: Finding, words: str, expected: str = "") -> Finding:
    """It was none. Errors: as of `verify`; UsageError without words."""
    _require_words(words, "认定误报须写明理由。")
    return _step(by, finding, "void", OPEN, State.VOID, words, expected)


def _require_words(words: str, zh: str) -> None:
    if not words.strip():
        raise UsageError(zh, "This step needs words.")


def _step(
    by: Scope, finding: Finding, step: str, of: Sequence[str], to: str, words: str, expected: str,
    changes: dict[str, Any] | None = None,
) -> Finding:  # fmt: skip
    with acting(by), transaction.atomic():
        # Whoever comes second waits here, and then sees where it stands.
        held: Finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
        now = State(held.state).label
        if held.state not in of or (expected and expected != held.state):
            raise UsageError(f"现在是“{now}”，不能这样办理，请看过再办。", f"The finding is {held.state} now.")
        _authorise(by, held, step)
        held.state = to
        held.due = due(held.severity, to)
        for name, value in (changes or {}).items():
            setattr(held, name, value)
        with taking(step, why=words):
            held.save(update_fields=["state", "due", *(changes or {})])
        held.refresh_from_db()
    _told(by, held, step)
    return held


def _authorise(by: Scope, held: Finding, step: str) -> None:
    by.require("finding.handle" if step == "act" else "finding.verify", held.area_code)
    if step == "act" and held.assigned_to_id not in (None, by.user):
        raise PermissionDenied("finding.handle")
    acted = held.steps.filter(slug="act", by=by.user).exists() if step in ("verify", "return", "void") else False
    if acted:
        raise OwnAct("您处置过这件事，须由没有经手的人核实。", "Who acted does not verify; another one must.")


def _told(by: Scope, finding: Finding, step: str) -> None:
    """Note it, and tell the rooms above (emergency, services) that want to know."""
    detail = {"step": step, "state": finding.state, "kind": finding.kind}
    record("decide", what=f"finding:{finding.pk}", person=finding.person_id, area=finding.area_code, detail=detail)
    for name in settings.AFTER_FINDING:
        import_string(name)(finding, step)


# The limit of the state begins anew on each level, so that the level above has time before the next one hears of it.
ESCALATE = """
UPDATE visits_finding AS f SET escalated = f.escalated + 1, due = %(now)s::timestamptz + l.minutes * interval '1 minute'
FROM unnest(%(severities)s::text[], %(states)s::text[], %(minutes)s::int[]) AS l (severity, state, minutes)
WHERE l.severity = f.severity AND l.state = f.state AND f.due < %(now)s AND f.escalated < %(top)s
"""


def escalate(now: datetime) -> int:
    """Show every finding that is late to the level above; returns how many rose. Under the scope in force."""
    policy = load_visits()
    rows = [
        (severity, state, getattr(limits, state))
        for severity, limits in policy.findings.limits.items()
        for state in OPEN
    ]
    severities, states, minutes = (list(column) for column in zip(*rows, strict=True))
    words: dict[str, Any] = {"now": now, "top": TOP, "severities": severities, "states": states, "minutes": minutes}
    with taking("escalate", why="超过时限，报上一级督办"), connection.cursor() as cursor:
        cursor.execute(ESCALATE, words)
        return int(cursor.rowcount)
