"""Pages of notices: what waits, batches, what was told to a person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty, Figure
from yiyang.notices import actions, batches, waiting
from yiyang.notices.backends import backend_of
from yiyang.notices.forms import RESULTS_MOST, AreaChannel
from yiyang.notices.models import Batch, Notice, OptOut
from yiyang.notices.words import Reader
from yiyang.registry.models import Person

RIGHT = "notice.dispatch"
TOP = "告知"
SHOWN = 200


class Batches(Table):
    """Batches of the scope, the newest first."""

    name, title, order = "batches", "批次", "-id"
    columns = (
        Column("id", "批次", kind="code", value=lambda row: batches.reference(row), sort="id", is_link=True),
        Column("area_code", "区划", kind="area"),
        Column("channel", "方式", value=lambda row: row.get_channel_display()),
        Column("count", "件数", kind="number"),
        Column("state", "状态", kind="state"),
        Column("ordered_by_name", "办理人"),
        Column("ordered_at", "办理时间", kind="when"),
    )
    filters = (
        Filter("channel", "方式", choices=[(slug, word) for slug, word in Notice.Channel.choices if slug != "in_app"]),
        Filter("state", "状态", choices=Batch.State.choices),
    )
    empty = Empty("还没有批次", "在上面按区划生成短信文件或打印件，生成后列在这里。", icon="file")

    def row_url(self, row: Any) -> str:
        return reverse("notices:batch", args=[row.pk])


@page(RIGHT)
def overview(request: HttpRequest) -> HttpResponse:
    """What waits by area and channel, and the batches made."""
    scope = current()
    lines = waiting.lines(scope)
    parts = [line for line in lines if not line.name.endswith("全部")]
    failed = Notice.objects.filter(scope.where(RIGHT).q("area_code"), state=Notice.State.FAILED)[:1000].count()
    figures = [
        Figure("待发短信", sum(line.sms for line in parts), "条"),
        Figure("待打印书面告知", sum(line.letter for line in parts), "件"),
        Figure("未送达", f"{failed}+" if failed == 1000 else failed, "件", "短信未送达的已转为书面告知"),
    ]
    table = Batches(request, Batch.objects.filter(scope.where(RIGHT).q("area_code")))
    return render(request, "notices/overview.html", {"lines": lines, "figures": figures, "table": table})


@page(RIGHT)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Make a batch of what waits."""
    form = AreaChannel(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择区划和方式。")
        return redirect("notices:overview")
    try:
        made = batches.order(by=current(), **form.cleaned_data)
    except YiyangError as error:
        messages.error(request, error.zh)
        return redirect("notices:overview")
    return redirect("notices:batch", made.pk)


def _found(key: int) -> Batch:
    found: Batch = get_object_or_404(Batch.objects.filter(current().where(RIGHT).q("area_code")), pk=key)
    return found


@page(RIGHT)
def batch(request: HttpRequest, key: int) -> HttpResponse:
    """One batch: how far it is, its file, what arrived."""
    found = _found(key)
    is_running = found.state in (Batch.State.WAITING, Batch.State.RUNNING)
    context = {"batch": found, "is_running": is_running, "reference": batches.reference(found)}
    if getattr(request, "htmx", False):
        return render(request, "notices/batch_state.html", context)
    counts = dict.fromkeys(Notice.State.values, 0)
    for state in found.notices.order_by().values_list("state", flat=True):
        counts[state] += 1
    context |= {
        "counts": [(Notice.State(state).label, number) for state, number in counts.items() if number],
        "failed": found.notices.filter(state=Notice.State.FAILED).order_by("pk")[:50],
        "crumbs": [(TOP, reverse("notices:overview")), (batches.reference(found), "")],
        "is_settled": not counts["printed"] and not counts["handed_over"],
    }
    return render(request, "notices/batch.html", context)


@page(RIGHT)
@require_POST
def fetch(request: HttpRequest, key: int) -> Any:
    """Download a batch's file; noted."""
    found = _found(key)
    try:
        blocks = batches.content(by=current(), batch=found)
    except YiyangError as error:
        messages.error(request, error.zh)
        return redirect("notices:batch", key)
    backend = backend_of(found.channel)
    name = f"{batches.reference(found)}{backend.suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(blocks, content_type=backend.media_type, headers=headers)


@page(RIGHT)
@require_POST
def results(request: HttpRequest, key: int) -> HttpResponse:
    """Read the gateway's file of results, or mark the letters as handed over."""
    found, file = _found(key), request.FILES.get("file")
    try:
        if file is not None:
            arrived, missed = _read(found, file)
            messages.success(request, f"已登记：送达 {arrived:,} 件，未送达 {missed:,} 件（已转书面告知）。")
        elif "delivered" in request.POST:
            messages.success(request, f"已登记送达 {batches.delivered(by=current(), batch=found):,} 件。")
        else:
            messages.error(request, "请选择回执文件。")
    except YiyangError as error:
        messages.error(request, error.zh)
    return redirect("notices:batch", key)


def _read(found: Batch, file: Any) -> tuple[int, int]:
    if file.size > RESULTS_MOST:
        raise YiyangError("回执文件过大。", "The file is too large.")
    return batches.read_results(by=current(), batch=found, file=file.read())


@page(RIGHT)
@require_POST
def returned(request: HttpRequest, key: int) -> HttpResponse:
    """Letters that came back: their numbers, scanned or typed, one a line."""
    found = _found(key)
    keys = [word.upper().removeprefix("N") for word in request.POST.get("numbers", "").replace(",", " ").split()]
    good = {int(word) for word in keys if word.isdigit() and len(word) < 19}
    why = request.POST.get("why", "").strip()[:100] or "退回"
    _, missed = batches.settle(by=current(), batch=found, outcome=dict.fromkeys(good, (False, why)))
    if missed:
        messages.success(request, f"已登记退回 {missed:,} 件。")
    else:
        messages.error(request, "没有找到这个批次的编号。请扫描或输入函件右上角的编号，如 N123。")
    return redirect("notices:batch", key)


@page("person.read")
def person(request: HttpRequest, key: int) -> HttpResponse:
    """What was told to a person, and by which ways he does not want to be told."""
    found: Person = get_object_or_404(Person, pk=key)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"tab": "notices"})
    rows = list(Notice.objects.filter(person=found.pk).select_related("batch")[:SHOWN])
    reader = Reader(rows)
    declined = dict(OptOut.objects.filter(person=found.pk).values_list("channel", "since"))
    ways = [(slug, word, declined.get(slug)) for slug, word in Notice.Channel.choices if slug != "in_app"]
    context = {
        "told": [(each, reader.said(each)) for each in rows],
        "ways": ways,
        "may_tell": current().may("case.tell"),
        "tab": "notices",
    }
    from yiyang.registry.workbench_people import head

    return render(request, "notices/person.html", head(found, "notices") | context)


@page("case.tell")
@require_POST
def opt(request: HttpRequest, key: int, channel: str) -> HttpResponse:
    """Note that somebody does not want, or wants again, to be told by a way."""
    found: Person = get_object_or_404(Person, pk=key)
    act = actions.opt_in if request.POST.get("again") else actions.opt_out
    try:
        act(by=current(), person=found, channel=channel)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "已登记。")
    return redirect("notices:person", key)
