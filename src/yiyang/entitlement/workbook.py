"""tables.xlsx: the figures of a run as sheets that filter and add up."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from yiyang.base.output import atomic_file
from yiyang.entitlement.report import policy_names, sheets, view
from yiyang.entitlement.report.sheets import TEXT, Sheet

Json = dict[str, Any]
# A spreadsheet carries the time of its making; a fixed one keeps the same figures the same bytes.
MADE = datetime(2026, 1, 1)


def write(summary: Json, diff: Json | None, arrears: Json | None, out: Path) -> None:
    """Write tables.xlsx. Fen become yuan as numbers; what is unknown stays empty.

    The same figures give the same bytes. The file appears whole or not at all.
    """
    summary = view.fold(summary)
    with atomic_file(out) as work:
        book = xlsxwriter.Workbook(work, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
        book.set_properties({"title": "基本养老服务清单 服务找人 月度结果", "created": MADE})
        formats = _Formats(book)
        _notes(book, formats, summary, diff, arrears)
        for sheet in sheets.sheets(summary, diff, arrears, policy_names()):
            _sheet(book, formats, sheet)
        book.close()


class _Formats:
    """Cell formats of a workbook, made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        line = {"border": 1, "border_color": "#C9D1CC"}
        self.head = book.add_format(
            {
                "bold": True,
                "bg_color": "#1F6650",
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "vcenter",
                **line,
            }
        )
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": "#1F6650"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.bold = book.add_format({"bold": True, "valign": "top"})

    def of(self, number_format: str) -> Any:
        if number_format not in self._made:
            self._made[number_format] = self._book.add_format(
                {"num_format": number_format, "valign": "top", "text_wrap": number_format == TEXT}
            )
        return self._made[number_format]


def _sheet(book: Any, formats: _Formats, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    rows = list(sheet.rows)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width, formats.of(column.format))
        page.write_string(0, place, column.name, formats.head)
    for line, row in enumerate(rows or [["（没有）"]], 1):
        for place, value in enumerate(row):
            _write(page, line, place, value, formats.of(sheet.columns[place].format))
    page.set_row(0, 32)
    page.freeze_panes(1, sheet.keep)
    page.autofilter(0, 0, max(len(rows), 1), len(sheet.columns) - 1)
    _printed(page, landscape=True)
    page.repeat_rows(0)


def _write(page: Any, line: int, place: int, value: Any, format_: Any) -> None:
    """Text stays text: an item's name that begins with = must not become a formula."""
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(line, place, value, format_)
    else:
        page.write_number(line, place, value, format_)


def _printed(page: Any, *, landscape: bool) -> None:
    if landscape:
        page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&R第 &P 页，共 &N 页")


def _notes(book: Any, formats: _Formats, summary: Json, diff: Json | None, arrears: Json | None) -> None:
    page = book.add_worksheet("说明")
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, "基本养老服务清单 · 服务找人 月度结果", formats.title)
    for line, (name, value) in enumerate(sheets.notes(summary, diff, arrears), 2):
        page.write_string(line, 0, name, formats.bold)
        page.write_string(line, 1, value, formats.wrap)
    page.hide_gridlines(2)
    _printed(page, landscape=False)
