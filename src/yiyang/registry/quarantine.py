"""The list of rows to mend: register, file, row, field, value, reason, remedy. UTF-8 with BOM, for spreadsheets."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa

from yiyang.registry.reasons import REASONS
from yiyang.registry.sources import quoted


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """The empty table `quarantine`; `reason` is a number of `reasons`, `place` orders the fields of a row."""
    con.execute("CREATE OR REPLACE TEMP TABLE quarantine (register VARCHAR, file VARCHAR, source_row INTEGER, place INTEGER, "
                "field VARCHAR, value VARCHAR, reason INTEGER)")


def write(con: duckdb.DuckDBPyConnection, registers: list[str], out: Path) -> None:
    """Write the lines in the order of registers, rows and fields. A value that a spreadsheet would take for a formula
    gets an apostrophe in front."""
    words = pa.table({"reason": pa.array(list(REASONS), pa.int32()), "zh": [r.zh for r in REASONS.values()],
                      "remedy": [r.remedy for r in REASONS.values()]})
    con.register("reason_words", words)
    value = "CASE WHEN left(value, 1) IN ('=', '+', '-', '@') THEN '''' || value ELSE value END"
    order = f"list_position([{', '.join(map(quoted, registers))}], register), source_row, place, reason"
    # The BOM stands in the name of the first column, so that DuckDB writes it.
    con.execute(f"COPY (SELECT register AS \"\ufeffregister\", file, source_row AS row, field, {value} AS value, zh AS reason, remedy "
                f"FROM quarantine JOIN reason_words USING (reason) ORDER BY {order}) TO {quoted(str(out))} (FORMAT csv, HEADER)")
    con.unregister("reason_words")


def by_reason(path: Path) -> Counter[str]:
    """Lines by reason."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return Counter(line["reason"] for line in csv.DictReader(file))
