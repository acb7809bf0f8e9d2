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

import duckdb

from yiyang.engine.facts import FactBook, Kind
from yiyang.registry import reasons
from yiyang.registry.agreement import stored
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import OPEN
from yiyang.registry.identity import hash_sql, id_sql, layers
from yiyang.registry.reading import faulty_columns
from yiyang.registry.sources import Source, quoted

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


def settle(con: duckdb.DuckDBPyConnection, contract: Contract, source: Source, facts: FactBook, known: int) -> Counts:
    """Make settled_<r> (person, stated_from, valid_to, source_row, row_hash, state, values) and add to `quarantine`."""
    name = contract.register_
    con.execute(f"CREATE OR REPLACE TEMP TABLE several AS SELECT person FROM judged_{name} "
                "WHERE person IS NOT NULL GROUP BY person HAVING count(*) > 1")
    _find_twins(con, contract, source)
    con.execute(f"CREATE OR REPLACE TEMP VIEW fit AS SELECT person, source_row, {_row_hash(contract, source, facts)} AS row_hash, "
                f"{', '.join(_values(contract, source, facts))} FROM judged_{name} "
                "WHERE NOT is_bad AND person NOT IN (SELECT person FROM twins)")
    con.execute("CREATE OR REPLACE TEMP TABLE repeated AS SELECT source_row FROM (SELECT source_row, row_number() OVER "
                "(PARTITION BY person, row_hash ORDER BY source_row) AS turn FROM fit SEMI JOIN several USING (person)) WHERE turn > 1")
    _quarantine(con, contract, source, known)
    _doubts(con, contract, source, known)
    names = ", ".join(["person", "stated_from", "valid_to", "source_row", "row_hash", "state", *stored_columns(contract, facts)])
    con.execute(f"CREATE OR REPLACE TEMP TABLE settled_{name} AS SELECT {names} FROM "
                f"(SELECT *, {DELIVERED} AS state FROM fit ANTI JOIN repeated USING (source_row)) "
                f"UNION ALL SELECT {_doubtful_row(contract, facts)} FROM doubts")
    return _counts(con, name, source)


def _values(contract: Contract, source: Source, facts: FactBook) -> list[str]:
    start, end = contract.column_with("valid_from"), contract.column_with("valid_to")
    there = source.heading.places
    values = [f"{start if start in there else 'CAST(NULL AS INTEGER)'} AS stated_from",
              f"COALESCE({end}, {OPEN}) AS valid_to" if end in there else f"{OPEN} AS valid_to"]
    for column, kind in stored_columns(contract, facts).items():
        values.append(f"CAST({_value(contract, source, facts, column)} AS {kind}) AS {column}")
    return values


def _value(contract: Contract, source: Source, facts: FactBook, column: str) -> str:
    """SQL of a stored column: the delivered value, what an empty cell states, or the constant."""
    for name, given in contract.read.items():
        if given.role == "household" and column == "household":
            return name if name in source.heading.places else "NULL"
        if given.fact and facts[given.fact].column == column:
            blank = "" if given.blank is None else str(stored(facts[given.fact], given.blank))
            value = name if name in source.heading.places else "NULL"
            return f"COALESCE({value}, {blank})" if blank else value
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
    terms = [term for name, value in parts.items() if value != "NULL" for term in _hash_terms(name, value)]
    return f"CAST({' + '.join(terms) or '0'} AS BIGINT)"


def _hash_terms(name: str, value: str) -> list[str]:
    digest = hashlib.md5(name.encode(), usedforsecurity=False).digest()
    low, high = (int.from_bytes(digest[i:i + 4], "big") % (1 << 25) | (1 << 25) | 1 for i in (0, 4))
    number = f"COALESCE(CAST({value} AS BIGINT) + 1, 0)"
    return [f"({number} % {HALF}) * {low}", f"({number} // {HALF}) * {high}"]


def _find_twins(con: duckdb.DuckDBPyConnection, contract: Contract, source: Source) -> None:
    """The table `twins`: persons whose id number is used with different names and different birth dates."""
    name = contract.column_with("name")
    birth = next((n for n, c in contract.read.items() if c.check == "birth_date_of_id"), None)
    if name not in source.heading.places or birth not in source.heading.places:
        con.execute("CREATE OR REPLACE TEMP TABLE twins (person BIGINT)")
        return
    con.execute(f"CREATE OR REPLACE TEMP TABLE twins AS SELECT person FROM judged_{contract.register_} SEMI JOIN several USING (person) "
                f"GROUP BY person HAVING min({name}) <> max({name}) AND min({birth}) <> max({birth})")


