"""The people table of any month, as it was known on any day: pure, as named steps of plain standard SQL.

    registers/<r>.parquet → top_<r> (one row a person: what the register says on the day) → people

The same text runs on DuckDB and on Spark. Rules of the resolution:

* The reference day of a month is its first day. A row counts if it holds on that day and was believed on `known`.
* Of several rows of one register the one with the latest valid_from speaks, then the one known last, then the last row
  of the file.
* Between registers the order of `from` in facts.yaml decides: the first that states a value. Where a more trusted
  register has a doubtful row (state 2 or 3) on the person, no less trusted one is asked: unknown. A fact that can only
  have one value (alive: every register states death) takes it from any register first.
* What clerks state (the register of corrections, if there is one) comes before every register, for any fact.
* A person on whom no register of the fact has a row has the fact's `absent` value, if the registers delivered so far
  cover every value that the fact's registers can state; otherwise he might be in one that is missing: unknown.
* People are those the police register has (a row that has not ended by the day, or a doubtful one). What holds for life
  (birth date, sex) is taken from a row even if its dates begin later. Somebody whose row ended in the month before
  because he died stays for this one month, with alive = 0 and his last facts: differences can then say why he left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from yiyang.catalog.facts import load_facts
from yiyang.engine.duck import connect
from yiyang.engine.facts import Fact, FactBook, Kind, as_int
from yiyang.engine.pipeline import Step
from yiyang.registry import sql
from yiyang.registry.agreement import stored
from yiyang.registry.contracts import BASE, Contract, Contracts, load_contracts
from yiyang.registry.settling import DOUBTFUL
from yiyang.registry.snapshot import open_snapshot

ALIVE = "alive"
DOUBT_FIRST = f"CASE WHEN state >= {DOUBTFUL} THEN 0 ELSE 1 END, "
DOUBT_LAST = f"CASE WHEN state >= {DOUBTFUL} THEN 1 ELSE 0 END, "


def resolve_steps(
    contracts: Contracts, facts: FactBook, day: int, known: int, delivered: Sequence[str]
) -> tuple[Step, ...]:
    """The chain from tables r_<register> to `people`.

    Args:
        day: reference day, yyyymmdd.
        known: yyyymmdd; what became known later is left out.
        delivered: registers delivered so far; each needs its table r_<register>.

    Returns:
        Steps top_<register> for each delivered register and people: person, household, one column per column of
        `facts`, sorted by person.
    """
    there = [name for name in contracts if name in delivered]
    single = {name for name, fact in facts.facts.items() if is_single(fact, contracts, facts)}
    tops = [_top(contracts[name], facts, day, known, single) for name in there if name != BASE]
    return (_base(contracts[BASE], facts, day, known), *tops, _people(contracts, facts, there))


def _top(contract: Contract, facts: FactBook, day: int, known: int, single: set[str]) -> Step:
    """What one register says of each person on the day; `doubtful` is 1 where a row is in quarantine.

    A doubtful row silences the others, unless all they can say is the same (a death is a death).
    """
    name = contract.register_
    doubt = DOUBT_LAST if set(contract.facts) <= single else DOUBT_FIRST
    values = [f"CASE WHEN state < {DOUBTFUL} THEN {column} END AS {column}" for column in columns_of(contract, facts)]
    return _ranked(name, known, f"valid_to >= {day} AND valid_from <= {day}", doubt, values)


def _base(contract: Contract, facts: FactBook, day: int, known: int) -> Step:
    """The same of the register that makes a person; `ended` is 1 if its last row ended in the month before."""
    month_before = day - 100 if day // 100 % 100 > 1 else day - 10000 + 1100
    for_life = lasting(contract, facts)
    values = [f"CASE WHEN valid_to >= {day} THEN 0 ELSE 1 END AS ended"]
    for column in columns_of(contract, facts):
        holds = "" if column in for_life else f" AND valid_from <= {day}"
        values.append(f"CASE WHEN state < {DOUBTFUL}{holds} THEN {column} END AS {column}")
    first = f"CASE WHEN valid_to >= {day} THEN 0 ELSE 1 END, CASE WHEN valid_from <= {day} THEN 0 ELSE 1 END, "
    return _ranked(contract.register_, known, f"valid_to >= {month_before}", first + DOUBT_FIRST, values)


def _ranked(name: str, known: int, valid: str, first: str, values: Sequence[str]) -> Step:
    """The row that speaks for each person among those that are valid and were believed."""
    ranked = (
        "SELECT *, ROW_NUMBER() OVER (PARTITION BY person ORDER BY "
        f"{first}valid_from DESC, known_from DESC, source_row DESC, row_hash) AS turn "
        f"FROM r_{name} WHERE known_from <= {known} AND known_to > {known} AND {valid}"
    )
    doubtful = f"CASE WHEN state >= {DOUBTFUL} THEN 1 ELSE 0 END AS doubtful"
    return Step(
        f"top_{name}",
        f"SELECT {', '.join(['person', doubtful, *values])} FROM ({ranked}) AS ranked WHERE turn = 1",
        keep=False,
    )


def columns_of(contract: Contract, facts: FactBook) -> list[str]:
    """Value columns of a register's table."""
    household = ["household"] if contract.column_with("household") else []
    return [*household, *(facts[name].column for name in contract.facts)]


def sql_type(fact: Fact) -> str:
    """Areas have twelve digits."""
    return "BIGINT" if fact.kind is Kind.AREA else "INTEGER"


def lasting(contract: Contract, facts: FactBook) -> set[str]:
    """Columns that hold for life."""
    return {facts[column.fact].column for column in contract.columns.values() if column.fact and column.lasting}


