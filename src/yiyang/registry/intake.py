"""Checking one delivered file: read and judge it, compare it with what was stated before, say what would change.

DuckDB does the work in a scratch connection. What the delivery would add and end is staged beside it as Parquet, so
that accepting it is a copy and not a second reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from yiyang.base.errors import DeliveryError
from yiyang.engine.duck import connect
from yiyang.engine.facts import FactBook, as_int
from yiyang.registry import history, identities, linking, quarantine, sql, store, unidentified
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import OPEN
from yiyang.registry.headers import Unusable
from yiyang.registry.history import EVER, Arrival
from yiyang.registry.linking import Linked
from yiyang.registry.places_in_force import InForce
from yiyang.registry.reading import Reader
from yiyang.registry.settling import Counts, settle, stored_columns
from yiyang.registry.sources import Source, open_source
from yiyang.registry.sql import Connection

Tell = Callable[[str], None]
# Which row it is; the rest of a row follows from these.
SAME = "person, known_from, valid_from, valid_to, state, source_row, row_hash, source_file"


@dataclass(frozen=True)
class Came:
    """What is known of a delivery before it is read.

    Attributes:
        path: the delivered file.
        label: month and file name, as kept beside every row.
        first: the month's first day.
        known: the day on which it became known.
        again_since: known date (yyyymmdd) of the first accepted delivery of the same month and area, or OPEN.
        area: whose people it is about: compared with earlier deliveries for the same area.
    """

    contract: Contract
    path: Path
    label: str
    first: date
    known: date
    again_since: int
    area: int


@dataclass(frozen=True)
class Checked:
    """What a check found. Staged beside it: added, closed, identities (Parquet) and quarantine (CSV)."""

    counts: dict[str, int]
    reasons: dict[str, int]
    encoding: str
    headings_unknown: list[str]
    columns_missing: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def check(came: Came, facts: FactBook, stage: Path, tell: Tell) -> Checked:
    """Check a delivery within an open unit of work (it reads what the register stated before).

    Args:
        stage: an empty folder for what is staged.
        tell: called with the name of each step.

    Raises:
        DeliveryError: the file cannot be used, with every reason.
    """
    con = connect(memory="2GB", spill=stage / "spill")
    try:
        with sql.interruptible():
            return _check(con, came, facts, stage, tell)
    finally:
        con.close()


def _check(con: Connection, came: Came, facts: FactBook, stage: Path, tell: Tell) -> Checked:
    contract, name = came.contract, came.contract.register_
    tell("打开文件")
    try:
        source = open_source(contract, came.path, came.label, stage)
    except Unusable as error:
        raise DeliveryError("文件不能用。", "The file cannot be used.", error.problems) from error
    tell("逐行核对")
    counts = _read(con, came, facts, source)
    tell("关联无有效证件号的行")
    counts, linked = _link(con, came, facts, source, stage, counts)
    identities.add(con, contract, source)
    tell("与上次交付比较")
    changes = _compare(con, came, facts, stage)
    identities.write(con, stage / "identities.parquet")
    quarantine.write(con, [name], stage / "quarantine.csv")
    return Checked(
        {**asdict(counts), **asdict(changes), **asdict(linked)},
        dict(quarantine.by_reason(stage / "quarantine.csv").most_common()),
        source.encoding,
        list(source.heading.unknown),
        [n for n in contract.read if n not in source.heading.places],
    )


def _read(con: Connection, came: Came, facts: FactBook, source: Source) -> Counts:
    """Read and judge the rows, those decided about without an id number among them; what others tell is collected."""
    contract = came.contract
    identities.begin(con)
    quarantine.begin(con)
    linking.begin(con, contract)
    reader = Reader(con, facts, as_int(came.known), InForce().known, linking=True, collecting=True)
    reader.read(contract, source)
    counts = settle(con, contract, source, facts, as_int(came.known))
    _refuse_empty(contract, counts.delivered)
    return counts


def _link(
    con: Connection, came: Came, facts: FactBook, source: Source, stage: Path, counts: Counts
) -> tuple[Counts, Linked]:
    """Link the rows that have no other fault than their id number; read the file again if any can be."""
    contract, known = came.contract, as_int(came.known)
    # What does not say since when it holds: as `history.write` reads a first delivery and later ones.
    start = EVER if store.is_first(contract.register_, came.area) else as_int(came.first)
    if linking.to_ask(con):
        linking.ask(con, contract, came.area, stage)
        quarantine.begin(con)
        Reader(con, facts, known, InForce().known, linking=True).read(contract, source)
        settle(con, contract, source, facts, known)
        counts = linking.set_aside(con, contract, source)
    linked = linking.stage(con, contract, source, start, stage)
    unidentified.write_contacts(con, stage / "contacts.parquet")
    return counts, linked


def _refuse_empty(contract: Contract, rows: int) -> None:
    if rows == 0 and contract.delivery == "full":
        raise DeliveryError(
            "文件只有表头没有数据。这是全量登记册，空表意味着所有人都被移出；请核对后重新导出。",
            "The file has headings but no rows. This register is delivered in full, so an empty one would remove "
            "everybody. Export it again.",
        )


def _compare(con: Connection, came: Came, facts: FactBook, stage: Path) -> history.Changes:
    """Stage what would be added and ended."""
    contract = came.contract
    before = store.statements(con, contract, facts, stage, area=came.area, with_id=True)
    # Where all was taken back, the next delivery is the first one again.
    is_first = sql.number(con, f"SELECT count(*) FROM {before} WHERE known_to = {OPEN}") == 0
    old, new = stage / "old.parquet", stage / "new.parquet"
    if not is_first:
        sql.write_parquet(con, f"SELECT * EXCLUDE (id) FROM {before}", old)
    arrival = Arrival(came.first, as_int(came.known), came.again_since)
    changes = history.write(con, contract, facts, came.label, arrival, None if is_first else old, new)
    still = f"SELECT * FROM {sql.parquet(new)} WHERE known_to = {OPEN}"
    stood = f"SELECT * FROM {before} WHERE known_to = {OPEN}"
    sql.write_parquet(con, f"FROM ({still}) ANTI JOIN ({stood}) USING ({SAME})", stage / "added.parquet")
    # What is ended on the day it became known was never believed: its two days are the same.
    sql.write_parquet(
        con,
        f"SELECT id, person, greatest(known_from, {arrival.known}) AS known_to FROM {before} AS b "
        f"ANTI JOIN ({still}) AS a USING ({SAME}) WHERE b.known_to = {OPEN}",
        stage / "closed.parquet",
    )
    for path in (old, new):
        path.unlink(missing_ok=True)
    return changes


def staged_columns(contract: Contract, facts: FactBook) -> list[str]:
    """Fact columns of a staged row."""
    return list(stored_columns(contract, facts))
