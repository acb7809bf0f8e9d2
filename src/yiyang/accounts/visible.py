"""Accounts as somebody may see them: those at home in his areas, and those with a role there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from yiyang.access.ranges import ALL, Ranges
from yiyang.access.scope import current
from yiyang.accounts.models import ApiToken, User
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of


def accounts(right: str, on: date) -> QuerySet[User]:
    """Accounts where the scope in force holds a right. Everything on pages starts from here."""
    ranges = current().where(right)
    if ranges == ALL:
        return User.objects.all()
    at_home = area_q(ranges, "area", on)
    through_grant = area_q(ranges, "grants__area", on) & Q(grants__revoked_at__isnull=True)
    # A sub-select, so that an account with three grants stays one row.
    return User.objects.filter(pk__in=User.objects.filter(at_home | through_grant).values("pk"))


def tokens(on: date) -> QuerySet[ApiToken]:
    """Tokens that the scope in force may manage."""
    return ApiToken.objects.filter(user__in=accounts("token.manage", on)).select_related("user", "area")


def areas(right: str, on: date) -> QuerySet[Area]:
    """Areas in which the scope in force holds a right, those without a code included."""
    found: Any = Area.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    ranges = current().where(right)
    return found if ranges == ALL else found.filter(ranges.q("code") | Q(pk__in=_covered(ranges, on)))


def area_q(ranges: Ranges, column: str, on: date) -> Q:
    """The condition that an area lies in ranges, through a column that points to it."""
    found = ranges.q(f"{column}__code")
    covered = _covered(ranges, on)
    return found | Q(**{f"{column}__in": covered}) if covered else found


def _covered(ranges: Ranges, on: date) -> list[int]:
    """Jurisdictions without a code that lie wholly in ranges."""
    found = ((area.pk, ranges_of(area, on)) for area in Area.objects.filter(code__isnull=True))
    return [key for key, there in found if there and ranges.covers(there)]
