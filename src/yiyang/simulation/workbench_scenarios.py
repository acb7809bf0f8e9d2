"""Scenarios: the list of them, one, up to four side by side, and a result taken out as a workbook or a PDF."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import MissingPart
from yiyang.kit.listing import Bulk, Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.simulation import actions, asked, bases, charts, exports
from yiyang.simulation.actions import RIGHT, visible
from yiyang.simulation.models import Scenario
from yiyang.simulation.workbench import TOP, WRONG, shown

Json = dict[str, Any]
MOST = 4
MOVED = {"newly_entitled": "新纳入（人次）", "no_longer_entitled": "不再享受（人次）"}
SHARED = (("1", "共享的"), ("0", "仅自己可见"))


class Scenarios(Table):
    """One's own scenarios and the shared ones."""

    name, title, order = "scenarios", "测算方案", "-changed_at"
    columns = (
        Column("title", "名称", is_link=True, sort="title"),
        Column("area_code", "区划", kind="area", sort="area_code"),
        Column("month", "基准月份", kind="month", value=lambda row: row.result.get("month", "")),
        Column("budget", "一年增减", kind="money", value=lambda row: row.result.get("budget_year_fen")),
        Column("winners", "增加（人）", kind="number", value=lambda row: row.result.get("winners")),
        Column("losers", "减少（人）", kind="number", value=lambda row: row.result.get("losers")),
        Column("is_shared", "共享", kind="yes_no"),
        Column("made_by_name", "建立人"),
        Column("changed_at", "更新", kind="when", sort="changed_at"),
        Column("note", "说明", is_hidden=True),
    )
    filters = (
        Filter("title", "名称", lookup="title__icontains"),
        Filter("is_shared", "可见范围", lookup=lambda rows, value: rows.filter(is_shared=value == "1"), choices=SHARED),
    )
    empty = Empty("还没有保存的方案", "在测算页调好数字后保存，方案列在这里，可以并排比较。")

    def row_url(self, row: Scenario) -> str:
        return reverse("simulation:scenario", args=[row.pk])


@page(RIGHT)
def scenarios(request: HttpRequest) -> HttpResponse:
    """All scenarios that one may see; up to four can be laid side by side."""
    table = Scenarios(request, visible(current()))
    table.bulk = (Bulk("并排比较（最多 4 个）", reverse("simulation:compare")),)
    context = {"title": "测算方案", "crumbs": [(TOP, reverse("simulation:board")), ("测算方案", "")], "table": table}
    return render(request, "simulation/scenarios.html", context)


def _find(pk: int) -> Scenario:
    found: Scenario = get_object_or_404(visible(current()), pk=pk)
    return found


@page(RIGHT)
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """One scenario as it was reckoned when it was saved."""
    found = _find(pk)
    crumbs = [(TOP, reverse("simulation:board")), ("测算方案", reverse("simulation:scenarios")), (found.title, "")]
    context: Json = {"title": found.title, "crumbs": crumbs, "scenario": found, "is_kept": True}
    context |= {"is_mine": found.made_by == current().user, "changes": json.dumps(found.changes, ensure_ascii=False)}
    return render(request, "simulation/scenario.html", context | shown(found.result))


@page(RIGHT)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the change on the page as a scenario."""
    area = asked.area_of(request)
    try:
        found = actions.save(
            by=current(),
            area=area,
            title=request.POST.get("title", ""),
            note=request.POST.get("note", ""),
            changes=asked.parsed(request.POST.get("changes", "{}") or "{}"),
            is_shared=bool(request.POST.get("is_shared")),
        )
    except WRONG as problem:
        messages.error(request, "没有保存：" + "；".join(bases.why_not(problem)))
        return redirect(f"{reverse('simulation:board')}?area={area.code}")
    messages.success(request, f"方案“{found.title}”已保存。")
    return redirect("simulation:scenario", pk=found.pk)


@page(RIGHT)
@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, annotate, share one's own scenario, or throw it away."""
    found, by = _find(pk), current()
    if request.POST.get("delete"):
        actions.delete(by=by, scenario=found)
        messages.success(request, f"方案“{found.title}”已删除。")
        return redirect("simulation:scenarios")
    words = {name: request.POST.get(name, "") for name in ("title", "note")}
    try:
        actions.edit(by=by, scenario=found, is_shared=bool(request.POST.get("is_shared")), **words)
    except WRONG as problem:
        messages.error(request, "没有保存：" + "；".join(bases.why_not(problem)))
    else:
        messages.success(request, "已保存。")
    return redirect("simulation:scenario", pk=pk)


