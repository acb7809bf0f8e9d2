"""Forms as sheets for agencies: an empty one for a list of requests, and filled ones read back.

One row an assessment, one column an item. What cannot be used is quarantined with row, column and reason; the rest goes
on. Pure but for reading the file: who may file which form is for the actions to say.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from yiyang.access.sheets import Cell, Column
from yiyang.assessment.instrument import Instrument, Item
from yiyang.assessment.scoring import places_of
from yiyang.base.errors import DeliveryError, UsageError
from yiyang.base.workbooks import require_compact
from yiyang.registry.encoding import detect

REQUEST, NAME, BEGAN, ENDED = "申请编号", "姓名", "开始时间", "完成时间"
NEEDED = (REQUEST, BEGAN, ENDED)
BAD_COLUMNS = (Column("行", "integer", 8), Column("列", width=20), Column("填写的内容", width=20),
               Column("问题", width=36), Column("怎么办", width=40))  # fmt: skip
LEGEND_COLUMNS = (Column("条目", width=12), Column("名称", width=20), Column("评什么", width=48),
                  Column("填", width=10), Column("意思", width=60))  # fmt: skip
# More rows than an agency assesses in a year; a file beyond is another file.
MOST = 20_000
# Titles and watermarks may stand above the headings.
SEARCHED = 10
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
_ASK_TIME = "写作 2026-11-23 09:30"


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be used: 1-based row of the file, heading, what stands there, why, and what to do."""

    row: int
    column: str
    value: str
    reason: str
    remedy: str

    @property
    def cells(self) -> list[Cell]:
        """As a row of `BAD_COLUMNS`."""
        return [self.row, self.column, self.value, self.reason, self.remedy]


@dataclass(frozen=True)
class Filled:
    """What a filled sheet holds.

    Attributes:
        good: row, request, began_at and ended_at (local wall time), then a column of values for each item.
        bad: every fault of every row that was put aside.
    """

    good: pa.Table
    bad: tuple[Bad, ...]

    def forms(self, instrument: Instrument) -> Iterator[tuple[str, datetime, datetime, dict[str, str]]]:
        """(request's number, began, ended, answers) of every good row, the answers as `scales.score` takes them."""
        codes = list(instrument.items)
        for row in self.good.to_pylist():
            yield row["request"], row["began_at"], row["ended_at"], {code: row[code] for code in codes}


def columns(instrument: Instrument) -> list[Column]:
    """The headings of an empty sheet; every item's with the values that may be filled in."""
    items = [Column(_heading(item), width=max(14, len(item.name) * 2 + 10)) for item in instrument.items.values()]
    return [Column(REQUEST, width=22), Column(NAME), Column(BEGAN, width=18), Column(ENDED, width=18), *items]


def empty_rows(instrument: Instrument, requests: Iterable[tuple[str, str]]) -> Iterator[list[Cell]]:
    """A row to fill in for each request: its number and the person's name, the rest empty."""
    blanks: list[Cell] = [None] * (2 + len(instrument.items))
    for number, name in requests:
        yield [number, name, *blanks]


def legend(instrument: Instrument) -> Iterator[list[Cell]]:
    """What each value means, as rows of `LEGEND_COLUMNS`."""
    for item in instrument.items.values():
        for option in item.options:
            yield [item.code, item.name, item.help or item.asks, option.value, option.text]


def read(instrument: Instrument, path: Path, requests: Collection[str]) -> Filled:
    """A filled sheet (.csv in UTF-8 or GB18030, or .xlsx).

    Args:
        requests: numbers of the requests for which this agency may hand in a form.

    Raises:
        DeliveryError: it cannot be read at all, lacks a column, or has too many rows.
    """
    rows = list(_rows(path))
    at = _heading_row(rows)
    places, headings = _columns(instrument, rows[at])
    kept = [(at + 2 + number, row) for number, row in enumerate(rows[at + 1 :]) if _is_data(row)]
    if len(kept) > MOST:
        raise DeliveryError(f"最多 {MOST:,} 行，请分开交。", f"At most {MOST:,} rows; split the file.")
    table = pa.table(
        {name: pa.array([_cell(row, place) for _, row in kept], pa.string()) for name, place in places.items()}
    )
    numbers = np.array([number for number, _ in kept], np.int64)
    return _judged(instrument, table, numbers, headings, requests)