def _quarantine(con: duckdb.DuckDBPyConnection, contract: Contract, source: Source, known: int) -> None:
    """Add to the table `quarantine` a line for every fault of every row."""
    del known
    table, label = f"judged_{contract.register_}", quoted(source.label)
    register, words = quoted(contract.register_), source.heading.words
    id_column = contract.id_column
    insert = "INSERT INTO quarantine (register, file, source_row, place, field, value, reason) "
    for place, fault in enumerate(faulty_columns(contract, source)):
        name = id_column if fault == "id_error" else fault.removeprefix("e_")
        raw = "r_id_number" if fault == "id_error" else f"r_{name}" if contract.columns[name].type != "text" else "NULL"
        con.execute(f"{insert} SELECT {register}, {label}, source_row, {place}, {quoted(words[name])}, "
                    f"{masked(raw) if fault == 'id_error' else raw}, {fault} FROM {table} WHERE {fault} > 0")
    con.execute(f"{insert} SELECT {register}, {label}, source_row, 0, {quoted(words[id_column])}, {masked(id_sql('n'))}, "
                f"{reasons.TWO_PERSONS} FROM {table} SEMI JOIN twins USING (person)")
    if source.rejects:
        con.execute(f"{insert} SELECT DISTINCT {register}, {label}, CAST(line AS INTEGER), 0, '整行', "
                    f"NULL, {reasons.COLUMNS} FROM {source.rejects}")


def masked(raw: str) -> str:
    """SQL: the first and last four characters of an id number."""
    return f"CASE WHEN length({raw}) > 8 THEN left({raw}, 4) || '********' || right({raw}, 4) ELSE repeat('*', length({raw})) END"


def _doubts(con: duckdb.DuckDBPyConnection, contract: Contract, source: Source, known: int) -> None:
    """The table `doubts`: people with a usable id number whose row is in quarantine."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE doubtful AS SELECT person, source_row FROM judged_{contract.register_} "
                "WHERE person IS NOT NULL AND (is_bad OR person IN (SELECT person FROM twins))")
    if source.rejects:
        found = "SELECT regexp_extract(csv_line, '[1-9][0-9]{16}[0-9Xx]') AS found, CAST(line AS INTEGER) AS source_row"
        sql = f"{found} FROM {source.rejects}"
        for step in layers("found", known):
            sql = f"SELECT *, {', '.join(f'{expr} AS {name}' for name, expr in step.items())} FROM ({sql})"
        con.execute(f"INSERT INTO doubtful SELECT {hash_sql(id_sql('_n'))}, source_row FROM ({sql}) WHERE id_error = 0")
    con.execute("CREATE OR REPLACE TEMP TABLE doubts AS SELECT person, min(source_row) AS source_row FROM doubtful GROUP BY person")


def _doubtful_row(contract: Contract, facts: FactBook) -> str:
    values = [f"CAST(NULL AS {kind}) AS {column}" for column, kind in stored_columns(contract, facts).items()]
    return ", ".join(["person", "CAST(NULL AS INTEGER) AS stated_from", f"{OPEN} AS valid_to", "source_row",
                      "CAST(0 AS BIGINT) AS row_hash", f"{DOUBTFUL} AS state", *values])


def _counts(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> Counts:
    """Counted from independent tables, so that the balance is a check and not an identity."""
    def number(sql: str) -> int:
        return int(con.execute(sql).fetchall()[0][0])

    rejected = number(f"SELECT count(DISTINCT line) FROM {source.rejects}") if source.rejects else 0
    return Counts(
        delivered=number(f"SELECT count(*) FROM judged_{name}") + rejected,
        kept=number(f"SELECT count(*) FROM settled_{name} WHERE state = {DELIVERED}"),
        merged=number("SELECT count(*) FROM repeated"),
        quarantined=number(f"SELECT count(DISTINCT source_row) FROM quarantine WHERE register = {quoted(name)}"),
        doubtful_people=number("SELECT count(*) FROM doubts"),
        conflicting_people=number(f"SELECT count(*) FROM (SELECT person FROM settled_{name} SEMI JOIN several USING (person) "
                                  f"WHERE state = {DELIVERED} GROUP BY person HAVING count(*) > 1)"))
