"""From an account to its scope: every grant in force today, right by right, area by area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from yiyang.access.ranges import ALL, NO_AREA, NOWHERE, Ranges
from yiyang.access.scope import NOBODY, Scope
from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.accounts.roles import Role, load_roles
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of

UNPLACED = Ranges.of([(NO_AREA, NO_AREA + 1)])
ON_TOP = ("province", "city")


def grants_in_force(user: User, on: date) -> QuerySet[Grant]:
    """The grants of an account that hold on a day."""
    holds = Q(starts__lte=on) & (Q(ends__isnull=True) | Q(ends__gte=on)) & Q(revoked_at__isnull=True)
    return user.grants.filter(holds).select_related("area")


def reach_of(role: Role, area: Area, on: date) -> Ranges:
    """Where a role granted in an area holds on a day."""
    where = ranges_of(area, on)
    return where | UNPLACED if where and role.no_area and area.level in ON_TOP else where


def scope_of(
    user: User, on: date, *, grants: Iterable[Grant] | None = None, request: str = "", address: str = ""
) -> Scope:
    """What an account may do where on a day; nothing if it is switched off.

    Args:
        grants: those of `grants_in_force`, where they have been asked for already.
    """
    if not user.is_active:
        return NOBODY
    rights: defaultdict[str, Ranges] = defaultdict(lambda: NOWHERE)
    registers: set[str] | None = set()
    roles = load_roles().roles
    for grant in grants_in_force(user, on) if grants is None else grants:
        role = roles.get(grant.role)
        if role is None:
            continue
        where = reach_of(role, grant.area, on)
        for right in role.rights:
            rights[right] |= where
        registers = None if registers is None or grant.registers is None else registers | set(grant.registers)
    held = frozenset(registers) if registers is not None else None
    return Scope(user.pk, user.name or user.username, dict(rights), held, request, address)


def scope_of_token(token: ApiToken, on: date, *, request: str = "", address: str = "") -> Scope:
    """The scope of a token: its account's, narrowed to the token's rights, area and registers."""
    whole = scope_of(token.user, on, request=request, address=address)
    within = ALL if token.area is None else ranges_of(token.area, on)
    rights = {right: where & within for right, where in whole.rights.items() if right in token.rights}
    registers = whole.registers
    if token.registers is not None:
        mine = frozenset(token.registers)
        registers = mine if registers is None else registers & mine
    return Scope(whole.user, f"{whole.name}（{token.name}）", rights, registers, request, address)
