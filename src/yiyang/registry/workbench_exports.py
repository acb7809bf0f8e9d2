"""Pages of lists taken out: ordered, made, fetched."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.base.errors import YiyangError
from yiyang.kit.listing import Column, Table
from yiyang.kit.parts import Empty
from yiyang.registry import exports
from yiyang.registry.models import Export

RIGHT = "person.export"


class Exports(Table):
    """One's own orders, the latest first."""

    name, title, order = "exports", "导出", "-id"
    columns = (
        Column("id", "编号", kind="number", sort="id"),
        Column("kind", "名单", value=lambda row: exports.title_of(row.kind)),
        Column("format", "格式", value=lambda row: row.format.upper()),
        Column("rows", "行数", kind="number"),
        Column("reason", "理由"),
        Column("ordered_at", "申请时间", kind="when"),
        Column("state", "状态", kind="state"),
        Column("fetch", "操作", is_link=True, value=lambda row: "下载" if row.state == Export.State.READY else "查看"),
    )
    empty = Empty("还没有导出", "在“老年人”名单上点“导出”，生成后在这里下载，保留 7 天。", icon="exports")

    def row_url(self, row: Export) -> str:
        return reverse("registry:export", args=[row.pk])


def _mine() -> QuerySet[Export]:
    return Export.objects.filter(ordered_by=current().user or 0)


@page(RIGHT)
def listing(request: HttpRequest) -> HttpResponse:
    """One's own orders."""
    return render(request, "registry/exports.html", {"table": Exports(request, _mine())})


@page(RIGHT)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Order the list that is on the page."""
    sent = request.POST
    try:
        made = exports.order(
            by=current(),
            kind=sent.get("kind", ""),
            filters=dict(parse_qsl(sent.get("filters", ""))),
            columns=sent.get("columns", "").split("."),
            format=sent.get("format", "xlsx"),
            reason=sent.get("reason", ""),
        )
    except YiyangError as error:
        messages.error(request, error.zh)
        return redirect("registry:exports")
    return redirect("registry:export", made.pk)


@page(RIGHT)
def one(request: HttpRequest, key: int) -> HttpResponse:
    """How far an order is."""
    found = get_object_or_404(_mine(), pk=key)
    is_running = found.state in (Export.State.WAITING, Export.State.RUNNING)
    context: dict[str, Any] = {"export": found, "kind": exports.kind_of(found.kind), "is_running": is_running}
    context |= {
        "until": exports.expires(found),
        "crumbs": [("导出", reverse("registry:exports")), (f"E{found.pk}", "")],
    }
    is_part = bool(getattr(request, "htmx", False))
    return render(request, "registry/export_state.html" if is_part else "registry/export.html", context)


@page(RIGHT)
@require_POST
def fetch(request: HttpRequest, key: int) -> Any:
    """Download a list; noted in the log, and no address of a browser's history fetches it again."""
    found = get_object_or_404(_mine(), pk=key)
    try:
        blocks = exports.content(by=current(), export=found)
    except YiyangError as error:
        messages.error(request, error.zh)
        return redirect("registry:export", key)
    headers = {"Content-Disposition": f'attachment; filename="E{found.pk}.{found.format}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(blocks, content_type=exports.FORMATS[found.format], headers=headers)
