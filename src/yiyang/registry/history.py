"""Two times: what a delivery changes in what was known before.

Every row of `registers/<r>.parquet` says: the register stated these values for `valid_from`…`valid_to` (both
included), and we believed so from `known_from` until before `known_to` (yyyymmdd; 99991231 = still).

* A row that was not known before is known from the delivery's known date.
* A row that is delivered unchanged stays as it is: same known_from, same source row.
* A row of a `full` register that is no longer delivered was right until the eve of the delivery's month: the old row is
  closed (`known_to`), and an *ended* row (state 1) with that `valid_to` takes its place, so that earlier months stay as
  they were and only later ones change. If another row of the person takes over from a stated day, it ends on the eve of
  that day. If the new row is stated to hold from *earlier* than the old one, the old one was a mistake: it is closed and
  nothing takes its place. If both state the *same* day (the day a benefit began, not the day its kind changed), the new
  one holds from the month's first day: nobody's past is rewritten unless a department says so with a date.
* A row that came with an earlier delivery of the same month and is not in this one was a mistake: closed, nothing more.
* A doubtful row (state 2: the person's row is in quarantine) is cleared by a good row of the person, also for the past.
  If the register drops him instead, the doubt about the past stays (state 3).
* A `delta` register only adds.
* A row that does not say since when it holds: since ever (1900-01-01) if it comes with the register's first delivery,
  otherwise since the first day of the delivery's month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from yiyang.engine.facts import FactBook, as_int
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import OPEN
from yiyang.registry.settling import DELIVERED, DOUBTFUL, ENDED, ENDED_DOUBT, stored_columns
from yiyang.registry.sources import quoted

EVER = 19000101
TIMES = ("person", "valid_from", "valid_to", "known_from", "known_to", "source_file", "source_row", "row_hash", "state")
ORDER = "person, known_from, valid_from, state, source_row, known_to"


@dataclass(frozen=True)
class Arrival:
    """When a delivery came.

    Attributes:
        first: the month's first day.
        known: the day on which it was known, yyyymmdd.
        again_since: the known date of the first delivery of the same month before this one, or OPEN.
    """

    first: date
    known: int
    again_since: int = OPEN

    @property
    def day(self) -> int:
        return as_int(self.first)

    @property
    def eve(self) -> int:
        return as_int(self.first - timedelta(days=1))


@dataclass(frozen=True)
class Changes:
    """What became of the rows: `rows` are in the snapshot now; the others count delivered rows without doubtful ones."""

    rows: int
    new: int
    unchanged: int
    closed: int


def write(con: duckdb.DuckDBPyConnection, contract: Contract, facts: FactBook, label: str, arrival: Arrival,
          before: Path | None, out: Path) -> Changes:
    """Write registers/<r>.parquet from settled_<r> and, if there is one, the register of the snapshot before."""
    name, stored = contract.register_, list(stored_columns(contract, facts))
    start = EVER if before is None else arrival.day
    con.execute(f"CREATE OR REPLACE TEMP VIEW fresh AS SELECT person, COALESCE(stated_from, {start}) AS valid_from, valid_to, "
                f"{arrival.known} AS known_from, {OPEN} AS known_to, {quoted(label)} AS source_file, source_row, row_hash, "
                f"CAST(state AS INTEGER) AS state{''.join(', ' + c for c in stored)} FROM settled_{name}")
    if before is None:
        copy(con, "SELECT * FROM fresh", out)
        return Changes(_number(con, "SELECT count(*) FROM fresh"), _delivered(con, "fresh"), 0, 0)
    _compare(con, contract, stored, arrival, before)
    copy(con, "SELECT * FROM stay UNION ALL SELECT * FROM shut UNION ALL SELECT * FROM ended UNION ALL SELECT * FROM added", out)
    new = _delivered(con, "unknown")
    return Changes(_number(con, f"SELECT count(*) FROM read_parquet({quoted(str(out))})"), new, _delivered(con, "fresh") - new,
                   _delivered(con, "gone"))


def copy(con: duckdb.DuckDBPyConnection, query: str, out: Path) -> None:
    """Write a register's rows in their fixed order."""
    con.execute(f"COPY (SELECT * FROM ({query}) ORDER BY {ORDER}) TO {quoted(str(out))} (FORMAT parquet, COMPRESSION zstd)")


