"""Two times: what a delivery changes in what was known before.

Every row of `registers/<r>.parquet` says: the register stated these values for `valid_from`…`valid_to` (both
included), and we believed so from `known_from` until before `known_to` (yyyymmdd; 99991231 = still).

* A row that was not known before is known from the delivery's known date.
* A row that is delivered unchanged stays as it is: same known_from, same source row.
* A row of a `full` register that is no longer delivered was right until the eve of the delivery's month: the old row
  is closed (`known_to`), and an *ended* row (state 1) with that `valid_to` takes its place, so that earlier months stay
  as they were and only later ones change. If another row of the person takes over from a stated day, it ends on the
  eve of that day. If the new row is stated to hold from *earlier* than the old one, the old one was a mistake: it is
  closed and nothing takes its place. If both state the *same* day (the day a benefit began, not the day its kind
  changed), the new one holds from the month's first day: nobody's past is rewritten unless a department says so with a
  date.
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

from yiyang.engine.facts import FactBook, as_int
from yiyang.registry import sql
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import OPEN
from yiyang.registry.settling import DELIVERED, DOUBTFUL, ENDED, ENDED_DOUBT, stored_columns
from yiyang.registry.sql import Connection, quoted

EVER = 19000101
TIMES = "person, valid_from, valid_to, known_from, known_to, source_file, source_row, row_hash, state"
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
    """What became of the rows: `rows` are in the snapshot; the others count delivered rows, no doubtful ones."""

    rows: int
    new: int
    unchanged: int
    closed: int


def write(
    con: Connection, contract: Contract, facts: FactBook, label: str, arrival: Arrival, before: Path | None, out: Path
) -> Changes:
    """Write registers/<r>.parquet from settled_<r> and, if there is one, the register of the snapshot before."""
    stored = "".join(f", {column}" for column in stored_columns(contract, facts))
    start = EVER if before is None else arrival.day
    fresh = (
        f"SELECT person, COALESCE(stated_from, {start}) AS valid_from, valid_to, {arrival.known} AS known_from, "
        f"{OPEN} AS known_to, {quoted(label)} AS source_file, source_row, row_hash, CAST(state AS INTEGER) AS state"
        f"{stored} FROM settled_{contract.register_}"
    )
    sql.view(con, "fresh", fresh)
    if before is None:
        sql.write_parquet(con, f"SELECT * FROM fresh ORDER BY {ORDER}", out)
        return Changes(sql.number(con, "SELECT count(*) FROM fresh"), _delivered(con, "fresh"), 0, 0)
    _compare(con, contract, TIMES + stored, arrival, before)
    parts = " UNION ALL ".join(f"SELECT * FROM {part}" for part in ("stay", "shut", "ended", "added"))
    sql.write_parquet(con, f"SELECT * FROM ({parts}) ORDER BY {ORDER}", out)
    new = _delivered(con, "unheard")
    rows = sql.number(con, f"SELECT count(*) FROM {sql.parquet(out)}")
    return Changes(rows, new, _delivered(con, "fresh") - new, _delivered(con, "gone"))


def _compare(con: Connection, contract: Contract, columns: str, arrival: Arrival, before: Path) -> None:
    """Tables unheard (new) and gone (no longer believed); views added, stay, shut and ended, for the new file."""
    there = sql.columns(con, sql.parquet(before))
    # A column that the contract has grown since is unknown in the old rows.
    known = [name if name in there else f"CAST(NULL AS INTEGER) AS {name}" for name in columns.split(", ")]
    sql.table(con, "old", f"SELECT {', '.join(known)} FROM {sql.parquet(before)}")
    sql.view(con, "current_rows", f"SELECT * FROM old WHERE known_to = {OPEN} AND state IN ({DELIVERED}, {DOUBTFUL})")
    sql.table(con, "unheard", f"SELECT {columns} FROM fresh ANTI JOIN current_rows USING (person, row_hash, state)")
    sql.table(con, "gone", f"SELECT {columns} FROM current_rows AS c WHERE {_is_gone(contract)}")
    sql.view(con, "added", f"SELECT * REPLACE ({_start_of_added(arrival)} AS valid_from) FROM unheard AS u")
    sql.view(
        con, "stay", f"SELECT {columns} FROM old ANTI JOIN gone USING ({ORDER.replace('state,', 'state, row_hash,')})"
    )
    # What was closed on the day it became known was never believed: the delivery was repeated on that day.
    sql.view(
        con, "shut", f"SELECT * REPLACE ({arrival.known} AS known_to) FROM gone WHERE known_from < {arrival.known}"
    )
    sql.view(con, "ended", _ended(columns, arrival))


def _is_gone(contract: Contract) -> str:
    """SQL: whether a current row is no longer believed."""
    same = "SELECT 1 FROM fresh AS f WHERE f.person = c.person AND f.state = c.state"
    if contract.delivery == "full":
        return f"NOT EXISTS ({same} AND f.row_hash = c.row_hash)"
    mended = f"SELECT 1 FROM unheard AS u WHERE u.person = c.person AND u.state = {DELIVERED}"
    return f"c.state = {DOUBTFUL} AND EXISTS ({mended}) AND NOT EXISTS ({same})"


def _start_of_added(arrival: Arrival) -> str:
    """SQL: a new row with the stated day of the row it replaces holds from the month's first day."""
    replaced = (
        f"SELECT 1 FROM gone AS g WHERE g.person = u.person AND g.state = {DELIVERED} "
        f"AND g.valid_from = u.valid_from AND g.known_from < {arrival.again_since}"
    )
    return (
        f"CASE WHEN state = {DELIVERED} AND valid_from < {arrival.day} AND EXISTS ({replaced}) "
        f"THEN {arrival.day} ELSE valid_from END"
    )


def _ended(columns: str, arrival: Arrival) -> str:
    """SQL: what remains true of the rows that are gone."""
    taken = f"SELECT person, min(valid_from) AS starts FROM added WHERE state = {DELIVERED} GROUP BY person"
    day_before = "strftime(strptime(CAST(starts AS VARCHAR), '%Y%m%d') - INTERVAL 1 DAY, '%Y%m%d')"
    last = f"CASE WHEN starts > {arrival.day} THEN CAST({day_before} AS INTEGER) ELSE {arrival.eve} END"
    state = f"CASE state WHEN {DELIVERED} THEN {ENDED} ELSE {ENDED_DOUBT} END"
    remains = f"starts IS NULL OR (state = {DELIVERED} AND starts > valid_from)"
    return (
        f"SELECT {columns} FROM (SELECT * REPLACE (least(valid_to, {last}) AS valid_to, "
        f"{arrival.known} AS known_from, {state} AS state) FROM gone LEFT JOIN ({taken}) USING (person) "
        f"WHERE known_from < {arrival.again_since} AND ({remains})) WHERE valid_to >= valid_from"
    )


def _delivered(con: Connection, relation: str) -> int:
    """Rows as delivered, without the doubtful ones."""
    return sql.number(con, f"SELECT count(*) FROM {relation} WHERE state = {DELIVERED}")