def _people(contracts: Contracts, facts: FactBook, there: Sequence[str]) -> Step:
    asked = {fact.column: fact for fact in facts.facts.values()}
    values = [
        f"CAST({_value(fact, contracts, facts, there)} AS {sql_type(fact)}) AS {column}"
        for column, fact in asked.items()
    ]
    used = [name for name in there if name != BASE]
    joins = "".join(f" LEFT JOIN top_{name} ON top_{name}.person = top_{BASE}.person" for name in used)
    return Step(
        "people",
        f"SELECT top_{BASE}.person, top_{BASE}.household, {', '.join(values)} FROM top_{BASE}{joins} "
        f"WHERE {_is_person(contracts, facts, there)} ORDER BY top_{BASE}.person",
    )


def _is_person(contracts: Contracts, facts: FactBook, there: Sequence[str]) -> str:
    """Who is in the month's people: not those whose row has ended, unless they died."""
    here = f"top_{BASE}.ended = 0"
    if ALIVE not in facts.facts:
        return here
    return f"({here} OR {_value(facts[ALIVE], contracts, facts, there)} = 0)"


def _value(fact: Fact, contracts: Contracts, facts: FactBook, there: Sequence[str]) -> str:
    """SQL of a fact from the registers that deliver it, the most trusted first."""
    sources = [name for name in fact.sources if name in there]
    corrected = [_stated(name, fact) for name in there if contracts[name].is_correction]
    if not sources:
        return f"CASE {' '.join(corrected)} END" if corrected else "NULL"
    single = is_single(fact, contracts, facts)
    cases = corrected + ([_stated(name, fact) for name in sources] if single else [])
    for name in sources:
        cases.append(f"WHEN top_{name}.doubtful = 1 THEN NULL")
        cases += [] if single else [_stated(name, fact)]
    if fact.absent is None or not is_covered(fact, contracts, facts, there):
        return f"CASE {' '.join(cases)} END"
    nobody = " AND ".join(f"top_{name}.person IS NULL" for name in sources)
    return f"CASE {' '.join(cases)} WHEN {nobody} THEN {fact.absent} END"


def _stated(name: str, fact: Fact) -> str:
    return f"WHEN top_{name}.{fact.column} IS NOT NULL THEN top_{name}.{fact.column}"


def is_single(fact: Fact, contracts: Contracts, facts: FactBook) -> bool:
    """Whether all registers of the fact can state only one value, so that they cannot disagree."""
    values = [can_state(contracts[name], fact) for name in fact.sources]
    return None not in values and len(set().union(*[v for v in values if v is not None])) == 1


def is_covered(fact: Fact, contracts: Contracts, facts: FactBook, there: Sequence[str]) -> bool:
    """Whether the registers that are there can state every value that the fact's registers can."""
    missing = [can_state(contracts[name], fact) for name in fact.sources if name not in there]
    present = [can_state(contracts[name], fact) for name in fact.sources if name in there]
    if not missing:
        return True
    if None in missing or None in present:
        return False
    covered = set().union(*[values for values in present if values is not None])
    return all(values is not None and values <= covered for values in missing)


def can_state(contract: Contract, fact: Fact) -> set[int] | None:
    """The values a register can state for a fact; None if they are not a short list."""
    if not fact.is_listed:
        return None
    if contract.constant and contract.constant.fact == fact.name:
        return {stored(fact, contract.constant.value)}
    column = contract.column_of_fact(fact.name)
    if column is None or column.type == "bool":
        return {0, 1}
    return {stored(fact, value) for value in column.codes.values()}


def resolve(con: duckdb.DuckDBPyConnection, snapshot: Path, month: str, known: date | None = None) -> None:
    """Make the table `people` of a month on a DuckDB connection.

    Args:
        snapshot: folder made by `registry build`.
        month: "2026-11"; the reference day is its first day.
        known: what became known later is left out; None = the snapshot's own known date.

    `people`: person BIGINT, household BIGINT (NULL = unknown), one INTEGER column per fact column (areas BIGINT),
    NULL = unknown, one row a person, sorted by person.

    >>> resolve(con, Path("S"), "2026-11")                                      # doctest: +SKIP
    >>> con.execute("SELECT count(*) FROM people WHERE alive = 1").fetchone()   # doctest: +SKIP
    """
    opened, facts = open_snapshot(snapshot), load_facts()
    opened.verify(f"registers/{name}.parquet" for name in opened.registers)
    contracts = load_contracts(facts=facts)
    on = as_int(known) if known else opened.known
    delivered = [name for name in opened.delivered_by(on) if name in contracts]
    for name in delivered:
        view_register(con, contracts[name], facts, opened.registers[name])
    with sql.interruptible():
        run_steps(con, resolve_steps(contracts, facts, as_int(date.fromisoformat(f"{month}-01")), on, delivered))


def view_register(con: duckdb.DuckDBPyConnection, contract: Contract, facts: FactBook, path: Path) -> None:
    """The view r_<register> over its file; a column that the contract has grown since is unknown there."""
    there = sql.columns(con, sql.parquet(path))
    grown = [f"CAST(NULL AS INTEGER) AS {column}" for column in columns_of(contract, facts) if column not in there]
    sql.view(con, f"r_{contract.register_}", f"SELECT {', '.join(['*', *grown])} FROM {sql.parquet(path)}")


def run_steps(con: duckdb.DuckDBPyConnection, steps: Sequence[Step]) -> None:
    """Run a chain on DuckDB."""
    for step in steps:
        (sql.table if step.keep else sql.view)(con, step.name, step.sql)


def write_people(snapshot: Path, month: str, known: date | None, out: Path) -> Path:
    """`resolve` into a Parquet file."""
    con = connect(spill=out.parent / "spill")
    try:
        resolve(con, snapshot, month, known)
        sql.write_parquet(con, "FROM people", out)
    finally:
        con.close()
    return out
