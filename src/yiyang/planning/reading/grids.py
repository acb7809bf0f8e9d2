"""Grids out of raw tables: captions inside found, heads joined, rows healed and set to columns, spans spread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from yiyang.planning.reading import heads
from yiyang.planning.reading.healing import align, heal, is_number, is_odd, is_spanning
from yiyang.planning.reading.source import RawCell, RawRow, RawTable
from yiyang.planning.reading.words import plain, squash, tidy
from yiyang.planning.records import Column, RowKind

Cells = tuple[RawCell, ...]
_SUBTITLE = re.compile(r"20\d\d年?.*|基期值?|目标值?|累计|.{0,6}[（(][%万亿元张个人次]+[)）]")
_TOTAL = re.compile(r"合计|总计|小计|共计|.{1,8}(合计|小计)$")
_ALL = re.compile(r"(?![一二三四五六七八九十]+、).{1,16}[（(]共?\d+个项目[)）]")


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row by column: the text of each, and the line on which it stands. `is_odd`: its cells did not fit the head."""

    cells: tuple[RawCell, ...]
    kind: RowKind
    is_odd: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One table with a head, or with none (`columns` then have no titles)."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    line: int


def grids(raw: RawTable) -> Iterator[Grid]:
    """The tables in one raw table: a converter may have let several run together, each with its caption and head."""
    found = [index for index, row in enumerate(raw.rows) if heads.is_head([cell.text for cell in row])]
    starts = _starts(raw.rows, found)
    if not starts:
        yield _headless(raw.rows)
        return
    for index, at in enumerate(starts):
        end = _caption_row(raw.rows, starts[index + 1]) if index + 1 < len(starts) else len(raw.rows)
        yield _grid(raw, at, end)


def _starts(rows: Sequence[RawRow], found: Sequence[int]) -> list[int]:
    """Heads that begin a table: one that only repeats the head before it (on a new page) does not."""
    starts: list[int] = []
    for at in found:
        is_repeat = bool(starts) and _titles(rows[at]) == _titles(rows[starts[-1]])
        if starts and at == starts[-1] + 1 and not is_repeat:
            continue
        if not is_repeat or _caption_row(rows, at) < at:
            starts.append(at)
    return starts


def _titles(row: RawRow) -> list[str]:
    return [squash(cell.text) for cell in row]


def _caption_row(rows: Sequence[RawRow], head: int) -> int:
    """The row before a head when it is one long cell, else the head itself."""
    if head == 0:
        return 0
    texts = {squash(cell.text) for cell in rows[head - 1]} - {""}
    is_caption = len(texts) == 1 and not is_spanning(next(iter(texts))) and not plain(next(iter(texts))).isdigit()
    return head - 1 if is_caption else head


def _headless(rows: Sequence[RawRow]) -> Grid:
    width = max(max((cell.column + cell.span for cell in row), default=0) for row in rows)
    width = max(width, max(len(row) for row in rows))
    made = [_placed(row, width, 0) for row in rows]
    return Grid("", (Column(""),) * width, tuple(GridRow(row, "data") for row in made), rows[0][0].line)


def _grid(raw: RawTable, at: int, end: int) -> Grid:
    top = _caption_row(raw.rows, at)
    caption = tidy(next((cell.text for cell in raw.rows[top] if cell.text.strip()), "")) if top < at else ""
    columns, body = _loose(raw, at, end) if raw.loose else _firm(raw, at, end)
    return Grid(caption, columns, tuple(body), raw.rows[top][0].line)


def _loose(raw: RawTable, at: int, end: int) -> tuple[tuple[Column, ...], list[GridRow]]:
    columns = tuple(heads.column(cell.text) for cell in raw.rows[at])
    chunks, gaps = raw.rows[at + 1 : end], raw.gaps[at + 1 : end]
    columns = _with_number(columns, chunks)
    roles = heads.roles(columns)
    rows = heal(chunks, gaps, len(columns), heads.place_of("number", roles))
    odd = {row[0].line for row in rows if is_odd(row, roles)}
    return columns, _sorted([_merged(align(row, roles), row) for row in rows], columns, odd)


def _with_number(columns: tuple[Column, ...], chunks: Sequence[RawRow]) -> tuple[Column, ...]:
    """A head whose title spans the number and the name (服务项目 | 1 | 助餐) gets the column that it lacks."""
    usual = Counter(map(len, chunks)).most_common(1)
    if "number" in heads.roles(columns) or not usual or usual[0][0] != len(columns) + 1:
        return columns
    full = [row for row in chunks if len(row) == len(columns) + 1]
    for index in range(len(columns)):
        if all(plain(row[index].text).isdigit() for row in full):
            return (*columns[:index], Column("序号"), *columns[index:])
    return columns


def _merged(columns: list[list[RawCell]], row: RawRow) -> tuple[RawCell, ...]:
    """One cell a column; a column without any stands on the row's first line."""
    cells = []
    for index, parts in enumerate(columns):
        line = parts[0].line if parts else row[0].line
        cells.append(RawCell("\n".join(part.text for part in parts), line, index))
    return tuple(cells)


