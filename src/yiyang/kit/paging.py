"""Pages by key: the next page begins after the last row shown, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet

PAGE = 50
COUNTED = 10_000


@dataclass(frozen=True)
class Page:
    """The rows of a page, and cursors to its neighbours ('' where there is none)."""

    rows: list[Any] = field(default_factory=list)
    before: str = ""
    after: str = ""


def page_of(
    rows: QuerySet[Any], order: tuple[str, ...], *, after: str = "", before: str = "", size: int = PAGE
) -> Page:
    """One page of a queryset.

    Args:
        rows: filtered; its own order is replaced.
        order: one column with or without `-`, then unique ones; `pk` is added. All run the same way as the first.
        after, before: a cursor of an earlier page. It holds the key of a row only, and the row is looked up within the
            scope: no name stands in an address, and a forged cursor shows nothing.
    """
    columns = _columns(order)
    down = order[0].startswith("-")
    backward = bool(before)
    start = _row_of(rows, before or after, columns)
    found = rows.order_by(*_ordering(columns, down != backward))
    if start is not None:
        found = found.filter(_beyond(rows, columns, start, down != backward))
    page = list(found[: size + 1])
    more, page = len(page) > size, page[:size]
    page = page[::-1] if backward else page
    has_before = more if backward else start is not None
    has_after = start is not None if backward else more
    if not page:
        return Page()
    return Page(page, _cursor(page[0]) if has_before else "", _cursor(page[-1]) if has_after else "")


def bounded_count(rows: QuerySet[Any], most: int = COUNTED) -> tuple[int, bool]:
    """How many rows, counted up to `most`; the second says whether there are more."""
    found = rows.order_by()[: most + 1].count()
    return min(found, most), found > most


def _columns(order: tuple[str, ...]) -> list[str]:
    columns = [name.removeprefix("-") for name in order]
    return columns if columns[-1] in ("pk", "id") else [*columns, "pk"]


def _ordering(columns: list[str], down: bool) -> list[Any]:
    # PostgreSQL's own place for NULL (last upwards, first downwards), so that one index serves both ways.
    return [F(name).desc() if down else F(name).asc() for name in columns]


def _cursor(row: Model) -> str:
    return signing.dumps(str(row.pk), salt="kit.paging", compress=False)


def _row_of(rows: QuerySet[Any], cursor: str, columns: list[str]) -> tuple[Any, ...] | None:
    if not cursor:
        return None
    try:
        key = signing.loads(cursor, salt="kit.paging")
    except signing.BadSignature:
        return None
    # A row that has left the list since (a case just decided) still marks the place.
    for source in (rows, rows.model._default_manager.using(rows.db)):
        try:
            return source.order_by().values_list(*columns).get(pk=key)
        except (rows.model.DoesNotExist, rows.model.MultipleObjectsReturned):
            continue
    return None


def _beyond(rows: QuerySet[Any], columns: list[str], values: tuple[Any, ...], down: bool) -> Q:
    """What comes after the row of these values: (a, b) > (x, y), written so that an index on a serves it."""
    if len(columns) == 1:
        return _past(columns[0], values[0], down)
    rest = _beyond(rows, columns[1:], values[1:], down)
    column, value = columns[0], values[0]
    if not _may_be_null(rows, column) and value is not None:
        bound = Q(**{f"{column}__{'lte' if down else 'gte'}": value})
        return bound & (_past(column, value, down) | rest)
    same = Q(**{f"{column}__isnull": True}) if value is None else Q(**{column: value})
    return _past(column, value, down) | (same & rest)


def _past(column: str, value: Any, down: bool) -> Q:
    if value is None:
        return Q(**{f"{column}__isnull": False}) if down else Q(pk__in=[])
    past = Q(**{f"{column}__{'lt' if down else 'gt'}": value})
    return past if down or column == "pk" else past | Q(**{f"{column}__isnull": True})


def _may_be_null(rows: QuerySet[Any], column: str) -> bool:
    if column == "pk":
        return False
    try:
        return bool(rows.model._meta.get_field(column).null)
    except FieldDoesNotExist:
        return True
