"""Exports as XLSX or CSV: streamed, watermarked, and harmless to whoever opens them.

Whatever a spreadsheet would take for a formula stays text: in XLSX as a cell of type text that is marked as quoted, in
CSV, which knows no types, with an apostrophe in front. There it also keeps long numbers and leading zeros whole; the
readers of registers drop it again. Numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Protocol

import xlsxwriter

from yiyang.base.output import atomic_file

# A sheet of Excel ends at row 1,048,576; the watermark, headings and the closing line want room too.
SHEET_ROWS = 1_048_000
# More characters than this do not fit in a cell of Excel.
CELL = 32_767
CUT = "…（超长，已截断）"
# NFKC below makes the full-width ＝＋－＠ these; － and − become a hyphen or minus, hence both.
_FORMULA = ("=", "+", "-", "@", "−", "|", "%")
_INVISIBLE = re.compile(r"^[\s\u0000-\u001f\u200b-\u200f\u2060\ufeff'\"]+")
# What a spreadsheet would round (over 15 digits), write as 1.2E+11 (over 11), or rob of its zeros.
_MANGLED = re.compile(r"0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+")
_ILLEGAL = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]")
Cell = str | int | float | Decimal | bool | date | datetime | None
Kind = Literal["text", "integer", "decimal", "date"]
FORMATS: dict[Kind, str] = {"text": "@", "integer": "#,##0", "decimal": "#,##0.00", "date": "yyyy-mm-dd"}


@dataclass(frozen=True)
class Column:
    """A heading, what stands below it, and its width in characters."""

    name: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True)
class Mark:
    """Who took the data out, when, of which scope, and the export's number in the audit log.

    `is_personal`: whether people stand in it. A mark that says so where nobody does is soon believed nowhere.
    """

    who: str
    when: datetime
    scope: str
    export: str
    is_personal: bool = True

    @property
    def line(self) -> str:
        """The watermark as a sentence."""
        when = f"{self.when:%Y-%m-%d %H:%M}"
        kept = "内含个人信息，仅限工作使用" if self.is_personal else "不含老年人个人信息"
        return f"导出人：{self.who}　时间：{when}　范围：{self.scope}　导出编号：{self.export}　{kept}"


class Writer(Protocol):
    """Takes rows; `count` is how many it took."""

    count: int

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows, each with a cell for every column."""


def write(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], mark: Mark) -> int:
    """Write all rows to an .xlsx or .csv file; how many. The file appears whole or not at all."""
    with opened(path, columns, mark) as sheet:
        sheet.write(rows)
    return sheet.count


