"""A list as a declaration: columns, filters, order; the request picks, the database pages.

    class People(Table):
        name = "people"
        columns = (
            Column("name", "姓名", sort="pinyin", is_link=True),
            Column("birth_date", "出生日期", kind="day", sort="birth_date"),
            Column("area_code", "居住地", kind="area"),
        )
        filters = (Filter("name", "姓名", lookup="name__startswith"),)
        order = "pinyin"

        def row_url(self, row): return reverse("registry:person", args=[row.pk])

    table = People(request, Person.objects.filter(merged_into=None))

Pass querysets of the default (scoped) managers: what they do not see, no list shows or counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from yiyang.kit.paging import PAGE, Page, bounded_count, page_of
from yiyang.kit.parts import Empty

NUMBERS = ("number", "money", "size", "percent")
MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        key: its name in addresses, exports and cookies; also the row's attribute unless `value` says otherwise.
        kind: text, code, number, money (fen), day, month, when, area, state, yes_no, sex, size, percent.
        value: an attribute path with dots, or a function of the row (its answer may be safe HTML).
        sort: the field the list is ordered by; '' = cannot be ordered. Give only what an index serves.
        is_hidden: not shown until chosen. is_fixed: cannot be taken away. is_link: carries the row's link.
    """

    key: str
    title: str
    kind: str = "text"
    value: str | Callable[[Any], Any] = ""
    sort: str = ""
    is_hidden: bool = False
    is_fixed: bool = False
    is_link: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it stands on the right."""
        return self.kind in NUMBERS

    def of(self, row: Any) -> Any:
        """The column's value in a row."""
        if callable(self.value):
            return self.value(row)
        for part in (self.value or self.key).split("."):
            row = getattr(row, part, None)
            row = row() if callable(row) else row
        return row

    def word(self, row: Any) -> str:
        """A state in the words of the model's choices."""
        display = getattr(row, f"get_{self.key}_display", None)
        return str(display()) if self.kind == "state" and display else ""


