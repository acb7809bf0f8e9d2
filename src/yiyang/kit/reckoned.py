"""Lists of what is reckoned for a page and lies in no table: as the house's lists, sorted and filtered in memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from yiyang.access.sheets import is_dangerous
from yiyang.kit.listing import Filter, Table
from yiyang.kit.paging import Page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Reckoned(Table):
    """A list of at most some hundreds of rows, all on one page.

    A column with a `sort` (any word) is ordered by what it shows; a filter's `lookup` is a function (row, value) →
    bool.
    """

    def __init__(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        self.given = rows
        super().__init__(request, rows)  # type: ignore[arg-type]

    @cached_property
    def rows(self) -> list[Any]:  # type: ignore[override]
        """All rows that pass the filters; what cannot be applied is told at its field and shows nothing."""
        rows = list(self.given)
        for each in self.filters:
            if each.key in self.values:
                try:
                    rows = self._narrowed(each, rows, self.values[each.key])
                except (ValidationError, ValueError) as problem:
                    said = problem.messages[0] if isinstance(problem, ValidationError) else "这个值不能用。"
                    self.problems[each.key] = said
                    rows = []
        return rows

    def _narrowed(self, each: Filter, rows: list[Any], value: str) -> list[Any]:
        each.check(value)
        lookup: Any = each.lookup
        if callable(lookup):
            return [row for row in rows if lookup(row, value)]
        return [row for row in rows if f"{getattr(row, each.key)}" == value]

    @cached_property
    def page(self) -> Page:
        """The rows in their order; what has no value comes last."""
        key, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        column = next((each for each in self.columns if each.key == key), None)
        if column is None:
            return Page(self.rows)
        known = [(column.of(row), row) for row in self.rows]
        there = sorted((pair for pair in known if pair[0] is not None), key=lambda pair: pair[0], reverse=down)
        return Page([row for _, row in there] + [row for value, row in known if value is None])

    @cached_property
    def count(self) -> str:
        """共 12 条."""
        return f"共 {len(self.rows):,} 条"

    def workbook(self, name: str) -> HttpResponse:
        """The rows as they are filtered and ordered, every column, as a file of this name."""
        out = BytesIO()
        book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
        sheet = book.add_worksheet(self.title[:31])
        head = book.add_format({"bold": True, "bg_color": "#1F6650", "font_color": "#FFFFFF"})
        sheet.set_column(0, len(self.columns) - 1, 18)
        sheet.write_row(0, 0, [column.title for column in self.columns], head)
        for place, row in enumerate(self.page.rows, 1):
            for at, column in enumerate(self.columns):
                _write(sheet, place, at, column.of(row))
        sheet.freeze_panes(1, 0)
        book.close()
        response = HttpResponse(out.getvalue(), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        response["Cache-Control"] = "no-store"
        return response


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, f"'{value}" if is_dangerous(f"{value}") else f"{value}")