@page(RIGHT)
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four scenarios side by side. The rows chosen in the list come by POST and become an address."""
    if request.method == "POST":
        chosen = "&".join(f"s={row}" for row in request.POST.getlist("rows") if row.isdigit())
        return HttpResponseRedirect(f"{reverse('simulation:compare')}?{chosen}")
    wanted = [int(pk) for pk in request.GET.getlist("s") if pk.isdigit() and len(pk) < 18]
    by_pk = {row.pk: row for row in visible(current()).filter(pk__in=wanted[:MOST])}
    found = [by_pk[pk] for pk in dict.fromkeys(wanted) if pk in by_pk]
    crumbs = [(TOP, reverse("simulation:board")), ("测算方案", reverse("simulation:scenarios")), ("并排比较", "")]
    context: Json = {"title": "并排比较", "crumbs": crumbs, "found": found, "too_many": len(wanted) > MOST}
    if found:
        results = {f"{n} {row.title}"[:30]: row.result for n, row in enumerate(found, 1)}
        context |= {"charts": charts.side_by_side(results), "lines": _lines(found)}
        context["is_mixed"] = len({(row.result["month"], row.result["list_hash"]) for row in found}) > 1
    return render(request, "simulation/compare.html", context)


def _lines(found: list[Scenario]) -> list[tuple[str, str, list[Any]]]:
    """(heading, kind of figure, one value a scenario)."""
    results = [row.result for row in found]
    moved = {name: [sum(row[name] for row in result["items"]) for result in results] for name in MOVED}
    last = [result["outlook"]["rows"][-1] if result.get("outlook") else None for result in results]
    lines: list[tuple[str, str, list[Any]]] = [
        ("一年增减", "money", [result["budget_year_fen"] for result in results]),
        ("每月增减", "money", [round(result["budget_year_fen"] / 12) for result in results]),
        ("增加的人", "number", [result["winners"] for result in results]),
        ("减少的人", "number", [result["losers"] for result in results]),
        *((title, "number", list(moved[name])) for name, title in MOVED.items()),
        ("待定（未计入，人）", "number", [result["undecided"] for result in results]),
    ]
    if any(last):
        lines.append(("五年后一年增减", "money", [row[3] if row else None for row in last]))
    names = {row["item"]: row["name_zh"] for result in results for row in result["items"]}
    for item, name in names.items():
        sums = [sum(row["budget_year_fen"] for row in result["items"] if row["item"] == item) for result in results]
        lines.append((f"其中：{name}", "money", list(sums)))
    return lines


@page(RIGHT)
@require_POST
def export(request: HttpRequest, form: str) -> HttpResponse:
    """A result as a workbook (xlsx) or a report (pdf), with date, run, hash of the list and assumptions."""
    area = asked.area_of(request)
    base = bases.base_of(area)
    try:
        given = request.POST.get("scenario", "")
        if given.isdigit():
            kept = _find(int(given))
            result, title = kept.result, kept.title
        elif base is None:
            return redirect(f"{reverse('simulation:board')}?area={area.code}")
        else:
            result, title = bases.reckon(base, asked.changes_of(request, base)), "清单测算"
        about = exports.About(title, area.name, current().name, timezone.localtime())
        body = exports.xlsx(result, about) if form == "xlsx" else exports.pdf(result, about)
    except (*WRONG, MissingPart) as problem:
        messages.error(request, problem.zh)
        return redirect(f"{reverse('simulation:board')}?area={area.code}")
    record("export", what="simulation", area=area.code or -1, detail={"format": form, "changes": len(result["said"])})
    return exports.answer(body, form, f"{about.area}-{title}-{about.at:%Y%m%d}")
