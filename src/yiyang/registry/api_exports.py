"""Lists taken out, over the API: ordered with a reason, made in the background, fetched by whoever ordered them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from yiyang.access.scope import current
from yiyang.kit.api import Key, Listed, Paging, Reason, Word, answers, may, paged
from yiyang.registry import exports
from yiyang.registry.models import Export

router = Router(tags=["exports"])


class ExportOut(Schema):
    """An order and how far it is. A list can be fetched while it is `ready`, for a week."""

    id: int
    kind: str
    format: str
    state: str
    rows: int
    reason: str
    ordered_at: datetime
    ready_at: datetime | None
    problem: str


class Order(Schema):
    """Which list: kind, filters as on the page, columns (none = all), and why."""

    kind: Word
    filters: dict[Word, Word] = Field(default={})
    columns: list[Word] = Field(default=[], max_length=60)
    format: Literal["xlsx", "csv"] = "xlsx"
    reason: Reason


def _mine() -> QuerySet[Export]:
    return Export.objects.filter(ordered_by=current().user or 0)


@router.post(
    "/exports",
    response=answers(ExportOut, status=202),
    **may(
        "person.export",
        example={"kind": "people", "filters": {"area": "511724001"}, "format": "csv", "reason": "重阳节走访名单"},
    ),
)
def order_export(request: HttpRequest, given: Order) -> Any:
    """Order a list of people. It is marked with who ordered it, when, for where."""
    words = {"kind": given.kind, "filters": given.filters, "columns": given.columns, "format": given.format}
    return Status(202, exports.order(by=current(), reason=given.reason, **words))  # type: ignore[arg-type]


@router.get("/exports", response=answers(Listed[ExportOut]), **may("person.export"))
def export_orders(request: HttpRequest, paging: Query[Paging]) -> Any:
    """One's own orders, the latest first."""
    return paged(_mine(), ("-id",), paging)


@router.get("/exports/{int:pk}", response=answers(ExportOut), **may("person.export"))
def export_order(request: HttpRequest, pk: Key) -> Any:
    """How far an order is."""
    return get_object_or_404(_mine(), pk=pk)


@router.get("/exports/{int:pk}/file", response=answers(None), **may("person.export", file="application/octet-stream"))
def export_file(request: HttpRequest, pk: Key) -> Any:
    """The list itself; each fetching is noted."""
    found = get_object_or_404(_mine(), pk=pk)
    blocks = exports.content(by=current(), export=found)
    headers = {"Content-Disposition": f'attachment; filename="E{found.pk}.{found.format}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(blocks, content_type=exports.FORMATS[found.format], headers=headers)