def _firm(raw: RawTable, at: int, end: int) -> tuple[tuple[Column, ...], list[GridRow]]:
    width = max(cell.column + cell.span for row in raw.rows for cell in row)
    spread = [_placed(row, width, None) for row in raw.rows[at:end]]
    titles = [cell.text for cell in spread[0]]
    first = 1
    if len(spread) > 1 and _is_second_head(raw.rows[at + 1], titles):
        titles = [_both(top, below.text) for top, below in zip(titles, spread[1], strict=True)]
        first = 2
    rows = [row for row in spread[first:] if [squash(cell.text) for cell in row] != [squash(title) for title in titles]]
    columns, rows = _joined([heads.column(title) for title in titles], rows)
    return columns, _sorted(rows, columns, set())


def _is_second_head(row: RawRow, titles: Sequence[str]) -> bool:
    """A row of subtitles (2022年 | 2025年) below titles that span columns."""
    said = [cell for cell in row if squash(cell.text)]
    own = [cell for cell in said if squash(cell.text) != squash(titles[cell.column])]
    return bool(own) and all(_SUBTITLE.fullmatch(squash(cell.text)) or heads.role(cell.text) for cell in own)


def _both(top: str, below: str) -> str:
    return top if squash(top) == squash(below) or not squash(below) else f"{top}{below}"


def _joined(columns: list[Column], rows: list[Cells]) -> tuple[tuple[Column, ...], list[Cells]]:
    """Columns under one title that spans them become one, unless each of them says something of its own."""
    keep: list[list[int]] = []
    for index, column in enumerate(columns):
        is_same = bool(keep) and column == columns[keep[-1][-1]] and bool(column.title)
        if is_same and all(_is_alike(row[keep[-1][-1]], row[index]) for row in rows):
            keep[-1].append(index)
        else:
            keep.append([index])
    made = [tuple(_first_said([row[at] for at in group]) for group in keep) for row in rows]
    return _numbered(tuple(columns[group[0]] for group in keep), made), made


def _is_alike(left: RawCell, right: RawCell) -> bool:
    return left.text == right.text or not left.text.strip() or not right.text.strip()


def _first_said(cells: Sequence[RawCell]) -> RawCell:
    return next((cell for cell in cells if cell.text.strip()), cells[0])


def _numbered(columns: tuple[Column, ...], rows: Sequence[tuple[RawCell, ...]]) -> tuple[Column, ...]:
    """Of two columns under one title the one that holds only numbers is the number's."""
    if "number" in heads.roles(columns):
        return columns
    for index, (left, right) in enumerate(pairwise(columns)):
        if left == right and rows and all(is_number(row[index].text) for row in rows):
            return (*columns[:index], Column("序号"), *columns[index + 1 :])
    return columns


def _placed(row: RawRow, width: int, default: int | None) -> tuple[RawCell, ...]:
    """The cells by column, each repeated over its span."""
    cells: list[RawCell | None] = [None] * width
    for index, cell in enumerate(row):
        start = cell.column if cell.column >= 0 else index
        for at in range(start, min(width, start + cell.span)):
            cells[at] = RawCell(cell.text, cell.line, at)
    return tuple(cell or RawCell("", row[0].line, at) for at, cell in enumerate(cells))


def _sorted(rows: Sequence[Cells], columns: Sequence[Column], odd: set[int]) -> list[GridRow]:
    """Rows with their kinds; rows without any text fall away. Repeats of a span in section rows are blanked.

    `odd` are the lines on which rows begin whose cells did not fit.
    """
    number = heads.place_of("number", heads.roles(columns))
    made = []
    for row in rows:
        if any(squash(cell.text) for cell in row):
            kind = _kind(row, number)
            is_odd_row = min(cell.line for cell in row) in odd
            made.append(GridRow(row if kind == "data" else _unspread(row), kind, is_odd_row))
    return made


def _kind(row: Sequence[RawCell], number: int | None) -> RowKind:
    first = next((squash(cell.text) for cell in row if squash(cell.text)), "")
    if number is not None and plain(row[number].text).isdigit():
        return "data"
    if _TOTAL.match(first) or _ALL.match(first):
        return "total"
    others = {squash(cell.text) for cell in row} - {"", first}
    is_section = is_spanning(first) and all(re.fullmatch(r"[\d.,%—-]+", text) for text in others)
    return "section" if is_section else "data"


def _unspread(row: tuple[RawCell, ...]) -> tuple[RawCell, ...]:
    """A text that spans columns stands once only, in the first."""
    seen: set[tuple[str, int]] = set()
    cells = []
    for cell in row:
        mark = (cell.text, cell.line)
        is_repeat = mark in seen and not re.fullmatch(r"[\d.,]+", plain(cell.text))
        cells.append(RawCell("", cell.line, cell.column) if is_repeat else cell)
        seen.add(mark)
    return tuple(cells)
