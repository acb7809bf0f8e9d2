"""What the pages and the API tell of hardship groups: figures without names, and who entered and left, with names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from yiyang.access.ranges import Ranges
from yiyang.access.scope import Scope
from yiyang.areas import logic as areas
from yiyang.registry.models import GroupFigure, Membership, Person
from yiyang.registry.person_page import because
from yiyang.registry.words import group_words

MONTHS = 12
MOST = 200


@dataclass(frozen=True)
class GroupLine:
    """A group in the latest month: how many, entered, left; and the months before."""

    id: str
    name: str
    short: str
    is_visited: bool
    people: int = 0
    entered: int = 0
    left: int = 0
    trend: list[int | None] = field(default_factory=list)


@dataclass(frozen=True)
class Move:
    """Somebody who entered or left in a month, and why."""

    person: Person
    because: str


def figures_of(scope: Scope) -> QuerySet[GroupFigure]:
    """Figures where the scope may see any: of groups or of everything."""
    reach = scope.where("figure.read") | scope.where("group.read")
    return GroupFigure.objects.filter(reach.q("area_code"))


def months_of(scope: Scope) -> list[str]:
    """The last twelve months with figures, the earliest first."""
    found = figures_of(scope).order_by("-month").values_list("month", flat=True).distinct()[:MONTHS]
    return sorted(found)


def lines(scope: Scope, within: Ranges | None = None) -> tuple[list[str], list[GroupLine]]:
    """Months, and every group with its figures; groups in the order of policy/groups."""
    months = months_of(scope)
    rows = figures_of(scope) if within is None else figures_of(scope).filter(within.q("area_code"))
    sums: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    summed = rows.filter(month__in=months).order_by().values("group", "month")
    for row in summed.annotate(people_=Sum("people"), entered_=Sum("entered"), left_=Sum("left")):
        sums[row["group"]][row["month"]] = (row["people_"], row["entered_"], row["left_"])
    last = months[-1] if months else ""
    return months, [_line(group, sums[key], months, last) for key, group in group_words().items()]


def _line(group: Any, found: dict[str, tuple[int, int, int]], months: Sequence[str], last: str) -> GroupLine:
    people, entered, left = found.get(last, (0, 0, 0))
    trend = [found[month][0] if month in found else None for month in months]
    return GroupLine(group.id, group.name.zh, group.short.zh, group.visited, people, entered, left, trend)


def by_area(scope: Scope, group: str, month: str, size: int) -> dict[int, int]:
    """People of a group by areas of a size (10**6 counties, 10**3 towns, 1 villages)."""
    rows = figures_of(scope).filter(group=group, month=month).annotate(unit=F("area_code") / size)
    found = rows.order_by().values("unit").annotate(number=Sum("people")).values_list("unit", "number")
    return {unit * size: number for unit, number in found}


def size_below(reach: Ranges) -> int:
    """The size of the areas one level below the highest in a scope: towns of a county, villages of a town."""
    widest = max((high - low for low, high in reach.spans if low >= 0), default=1)
    return next((size for _, size in reversed(areas.SIZES) if size < widest), 1)


def causes(scope: Scope, group: str, month: str) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """(why, people) of those who entered and of those who left in a month, the most frequent first."""
    rows = _memberships(scope, group)
    day = date.fromisoformat(f"{month}-01")
    entered = rows.filter(entered=day, left=None).order_by().values_list("entered_because").annotate(n=Count("pk"))
    left = rows.filter(left=day).order_by().values_list("left_because").annotate(n=Count("pk"))
    told = [sorted(((because(cause), n) for cause, n in found), key=lambda pair: -pair[1]) for found in (entered, left)]
    return told[0], told[1]


def moves(scope: Scope, group: str, month: str) -> tuple[list[Move], list[Move]]:
    """Who entered and who left in a month, at most two hundred each, by area."""
    rows = _memberships(scope, group).select_related("person").order_by("person__area_code", "person_id")
    day = date.fromisoformat(f"{month}-01")
    entered = [Move(row.person, because(row.entered_because)) for row in rows.filter(entered=day, left=None)[:MOST]]
    return entered, [Move(row.person, because(row.left_because)) for row in rows.filter(left=day)[:MOST]]


def _memberships(scope: Scope, group: str) -> QuerySet[Membership]:
    """Memberships of people whom the scope may see and whose groups it may see."""
    reach = scope.people & scope.where("group.read")
    here: Q = reach.q("person__area_code")
    return Membership.objects.filter(here, group=group)
