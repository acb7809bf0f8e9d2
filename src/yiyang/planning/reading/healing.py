"""Rows of a TXT table put together again: blank lines stand between rows there, and inside them, too.

What is known are the chunks between blank lines. Neighbours are joined into rows so that the whole costs least: a full
row is free, one that lacks its number nearly, a total that spans columns a little; joining over a wide gap is cheaper
than over a narrow one, since a wide one is mostly an empty paragraph inside a cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from yiyang.planning.reading.shifting import columns_of
from yiyang.planning.reading.source import RawCell, RawRow
from yiyang.planning.reading.words import plain, squash

_SPANNING = re.compile(
    r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|合计|总计|小计|共计|.{1,16}[（(]共?\d+个项目|.{1,8}(合计|小计)$"
)
_NUMBER = re.compile(r"\d{1,4}[.、．]?")


def is_number(text: str) -> bool:
    """A row's number, or nothing where the number got lost."""
    cell = plain(text)
    return not cell or _NUMBER.fullmatch(cell) is not None


def is_spanning(text: str) -> bool:
    """The first cell of a total or section row, which spans columns."""
    return _SPANNING.match(squash(text)) is not None


def heal(chunks: Sequence[RawRow], gaps: Sequence[int], width: int, number: int | None) -> list[RawRow]:
    """Rows out of chunks, for a table of `width` columns whose numbers stand in column `number`.

    `gaps` are the blank lines before each chunk. A row may still have too few or too many cells: `align` settles it.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(chunks) + 1):
        starts = range(max(0, end - max(width, 2)), end)
        best.append(min((best[at][0] + _cost(chunks[at:end], gaps[at:end], width, number), at) for at in starts))
    rows: list[RawRow] = []
    end = len(chunks)
    while end:
        start = best[end][1]
        rows.insert(0, tuple(cell for chunk in chunks[start:end] for cell in chunk))
        end = start
    return rows


def _cost(chunks: Sequence[RawRow], gaps: Sequence[int], width: int, number: int | None) -> float:
    cells = [cell for chunk in chunks for cell in chunk]
    joins = sum(0.3 if gap == 1 else 0.1 for gap in gaps[1:])
    # A total or section begins a row of its own, however well it would fill up the one before.
    joins += sum(2 for chunk in chunks[1:] if is_spanning(chunk[0].text))
    if len(cells) == width:
        return joins + _misnumbered(cells, number)
    if is_spanning(cells[0].text) and len(cells) < width:
        return joins * 4 + 0.2
    if len(cells) == width - 1 and number is not None:
        return joins + 1
    return joins + 2 + abs(width - len(cells))


def _misnumbered(cells: Sequence[RawCell], number: int | None) -> float:
    if number is None or is_number(cells[number].text) or is_spanning(cells[0].text):
        return 0.0
    return 0.8


def align(row: RawRow, roles: Sequence[str]) -> list[list[RawCell]]:
    """The cells of a healed row by column. A spanning row is set flush right; lost cells are found by what the others
    look like. Cells too many are put into the last column, so that nothing is lost.
    """
    columns: list[list[RawCell]] = [[] for _ in roles]
    if len(row) < len(roles) and is_spanning(row[0].text):
        return _flush_right(row, columns)
    places = columns_of([cell.text for cell in row], roles) if len(row) < len(roles) else range(len(row))
    for at, cell in zip(places, row, strict=True):
        columns[min(at, len(roles) - 1)].append(cell)
    return columns


def is_odd(row: RawRow, roles: Sequence[str]) -> bool:
    """Whether a row has too many cells, or lacks others than its number."""
    if len(row) >= len(roles) or is_spanning(row[0].text):
        return len(row) > len(roles)
    lacks_number = bool(roles) and roles[0] == "number" and not align(row, roles)[0]
    return len(roles) - len(row) > (1 if lacks_number else 0)


def _flush_right(row: RawRow, columns: list[list[RawCell]]) -> list[list[RawCell]]:
    columns[0].append(row[0])
    start = len(columns) - (len(row) - 1)
    for index, cell in enumerate(row[1:]):
        columns[start + index].append(cell)
    return columns