def table_in(instrument: Instrument, path: Path) -> pa.Table:
    """A file of answers to score (.csv, .xlsx, .parquet): items under their codes, other columns as they are, all text.

    Raises:
        DeliveryError: it cannot be read, or two columns have one name.
    """
    if path.suffix.lower() == ".parquet":
        return pyarrow.parquet.read_table(path)
    rows = [row for row in _rows(path) if any(cell.strip() for cell in row)]
    if not rows:
        raise DeliveryError(f"{path.name} 是空的。", f"{path.name} is empty.")
    words = [code if (code := _word(heading)) in instrument.items else heading.strip() for heading in rows[0]]
    if len(set(words)) < len(words):
        raise DeliveryError(f"{path.name} 有同名的列。", f"{path.name} has two columns of one name.")
    columns = [pa.array([_cell(row, place) for row in rows[1:]], pa.string()) for place in range(len(words))]
    return pa.table(columns, words)


def _word(heading: str) -> str:
    """What a heading begins with: an item's code, or a column's name."""
    return heading.strip().removeprefix("'").split(" ")[0].split("（")[0]


def _heading(item: Item) -> str:
    return f"{item.code} {item.name}（{'/'.join(item.by_value)}）"


def _rows(path: Path) -> Iterator[list[str]]:
    if path.suffix.lower() in (".xlsx", ".xls"):
        yield from ([_text(cell) for cell in row] for row in _sheet(path))
    else:
        yield from _lines(path)


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(_decoded(path), newline=""))
    except csv.Error as error:
        raise DeliveryError(f"不是合格的 CSV：{error}", f"No valid CSV: {error}") from error


def _sheet(path: Path) -> Sequence[Sequence[Any]]:
    from python_calamine import CalamineWorkbook

    try:
        require_compact(path)
    except UsageError as error:
        raise DeliveryError(error.zh, error.en) from error
    try:
        book = CalamineWorkbook.from_path(str(path))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:  # calamine raises its own kinds and, on a truncated archive, plain OSError
        zh = f"无法打开工作簿（可能不完整或有密码）：{error}"
        raise DeliveryError(zh, f"The workbook cannot be opened: {error}") from error


def _decoded(path: Path) -> str:
    encoding, _ = detect(path)
    if encoding is None:
        raise DeliveryError(
            "文字编码认不出来，请存为 UTF-8 的 CSV。", "The encoding is unknown; save it as CSV in UTF-8."
        )
    # What little cannot be read stands in a cell that is then no option.
    return path.read_bytes().decode(encoding, "replace")


def _text(cell: Any) -> str:
    """A cell of a workbook as a CSV would hold it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _cell(row: list[str], place: int) -> str:
    # Exports put an apostrophe before what a spreadsheet would spoil.
    return row[place].strip().removeprefix("'").strip() if place < len(row) else ""


def _is_data(row: list[str]) -> bool:
    """Not empty, and not the closing line of an export."""
    return any(cell.strip() for cell in row) and not row[0].startswith("（完）")


def _heading_row(rows: list[list[str]]) -> int:
    for number, row in enumerate(rows[:SEARCHED]):
        if REQUEST in (cell.strip() for cell in row):
            return number
    raise DeliveryError(
        f"前 {SEARCHED} 行里没有表头“{REQUEST}”；请用下载的空表填写。",
        f"No heading {REQUEST} in the first {SEARCHED} rows; use the empty sheet that can be downloaded.",
    )


def _columns(instrument: Instrument, row: list[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Column → place, and column → heading, of what is read. An item's heading begins with its code."""
    known = {**{name: name for name in NEEDED}, **{code: code for code in instrument.items}}
    places: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(row):
        word = _word(heading)
        if word in known and word in places:
            problems.append((f"列“{word}”有两个，请只留一个", f"column {word} stands twice; keep one"))
        elif word in known:
            places[word] = place
    problems += [(f"缺少列“{word}”", f"column {word} is missing") for word in known if word not in places]
    if problems:
        raise DeliveryError("表头不对，请用下载的空表填写：", "The headings do not fit; use the empty sheet:", problems)
    return places, {word: row[place].strip() for word, place in places.items()}


