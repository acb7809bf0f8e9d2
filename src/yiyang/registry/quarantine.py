"""The list of rows to mend: register, file, row, field, value, reason, remedy. UTF-8 with BOM, for spreadsheets."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pyarrow as pa

from yiyang.access.sheets import dangerous_pattern
from yiyang.registry import reasons, sql
from yiyang.registry.contracts import Contract
from yiyang.registry.identity import hash_sql, id_sql, layers
from yiyang.registry.reading import faulty_columns
from yiyang.registry.reasons import REASONS
from yiyang.registry.sources import Source
from yiyang.registry.sql import Connection, quoted


def begin(con: Connection) -> None:
    """The empty table `quarantine`; `reason` is a number of `reasons`, `place` orders the fields of a row."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE quarantine (register VARCHAR, file VARCHAR, source_row INTEGER, place INTEGER, "
        "field VARCHAR, value VARCHAR, reason INTEGER)"
    )


def add(con: Connection, contract: Contract, source: Source) -> None:
    """Add to the table a line for every fault of every judged row, and for every line that could not be split."""
    words, bad = source.heading.words, f"bad_{contract.register_}"
    for place, fault in enumerate(faulty_columns(contract, source)):
        name = contract.id_column if fault == "id_error" else fault.removeprefix("e_")
        _insert(
            con,
            contract,
            source,
            place,
            words[name],
            _shown(contract, fault, name),
            fault,
            f"{bad} WHERE {fault} > 0",
        )
    both = f"judged_{contract.register_} SEMI JOIN twins USING (person)"
    id_word = words[contract.id_column]
    _insert(con, contract, source, 0, id_word, masked(id_sql("n")), str(reasons.TWO_PERSONS), both)
    if source.rejects:
        lines = f"(SELECT DISTINCT CAST(line AS INTEGER) AS source_row FROM {source.rejects})"
        _insert(con, contract, source, 0, "整行", "NULL", str(reasons.COLUMNS), lines)


def _insert(
    con: Connection, contract: Contract, source: Source, place: int, field: str, value: str, reason: str, rows: str
) -> None:
    con.execute(
        "INSERT INTO quarantine (register, file, source_row, place, field, value, reason) "
        f"SELECT {quoted(contract.register_)}, {quoted(source.label)}, source_row, {place}, {quoted(field)}, {value}, "
        f"{reason} FROM {rows}"
    )


def _shown(contract: Contract, fault: str, name: str) -> str:
    """SQL of the value as the line shows it. Of texts only an empty one can be at fault."""
    if fault == "id_error":
        return masked("r_id_number")
    return "NULL" if contract.columns[name].type == "text" else f"r_{name}"


def masked(raw: str) -> str:
    """SQL: the first and last four characters of an id number."""
    ends = f"left({raw}, 4) || '********' || right({raw}, 4)"
    return f"CASE WHEN length({raw}) > 8 THEN {ends} ELSE repeat('*', length({raw})) END"


def find_doubts(con: Connection, contract: Contract, source: Source, known: int) -> None:
    """Make `doubts` (person, source_row): people with a usable id number whose row is in quarantine.

    A line that cannot be split into columns may still show an 18-digit number with a right check digit.
    """
    in_quarantine = "is_bad OR person IN (SELECT person FROM twins)"
    found = f"SELECT person, source_row FROM judged_{contract.register_} WHERE person IS NOT NULL AND ({in_quarantine})"
    if source.rejects:
        number = "regexp_extract(csv_line, '[1-9][0-9]{16}[0-9Xx]') AS found"
        lines = f"SELECT {number}, CAST(line AS INTEGER) AS source_row FROM {source.rejects}"
        for layer in layers("found", known):
            lines = f"SELECT *, {', '.join(f'{expr} AS {name}' for name, expr in layer.items())} FROM ({lines})"
        found += f" UNION ALL SELECT {hash_sql(id_sql('_n'))}, source_row FROM ({lines}) WHERE id_error = 0"
    sql.table(con, "doubts", f"SELECT person, min(source_row) AS source_row FROM ({found}) GROUP BY person")


def rows(con: Connection, register: str) -> int:
    """How many rows of a register are in quarantine."""
    lines = f"SELECT DISTINCT source_row FROM quarantine WHERE register = {quoted(register)}"
    return sql.number(con, f"SELECT count(*) FROM ({lines})")


def write(con: Connection, registers: list[str], out: Path) -> None:
    """Write the lines in the order of registers, rows and fields.

    A value that a spreadsheet would take for a formula (as `access.sheets` sees it) gets an apostrophe in front. The
    byte-order mark stands in the name of the first column, so that DuckDB writes it.
    """
    words = {"reason": pa.array(list(REASONS), pa.int32()), "zh": [r.zh for r in REASONS.values()]}
    con.register("reason_words", pa.table(words | {"remedy": [r.remedy for r in REASONS.values()]}))
    value = f"CASE WHEN regexp_matches(value, {quoted(dangerous_pattern())}) THEN '''' || value ELSE value END"
    order = f"list_position([{', '.join(map(quoted, registers))}], register), source_row, place, reason"
    lines = (
        f'SELECT register AS "\ufeffregister", file, source_row AS row, field, {value} AS value, zh AS reason, remedy '
        f"FROM quarantine JOIN reason_words USING (reason) ORDER BY {order}"
    )
    con.execute(f"COPY ({lines}) TO {quoted(out)} (FORMAT csv, HEADER)")
    con.unregister("reason_words")


def by_reason(path: Path) -> Counter[str]:
    """Lines by reason."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return Counter(line["reason"] for line in csv.DictReader(file))
