"""The funnel in figures: how many cases stand where, what they cost, how long steps take, what is overdue.

One query each, within the scope in force, kept for some minutes for all who see the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from yiyang.access.ranges import Ranges
from yiyang.access.scope import Scope
from yiyang.cases.models import CLOSED, Case

KEPT = 300
# Of how many of the latest steps the usual time is taken.
SAMPLE = 20_000
Found = TypeVar("Found")


@dataclass(frozen=True)
class Cell:
    """Cases of one area, item and state: how many, fen a period, how many of them overdue."""

    area: int
    item: str
    state: str
    cases: int
    fen: int
    overdue: int


@dataclass(frozen=True)
class Pace:
    """How long a step took after the one before: the median of days, and of how many."""

    step: str
    days: float
    steps: int


def kept(name: str, scope: Scope, found: Callable[[], Found]) -> Found:
    """Counted once in a few minutes for all who see the same."""
    seen = hashlib.sha256(f"{scope.where('case.read').multirange()}|{name}".encode()).hexdigest()[:32]
    there: Found | None = cache.get(f"cases.{seen}")
    if there is None:
        there = found()
        cache.set(f"cases.{seen}", there, KEPT)
    return there


def funnel(scope: Scope, size: int, within: Ranges | None = None) -> list[Cell]:
    """Cases by area, item and state where the scope may read cases.

    Args:
        size: the areas by which is counted: 10**6 counties, 10**3 towns, 1 villages.
        within: only there.
    """

    def count() -> list[Cell]:
        where = scope.where("case.read") & within if within is not None else scope.where("case.read")
        today = timezone.localdate()
        rows = (
            Case.objects.filter(where.q("area_code"))
            .annotate(unit=F("area_code") / size)
            .order_by()
            .values("unit", "item", "state")
            .annotate(cases=Count("pk"), fen_all=Sum("fen"), overdue=Count("pk", filter=Q(due__lt=today)))
        )
        return [
            Cell(row["unit"] * size, row["item"], row["state"], row["cases"], int(row["fen_all"] or 0), row["overdue"])
            for row in rows
        ]

    return kept(f"funnel.{size}.{within.multirange() if within else ''}", scope, count)


def by_state(cells: list[Cell]) -> dict[str, int]:
    """State → cases."""
    return _summed(cells, "state")


def by_item(cells: list[Cell]) -> dict[str, int]:
    """Item → cases."""
    return _summed(cells, "item")


def _summed(cells: list[Cell], name: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for cell in cells:
        key = getattr(cell, name)
        sums[key] = sums.get(key, 0) + cell.cases
    return sums


def overdue(scope: Scope, *, at_least: int = 0) -> Any:
    """Open cases past their day where the scope may read, the longest first. `at_least`: the level they rose to."""
    where = scope.where("case.read").q("area_code")
    rows = Case.objects.filter(where, due__lt=timezone.localdate(), escalated__gte=at_least)
    return rows.exclude(state__in=CLOSED).order_by("due", "pk")


PACE = """
SELECT s.slug, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.at - before.at) / 86400), count(*)
FROM (SELECT * FROM cases_step WHERE from_state <> '' AND by IS NOT NULL ORDER BY at DESC, id DESC LIMIT %s) AS s
CROSS JOIN LATERAL (SELECT max(b.at) AS at FROM cases_step AS b WHERE b.case_id = s.case_id AND b.id < s.id) AS before
GROUP BY s.slug ORDER BY s.slug
"""


def pace(scope: Scope) -> list[Pace]:
    """The usual days of each step that people took, from the latest ones that the scope sees."""

    def measure() -> list[Pace]:
        with connection.cursor() as cursor:
            cursor.execute(PACE, [SAMPLE])
            return [Pace(step, round(float(days), 1), steps) for step, days, steps in cursor.fetchall()]

    return kept("pace", scope, measure)