@dataclass(frozen=True)
class Filter:
    """One field of the filter bar.

    Attributes:
        lookup: a lookup of the model, or a function (queryset, value) → queryset; '' = the key itself.
        choices: value and word; makes a drop-down. kind: text, date or month otherwise.
    """

    key: str
    title: str
    lookup: str | Callable[[Any, str], Any] = ""
    choices: Iterable[tuple[Any, Any]] = ()
    kind: str = "text"
    hint: str = ""

    def check(self, value: str) -> None:
        """Raises ValidationError for a value that cannot be."""
        if self.choices and value not in {str(slug) for slug, _ in self.choices}:
            raise ValidationError("没有这个选项。")
        if self.kind == "month" and not MONTH.fullmatch(value):
            raise ValidationError("月份应形如 2026-11。")

    def apply(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Narrow rows. Raises ValidationError or ValueError for a value that cannot be."""
        self.check(value)
        if callable(self.lookup):
            narrowed: QuerySet[Any] = self.lookup(rows, value)
            return narrowed
        return rows.filter(Q(**{self.lookup or self.key: value}))


@dataclass(frozen=True)
class Bulk:
    """Something done to the selected rows: POST of `rows` (keys) to `url`; the page there confirms once."""

    title: str
    url: str
    is_danger: bool = False


@dataclass(frozen=True)
class Cell:
    """What stands in one place of the list."""

    column: Column
    value: Any
    word: str
    url: str


class Table:
    """One list on a page. Subclass and state the class attributes; override `row_url` for links.

    Attributes:
        name: unique among lists; remembers the choice of columns.
        order: column key of the first order, with `-` downwards.
        export_url: takes a POST of format, reason, filters (query string), columns; makes the file in the background.
        beside: rows open in the panel beside the list, where the page has one.
        carried: parameters of the page (its area, its day) that every link of the list takes along.
        sheet_url: takes the rows away as a workbook at once, filtered and sorted as they are: figures, nobody's data.
    """

    name: ClassVar[str]
    title: ClassVar[str] = ""
    columns: ClassVar[tuple[Column, ...]]
    filters: ClassVar[tuple[Filter, ...]] = ()
    order: ClassVar[str] = ""
    bulk: tuple[Bulk, ...] = ()
    export_url: str = ""
    sheet_url: str = ""
    empty: Empty = Empty()
    beside: ClassVar[bool] = False
    carried: ClassVar[tuple[str, ...]] = ()
    size: ClassVar[int] = PAGE

    def __init__(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.request, self.base, self.problems = request, rows, {}  # type: ignore[var-annotated]

    def row_url(self, row: Any) -> str:
        """Where a row leads; '' = nowhere."""
        return ""

    @cached_property
    def values(self) -> dict[str, str]:
        """What the filter bar holds."""
        given = ((each.key, self.request.GET.get(each.key, "").strip()[:200]) for each in self.filters)
        return {key: value.replace("\x00", "") for key, value in given if value}

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """All rows that pass the filters; what cannot be applied is told at its field and shows nothing."""
        rows = self.base
        for each in self.filters:
            if each.key in self.values:
                try:
                    rows = each.apply(rows, self.values[each.key])
                except (ValidationError, ValueError) as problem:
                    said = problem.messages[0] if isinstance(problem, ValidationError) else "这个值不能用。"
                    self.problems[each.key] = said
                    rows = rows.none()
        return rows

    @cached_property
    def sort(self) -> str:
        """The column key in force, with `-` downwards."""
        wanted = self.request.GET.get("sort", "")
        return wanted if wanted.removeprefix("-") in self._sortable else self.order or ""

    @cached_property
    def page(self) -> Page:
        """The rows of this page."""
        key, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        field = self._sortable.get(key, key or "pk")
        order, get = (f"-{field}" if down else field,), self.request.GET.get
        return page_of(self.rows, order, after=get("after", ""), before=get("before", ""), size=self.size)

    @cached_property
    def count(self) -> str:
        """共 1,204 条, or 1 万条以上."""
        found, more = bounded_count(self.rows)
        return "1 万条以上" if more else f"共 {found:,} 条"

    @cached_property
    def shown(self) -> list[Column]:
        """Columns on the page: as chosen, or as declared."""
        chosen = self.request.COOKIES.get(f"columns_{self.name}", "")
        if not chosen:
            return [column for column in self.columns if not column.is_hidden]
        keys = set(chosen.split("."))
        return [column for column in self.columns if column.is_fixed or column.is_link or column.key in keys]

    @property
    def body(self) -> list[tuple[Any, str, list[Cell]]]:
        """Row, its address and its cells."""
        return [(row, url, self._cells(row, url)) for row in self.page.rows for url in (self.row_url(row),)]

    @property
    def heads(self) -> list[tuple[Column, str, str]]:
        """Column, the query that orders by it ('' = cannot), and how it is ordered now."""
        return [(column, *self._sorting(column)) for column in self.shown]

    @property
    def fields(self) -> list[tuple[Filter, str, str]]:
        """Filter, its value, its problem."""
        rows = self.rows
        del rows
        return [(each, self.values.get(each.key, ""), self.problems.get(each.key, "")) for each in self.filters]

    @property
    def clear_url(self) -> str:
        """The list without its filters; a list of several tabs stays on its tab."""
        tab = self.request.GET.get("tab", "")
        kept = self.kept | ({"tab": tab} if tab else {})
        return f"{self.request.path}?{urlencode(kept)}" if kept else str(self.request.path)

    @property
    def kept(self) -> dict[str, str]:
        """The page's own parameters."""
        found = {name: self.request.GET.get(name, "")[:200].replace("\x00", "") for name in self.carried}
        return {name: value for name, value in found.items() if value}

    @property
    def sheet_query(self) -> str:
        """The list as it is, for `sheet_url`."""
        return self._query()

    @property
    def is_filtered(self) -> bool:
        """Whether the filter bar narrows the list."""
        return bool(self.values)

    @property
    def before_query(self) -> str:
        """The query of the page before."""
        return self._query(before=self.page.before) if self.page.before else ""

    @property
    def after_query(self) -> str:
        """The query of the next page."""
        return self._query(after=self.page.after) if self.page.after else ""

    @property
    def filter_query(self) -> str:
        """The filters as a query string: what an export order carries."""
        return urlencode(self.values)

    @property
    def column_keys(self) -> str:
        """The columns on the page, for an export order."""
        return ".".join(column.key for column in self.shown)

    @cached_property
    def _sortable(self) -> dict[str, str]:
        return {column.key: column.sort for column in self.columns if column.sort}

    def _cells(self, row: Any, url: str) -> list[Cell]:
        return [Cell(each, each.of(row), each.word(row), url if each.is_link else "") for each in self.shown]

    def _sorting(self, column: Column) -> tuple[str, str]:
        if not column.sort:
            return "", ""
        now = {column.key: "up", f"-{column.key}": "down"}.get(self.sort, "")
        return self._query(sort=f"-{column.key}" if now == "up" else column.key), now

    def _query(self, **changes: str) -> str:
        kept = {**self.kept, **self.values, **({"sort": self.sort} if self.sort != self.order else {})}
        return urlencode({**kept, **changes})
