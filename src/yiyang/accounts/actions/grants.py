"""Grant a role, prolong it, revoke it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.accounts.actions.accounts import last_officer_problems
from yiyang.accounts.authority import authority_of, grant_problems, oversight_problems, refuse
from yiyang.accounts.models import Grant, User
from yiyang.areas.models import Area
from yiyang.audit.record import record


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    area: Area,
    starts: date,
    ends: date | None,
    by: User | None,
    registers: Iterable[str] | None = None,
    reason: str = "",
) -> Grant:
    """Give a role in an area from a day to a day (None: until revoked).

    Raises:
        NotAllowed: it goes beyond the granter's own rights, area, dates or registers, or does not fit the account.
    """
    named = frozenset(registers) if registers else None
    authority = authority_of(by, timezone.localdate())
    refuse(grant_problems(authority, target=user, role=role, area=area, starts=starts, ends=ends, registers=named))
    made = Grant.objects.create(
        user=user,
        role=role,
        area=area,
        starts=starts,
        ends=ends,
        registers=sorted(named) if named else None,
        granted_by=by,
        reason=reason,
    )
    _note("grant", made, reason)
    return made


@transaction.atomic
def prolong(*, grant: Grant, ends: date | None, by: User | None, reason: str = "") -> None:
    """Let a grant end on another day, later or sooner. Raises NotAllowed as for a new one."""
    _refuse_ended(grant)
    # A grant that is in force is a new one from today: whoever prolongs answers for the days that come.
    starts = max(grant.starts, timezone.localdate())
    named = None if grant.registers is None else frozenset(grant.registers)
    authority = authority_of(by, timezone.localdate())
    problems = grant_problems(
        authority,
        target=grant.user,
        role=grant.role,
        area=grant.area,
        starts=starts,
        ends=ends,
        registers=named,
    )
    refuse([*problems, *(_last(grant) if ends is not None else [])])
    before, grant.ends = grant.ends, ends
    grant.save(update_fields=["ends"])
    _note("prolong", grant, reason, before=str(before or ""))


@transaction.atomic
def revoke(*, grant: Grant, by: User | None, reason: str) -> None:
    """End a grant now. Raises NotAllowed: not the doer's to take, his own, or the last city officer's."""
    _refuse_ended(grant)
    refuse([*oversight_problems(authority_of(by, timezone.localdate()), grant.user), *_last(grant)])
    grant.revoked_at, grant.revoked_by = timezone.now(), by
    grant.save(update_fields=["revoked_at", "revoked_by"])
    _note("revoke", grant, reason)


def _refuse_ended(grant: Grant) -> None:
    if grant.revoked_at is not None:
        refuse([("此授权已收回。", "This grant has been revoked.")])


def _last(grant: Grant) -> list[tuple[str, str]]:
    return last_officer_problems(grant.user) if grant.role == "city_officer" else []


def _note(act: str, grant: Grant, reason: str, **detail: Any) -> None:
    told = {"act": act, "grant": grant.pk, "role": grant.role, "area": grant.area.name, "registers": grant.registers}
    dates = {"starts": str(grant.starts), "ends": str(grant.ends or "")}
    code = grant.area.code if grant.area.code is not None else NO_AREA
    record("permit", what=f"accounts_user:{grant.user_id}", area=code, reason=reason, detail=told | dates | detail)
