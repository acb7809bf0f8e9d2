"""Pages of tasks: who does what, how far they are, what is overdue by unit, the yearly evaluation."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas.logic import is_code
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Figure
from yiyang.planning import evaluation_report as reports
from yiyang.planning import files, task_actions, task_page
from yiyang.planning.forms import CloseForm, JudgeForm, MilestoneForm, ReportForm
from yiyang.planning.lists import Tasks, seen, tabs
from yiyang.planning.models import Milestone, PlanTask, Progress
from yiyang.planning.workbench import crumbs
from yiyang.registry.forms_people import tell

RIGHT, KEEP, REPORT = "task.read", "task.keep", "task.report"


@page(RIGHT)
def listing(request: HttpRequest) -> HttpResponse:
    """Tasks of the scope."""
    mine, today = seen(PlanTask, RIGHT), timezone.localdate()
    table = Tasks(request, mine.prefetch_related("units"))
    record("search", what="planning:tasks", detail=table.values)
    here = reverse("planning:tasks")
    figures = [
        Figure(word, task_page.waiting(mine, slug, today).count(), "项", url=f"{here}?late={slug}")
        for slug, word in task_page.STATES
    ]
    context = {
        "table": table, "tabs": tabs("tasks"), "title": "任务分工", "crumbs": crumbs(("任务分工", "")),
        "lead": "每项任务由谁牵头、谁参加，办到哪一步。",
        "figures": [Figure("任务", mine.count(), "项"), *figures],
    }  # fmt: skip
    return render(request, "planning/tasks.html", context)


@page(RIGHT)
def units(request: HttpRequest) -> HttpResponse:
    """What is overdue, by unit."""
    record("search", what="planning:task_units")
    lines = task_page.by_unit(seen(PlanTask, RIGHT), timezone.localdate())
    context = {"lines": lines, "title": "各单位办理情况", "lead": "逾期和久未填报的，按牵头单位计。"}
    context["crumbs"] = crumbs(("任务分工", reverse("planning:tasks")), ("各单位", ""))
    return render(request, "planning/units.html", context)


def _year(request: HttpRequest) -> int:
    given = request.GET.get("year", "")
    return int(given) if is_code(given, (4,)) and 2000 <= int(given) <= 2100 else timezone.localdate().year


@page(RIGHT)
def evaluation(request: HttpRequest) -> HttpResponse:
    """The yearly evaluation."""
    year = _year(request)
    record("search", what="planning:evaluation", detail={"year": year})
    made = reports.of_year(seen(PlanTask, RIGHT), year, timezone.localdate())
    context = {"made": made, "year": year, "forms": list(reports.TYPES), "title": f"{year} 年度任务评价"}
    context["lead"] = "每项任务的年度评价、进度和未完成的原因。"
    context["crumbs"] = crumbs(("任务分工", reverse("planning:tasks")), ("年度评价", ""))
    return render(request, "planning/evaluation.html", context)


@page(RIGHT)
def evaluation_report(request: HttpRequest, form: str) -> HttpResponse:
    """The yearly evaluation as a workbook or PDF."""
    if form not in reports.TYPES:
        raise Http404
    year = _year(request)
    made = reports.of_year(seen(PlanTask, RIGHT), year, timezone.localdate())
    record("export", what="planning:evaluation", detail={"form": form, "year": year, "rows": len(made.rows)})
    answer = HttpResponse(reports.WRITERS[form](made), content_type=reports.TYPES[form])
    name = quote(f"{year}年度任务评价")
    answer["Content-Disposition"] = f"attachment; filename=tasks.{form}; filename*=UTF-8''{name}.{form}"
    answer["Cache-Control"] = "no-store"
    return answer


def _task(key: int) -> PlanTask:
    found: PlanTask = get_object_or_404(seen(PlanTask, RIGHT), pk=key)
    return found


@page(RIGHT)
def task(request: HttpRequest, key: int) -> HttpResponse:
    """One task."""
    found, scope = _task(key), current()
    record("read", what=f"task:{found.pk}", area=found.area_code)
    may_keep = scope.may(KEEP, found.area_code)
    may_report = (may_keep or scope.may(REPORT, found.area_code)) and found.state == PlanTask.State.OPEN
    today, units = timezone.localdate(), list(found.units.all())
    context = {
        "task": found, "events": task_page.way(found), "milestones": found.milestones.all(), "today": today,
        "lead": [each.name for each in units if each.is_lead],
        "part": [each.name for each in units if not each.is_lead],
        "grades": task_page.grades(found), "may_keep": may_keep, "may_report": may_report,
        "evidence": found.reports.exclude(file_sha256=""), "title": found.title,
        "is_overdue": PlanTask.objects.filter(task_page.overdue_q(today), pk=key).exists(),
        "crumbs": crumbs(("任务分工", reverse("planning:tasks")), (f"第 {found.number} 项", "")),
    }  # fmt: skip
    return render(request, "planning/task.html", context)


@page(REPORT, also=(KEEP,))
def step(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Report, add a milestone, judge, or close."""
    found = _task(key)
    if what not in STEPS:
        raise Http404
    title, form_of, act = STEPS[what]
    form = form_of(found, request)
    back = reverse("planning:task", args=[key])
    if what in WHILE_OPEN and found.state != PlanTask.State.OPEN:
        messages.info(request, f"这项任务{found.get_state_display()}，不再{title}；需要时请先恢复。")
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        try:
            act(found, form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已办理：{title}。")
            return redirect(back)
    record("read", what=f"task:{found.pk}", area=found.area_code, detail={"form": what})
    context = {"form": form, "submit": title, "cancel": back, "title": title, "lead": found.title}
    context["crumbs"] = crumbs(("任务分工", reverse("planning:tasks")), (f"第 {found.number} 项", back), (title, ""))
    return render(request, "planning/upload_form.html" if what == "report" else "planning/form.html", context)


def _report(found: PlanTask, data: dict[str, Any]) -> Progress:
    file = data.pop("evidence")
    given = (file.name[-200:], file.read()) if file else None
    return task_actions.report(by=current(), task=found, file=given, **data)


# What a task that is closed takes no more.
WHILE_OPEN = frozenset({"report", "milestone"})
Act = Callable[[PlanTask, dict[str, Any]], Any]
STEPS: dict[str, tuple[str, Callable[[PlanTask, HttpRequest], forms.Form], Act]] = {
    "report": (
        "填报进展",
        lambda found, request: ReportForm(found, request.POST or None, request.FILES or None),
        _report,
    ),
    "milestone": (
        "增加节点",
        lambda found, request: MilestoneForm(request.POST or None),
        lambda found, data: task_actions.add_milestone(by=current(), task=found, **data),
    ),
    "judge": (
        "年度评价",
        lambda found, request: JudgeForm(request.POST or None, initial={"year": timezone.localdate().year}),
        lambda found, data: task_actions.judge(by=current(), task=found, **data),
    ),
    "close": (
        "办结或恢复",
        lambda found, request: CloseForm(request.POST or None, initial={"state": found.state}),
        lambda found, data: task_actions.close(by=current(), task=found, **data),
    ),
}


@page(REPORT, also=(KEEP,))
@require_POST
def reach(request: HttpRequest, key: int) -> HttpResponse:
    """A milestone was reached today."""
    found: Milestone = get_object_or_404(Milestone.objects.select_related("task"), pk=key)
    _task(found.task_id)
    task_actions.reach(by=current(), milestone=found, on=timezone.localdate())
    messages.success(request, "节点已完成。")
    return redirect("planning:task", found.task_id)


@page(RIGHT)
def evidence(request: HttpRequest, key: int) -> HttpResponse:
    """Evidence of a report, to take along."""
    found: Progress = get_object_or_404(Progress.objects.exclude(file_sha256=""), pk=key)
    about = _task(found.task_id)
    record("export", what=f"task:{found.task_id}", area=about.area_code, detail={"evidence": found.pk})
    try:
        data = files.evidence(found.file_sha256)
    except YiyangError as error:
        raise Http404(error.zh) from error
    kind = mimetypes.guess_type(found.file_name)[0] or "application/octet-stream"
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.file_name)}"
    answer["Cache-Control"] = "no-store"
    return answer
