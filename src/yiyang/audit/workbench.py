"""The auditor's pages. They show who did what, and never what stands in a file on a person unless he may see it."""

from __future__ import annotations

import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access import sheets
from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit import figures, search
from yiyang.audit.lists import Log
from yiyang.audit.models import AuditIndex, AuditLine, AuditWrite
from yiyang.audit.record import record
from yiyang.kit.charts import line as line_chart
from yiyang.kit.parts import Change, Definition, Figure

TOP = "审计"
# A page's answer is made at once; a longer list is exported in parts, by time.
EXPORT_ROWS = 50_000
DAYS = 30
AROUND = 3


class PersonForm(forms.Form):
    """Find the lines about one person, without learning who it is."""

    id_number = forms.RegexField(
        r"^\s*[0-9]{17}[0-9Xx]\s*$",
        label="身份证号码",
        help_text="只用来换算索引，不保存，也不显示此人姓名。",
        error_messages={"invalid": "请输入 18 位身份证号码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 18}),
    )


@page("audit.read")
def log(request: HttpRequest) -> HttpResponse:
    """Search the log."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        key = search.key_of(form.cleaned_data["id_number"])
        record("search", what="audit:log", person=key, detail={"by": "id_number"})
        return redirect(f"{reverse('audit:log')}?person={key}")
    table = Log(request, search.lines())
    table.export_url = reverse("audit:export")
    newest = search.lines().order_by("-seq").first()
    head = (
        [Figure("最新一行", newest.seq, "", note=f"{timezone.localtime(newest.at):%Y-%m-%d %H:%M}")] if newest else []
    )
    return render(request, "audit/log.html", {"table": table, "form": form, "figures": head})


@page("audit.read")
def line(request: HttpRequest, seq: int) -> HttpResponse:
    """One line, its hash, and its neighbours in the chain."""
    found = get_object_or_404(search.lines(), seq=seq)
    around = search.lines().filter(seq__gte=seq - AROUND, seq__lte=seq + AROUND).order_by("-seq")
    crumbs = [(TOP, reverse("audit:log")), (f"第 {seq} 行", "")]
    context = {"line": found, "around": around, "lines": _definitions(found), "crumbs": crumbs}
    return render(request, "audit/line.html", context)


def _definitions(found: AuditLine) -> list[Definition]:
    detail = "；".join(f"{name}：{value}" for name, value in found.detail.items())
    return [
        Definition("时间", found.at, kind="when"),
        Definition("类别", found.get_kind_display()),
        Definition("操作人", f"{found.actor_name or '访客'}{f'（编号 {found.actor}）' if found.actor else ''}"),
        Definition("来源地址", found.address, kind="code"),
        Definition("对象", found.what),
        Definition("涉及个人", "是" if found.person is not None else "否"),
        Definition("区划", found.area_code, kind="area"),
        Definition("理由", found.reason),
        Definition("详情", detail),
        Definition("上一行指纹", bytes(found.previous).hex(), kind="code"),
        Definition("本行指纹", bytes(found.hash).hex(), kind="code"),
    ]


@page("audit.read")
def one_request(request: HttpRequest, request_id: str) -> HttpResponse:
    """Everything that one request, job or command did."""
    lines = search.lines().filter(request=request_id).order_by("seq")[:500]
    written = search.index().filter(request=request_id).order_by("id")[:500]
    if not lines and not written:
        raise Http404
    crumbs = [(TOP, reverse("audit:log")), ("一次请求", "")]
    return render(
        request, "audit/request.html", {"lines": lines, "written": written, "crumbs": crumbs, "id": request_id}
    )


@page("audit.read", also=("person.read",))
def row(request: HttpRequest, table: str, key: str) -> HttpResponse:
    """All writes of one row: which fields for auditors, what stood in them for those who see people there."""
    seen = {write.pk: write for write in search.writes().filter(table=table, key=key)[:200]}
    named = search.index().filter(table=table, key=key)[:200]
    if not seen and not named:
        raise Http404
    record("read", what=f"history:{table}:{key}"[:200], area=_area(seen.values(), named), detail={"values": bool(seen)})
    entries = [(write, _changes(seen.get(write.pk))) for write in (named or seen.values())]
    crumbs = [(TOP, reverse("audit:log")) if current().may("audit.read") else ("变更历史", ""), (f"{table} {key}", "")]
    return render(request, "audit/row.html", {"entries": entries, "crumbs": crumbs, "table": table, "key": key})


def _area(seen: Any, named: QuerySet[AuditIndex]) -> int:
    first: AuditWrite | AuditIndex | None = next(iter([*seen, *named]), None)
    return -1 if first is None else first.area_code


def _changes(write: AuditWrite | None) -> list[Change]:
    if write is None:
        return []
    before, after = write.before or {}, write.after or {}
    return [Change(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]


@page("audit.read")
def numbers(request: HttpRequest) -> HttpResponse:
    """Who looked at how much in the last thirty days, and what is unusual."""
    until = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(1), time.min))
    since = until - timedelta(DAYS)
    found, by_day = figures.actors(since, until), figures.days(since, until)
    day = timezone.localdate()
    chart = line_chart(
        f"近 {DAYS} 天查看次数",
        f"单位：次，截至 {day}",
        [label for label, _, _ in by_day],
        {"查看、查询": [looked for _, looked, _ in by_day], "查看完整信息、导出": [taken for _, _, taken in by_day]},
        unit="次",
    )
    crumbs = [(TOP, reverse("audit:log")), ("查看情况", "")]
    unusual = [each for each in found if each.unusual]
    context = {"actors": found, "unusual": unusual, "chart": chart, "crumbs": crumbs, "days": DAYS}
    return render(request, "audit/figures.html", context)


@page("audit.read")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The lines of the filters as a file, at most `EXPORT_ROWS`; itself a line of the log."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return HttpResponseBadRequest("请写明理由。")
    request.GET = QueryDict(request.POST.get("filters", ""))
    table = Log(request, search.lines())
    rows = table.rows.order_by("-seq")[: EXPORT_ROWS + 1]
    if len(rows) > EXPORT_ROWS:
        messages.error(request, f"超过 {EXPORT_ROWS:,} 行，请按日期分次导出。")
        return redirect(f"{reverse('audit:log')}?{request.GET.urlencode()}")
    suffix = "csv" if request.POST.get("format") == "csv" else "xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"audit.{suffix}"
        mark = sheets.Mark(current().name, timezone.localtime(), "审计记录", current().request[:12])
        count = sheets.write(path, EXPORT_COLUMNS, map(_cells, rows), mark)
        body = path.read_bytes()
    record("export", what="audit:log", reason=reason[:400], detail={"rows": count, "filters": sorted(table.values)})
    kind = "text/csv" if suffix == "csv" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f"audit-{timezone.localdate():%Y%m%d}.{suffix}"
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


EXPORT_COLUMNS = (
    sheets.Column("序号", "integer", 10),
    sheets.Column("时间", width=20),
    sheets.Column("类别", width=12),
    sheets.Column("操作人", width=16),
    sheets.Column("操作人编号", "integer", 10),
    sheets.Column("来源地址", width=18),
    sheets.Column("对象", width=30),
    sheets.Column("涉及个人", width=8),
    sheets.Column("区划代码", width=14),
    sheets.Column("理由", width=30),
    sheets.Column("请求编号", width=34),
    sheets.Column("本行指纹", width=66),
)


def _cells(each: AuditLine) -> list[sheets.Cell]:
    return [
        each.seq,
        f"{timezone.localtime(each.at):%Y-%m-%d %H:%M:%S}",
        str(each.get_kind_display()),
        each.actor_name,
        each.actor,
        each.address,
        each.what,
        each.person is not None,
        str(each.area_code),
        each.reason,
        each.request,
        bytes(each.hash).hex(),
    ]
