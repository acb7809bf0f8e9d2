"""The figures of the first page, counted in the database within the scope in force; kept for some minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.visits.models import Finding

KEPT_SECONDS = 120
MONTHS = 6
EVERYWHERE = (-(10**12), 10**12)
# People, not visits: who was met once in the month, on whatever visit, was visited; who need not be is not counted.
BY_AREA = """
SELECT p.area - p.area %% %(size)s, count(*), count(*) FILTER (WHERE p.is_visited), count(*) FILTER (WHERE p.is_on_time)
FROM (
    SELECT v.person_id, max(v.area_code) FILTER (WHERE v.cause IN ('monthly', 'risk')) AS area,
        bool_or(v.state = 'done') AS is_visited,
        bool_and(v.state = 'done' AND v.done_on <= v.last) FILTER (WHERE v.cause IN ('monthly', 'risk')) AS is_on_time
    FROM visits_visit AS v
    WHERE v.month = %(month)s AND v.state <> 'excused' AND v.area_code >= %(low)s AND v.area_code < %(high)s
    GROUP BY v.person_id HAVING bool_or(v.cause IN ('monthly', 'risk'))
) AS p GROUP BY 1 ORDER BY 1
"""
TREND = """
SELECT p.month, count(*), count(*) FILTER (WHERE p.is_visited) FROM (
    SELECT v.month, v.person_id, bool_or(v.state = 'done') AS is_visited
    FROM visits_visit AS v
    WHERE v.month BETWEEN %(first)s AND %(month)s AND v.state <> 'excused'
        AND v.area_code >= %(low)s AND v.area_code < %(high)s
    GROUP BY v.month, v.person_id HAVING bool_or(v.cause IN ('monthly', 'risk'))
) AS p GROUP BY 1 ORDER BY 1
"""
MEANS = """
SELECT means, count(*) FROM visits_visit WHERE month = %(month)s AND state = 'done'
    AND area_code >= %(low)s AND area_code < %(high)s
GROUP BY 1 ORDER BY 2 DESC
"""
# Visits that count at home only: how many there are, how many were made.
HOME = """
SELECT count(*), count(*) FILTER (WHERE state = 'done') FROM visits_visit
WHERE month = %(month)s AND state <> 'excused' AND cause IN ('monthly', 'risk') AND counts = '["home"]'
    AND area_code >= %(low)s AND area_code < %(high)s
"""
KINDS = """
SELECT kind, count(*), count(*) FILTER (WHERE state IN ('open', 'assigned', 'acted')) FROM visits_finding
WHERE found_at >= %(since)s AND state <> 'void' AND area_code >= %(low)s AND area_code < %(high)s
GROUP BY 1 ORDER BY 2 DESC
"""
HOURS = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - found_at) / 3600) FROM visits_finding
WHERE state = 'closed' AND closed_at >= %(since)s AND area_code >= %(low)s AND area_code < %(high)s
"""

QUERIES = {"lines": BY_AREA, "trend": TREND, "means": MEANS, "kinds": KINDS, "hours": HOURS, "home": HOME}


@dataclass(frozen=True)
class AreaLine:
    """One area: how many are to be visited, were visited, were visited in time every time."""

    code: int
    owed: int
    visited: int
    on_time: int

    @property
    def share(self) -> float | None:
        """Visited of a hundred."""
        return round(100 * self.visited / self.owed, 1) if self.owed else None

    @property
    def missing(self) -> int:
        """Not visited yet."""
        return self.owed - self.visited


@dataclass(frozen=True)
class Figures:
    """What the page shows.

    `hours`: half of the findings are closed within so many; `to_see`, `seen`: visits that must be at home, and were.
    """

    lines: list[AreaLine]
    trend: list[tuple[str, int, int]]
    means: list[tuple[str, int]]
    kinds: list[tuple[str, int, int]]
    hours: float | None
    to_see: int = 0
    seen: int = 0

    @property
    def owed(self) -> int:
        """People to be visited."""
        return sum(line.owed for line in self.lines)

    @property
    def visited(self) -> int:
        """People who were."""
        return sum(line.visited for line in self.lines)

    @property
    def on_time(self) -> int:
        """People who were, each time in time."""
        return sum(line.on_time for line in self.lines)


def of_month(scope: Scope, month: str, size: int, within: tuple[int, int] = EVERYWHERE) -> Figures:
    """The figures of a month by areas of a size (10**6 county, 10**3 town, 1 village).

    Args:
        within: codes from which and below which; what the scope does not hold is left out all the same.
    """
    key = f"visits.overview.{scope.people.multirange()}.{month}.{size}.{within[0]}"
    found: Figures | None = cache.get(key)
    if found is None:
        found = _counted(month, size, within)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _counted(month: str, size: int, within: tuple[int, int]) -> Figures:
    year, number = (int(part) for part in month.split("-"))
    back = year * 12 + number - MONTHS
    words: dict[str, Any] = {
        "month": month, "size": size, "low": within[0], "high": within[1], "first": f"{back // 12}-{back % 12 + 1:02d}",
        "since": timezone.now() - timedelta(days=92),
    }  # fmt: skip
    with connection.cursor() as cursor:
        rows = {}
        for name, query in QUERIES.items():
            cursor.execute(query, words)
            rows[name] = cursor.fetchall()
    lines = [AreaLine(*row) for row in rows["lines"]]
    hours = rows["hours"][0][0]
    to_see, seen = rows["home"][0]
    half = None if hours is None else float(hours)
    return Figures(lines, rows["trend"], rows["means"], rows["kinds"], half, to_see, seen)


def open_findings(within: tuple[int, int] = EVERYWHERE) -> tuple[int, int]:
    """Findings that are not closed, and those of them that are late; of the scope in force."""
    rows = Finding.objects.filter(state__in=(Finding.State.OPEN, Finding.State.ASSIGNED, Finding.State.ACTED))
    rows = rows.filter(area_code__gte=within[0], area_code__lt=within[1])
    return rows.count(), rows.filter(due__lt=timezone.now()).count()
