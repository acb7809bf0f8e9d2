"""Delivered files as relations: whichever the format, the same text columns in the file's order.

A `Source` gives a query whose rows are the file's rows in order, one VARCHAR column per read column of the contract.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from yiyang.registry import sql
from yiyang.registry.contracts import Contract
from yiyang.registry.encoding import readable
from yiyang.registry.headers import SEARCHED, Heading, Problem, find_heading
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


NOT_A_TEXT: Problem = (
    "内容是 Excel 工作簿，请把扩展名改为 .xlsx 或另存为 CSV",
    "it is an Excel workbook; rename it to .xlsx or save it as CSV",
)


class Unusable(Exception):
    """The file cannot be used at all; carries every reason as (zh, en)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)


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
        raise Unusable(
            [("编码无法识别，请另存为 UTF-8 或 GB18030（GBK）", "unknown encoding; save it as UTF-8 or GB18030 (GBK)")]
        )
    with found.path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(1 << 16)
    delimiter = max(",\t;|", key=head.split("\n", 1)[0].count)
    heading = _checked(contract, list(islice(csv.reader(io.StringIO(head), delimiter=delimiter), SEARCHED)))
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
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names]
    except Exception as error:  # calamine raises its own kinds and, on a truncated archive, plain OSError
        raise Unusable(
            [
                (
                    f"无法打开工作簿（可能不完整或有密码）：{error}。请重新导出",
                    f"the workbook cannot be opened (truncated or protected?): {error}. Export it again",
                )
            ]
        ) from error
    filled = [sheet for sheet in sheets if any(any(cell != "" for cell in row) for row in sheet)]
    if not filled:
        raise Unusable([("工作簿是空的，请重新导出", "the workbook is empty; export it again")])
    headings = [
        find_heading(contract, [[cell_text(cell) or "" for cell in row] for row in sheet[:20]]) for sheet in filled
    ]
    best = max(range(len(filled)), key=lambda i: (not headings[i].problems, len(headings[i].places), -i))
    if headings[best].problems:
        raise Unusable(headings[best].problems)
    return _sheet_source(contract, label, headings[best], filled[best])


def _sheet_source(contract: Contract, label: str, heading: Heading, rows: list[list[Any]]) -> Source:
    body = rows[heading.row :]
    columns = {name: [cell_text(row[place]) for row in body] for name, place in heading.places.items()}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    names = ", ".join(heading.places)
    return Source(
        contract.register_, label, heading, f"SELECT {names} FROM {contract.register_}_sheet", "xlsx", table=table
    )


def cell_text(cell: Any) -> str | None:
    """A workbook's cell as the text a CSV export would hold.

    A number of sixteen digits or more has lost its last ones in the workbook; it is written in scientific notation so
    that an id number stored that way is recognised as such.
    """
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return (
            str(int(cell))
            if cell.is_integer() and abs(cell) < 1e15
            else f"{cell:.14E}"
            if abs(cell) >= 1e15
            else repr(cell)
        )
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10]
    return str(cell) if cell != "" else None
