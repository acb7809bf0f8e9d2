"""What a run found, from Arrow into the database: by COPY into temporary tables and from there in one statement each.

Everything runs in the caller's transaction and under its scope.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from yiyang.access.ranges import NO_AREA
from yiyang.areas.logic import span
from yiyang.entitlement.models import MonthRun
from yiyang.registry import store

GROUND = ("list_area", "item", "cell", "lines", "articles")
# Who answers for somebody: the place that the item goes by; where that is unknown or outside of the run, the other one.
PLACE = """
CASE
    WHEN {first} >= {low} AND {first} < {high} THEN {first}
    WHEN {other} >= {low} AND {other} < {high} THEN {other}
    ELSE coalesce(nullif({first}, {nowhere}), {other}, {nowhere})
END
"""


def put_grounds(run: MonthRun, rows: Iterable[tuple[str, str, int, list[Any], list[Any]]], scratch: Path) -> None:
    """The reasons that a run's changes name."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in GROUND]
    packed = [json.dumps(value, ensure_ascii=False) for value in columns[3]]
    articles = [json.dumps(value, ensure_ascii=False) for value in columns[4]]
    table = pa.table(
        [*map(pa.array, columns[:3]), pa.array(packed, pa.string()), pa.array(articles, pa.string())], GROUND
    )
    _copy("new_grounds", "list_area text, item text, cell integer, lines jsonb, articles jsonb", table, scratch)
    store.execute(
        "INSERT INTO entitlement_ground (run_id, list_area, item, cell, lines, articles) "
        "SELECT %s, list_area, item, cell, lines, articles FROM new_grounds",
        [run.pk],
    )
    store.execute("DROP TABLE new_grounds")


def put_changes(run: MonthRun, table: pa.Table, scratch: Path) -> int:
    """Who changed. People without a file in the registry are left out; returns how many rows came in."""
    types = (
        "person bigint, item text, list_area text, kind text, cause text, fen_before bigint, fen bigint, every text, "
        "basis text, rule integer, cell integer"
    )
    _copy("new_changes", types, table, scratch)
    low, high = span(run.area_code)
    first, other = (
        f"(CASE WHEN c.basis = 'registered' THEN p.{a} ELSE p.{b} END)"
        for a, b in (("registered_code", "area_code"), ("area_code", "registered_code"))
    )
    place = PLACE.format(first=first, other=other, low=low, high=high, nowhere=NO_AREA)
    count = store.execute(
        "INSERT INTO entitlement_change (run_id, person, item, list_area, kind, cause, fen_before, fen, every, "
        "area_code, ground_id) "
        f"SELECT %s, c.person, c.item, c.list_area, c.kind, c.cause, c.fen_before, c.fen, c.every, {place}, g.id "
        "FROM new_changes AS c JOIN registry_person AS p ON p.id = c.person "
        "LEFT JOIN entitlement_ground AS g "
        "ON g.run_id = %s AND g.list_area = c.list_area AND g.item = c.item AND g.cell = c.cell",
        [run.pk, run.pk],
    )
    store.execute("DROP TABLE new_changes")
    return count


def put_unknown(run: MonthRun, table: pa.Table, scratch: Path) -> int:
    """What is to be found out. What was asked already and not yet confirmed is carried over from the run before."""
    _copy("new_unknown", "person bigint, fact text, items smallint, year_fen bigint", table, scratch)
    low, high = span(run.area_code)
    place = PLACE.format(first="p.area_code", other="p.registered_code", low=low, high=high, nowhere=NO_AREA)
    count = store.execute(
        "INSERT INTO entitlement_unknown (run_id, person, fact, items, year_fen, area_code, state, value, note, "
        "settled_by_name, settled_at) "
        f"SELECT %s, n.person, n.fact, n.items, n.year_fen, {place}, coalesce(o.state, 'open'), o.value, "
        "coalesce(o.note, ''), coalesce(o.settled_by_name, ''), o.settled_at "
        "FROM new_unknown AS n JOIN registry_person AS p ON p.id = n.person "
        "LEFT JOIN entitlement_unknown AS o "
        "ON o.run_id = %s AND o.person = n.person AND o.fact = n.fact AND o.state = 'asked'",
        [run.pk, run.previous_id],
    )
    store.execute("DROP TABLE new_unknown")
    return count


def put_arrears(run: MonthRun, table: pa.Table, scratch: Path) -> int:
    """What is owed for a month, without what earlier reckonings of it found: a late fact counts once."""
    _copy("new_arrears", "person bigint, item text, list_area text, cause text, fen bigint", table, scratch)
    low, high = span(run.area_code)
    place = PLACE.format(first="p.registered_code", other="p.area_code", low=low, high=high, nowhere=NO_AREA)
    count = store.execute(
        "WITH found AS (SELECT person, item, sum(fen) AS fen FROM entitlement_arrear "
        "WHERE month = %s AND run_id IN (SELECT id FROM entitlement_monthrun WHERE area_code = %s) "
        "GROUP BY person, item), "
        "net AS (SELECT coalesce(n.person, f.person) AS person, coalesce(n.item, f.item) AS item, "
        "coalesce(n.list_area, '') AS list_area, coalesce(n.cause, 'other_fact') AS cause, "
        "coalesce(n.fen, 0) - coalesce(f.fen, 0) AS fen "
        "FROM new_arrears AS n FULL JOIN found AS f ON f.person = n.person AND f.item = n.item) "
        "INSERT INTO entitlement_arrear (run_id, month, person, item, list_area, fen, cause, area_code, state, "
        "decided_by_name, reason) "
        f"SELECT %s, %s, n.person, n.item, n.list_area, n.fen, n.cause, {place}, 'open', '', '' "
        "FROM net AS n JOIN registry_person AS p ON p.id = n.person WHERE n.fen <> 0",
        [run.month, run.area_code, run.pk, run.month],
    )
    store.execute("DROP TABLE new_arrears")
    return count


def analyze() -> None:
    """Fresh statistics; until the database looks by itself, it would plan pages with those of before."""
    store.execute("SELECT entitlement_analyze()")


def _copy(name: str, types: str, table: pa.Table, scratch: Path) -> None:
    file = scratch / f"{name}.csv"
    # An empty first chunk would be written as so many bytes of memory (pyarrow 26, without a header).
    pyarrow.csv.write_csv(table.combine_chunks(), file, pyarrow.csv.WriteOptions(include_header=False))
    store.execute(f"CREATE TEMP TABLE {name} ({types}) ON COMMIT DROP")
    store.copy_in(name, table.column_names, file)
    store.execute(f"ANALYZE {name}")
    file.unlink()
