"""A month's planning problem from the platform's tables, and a plan back into them: by COPY, never row by row.

Nobody has stated where villages and houses lie, so places are made up (`planning.places`) and marked so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql as pg

from yiyang.areas.logic import find, span
from yiyang.areas.tables import boundaries
from yiyang.engine.duck import connect
from yiyang.registry import store
from yiyang.visits.models import Absence, Plan, Post
from yiyang.visits.owing_sql import month_days
from yiyang.visits.planning.days import working_days
from yiyang.visits.planning.places import Centres, centres, households
from yiyang.visits.planning.problem import STOPS, UNSERVED, VISITORS, Problem, Solution, problem

TOWN, COUNTY = 10**3, 10**6
# When a visitor leaves his seat at the earliest and is back at the latest, minutes of the day.
BEGINS, ENDS = 480, 1080
# Where no outline of the county is held: a square of some 60 km, so that a plan can be made at all.
NOWHERE = ((105.0, 30.0), (105.6, 30.0), (105.6, 30.6), (105.0, 30.6))
COLUMNS = {
    "id": "BIGINT", "person": "BIGINT", "village": "BIGINT", "town": "BIGINT", "away": "BOOLEAN", "first": "DATE",
    "last": "DATE", "opens": "SMALLINT", "closes": "SMALLINT", "minutes": "SMALLINT", "skills": "VARCHAR",
    "needs_two": "BOOLEAN", "gap": "SMALLINT", "usual": "BIGINT", "deputy": "BIGINT", "on": "DATE", "visitor": "BIGINT",
    "second": "BIGINT", "turn": "SMALLINT", "at": "SMALLINT", "home": "BIGINT",
}  # fmt: skip
VISITS = """
SELECT v.id, v.person_id, v.area_code, v.area_code - v.area_code % 1000, v.means = 'home',
    greatest(v.first, {start}), v.last, v.opens, v.closes, v.minutes, v.skills, v.needs_two, v.gap, p.visitor_id,
    p.deputy_id, v.on, v.visitor_id, v.second_id, v.turn, v.at, coalesce(who.household, v.person_id)
