"""Codes that are free, and areas by their place in the tree."""

from __future__ import annotations

from django.db.models import QuerySet

from yiyang.areas.logic import SIZES, span
from yiyang.areas.models import Area, FormerArea
from yiyang.base.errors import UsageError

# Villages are numbered by kind: 001 residents' committees, 200 villages, 400 and 500 places like them.
FIRST_NUMBERS = {"neighbourhood": 1, "village": 200, "neighbourhood_like": 400, "village_like": 500}


def size_of(name: str) -> int:
    """How many codes an area of a level has."""
    return dict(SIZES)[name]


def children(area: Area) -> QuerySet[Area]:
    """Areas in force straight below."""
    return Area.objects.filter(parent=area, valid_to__isnull=True, code__isnull=False).order_by("code")


def siblings(parent: int | None) -> QuerySet[Area]:
    """Areas in force under a parent."""
    return Area.objects.filter(parent_id=parent, valid_to__isnull=True)


def taken_within(parent: Area | None) -> set[int]:
    """Codes within an area that are or were in use: a former code must go on to mean what it meant."""
    low, high = span(parent.code or 0) if parent else (0, 0)
    now = Area.objects.filter(code__gte=low, code__lt=high).values_list("code", flat=True)
    before = FormerArea.objects.filter(code__gte=low, code__lt=high).values_list("code", flat=True)
    return {code for code in (*now, *before) if code is not None}


def free_code(area: Area, to: Area, taken: set[int]) -> int:
    """A code for an area under another parent; notes it in `taken`."""
    keeps = (to.code or 0) + (area.code or 0) % size_of(to.level)
    found = next_code(area, to, taken, keeps)
    if found is None:
        raise UsageError(f"{to.name}下没有空余代码。", f"No code is left under {to.name}.")
    taken.add(found)
    return found


def next_code(area: Area, to: Area | None, taken: set[int], keeps: int | None) -> int | None:
    """The code to be kept if it is free, or the next free one for an area of that level and kind."""
    size = size_of(area.level)
    used = {code - code % size for code in taken}
    if keeps is not None and keeps not in used:
        return keeps
    low, high = span(to.code or 0) if to else (0, 0)
    first = low + size * FIRST_NUMBERS.get(area.kind, 1)
    return next((code for start in (first, low + size) for code in range(start, high, size) if code not in used), None)
