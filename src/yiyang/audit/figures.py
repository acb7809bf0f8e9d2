"""Who looked at how much, and what is unusual: many revealed fields, at night, outside of the usual county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from yiyang.access.scope import current

# Above these a person at work is named as unusual; whoever judges looks at the lines.
MANY_REVEALS, MANY_A_DAY, MANY_AT_NIGHT, MANY_OUTSIDE = 20, 300, 10, 20
ACTORS = """
    WITH mine AS (
        SELECT *, (at AT TIME ZONE 'Asia/Shanghai') AS there, area_code / 1000000 AS county FROM audit_line
        WHERE at >= %(since)s AND at < %(until)s AND actor IS NOT NULL AND area_code <@ %(within)s::int8multirange
            AND kind IN ('read', 'search', 'reveal', 'export')
    ), usual AS (
        SELECT actor, mode() WITHIN GROUP (ORDER BY county) AS county FROM mine WHERE area_code > 0 GROUP BY actor
    ), days AS (
        SELECT actor, max(lines) AS most FROM (
            SELECT actor, there::date AS day, count(*) AS lines FROM mine GROUP BY 1, 2) AS d GROUP BY actor
    )
    SELECT m.actor, max(m.actor_name), count(*) FILTER (WHERE kind = 'read'), count(*) FILTER (WHERE kind = 'search'),
        count(*) FILTER (WHERE kind = 'reveal'), count(*) FILTER (WHERE kind = 'export'), max(d.most),
        count(*) FILTER (WHERE extract(hour FROM there) >= 22 OR extract(hour FROM there) < 6),
        count(*) FILTER (WHERE area_code > 0 AND m.county <> u.county)
    FROM mine AS m JOIN days AS d USING (actor) LEFT JOIN usual AS u USING (actor)
    GROUP BY m.actor ORDER BY count(*) DESC LIMIT 200
"""
DAYS = """
    SELECT (at AT TIME ZONE 'Asia/Shanghai')::date, count(*) FILTER (WHERE kind IN ('read', 'search')),
        count(*) FILTER (WHERE kind IN ('reveal', 'export'))
    FROM audit_line WHERE at >= %(since)s AND at < %(until)s AND area_code <@ %(within)s::int8multirange
    GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Actor:
    """What one person at work looked at in the time."""

    actor: int
    name: str
    reads: int
    searches: int
    reveals: int
    exports: int
    most_a_day: int
    at_night: int
    outside: int

    @property
    def unusual(self) -> list[str]:
        """What stands out, in words."""
        found = [
            (self.reveals >= MANY_REVEALS, f"查看完整信息 {self.reveals} 次"),
            (self.most_a_day >= MANY_A_DAY, f"一天内最多 {self.most_a_day} 次"),
            (self.at_night >= MANY_AT_NIGHT, f"夜间（22–6 时）{self.at_night} 次"),
            (self.outside >= MANY_OUTSIDE, f"常用县区以外 {self.outside} 次"),
        ]
        return [words for is_so, words in found if is_so]


def actors(since: datetime, until: datetime) -> list[Actor]:
    """Everybody who looked at people in the areas of the scope in force, the busiest first, at most 200."""
    return [Actor(*row) for row in _run(ACTORS, since, until)]


def days(since: datetime, until: datetime) -> list[tuple[str, int, int]]:
    """Day, looked at, revealed and exported."""
    return [(f"{day:%m-%d}", looked, taken) for day, looked, taken in _run(DAYS, since, until)]


def _run(statement: str, since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    within = current().where("audit.read").multirange()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"since": since, "until": until, "within": within})
        return cursor.fetchall()