def _judged(
    instrument: Instrument, table: pa.Table, numbers: np.ndarray, headings: dict[str, str], requests: Collection[str]
) -> Filled:
    times = {name: _times(table[name]) for name in (BEGAN, ENDED)}
    faults = [*_request_faults(table, requests), *_time_faults(table, times), *_item_faults(instrument, table)]
    bad = [
        Bad(int(numbers[row]), headings[name], _at(table, name, row), reason, remedy)
        for name, rows, reason, remedy in faults
        for row in rows
    ]
    is_good = np.ones(len(table), bool)
    for _, rows, _, _ in faults:
        is_good[rows] = False
    items = {code: pc.utf8_trim_whitespace(table[code]) for code in instrument.items}
    head = {"row": pa.array(numbers), "request": table[REQUEST], "began_at": times[BEGAN], "ended_at": times[ENDED]}
    return Filled(pa.table({**head, **items}).filter(pa.array(is_good)), tuple(sorted(bad, key=lambda one: one.row)))


Fault = tuple[str, np.ndarray, str, str]  # column, rows, reason, what to do


def _request_faults(table: pa.Table, requests: Collection[str]) -> Iterator[Fault]:
    numbers = table[REQUEST].combine_chunks()
    is_empty = _numpy(pc.equal(numbers, ""))
    is_known = _numpy(pc.is_in(numbers, value_set=pa.array(sorted(requests), pa.string())))
    counts = pc.value_counts(numbers)
    twice = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    is_twice = _numpy(pc.is_in(numbers, value_set=twice)) & ~is_empty
    yield REQUEST, np.flatnonzero(is_empty), "没有填", "填评估申请的编号"
    yield (
        REQUEST,
        np.flatnonzero(~is_known & ~is_empty),
        "没有这个申请，或不归本机构填写",
        "核对编号；改派的申请由新机构填写",
    )
    yield REQUEST, np.flatnonzero(is_twice), "同一申请有不止一行", "留下正确的一行，再交一次"


def _time_faults(table: pa.Table, times: dict[str, pa.ChunkedArray]) -> Iterator[Fault]:
    for name in (BEGAN, ENDED):
        is_null = _numpy(pc.is_null(times[name]))
        is_empty = _numpy(pc.equal(table[name], ""))
        yield name, np.flatnonzero(is_empty), "没有填", _ASK_TIME
        yield name, np.flatnonzero(is_null & ~is_empty), "认不出时间", _ASK_TIME
    is_before = pc.fill_null(pc.less(times[ENDED], times[BEGAN]), False)
    yield ENDED, np.flatnonzero(_numpy(is_before)), "完成早于开始", "核对两个时间"


def _item_faults(instrument: Instrument, table: pa.Table) -> Iterator[Fault]:
    for code, item in instrument.items.items():
        is_empty = _numpy(pc.equal(table[code], ""))
        is_wrong = (places_of(item, table[code]) < 0) & ~is_empty
        remedy = f"填 {'、'.join(item.by_value)} 之一"
        yield code, np.flatnonzero(is_empty), "没有填", remedy
        yield code, np.flatnonzero(is_wrong), "没有这个选项", remedy


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Local wall time; null where it is none."""
    return pc.coalesce(*[pc.strptime(column, format=form, unit="s", error_is_null=True) for form in _TIMES])


def _numpy(column: Any) -> np.ndarray:
    return np.asarray(
        column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy(), bool
    )


def _at(table: pa.Table, name: str, row: int) -> str:
    return str(table[name][int(row)].as_py())
