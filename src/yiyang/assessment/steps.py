"""What all actions on assessments share: whose hand it is, the row held, the move and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.assessment.models import Assessor, Request
from yiyang.assessment.rules import rules
from yiyang.audit.record import record
from yiyang.base.errors import UsageError

ASK, PLAN, CHECK, ANSWER = "assessment.request", "assessment.plan", "assessment.check", "assessment.object"
State = Request.State
OPEN = (State.REQUESTED, State.PLANNED, State.FILLED, State.SIGNED, State.RETURNED)


class MovedOn(UsageError):
    """The request is no longer in a state in which this can be done: somebody was quicker."""


@contextmanager
def elevated(by: Scope) -> Iterator[Scope]:
    """Write as the platform under the name of who acts, in one transaction: he was asked for his right before.

    An assessor of a town does not see the county's agency as its officer does, and a citizen writes no row himself.
    """
    with acting(replace(by, is_self=True)) as scope, transaction.atomic():
        yield scope


def held(request: Request, *states: str) -> Request:
    """The request as it stands, its row locked. Raises MovedOn where it is in none of the states."""
    found: Request = Request.objects.select_for_update().get(pk=request.pk)
    if states and found.state not in states:
        now = found.get_state_display()
        raise MovedOn(f"这次评估现在是“{now}”，不能这样办理。", f"The assessment is {found.state} now.")
    return found


def move(request: Request, to: str, why: str = "", **changes: Any) -> None:
    """Take a held request to a state, with what changes beside it; the database notes who and why.

    Nobody above has been told yet that the next step is late.
    """
    for name, value in changes.items():
        setattr(request, name, value)
    request.state, request.due, request.escalated = to, due_in(to), 0
    with said(why):
        request.save()
    request.refresh_from_db()
    note(request, {"state": to}, why)


def note(request: Request, detail: dict[str, Any], why: str = "") -> None:
    """One line of the audit log on a request."""
    record(
        "decide",
        what=f"assessment:{request.pk}",
        person=request.person_id,
        area=request.area_code,
        reason=why[:400],
        detail=detail,
    )


@contextmanager
def said(why: str) -> Iterator[None]:
    """Moves in this block are noted with this reason."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiyang.why', %s, true)", [why.strip()[:400]])
        yield
        cursor.execute("SELECT set_config('yiyang.why', '', true)")


def due_in(state: str) -> date | None:
    """Until when the next step is due in a state that is entered today."""
    days = rules().limits.of(state)
    return timezone.localdate() + timedelta(days=days) if days else None


def new_number(kind: str, area: int) -> str:
    """The next number of a request (SQ) or a certificate (PG). Some are skipped, none is used twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessment_new_number(%s, %s, %s)", [kind, area, timezone.localdate()])
        return str(cursor.fetchone()[0])


def assessor_in(by: Scope, request: Request) -> Assessor:
    """Which of the two somebody is. Called while elevated.

    Raises:
        PermissionDenied: he is neither, or his account may not assess there.
    """
    by.require("assessment.do", request.area_code)
    for key in (request.lead_id, request.second_id):
        found = Assessor.objects.filter(pk=key, user=by.user).first() if key and by.user else None
        if found is not None:
            return found
    raise PermissionDenied("assessment.do")


def qualified(assessor: Assessor, on: date) -> bool:
    """Whether somebody, and his agency, may assess on a day."""
    agency = assessor.agency
    return (
        assessor.is_active
        and agency.is_active
        and assessor.valid_from <= on <= assessor.valid_to
        and agency.valid_from <= on <= agency.valid_to
    )


def require_words(words: str, zh: str, en: str) -> str:
    """The words, trimmed. Raises UsageError where there are none."""
    if not words.strip():
        raise UsageError(zh, en)
    return words.strip()
