"""The month of visits on one screen: a calendar of days, and what each visitor has to do."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from yiyang.visits.lists import clock
from yiyang.visits.models import Means, Post, Visit

DONE = Q(state=Visit.State.DONE)
HOME = Q(means=Means.HOME)
SHOWN_A_DAY = 6
VISITORS_SHOWN = 30


@dataclass(frozen=True)
class Day:
    """One day: how many visits, how many of them done or by telephone, and (of one round) which."""

    on: date
    is_in_month: bool
    is_today: bool
    count: int = 0
    done: int = 0
    calls: int = 0
    visits: list[Visit] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many are not named."""
        return max(self.count - len(self.visits), 0)


@dataclass(frozen=True)
class Load:
    """What one visitor has in a month.

    `calls`: how many of the visits need no way; `longest`: minutes of his longest day, from the first beginning to the
    last end; `usual`: in percent, the visits to people of his own village.
    """

    key: int
    name: str
    area: int
    visits: int
    calls: int
    done: int
    minutes: int
    days: int
    longest: int
    usual: int | None


def first_of(month: str) -> date:
    """The first day of a month as it stands in an address. Raises ValueError."""
    return date.fromisoformat(f"{month}-01")


def weeks(rows: QuerySet[Any], month: str, today: date, *, is_named: bool) -> list[list[Day]]:
    """The weeks of a month from Monday, with the visits of each day; named where it is one visitor's or village's."""
    first = first_of(month)
    per_day = rows.filter(on__isnull=False).order_by().values("on")
    counted = {
        row["on"]: row
        for row in per_day.annotate(n=Count("pk"), d=Count("pk", filter=DONE), c=Count("pk", filter=~HOME))
    }
    named: defaultdict[date, list[Visit]] = defaultdict(list)
    if is_named:
        for visit in rows.filter(on__isnull=False).select_related("person").order_by("on", "turn", "pk")[:2000]:
            visit.clock = f"{clock(visit.at)} " if visit.at is not None else ""
            if len(named[visit.on]) < SHOWN_A_DAY:
                named[visit.on].append(visit)

    def told(day: date) -> Day:
        row = counted.get(day, {"n": 0, "d": 0, "c": 0})
        visits = named[day] if is_named else []
        return Day(day, day.month == first.month, day == today, row["n"], row["d"], row["c"], visits)

    month_weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [[told(day) for day in week] for week in month_weeks]


def loads(rows: QuerySet[Any]) -> list[Load]:
    """The visitors of some visits with their loads, the heaviest first; at most `VISITORS_SHOWN`."""
    per_day = rows.filter(visitor__isnull=False, on__isnull=False).order_by().values("visitor", "on")
    longest: dict[int, int] = defaultdict(int)
    for visitor, span in per_day.annotate(n=Max(F("at") + F("minutes")) - Min("at")).values_list("visitor", "n"):
        longest[visitor] = max(longest[visitor], span or 0)
    grouped = (
        rows.filter(visitor__isnull=False).order_by().values("visitor", name=F("visitor__name"))
        .annotate(
            n=Count("pk"), calls=Count("pk", filter=~HOME), done=Count("pk", filter=DONE), minutes=Sum("minutes"),
            days=Count("on", distinct=True), area=Max("visitor__area__code"),
        )
        .order_by("-minutes", "visitor")[:VISITORS_SHOWN]
    )  # fmt: skip
    own = usual(rows)
    return [
        Load(
            row["visitor"], row["name"], row["area"] or -1, row["n"], row["calls"], row["done"],
            row["minutes"] or 0, row["days"], longest[row["visitor"]],
            round(100 * own.get(row["visitor"], 0) / row["n"]) if row["n"] else None,
        )
        for row in grouped
    ]  # fmt: skip


def usual(rows: QuerySet[Any]) -> dict[int, int]:
    """Visitor → how many of his visits are to villages whose named visitor he is."""
    mine = dict(Post.objects.filter(ends=None).values_list("area_code", "visitor"))
    found: defaultdict[int, int] = defaultdict(int)
    for visitor, area, count in (
        rows.filter(visitor__isnull=False).order_by().values_list("visitor", "area_code").annotate(n=Count("pk"))
    ):
        if mine.get(area) == visitor:
            found[visitor] += count
    return found
