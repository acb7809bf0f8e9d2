"""XLSX files: which sheet is meant, and its cells as the texts that a CSV export would hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from yiyang.base.errors import UsageError
from yiyang.base.workbooks import require_compact
from yiyang.registry.contracts import Contract
from yiyang.registry.headers import SEARCHED, Heading, Problem, Unusable, find_heading

Rows = list[list[Any]]
MOST_CELLS = 60_000_000  # a full sheet of 57 columns
LIMIT = 1_048_576  # rows of a sheet; what did not fit was cut off without a word
EMPTY: Problem = ("工作簿是空的，请重新导出", "the workbook is empty; export it again")
SEVERAL: Problem = (
    "有不止一张表像是该登记册，请只留一张",
    "more than one sheet looks like this register; keep one of them",
)
FULL: Problem = (
    f"行数已到工作表的上限 {LIMIT:,}，多出的行很可能丢了，请导出为 CSV",
    f"the sheet is full ({LIMIT:,} rows) and further rows are probably lost; export it as CSV",
)


def sheets(path: Path) -> list[Rows]:
    """All sheets with anything in them."""
    from python_calamine import CalamineWorkbook

    try:
        require_compact(path, MOST_CELLS)
    except UsageError as error:
        raise Unusable([(error.zh, error.en)]) from error
    try:
        book = CalamineWorkbook.from_path(str(path))
        found = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except Exception as error:  # calamine raises its own kinds and, on a truncated archive, plain OSError
        zh = f"无法打开工作簿（可能不完整或有密码）：{error}。请重新导出"
        en = f"the workbook cannot be opened (truncated or protected?): {error}. Export it again"
        raise Unusable([(zh, en)]) from error
    return [sheet for sheet in found if any(cell != "" for row in sheet for cell in row)]


def choose(contract: Contract, found: Sequence[Rows]) -> tuple[Heading, Rows]:
    """The sheet that has the contract's headings, and its rows below them. Raises Unusable."""
    if not found:
        raise Unusable([EMPTY])
    headings = [
        find_heading(contract, [[cell_text(c) or "" for c in row] for row in rows[:SEARCHED]]) for rows in found
    ]
    fitting = [number for number, heading in enumerate(headings) if not heading.problems]
    if len(fitting) > 1:
        raise Unusable([SEVERAL])
    best = fitting[0] if fitting else max(range(len(found)), key=lambda number: len(headings[number].places))
    if headings[best].problems:
        raise Unusable(headings[best].problems)
    if len(found[best]) >= LIMIT:
        raise Unusable([FULL])
    return headings[best], found[best][headings[best].row :]


def cell_text(cell: Any) -> str | None:
    """A cell as text.

    A number of sixteen digits or more has lost its last ones in the workbook; it is written in scientific notation so
    that an id number stored that way is recognised as such.
    """
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if abs(cell) >= 1e15:
            return f"{cell:.14E}"
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell) if cell != "" else None
