"""Delivered files as relations: whichever the format, the same text columns in the file's order.

A `Source` gives a query whose rows are the file's rows in order, one VARCHAR column per read column of the contract.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from yiyang.registry import sql, workbook
from yiyang.registry.contracts import Contract
from yiyang.registry.encoding import readable
from yiyang.registry.headers import SEARCHED, Heading, Problem, Unusable, find_heading
from yiyang.registry.sql import identifier, quoted

SUFFIXES = (".csv", ".xlsx", ".parquet")


@dataclass(frozen=True)
class Source:
    """One delivered file, ready to be read.

    Attributes:
        register: name of the contract.
        label: month folder and file name, as kept beside every row.
        heading: where each column stands.
        query: SQL giving the read columns as VARCHAR in the file's order.
        encoding: of a text file; otherwise the format.
        gaps: numbers of the rows that the query does not give (empty ones).
        rejects: table of the lines that cannot be split into columns (CSV only).
        table: rows of a workbook, to be registered under `register` + "_sheet".
    """

    register: str
    label: str
    heading: Heading
    query: str
    encoding: str
    gaps: tuple[int, ...] = ()
    rejects: str | None = None
    table: pa.Table | None = field(default=None, compare=False)


NO_ENCODING: Problem = (
    "编码无法识别，请另存为 UTF-8 或 GB18030（GBK）",
    "unknown encoding; save it as UTF-8 or GB18030 (GBK)",
)
NOT_A_TEXT: Problem = (
    "内容是 Excel 工作簿，请把扩展名改为 .xlsx 或另存为 CSV",
    "it is an Excel workbook; rename it to .xlsx or save it as CSV",
)


def open_source(contract: Contract, path: Path, label: str, copies: Path) -> Source:
    """Look at a file without reading its rows: format, encoding, headings. Raises Unusable."""
    readers: dict[str, Callable[[Contract, Path, str, Path], Source]] = {
        ".csv": _open_csv,
        ".xlsx": _open_xlsx,
        ".parquet": _open_parquet,
    }
    if path.stat().st_size == 0:
        raise Unusable([("文件是空的，请重新导出", "the file is empty; export it again")])
    return readers[path.suffix.lower()](contract, path, label, copies)


def _checked(contract: Contract, rows: list[list[str]]) -> Heading:
    heading = find_heading(contract, rows)
    if heading.problems:
        raise Unusable(heading.problems)
    return heading


def _open_csv(contract: Contract, path: Path, label: str, copies: Path) -> Source:
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            raise Unusable([NOT_A_TEXT])
    found = readable(path, copies)
    if found is None:
        raise Unusable([NO_ENCODING])
    with found.path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(1 << 16)
    delimiter = max(",\t;|", key=head.split("\n", 1)[0].count)
    try:
        first = list(islice(csv.reader(io.StringIO(head), delimiter=delimiter), SEARCHED))
    except csv.Error as error:  # a line break of a kind that no row has: UTF-16 taken for something else
        raise Unusable([NO_ENCODING]) from error
    heading = _checked(contract, first)
    rejects = f"rejects_{contract.register_}"
    return Source(
        contract.register_,
        label,
        heading,
        _csv_query(found.path, heading, delimiter, rejects),
        found.encoding,
        tuple(n for n in found.blank_lines if n > heading.row),
        rejects,
    )


def _csv_query(path: Path, heading: Heading, delimiter: str, rejects: str) -> str:
    """Everything is stated, nothing sniffed: DuckDB's guesses depend on the first rows.

    `store_rejects` must stay: without it DuckDB 2.0 loses good rows that follow a badly quoted one.
    """
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(heading.width))
    chosen = ", ".join(f"c{place} AS {name}" for name, place in heading.places.items())
    return (
        f"SELECT {chosen} FROM read_csv({quoted(path)}, columns = {{{columns}}}, "
        f"auto_detect = false, header = false, skip = {heading.row}, delim = {quoted(delimiter)}, "
        f"quote = '\"', escape = '\"', ignore_errors = true, "
        f"store_rejects = true, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan', rejects_limit = 0)"
    )


def _open_parquet(contract: Contract, path: Path, label: str, copies: Path) -> Source:
    del copies
    try:
        names = sql.columns(duckdb.connect(), sql.parquet(path))
    except duckdb.Error as error:
        raise Unusable(
            [(f"Parquet 文件损坏：{error}。请重新导出", f"damaged Parquet file: {error}. Export it again")]
        ) from error
    heading = _checked(contract, [names])
    chosen = ", ".join(
        f"CAST({identifier(names[place])} AS VARCHAR) AS {name}" for name, place in heading.places.items()
    )
    return Source(contract.register_, label, heading, f"SELECT {chosen} FROM {sql.parquet(path)}", "parquet")


def _open_xlsx(contract: Contract, path: Path, label: str, copies: Path) -> Source:
    del copies
    heading, rows = workbook.choose(contract, workbook.sheets(path))
    texts = {name: [workbook.cell_text(row[place]) for row in rows] for name, place in heading.places.items()}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()})
    query = f"SELECT {', '.join(heading.places)} FROM {contract.register_}_sheet"
    return Source(contract.register_, label, heading, query, "xlsx", table=table)