FROM visits_visit AS v JOIN registry_person AS who ON who.id = v.person_id
LEFT JOIN visits_post AS p ON p.area_code = v.area_code AND p.ends IS NULL
WHERE v.area_code >= {low} AND v.area_code < {high} AND {chosen}
ORDER BY v.id
"""
TO_PLAN = "v.month = {month} AND v.state IN ('owed', 'planned') AND v.last >= {start}"
PLANNED = "v.month = {month} AND v.state = 'planned' AND v.on >= {start}"


def month_problem(low: int, high: int, month: str, start: date, last: date, scratch: Path) -> Problem:
    """The visits of a month that are still to be made in a range of areas, and who can make them.

    Raises:
        UsageError: as of `planning.problem.problem`.
    """
    return _problem(visits_table(low, high, TO_PLAN, start, scratch, month), low, high, start, last)


def visits_table(low: int, high: int, chosen: str, start: date, scratch: Path, month: str = "") -> pa.Table:
    """Visits with the columns of COLUMNS."""
    words = {"low": pg.Literal(low), "high": pg.Literal(high), "start": pg.Literal(start), "month": pg.Literal(month)}
    file = scratch / "visits.csv"
    store.copy_out(pg.SQL(VISITS.replace("{chosen}", chosen)).format(**words), file)
    con = connect(memory="512MB", spill=scratch / "spill")
    try:
        rest = ", ".join(f'"{name}"' for name in COLUMNS if name != "skills")
        query = f"SELECT {rest}, from_json(skills, '[\"VARCHAR\"]') AS skills FROM {store.read_csv(file, COLUMNS)}"
        return con.sql(query).to_arrow_table()
    finally:
        con.close()
        file.unlink()


def rest_problem(low: int, high: int, month: str, start: date, scratch: Path) -> tuple[Problem, Solution]:
    """What is planned of a month from a day on in a range of areas, and that plan, to be planned on from."""
    rows = visits_table(low, high, PLANNED, start, scratch, month)
    last = max([start, *rows["last"].to_pylist()])
    return _problem(rows, low, high, start, last), _standing(rows)


def _problem(rows: pa.Table, low: int, high: int, start: date, last: date) -> Problem:
    posts = list(Post.objects.filter(ends=None, area_code__gte=low, area_code__lt=high))
    villages = sorted({*pc.unique(rows["village"]).to_pylist(), *(post.area_code for post in posts)})
    urban = {code: is_urban(code) for code in villages}
    middles = centres(villages, [urban[code] for code in villages], {}, border(low), seed=1)
    visitors = _visitors(posts, urban, middles, start, last)
    known = set(visitors["id"].to_pylist())
    city = np.array([urban[code] for code in rows["village"].to_pylist()], bool)
    lon, lat = households(rows["village"].to_numpy(), rows["home"].to_numpy(), city, middles, seed=1)
    placed = (
        rows.append_column("lon", pa.array(lon)).append_column("lat", pa.array(lat))
        .append_column("urban", pa.array(city)).append_column("made_up", pa.array(np.ones(len(city), bool)))
    )  # fmt: skip
    for name in ("usual", "deputy"):
        is_known = pc.is_in(placed[name], value_set=pa.array(sorted(known), pa.int64()))
        kept = pc.if_else(is_known, placed[name], pa.scalar(None, pa.int64()))
        placed = placed.set_column(placed.column_names.index(name), name, kept)
    return problem(placed, visitors)


def is_urban(code: int) -> bool:
    """Whether a village is a neighbourhood of a town."""
    area = find(code)
    return area is not None and area.is_urban


def border(code: int) -> list[Any]:
    """The rings of a county's outline, from any code within it; a square somewhere where none is held."""
    rings: list[Any] = []
    for feature in boundaries(code // COUNTY * COUNTY)["features"]:
        shape = feature["geometry"]
        for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
            rings += [[point[:2] for point in ring] for ring in polygon]
    return rings or [NOWHERE]


def _visitors(posts: list[Post], urban: Mapping[int, bool], middles: Centres, start: date, last: date) -> pa.Table:
    """One row a visitor, some hundreds. A deputy without a village of his own works while the visitor is away."""
    days = working_days(start, last)
    away = _away({user for post in posts for user in (post.visitor_id, post.deputy_id) if user}, start, last)
    rows: dict[int, dict[str, Any]] = {}
    for post in posts:
        row = rows.setdefault(post.visitor_id, _row(post.visitor_id, post, urban, middles))
        row["skills"] = sorted({*row["skills"], *post.skills})
        row["days"] = [day for day in days if day not in away.get(post.visitor_id, ())]
    for post in posts:
        if post.deputy_id and post.deputy_id not in {each.visitor_id for each in posts}:
            row = rows.setdefault(post.deputy_id, _row(post.deputy_id, post, urban, middles))
            free = away.get(post.visitor_id, set()) - away.get(post.deputy_id, set())
            row["days"] = sorted({*row["days"], *(free & set(days))})
    return pa.Table.from_pylist(list(rows.values()), VISITORS)


def _row(user: int, post: Post, urban: Mapping[int, bool], middles: Centres) -> dict[str, Any]:
    code = post.area_code
    return {
        "id": user, "village": code, "town": code - code % TOWN, "lon": middles.lon[code], "lat": middles.lat[code],
        "urban": urban[code], "skills": list(post.skills), "begins": BEGINS, "ends": ENDS,
        "minutes": post.minutes_a_day, "days": [],
    }  # fmt: skip


def _away(users: set[int], start: date, last: date) -> dict[int, set[date]]:
    found: dict[int, set[date]] = {}
    for each in Absence.objects.filter(visitor__in=users, first__lte=last, last__gte=start):
        span = (each.last - each.first).days + 1
        found.setdefault(each.visitor_id, set()).update(each.first + timedelta(days=n) for n in range(span))
    return found


# The one who goes and the one who goes along, in one row.
PAIRED = """
SELECT m.visit, m.visitor, s.visitor AS second, m.day, m.turn, m.at
FROM stops AS m LEFT JOIN stops AS s ON s.visit = m.visit AND s.is_second WHERE NOT m.is_second ORDER BY m.visit
"""
STOP = ("visit_id", "visitor_id", "is_second", "on", "turn", "at", "way_minutes", "way_metres", "plan_id")


def paired(solution: Solution) -> pa.Table:
    """A solution's stops, one row a visit: visit, visitor, second, day, turn, at."""
    con = duckdb.connect(":memory:")
    try:
        con.register("stops", solution.stops)
        return con.sql(PAIRED).to_arrow_table()
    finally:
        con.close()


def put_stops(plan: Plan, solution: Solution, scratch: Path) -> int:
    """Keep a plan's stops in its rows; the caller's transaction. Returns how many."""
    import pyarrow.csv

    plans = pa.array(np.full(solution.stops.num_rows, plan.pk))
    table, file = solution.stops.append_column("plan", plans), scratch / "stops.csv"
    pyarrow.csv.write_csv(table.combine_chunks(), file, pyarrow.csv.WriteOptions(include_header=False))
    store.append("visits_stop", STOP, file)
    file.unlink()
    return int(table.num_rows)


def problems_of(solution: Solution, rows: pa.Table) -> list[dict[str, Any]]:
    """The promises that a plan cannot keep: visit, person, promise, words, and whether that is certain."""
    person = dict(zip(rows["id"].to_pylist(), rows["person"].to_pylist(), strict=True))
    return [{**each, "person": person.get(each["visit"])} for each in solution.unserved.to_pylist()]


# What was moved by hand has no turn yet and comes last in its day.
STANDING = """
WITH made AS (
    SELECT id AS visit, visitor, false AS is_second, "on", turn, "at", opens FROM given
    UNION ALL SELECT id, second, true, "on", turn, "at", opens FROM given
)
SELECT visit, visitor, is_second, "on" AS day,
    CAST(row_number() OVER (PARTITION BY visitor, "on" ORDER BY turn NULLS LAST, visit) AS SMALLINT) AS turn,
    CAST(coalesce("at", opens) AS SMALLINT) AS "at", CAST(0 AS SMALLINT) AS way_minutes,
    CAST(0 AS INTEGER) AS way_metres
FROM made WHERE visitor IS NOT NULL
"""


def _standing(rows: pa.Table) -> Solution:
    con = duckdb.connect(":memory:")
    try:
        con.register("given", rows)
        stops = con.sql(STANDING).to_arrow_table()
    finally:
        con.close()
    return Solution(pa.table(stops.columns, names=STOPS.names).cast(STOPS), UNSERVED.empty_table(), {})


KEPT = """
SELECT s.visit_id, s.visitor_id, s.is_second, s.on, s.turn, s.at, s.way_minutes, s.way_metres
FROM visits_stop AS s WHERE s.plan_id = {plan} ORDER BY s.id
"""
KEPT_COLUMNS = {
    "visit": "BIGINT", "visitor": "BIGINT", "is_second": "BOOLEAN", "day": "DATE", "turn": "SMALLINT", "at": "SMALLINT",
    "way_minutes": "SMALLINT", "way_metres": "INTEGER",
}  # fmt: skip


def plan_as_kept(plan: Plan, scratch: Path) -> tuple[Problem, Solution]:
    """A plan's visits, done ones among them, as they are owed today, and its stops: what the checker asks for."""
    low, high = span(plan.area_code)
    first, last = month_days(plan.month)
    start = plan.starts or first
    there = f"v.id IN (SELECT visit_id FROM visits_stop WHERE plan_id = {int(plan.pk)})"
    problem_ = _problem(visits_table(low, high, there, start, scratch), low, high, start, last)
    file = scratch / "stops.csv"
    store.copy_out(pg.SQL(KEPT).format(plan=pg.Literal(plan.pk)), file)
    con = duckdb.connect(":memory:")
    try:
        stops = con.sql(f"SELECT * FROM {store.read_csv(file, KEPT_COLUMNS)}").to_arrow_table()
    finally:
        con.close()
    return problem_, Solution(pa.table(stops.columns, names=STOPS.names).cast(STOPS), UNSERVED.empty_table(), {})
