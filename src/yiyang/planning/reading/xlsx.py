"""XLSX: one table a sheet, or several below each other; merged cells are filled from their first."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from yiyang.base.workbooks import require_compact
from yiyang.planning.reading.source import Scribe, Source


def load_xlsx(data: bytes) -> Source:
    """The sheets as texts (rows of one cell outside tables) and tables.

    Raises ValueError or OSError when damaged, UsageError when its cells spread too far to be laid out.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    require_compact(data)
    scribe = Scribe()
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            _sheet(book.get_sheet_by_name(name), name, scribe)
    except CalamineError as error:
        raise ValueError(str(error)) from error
    return scribe.done()


def _sheet(sheet: Any, name: str, scribe: Scribe) -> None:
    rows = [[_shown(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    merged = _merged(sheet.merged_cell_ranges or [])
    block: list[list[tuple[str, int, int]]] = []
    for index, row in enumerate(rows):
        if not any(row) and not any(spot[0] == index for spot in merged):
            _flush(block, scribe)
            block = []
            continue
        block.append(_row(rows, index, merged))
    _flush(block, scribe)


def _merged(ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Each covered cell → the first of its range."""
    return {
        (row, column): (top, left)
        for (top, left), (bottom, right) in ranges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }


def _row(
    rows: list[list[str]], index: int, merged: dict[tuple[int, int], tuple[int, int]]
) -> list[tuple[str, int, int]]:
    cells: list[tuple[str, int, int]] = []
    last: tuple[int, int] | None = None
    for column in range(len(rows[index])):
        origin = merged.get((index, column), (index, column))
        if origin == last and (index, column) in merged:
            text, start, span = cells[-1]
            cells[-1] = (text, start, span + 1)
            continue
        last = origin
        cells.append((rows[origin[0]][origin[1]], column, 1))
    return cells


def _flush(block: list[list[tuple[str, int, int]]], scribe: Scribe) -> None:
    """A block of rows between blank ones; rows of one text before and after its table are lines of text."""
    said = [[cell for cell in row if cell[0].strip()] for row in block]
    first = next((at for at, cells in enumerate(said) if len(cells) > 1), len(block))
    last = len(block) - next((at for at, cells in enumerate(reversed(said)) if len(cells) > 1), 0)
    for cells in said[:first]:
        scribe.text(cells[0][0] if cells else "")
    if first < last:
        scribe.table(block[first:last])
    for cells in said[max(first, last) :]:
        scribe.text(cells[0][0] if cells else "")


def _shown(value: object) -> str:
    """A cell as people see it: whole numbers without the .0 that the format stores."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
