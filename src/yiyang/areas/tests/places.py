"""Areas that the tests speak of, and how they are found."""

from __future__ import annotations

from datetime import date

from yiyang.areas.models import Area

DAZHOU, DAZHU, TONGCHUAN, ZHUYANG, WUMU = 511700000000, 511724000000, 511702000000, 511724001000, 511724101000
TODAY = date(2026, 11, 22)


def area(code: int) -> Area:
    """The area of a code."""
    return Area.objects.get(code=code)


def villages(town: int) -> list[Area]:
    """The villages in force of a town."""
    return list(Area.objects.filter(parent__code=town, valid_to__isnull=True).order_by("code"))
