"""What whoever asked was told: noted by a visitor, confirmed by a clerk; then it is a correction in the registry."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.entitlement.models import Unknown
from yiyang.registry import corrections
from yiyang.registry.models import Person
from yiyang.registry.reach import require

State = Unknown.State


def note_answer(*, by: Scope, unknown: Unknown, person: Person, value: int | None, note: str) -> None:
    """A visitor has asked. The answer waits for a clerk, who confirms it.

    Args:
        value: as the fact is stored; None = the person could not say.

    Raises:
        UsageError: settled already, no such value, or nothing is said at all.
        PermissionDenied: the person lies outside of where he may tell people.
    """
    require(by, "case.tell", person)
    fact = load_facts()[unknown.fact]
    if value is None and not note.strip():
        raise UsageError("请写明问到的情况。", "Say what you were told.")
    if value is not None and not corrections.is_possible(fact, value, timezone.localdate()):
        raise UsageError(f"“{fact.zh}”没有这个取值。", f"{fact.name} has no such value.")
    _settle(by, unknown, person, State.ASKED, value, note)


def settle(*, by: Scope, unknown: Unknown, person: Person, value: int, valid_from: date, reason: str) -> None:
    """State the fact: a correction in the registry, at once; the next run reckons with it.

    Raises:
        UsageError: settled already, or as of `registry.corrections.correct`.
        PermissionDenied: the person lies outside of where he may correct.
    """
    corrections.correct(by=by, person=person, fact=unknown.fact, value=value, valid_from=valid_from, reason=reason)
    _settle(by, unknown, person, State.SETTLED, value, reason)


def _settle(by: Scope, unknown: Unknown, person: Person, state: str, value: int | None, note: str) -> None:
    """Compare and swap; in the platform's name, for whoever moved somebody out of his area no longer sees the row."""
    words = {"value": value, "note": note.strip()[:400], "settled_by_name": by.name, "settled_at": timezone.now()}
    with acting(platform(by.name, by.request)):
        moved = Unknown.objects.filter(pk=unknown.pk).exclude(state=State.SETTLED).update(state=state, **words)
    if not moved:
        raise UsageError("这一项已经明确。", "This is settled already.")
    detail = {"fact": unknown.fact, "state": state}
    record("decide", what=f"unknown:{unknown.pk}", person=person.pk, area=unknown.area_code, reason=note, detail=detail)
