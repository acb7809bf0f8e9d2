"""Pages of months: runs, one run with what it changed, ordering, putting in force, reckoning again, replaying."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.entitlement import month_actions, month_charts, month_figures, month_pages, months, reckoning
from yiyang.entitlement.forms import OrderForm
from yiyang.entitlement.models import Change, MonthRun, Unknown
from yiyang.entitlement.month_pages import Runs
from yiyang.kit.parts import Figure
from yiyang.registry.forms_people import tell

TOP = "月度运行"
State = MonthRun.State


@page("run.read")
def runs(request: HttpRequest) -> HttpResponse:
    """Every run, and what is in force."""
    scope = current()
    newest = months.newest()
    context = {
        "table": Runs(request, MonthRun.objects.all()),
        "newest": [(run, areas.name(run.area_code)) for run in newest],
        "may_decide": scope.may("run.decide"),
    }
    return render(request, "entitlement/runs.html", context)


@page("run.decide")
def order(request: HttpRequest) -> HttpResponse:
    """Order a month."""
    form = OrderForm(current(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            made = month_actions.order(by=current(), area=int(data["area"]), month=data["month"], known=data["known"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已下达，正在后台运行。")
            return redirect("entitlement:run", made.pk)
    crumbs = [(TOP, reverse("entitlement:runs")), ("下达运行", "")]
    return render(request, "entitlement/order.html", {"form": form, "crumbs": crumbs})


def _find(pk: int) -> MonthRun:
    found: MonthRun = get_object_or_404(MonthRun.objects.select_related("previous"), pk=pk)
    return found


@page("run.read")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: how far it is; then what it found, what changed, what to decide."""
    found, scope = _find(pk), current()
    context = {
        "run": found,
        "title": f"{found.month} {areas.name(found.area_code)}{found.get_purpose_display()}",
        "crumbs": [(TOP, reverse("entitlement:runs")), (f"{found.month} {areas.name(found.area_code)}", "")],
        "problems": [zh for zh, _ in found.problems],
        "may_decide": scope.may("run.decide", found.area_code),
        "is_running": found.state in month_pages.RUNNING,
        "is_stuck": month_pages.is_stuck(found),
    }
    if context["is_running"]:
        return render(request, "entitlement/run.html", context | {"job": month_pages.progress_of(found)})
    shown = _shown(found, scope) if found.state in (State.READY, State.IN_FORCE) else {}
    return render(request, "entitlement/run.html", context | shown)


def _shown(found: MonthRun, scope: Scope) -> dict[str, Any]:
    names = scope.may("case.read")
    if found.purpose == MonthRun.Purpose.RECKON_AGAIN:
        return {"is_again": True, "may_names": names, "figures": month_charts.figures_of_arrears(found)}
    items, by_area = month_figures.changes_by_item(found), month_figures.changes_by_area(found)
    unknown = Unknown.objects.filter(run=found)
    return {
        "figures": _figures(found, items, unknown),
        "items": items,
        "by_area": by_area,
        "chart": month_charts.by_area(found, by_area),
        "unknown": month_figures.unknown_by_fact(unknown),
        "may_names": names,
        "outdated": reckoning.outdated(found) if found.state == State.READY else [],
        "has_report": found.state in (State.READY, State.IN_FORCE) and scope.may("figure.read", found.area_code),
        "checked": found.manifest.get("replayed"),
    }


def _figures(found: MonthRun, items: list[month_figures.ItemLine], unknown: Any) -> list[Figure]:
    summary = found.summary
    totals = summary.get("totals", {})
    new = sum(line.new for line in items)
    return [
        Figure("有应享待遇的老人", summary.get("entitled_people"), "人", f"共 {summary.get('people', 0):,} 人"),
        Figure("全年金额", (totals.get("year_fen") or 0) // 100, "元", "已确定的部分"),
        Figure(month_pages.BASELINE if found.is_baseline else "新增", new, "项", "辖区内"),
        Figure("待了解", unknown.count(), "项", url=reverse("entitlement:unknowns")),
    ]


@page("run.read")
def run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone; once the job is done, the page is read again."""
    job = month_pages.progress_of(_find(pk))
    if job.is_done and request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(job.next_url)
    return render(request, "site/parts/progress.html", {"job": job})


def _start(by: Scope, found: MonthRun, reason: str) -> str:
    month_actions.start(by=by, run=found, reason=reason)
    return "正在启用，并生成个案和告知。"


def _drop(by: Scope, found: MonthRun, reason: str) -> str:
    month_actions.drop(by=by, run=found, reason=reason)
    return "已作废。"


def _again(by: Scope, found: MonthRun, reason: str) -> str:
    month_actions.again(by=by, run=found)
    return "已重新排队。"


def _verify(by: Scope, found: MonthRun, reason: str) -> str:
    month_actions.order_replay(by=by, run=found)
    return "正在用存下的快照和清单重做一遍，完成后在本页显示结果。"


ACTS = {"start": _start, "drop": _drop, "again": _again, "verify": _verify}


@page("run.decide")
@require_POST
def decide(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """Put in force, drop, order the job once more, replay."""
    if word not in ACTS:
        raise Http404
    try:
        said = ACTS[word](current(), _find(pk), request.POST.get("reason", "").strip()[:400])
        messages.success(request, said)
    except YiyangError as problem:
        messages.error(request, problem.zh)
    return redirect("entitlement:run", pk)


@page("run.decide")
@require_POST
def reckon_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Reckon a month in force with what is known today."""
    try:
        made = month_actions.reckon_again(by=current(), run=_find(pk))
    except YiyangError as problem:
        messages.error(request, problem.zh)
        return redirect("entitlement:run", pk)
    messages.success(request, "正在按今天所知重算，结果列为补发、追回。")
    return redirect("entitlement:run", made.pk)


@page("figure.read")
@require_POST
def report(request: HttpRequest, pk: int) -> Any:
    """The run's report as a file: figures only, of the whole area."""
    found = _find(pk)
    current().require("figure.read", found.area_code)
    path = months.folder_of(found) / "report.html"
    if not path.is_file():
        raise Http404
    record("export", what=f"run:{found.pk}", area=found.area_code, detail={"file": "report.html"})
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{found.month}-{found.area_code}.html")


@page("case.read")
def changes(request: HttpRequest) -> HttpResponse:
    """Who changed, by name."""
    table = month_pages.changes_table(request)
    record("search", what="change:list", detail={"filters": sorted(table.values)})
    crumbs = [(TOP, reverse("entitlement:runs")) if current().may("run.read") else (TOP, ""), ("待遇变化", "")]
    context = {"table": table, "run": table.run, "crumbs": crumbs, "has_any": Change.objects.exists()}
    return render(request, "entitlement/changes.html", context)
