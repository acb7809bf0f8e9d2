"""From judged rows to the rows a register leaves in the snapshot, and to quarantine lines.

Of the judged rows of a register each becomes exactly one of three:

* **quarantined**: it has a fault, or two persons share its id number. If its id number is usable, the person gets a
  *doubtful* row: what this register says of him is unknown, not absent.
* **merged**: every stored value equals that of an earlier row of the same person in the file.
* **kept**: everything else. Rows of one person that contradict each other are all kept as statements; `resolve`
  prefers the latest `valid_from`, then the row known last, then the last row of the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from yiyang.engine.facts import FactBook, Kind
from yiyang.registry import quarantine, sql
from yiyang.registry.agreement import stored
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import OPEN
from yiyang.registry.sources import Source
from yiyang.registry.sql import Connection

# States of a row in the snapshot. ENDED and ENDED_DOUBT are our conclusions, not delivered rows.
DELIVERED, ENDED, DOUBTFUL, ENDED_DOUBT = 0, 1, 2, 3
HALF = 1 << 31


@dataclass(frozen=True)
class Counts:
    """Rows of one delivered register; `delivered` = kept + merged + quarantined, checked when made."""

    delivered: int
    kept: int
    merged: int
    quarantined: int
    doubtful_people: int
    conflicting_people: int

    def __post_init__(self) -> None:
        if self.delivered != self.kept + self.merged + self.quarantined:
            raise AssertionError(f"rows do not balance: {self}")


def stored_columns(contract: Contract, facts: FactBook) -> dict[str, str]:
    """Columns that a register keeps beside the times → SQL type, in order."""
    columns = {"household": "BIGINT"} if contract.column_with("household") else {}
    for name in contract.facts:
        columns[facts[name].column] = "BIGINT" if facts[name].kind is Kind.AREA else "INTEGER"
    return columns


def settle(con: Connection, contract: Contract, source: Source, facts: FactBook, known: int) -> Counts:
    """Make settled_<r> and add to the table `quarantine`.

    settled_<r>: person, stated_from, valid_to, source_row, row_hash, state, and the stored columns. Also leaves the
    tables `several` (people with more than one row), `twins`, `repeated` and `doubts` of this register.
    """
    name, columns = contract.register_, stored_columns(contract, facts)
    several = f"SELECT person FROM judged_{name} WHERE person IS NOT NULL GROUP BY person HAVING count(*) > 1"
    sql.table(con, "several", several)
    _find_twins(con, contract, source)
    values = ", ".join([f"{_row_hash(contract, source, facts)} AS row_hash", *_values(contract, source, facts)])
    good = "NOT is_bad AND person NOT IN (SELECT person FROM twins)"
    sql.view(con, "fit", f"SELECT person, source_row, {values} FROM judged_{name} WHERE {good}")
    turn = "row_number() OVER (PARTITION BY person, row_hash ORDER BY source_row) AS turn"
    turns = f"SELECT source_row, {turn} FROM fit SEMI JOIN several USING (person)"
    sql.table(con, "repeated", f"SELECT source_row FROM ({turns}) WHERE turn > 1")
    quarantine.add(con, contract, source)
    quarantine.find_doubts(con, contract, source, known)
    names = ", ".join(["person", "stated_from", "valid_to", "source_row", "row_hash", "state", *columns])
    kept = f"SELECT *, {DELIVERED} AS state FROM fit ANTI JOIN repeated USING (source_row)"
    doubtful = f"SELECT {_doubtful_row(columns)} FROM doubts"
    sql.table(con, f"settled_{name}", f"SELECT {names} FROM ({kept}) UNION ALL {doubtful}")
    return balance(con, name, source)


def _values(contract: Contract, source: Source, facts: FactBook) -> list[str]:
    start, end = contract.column_with("valid_from"), contract.column_with("valid_to")
    there = source.heading.places
    values = [
        f"{start if start in there else 'CAST(NULL AS INTEGER)'} AS stated_from",
        f"COALESCE({end}, {OPEN}) AS valid_to" if end in there else f"{OPEN} AS valid_to",
    ]
    for column, kind in stored_columns(contract, facts).items():
        values.append(f"CAST({_value(contract, source, facts, column)} AS {kind}) AS {column}")
    return values


def _value(contract: Contract, source: Source, facts: FactBook, column: str) -> str:
    """SQL of a stored column: the delivered value, what an empty cell states, or the constant."""
    for name, given in contract.read.items():
        delivered = name if name in source.heading.places else "NULL"
        if given.role == "household" and column == "household":
            return delivered
        if given.fact and facts[given.fact].column == column:
            is_silent = given.blank is None or delivered == "NULL"
            return delivered if is_silent else f"COALESCE({name}, {stored(facts[given.fact], str(given.blank))})"
    assert contract.constant is not None
    return str(stored(facts[contract.constant.fact], contract.constant.value))


def _row_hash(contract: Contract, source: Source, facts: FactBook) -> str:
    """SQL of a number that differs when anything stored differs, for rows of one person.

    A sum of products rather than a text hash: fast, the same on every engine, and a column that is not delivered adds
    nothing, so a contract may grow a column without making every row look new.
    """
    start, end = contract.column_with("valid_from"), contract.column_with("valid_to")
    there = source.heading.places
    parts = {"valid_from": start if start in there else "NULL", "valid_to": end if end in there else "NULL"}
    parts |= {column: _value(contract, source, facts, column) for column in stored_columns(contract, facts)}
    terms = [term for name, value in parts.items() if value != "NULL" for term in _hash_terms(name, str(value))]
    return f"CAST({' + '.join(terms) or '0'} AS BIGINT)"


def _hash_terms(name: str, value: str) -> list[str]:
    digest = hashlib.md5(name.encode(), usedforsecurity=False).digest()
    low, high = (int.from_bytes(digest[i : i + 4], "big") % (1 << 25) | (1 << 25) | 1 for i in (0, 4))
    number = f"COALESCE(CAST({value} AS BIGINT) + 1, 0)"
    return [f"({number} % {HALF}) * {low}", f"({number} // {HALF}) * {high}"]


def _find_twins(con: Connection, contract: Contract, source: Source) -> None:
    """The table `twins`: persons whose id number is used with different names and different birth dates."""
    name = contract.column_with("name")
    birth = next((n for n, c in contract.read.items() if c.check == "birth_date_of_id"), None)
    if name not in source.heading.places or birth not in source.heading.places:
        con.execute("CREATE OR REPLACE TEMP TABLE twins (person BIGINT)")
        return
    differs = f"HAVING min({name}) <> max({name}) AND min({birth}) <> max({birth})"
    rows = f"judged_{contract.register_} SEMI JOIN several USING (person)"
    sql.table(con, "twins", f"SELECT person FROM {rows} GROUP BY person {differs}")


def _doubtful_row(columns: dict[str, str]) -> str:
    unknown = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in columns.items())
    return (
        f"person, CAST(NULL AS INTEGER) AS stated_from, {OPEN} AS valid_to, source_row, "
        f"CAST(0 AS BIGINT) AS row_hash, {DOUBTFUL} AS state, {unknown}"
    )


def balance(con: Connection, name: str, source: Source) -> Counts:
    """Counted from independent tables, so that the balance is a check and not an identity."""
    rejected = sql.number(con, f"SELECT count(DISTINCT line) FROM {source.rejects}") if source.rejects else 0
    settled = f"settled_{name} WHERE state = {DELIVERED}"
    several = f"SELECT person FROM (SELECT * FROM {settled}) SEMI JOIN several USING (person) GROUP BY person"
    return Counts(
        delivered=sql.number(con, f"SELECT count(*) FROM judged_{name}") + rejected,
        kept=sql.number(con, f"SELECT count(*) FROM {settled}"),
        merged=sql.number(con, "SELECT count(*) FROM repeated"),
        quarantined=quarantine.rows(con, name),
        doubtful_people=sql.number(con, "SELECT count(*) FROM doubts"),
        conflicting_people=sql.number(con, f"SELECT count(*) FROM ({several} HAVING count(*) > 1)"),
    )