def opened(path: Path, columns: Sequence[Column], mark: Mark) -> AbstractContextManager[Writer]:
    """A writer that takes rows in portions, for exports that show how far they are."""
    return _xlsx(path, columns, mark) if path.suffix == ".xlsx" else _csv(path, columns, mark)


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula or a command, blanks and full-width signs included."""
    # Nearly every cell: a letter, digit or Chinese character begins no formula, in no width.
    if text[:1].isalnum():
        return False
    bare = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text[:1] in ("\t", "\r", "\n") or bare.startswith(_FORMULA)


@cache
def dangerous_pattern() -> str:
    """The same as a regular expression of RE2, for rows that DuckDB writes: found = `is_dangerous`."""
    plane = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    signs = [c for c in plane if unicodedata.normalize("NFKC", c).startswith(_FORMULA)]
    # Signs apart: what NFKC makes of ﹢ begins with a formula's sign; what it makes of a wide blank is invisible.
    blanks = [c for c in plane if not _INVISIBLE.sub("", unicodedata.normalize("NFKC", c))]
    return f"^(?:[\\t\\r\\n]|[{_codes(blanks)}]*[{_codes(signs)}])"


def _codes(characters: Iterable[str]) -> str:
    return "".join(f"\\x{{{ord(c):x}}}" for c in characters)


def harmless(text: str) -> str:
    """The text as it may stand in a CSV: with an apostrophe in front if a spreadsheet would make something of it."""
    return f"'{text}" if is_dangerous(text) or _MANGLED.fullmatch(text.strip()) else text


@contextmanager
def _csv(path: Path, columns: Sequence[Column], mark: Mark) -> Iterator[Writer]:
    # The byte-order mark: without it Excel reads Chinese as rubbish.
    with atomic_file(path) as work, work.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        sheet = _Csv(file)
        sheet.lines([[mark.line], [column.name for column in columns]])
        yield sheet
        sheet.lines([[_end(sheet.count, mark)]])


class _Csv:
    def __init__(self, file: io.TextIOBase) -> None:
        self.count = 0
        self._writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            self._writer.writerow([_plain(cell) for cell in row])
            self.count += 1

    def lines(self, lines: Iterable[Sequence[str]]) -> None:
        """Rows that are no data."""
        self._writer.writerows([[harmless(cell) for cell in line] for line in lines])


def _plain(cell: Cell) -> Cell:
    """A cell of a CSV. QUOTE_NONNUMERIC quotes every text and leaves numbers bare."""
    if cell is None:
        return ""
    if isinstance(cell, bool | date) or _is_no_number(cell):
        return _text(cell)
    return harmless(str(cell).replace("\0", "")) if isinstance(cell, str) else cell


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return str(cell)


def _is_no_number(cell: Cell) -> bool:
    """Infinity and the like, and integers that a spreadsheet would round."""
    if isinstance(cell, int):
        return abs(cell) >= 10**15
    return isinstance(cell, float | Decimal) and not math.isfinite(cell)


def _end(count: int, mark: Mark) -> str:
    # Whoever gets the file can see that it was not cut off, and it cannot be passed on without its number.
    return f"（完）共 {count} 行　导出编号：{mark.export}"


@contextmanager
def _xlsx(path: Path, columns: Sequence[Column], mark: Mark) -> Iterator[Writer]:
    # Rows wait in files until the book is closed: in a folder closed to others, and removed after a failure too.
    with atomic_file(path) as work, TemporaryDirectory(dir=work.parent, prefix=".rows-") as waiting:
        options = {"constant_memory": True, "tmpdir": waiting, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(work, options)
        book.set_properties({"title": "颐养 数据导出", "author": mark.who, "comments": mark.line})
        book.set_custom_property("导出编号", mark.export)
        sheet = _Xlsx(book, columns, mark)
        try:
            yield sheet
        except BaseException:
            # Only to close its files: what it writes is thrown away, and the first failure is the one to tell.
            with suppress(Exception):
                book.close()
            raise
        sheet.finish()
        book.close()


class _Xlsx:
    def __init__(self, book: Any, columns: Sequence[Column], mark: Mark) -> None:
        self.count = 0
        self._book, self._columns, self._mark = book, columns, mark
        self._bold = book.add_format({"bold": True, "bg_color": "#E8EFEB", "border": 1, "border_color": "#C9D1CC"})
        self._faint = book.add_format({"font_color": "#777777"})
        self._formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        self._quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self._begin()

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if self._line >= SHEET_ROWS:
                self._begin()
            for place, cell in enumerate(row):
                self._cell(place, cell)
            self._line += 1
            self.count += 1

    def finish(self) -> None:
        """The closing line."""
        self._page.write_string(self._line, 0, _end(self.count, self._mark), self._faint)

    def _begin(self) -> None:
        """A new sheet: watermark above, in print on every page, headings that stay in sight."""
        number = len(self._book.worksheets()) + 1
        self._page = page = self._book.add_worksheet("数据" if number == 1 else f"数据 {number}")
        for place, column in enumerate(self._columns):
            page.set_column(place, place, column.width, self._formats[column.kind])
        page.write_string(0, 0, self._mark.line, self._faint)
        for place, column in enumerate(self._columns):
            page.write_string(1, place, column.name, self._bold)
        page.freeze_panes(2, 0)
        page.repeat_rows(0, 1)
        page.set_landscape()
        page.set_header(_printed("&L", f"{self._mark.who} {self._mark.scope}"))
        page.set_footer(_printed("&L", f"{self._mark.export} {self._mark.when:%Y-%m-%d %H:%M}") + "&R&P / &N")
        self._line = 2

    def _cell(self, place: int, cell: Cell) -> None:
        kind: Kind = self._columns[place].kind
        if cell is None or cell == "":
            return
        if isinstance(cell, datetime | bool) or _is_no_number(cell):
            cell = _text(cell)
        if isinstance(cell, str):
            text = _fitting(cell)
            self._page.write_string(
                self._line, place, text, self._quoted if is_dangerous(text) else self._formats["text"]
            )
        elif isinstance(cell, date):
            self._page.write_datetime(self._line, place, cell, self._formats["date"])
        else:
            self._page.write_number(self._line, place, cell, self._formats["decimal" if kind == "text" else kind])


def _fitting(text: str) -> str:
    # xlsxwriter leaves a cell that is too long empty and only returns a number.
    text = _ILLEGAL.sub("\ufffd", str(text))
    return text if len(text) <= CELL else text[: CELL - len(CUT)] + CUT


def _printed(place: str, text: str) -> str:
    """A header or footer of a printed page: & is a command there, and 255 characters are the end."""
    return place + text.replace("&", "＆")[:200]
