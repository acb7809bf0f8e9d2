"""What clerks' corrections amount to: rows of their register, and the facts on which registers say otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from yiyang.engine.duck import connect
from yiyang.engine.facts import FactBook, as_int
from yiyang.registry import sql
from yiyang.registry.contracts import Contracts, corrections
from yiyang.registry.fields import OPEN
from yiyang.registry.refresh import Standing, first_day
from yiyang.registry.sql import Connection
from yiyang.registry.tables import resolve_steps, run_steps


@dataclass(frozen=True)
class Corrected:
    """One correction in force: `column` holds `value` from `since` until the end of `until` (yyyymmdd).

    Without a value it only ends what was said of the column before.
    """

    id: int
    column: str
    value: int | None
    since: int
    until: int = OPEN


@dataclass(frozen=True)
class Piece:
    """A row of the clerks' register: everything that is corrected from a day until the eve of the next correction.

    One row speaks for a person on a day (`tables._top`), so each must say all; `source` is the latest correction in it.
    """

    valid_from: int
    valid_to: int
    values: Mapping[str, int]
    source: int


def pieces(found: Iterable[Corrected]) -> list[Piece]:
    """The corrections of one person laid out as consecutive rows. Of two of one fact the later day, then the later
    correction, wins, for good: what it replaces does not come back when it ends.

    >>> [(p.valid_from, p.valid_to, dict(p.values)) for p in pieces([Corrected(1, "hardship", 2, 20260101),
    ...     Corrected(2, "lonely", 1, 20260301)])]
    [(20260101, 20260228, {'hardship': 2}), (20260301, 99991231, {'hardship': 2, 'lonely': 1})]
    """
    ordered = sorted(found, key=lambda each: (each.since, each.id))
    days = sorted({each.since for each in ordered} | {_morrow(each.until) for each in ordered if each.until != OPEN})
    made, speaking = [], dict[str, Corrected]()
    for day, after in zip(days, [*days[1:], OPEN], strict=False):
        speaking |= {each.column: each for each in ordered if each.since == day}
        said = [each for each in speaking.values() if each.until >= day and each.value is not None]
        if said:
            values = {each.column: each.value for each in said if each.value is not None}
            last = max(said, key=lambda each: (each.since, each.id)).id
            made.append(Piece(day, after if after == OPEN else _eve(after), values, last))
    return made


def _eve(day: int) -> int:
    return as_int(date(day // 10000, day // 100 % 100, day % 100) - timedelta(days=1))


def _morrow(day: int) -> int:
    return as_int(date(day // 10000, day // 100 % 100, day % 100) + timedelta(days=1))


def disputes(con: Connection, contracts: Contracts, facts: FactBook, on: Standing) -> list[tuple[int, str]]:
    """(person, fact) wherever a correction holds on the reference day and the registers alone say another value.

    `con` holds the tables r_<register> from which people were just resolved. Of what no register states or implies
    (unknown) a correction is a supplement and nothing is disputed.
    """
    clerk = corrections(contracts)
    if clerk not in on.there or not sql.number(con, f"SELECT count(*) FROM top_{clerk}"):
        return []
    con.register("stated_otherwise", _stated(con, contracts, facts, on, clerk))
    differs = " UNION ALL ".join(
        f"SELECT person, {sql.quoted(name)} AS fact FROM top_{clerk} AS c JOIN stated_otherwise AS s USING (person) "
        f"WHERE c.{fact.column} <> s.{fact.column}"
        for name, fact in facts.facts.items()
    )
    found = con.execute(f"{differs} ORDER BY person, fact").fetchall()
    con.unregister("stated_otherwise")
    return [(int(person), str(fact)) for person, fact in found]


def _stated(con: Connection, contracts: Contracts, facts: FactBook, on: Standing, clerk: str) -> object:
    """People with corrections, resolved as if there were none: few, so they are copied aside."""
    others = tuple(name for name in on.there if name != clerk)
    aside = connect()
    try:
        for name in others:
            aside.register(
                "given", con.sql(f"SELECT * FROM r_{name} SEMI JOIN top_{clerk} USING (person)").to_arrow_table()
            )
            sql.table(aside, f"r_{name}", "FROM given")
            aside.unregister("given")
        run_steps(aside, resolve_steps(contracts, facts, first_day(on.month), on.known, others))
        return aside.sql("FROM people").to_arrow_table()
    finally:
        aside.close()