def _compare(con: duckdb.DuckDBPyConnection, contract: Contract, stored: list[str], arrival: Arrival, before: Path) -> None:
    """Tables unknown and gone; views added, stay, shut and ended. `gone` are the old rows that are no longer believed."""
    columns = ", ".join([*TIMES, *stored])
    con.execute(f"CREATE OR REPLACE TEMP TABLE old AS SELECT {_old_columns(con, stored, before)} FROM read_parquet({quoted(str(before))})")
    current = f"(SELECT * FROM old WHERE known_to = {OPEN} AND state IN ({DELIVERED}, {DOUBTFUL}))"
    con.execute(f"CREATE OR REPLACE TEMP TABLE unknown AS SELECT {columns} FROM fresh ANTI JOIN {current} USING (person, row_hash, state)")
    con.execute(f"CREATE OR REPLACE TEMP TABLE gone AS SELECT {columns} FROM {current} AS c WHERE {_is_gone(contract)}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW added AS SELECT * REPLACE ({_start_of_added(arrival)} AS valid_from) FROM unknown AS u")
    key = "person, known_from, valid_from, state, source_row, known_to, row_hash"
    con.execute(f"CREATE OR REPLACE TEMP VIEW stay AS SELECT {columns} FROM old ANTI JOIN gone USING ({key})")
    # What was closed on the day it became known was never believed: the delivery was repeated on that day.
    con.execute(f"CREATE OR REPLACE TEMP VIEW shut AS SELECT * REPLACE ({arrival.known} AS known_to) FROM gone "
                f"WHERE known_from < {arrival.known}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW ended AS {_ended(columns, arrival)}")


def _old_columns(con: duckdb.DuckDBPyConnection, stored: list[str], before: Path) -> str:
    """The old file's columns; one the contract has grown since is unknown there."""
    there = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(str(before))})").fetchall()}
    return ", ".join([*TIMES, *(c if c in there else f"CAST(NULL AS INTEGER) AS {c}" for c in stored)])


def _is_gone(contract: Contract) -> str:
    if contract.delivery == "full":
        return "NOT EXISTS (SELECT 1 FROM fresh AS f WHERE f.person = c.person AND f.row_hash = c.row_hash AND f.state = c.state)"
    return (f"c.state = {DOUBTFUL} AND EXISTS (SELECT 1 FROM unknown AS a WHERE a.person = c.person AND a.state = {DELIVERED}) "
            f"AND NOT EXISTS (SELECT 1 FROM fresh AS f WHERE f.person = c.person AND f.state = {DOUBTFUL})")


def _start_of_added(arrival: Arrival) -> str:
    """A new row with the stated day of the row it replaces holds from the month's first day."""
    return (f"CASE WHEN state = {DELIVERED} AND valid_from < {arrival.day} AND EXISTS (SELECT 1 FROM gone AS g WHERE g.person = u.person "
            f"AND g.state = {DELIVERED} AND g.valid_from = u.valid_from AND g.known_from < {arrival.again_since}) "
            f"THEN {arrival.day} ELSE valid_from END")


def _ended(columns: str, arrival: Arrival) -> str:
    eve_of_next = ("CAST(strftime(strptime(CAST(starts AS VARCHAR), '%Y%m%d') - INTERVAL 1 DAY, '%Y%m%d') AS INTEGER)")
    taken = f"SELECT person, min(valid_from) AS starts FROM added WHERE state = {DELIVERED} GROUP BY person"
    last = f"CASE WHEN starts > {arrival.day} THEN {eve_of_next} ELSE {arrival.eve} END"
    state = f"CASE state WHEN {DELIVERED} THEN {ENDED} ELSE {ENDED_DOUBT} END"
    keeps = f"starts IS NULL OR (state = {DELIVERED} AND starts > valid_from)"
    return (f"SELECT {columns} FROM (SELECT * REPLACE (least(valid_to, {last}) AS valid_to, {arrival.known} AS known_from, "
            f"{state} AS state) FROM gone LEFT JOIN ({taken}) USING (person) "
            f"WHERE known_from < {arrival.again_since} AND ({keeps})) WHERE valid_to >= valid_from")


def _delivered(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows as delivered, without the doubtful ones."""
    return _number(con, f"SELECT count(*) FROM {table} WHERE state = {DELIVERED}")


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])
