"""Pages of projects: the pipeline, one project and its steps, estates, lottery money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Figure
from yiyang.planning import board_page, logic, project_actions, project_page, task_page
from yiyang.planning.forms import (
    EditForm,
    EstateForm,
    LotteryForm,
    MoneyForm,
    PayForm,
    ProjectForm,
    RollForm,
    StageForm,
)
from yiyang.planning.lists import seen, tabs
from yiyang.planning.models import Estate, Lottery, Money, Payment, PlanFile, Project
from yiyang.planning.project_actions import NewProject
from yiyang.planning.project_lists import Estates, Lotteries, Projects, projects
from yiyang.planning.workbench import crumbs
from yiyang.registry.forms_people import tell

RIGHT, KEEP = "project.read", "project.keep"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(RIGHT)
def listing(request: HttpRequest) -> HttpResponse:
    """The projects of the scope, with filters."""
    table = Projects(request, projects())
    record("search", what="planning:projects", detail=table.values)
    found = table.rows
    sums = found.aggregate(places=Sum("places"), planned=Sum("planned_fen"), paid=Sum("paid_fen"))
    context = {
        "table": table, "tabs": tabs("projects"), "title": "项目", "crumbs": crumbs(("项目", "")),
        "lead": "从谋划到运营的每个项目：钱从哪来、到了多少、到哪一步、晚了没有。", "may_keep": current().may(KEEP),
        "figures": [
            Figure("项目", found.count(), "个"), Figure("床位（托位）", sums["places"] or 0, "张"),
            Figure("计划投资", round((sums["planned"] or 0) / 100), "元"),
            Figure("已到位", round((sums["paid"] or 0) / 100), "元"),
        ],
    }  # fmt: skip
    return render(request, "planning/projects.html", context)


@page(RIGHT)
def sheet(request: HttpRequest) -> HttpResponse:
    """The projects that a list's filters leave, as a workbook."""
    table = Projects(request, projects())
    rows = project_page.rows_of(Project.objects.filter(pk__in=table.rows.values("pk")), timezone.localdate())
    record("export", what="planning:projects", detail={"rows": len(rows)} | table.values)
    answer = HttpResponse(project_page.xlsx(rows), content_type=XLSX)
    name = quote(f"项目 {timezone.localdate():%Y-%m-%d}")
    answer["Content-Disposition"] = f"attachment; filename=projects.xlsx; filename*=UTF-8''{name}.xlsx"
    answer["Cache-Control"] = "no-store"
    return answer


@page(RIGHT)
def board(request: HttpRequest) -> HttpResponse:
    """Totals by year, area, kind and source, a map, the stages, and the years as bars."""
    kind, measure = request.GET.get("kind", ""), request.GET.get("measure", "")
    found = seen(Project, RIGHT)
    found = found.filter(kind=kind) if kind in Project.Kind.values else found
    rows = project_page.rows_of(found.exclude(stage=Project.Stage.STOPPED), timezone.localdate())
    record("search", what="planning:board", detail={"kind": kind})
    return render(request, "planning/board.html", board_page.context(rows, kind, measure))


def _project(key: int) -> Project:
    found: Project = get_object_or_404(seen(Project, RIGHT), pk=key)
    return found


@page(RIGHT)
def project(request: HttpRequest, key: int) -> HttpResponse:
    """One project."""
    found = _project(key)
    record("read", what=f"project:{found.pk}", area=found.area_code)
    row = project_page.rows_of(Project.objects.filter(pk=key), timezone.localdate())[0]
    slugs = [each["document"] for each in found.sources]
    files = {each.slug: each for each in seen(PlanFile, "plan.read").filter(slug__in=slugs, is_current=True)}
    context = {
        "project": found, "row": row, "definitions": project_page.definitions(row), "events": project_page.way(found),
        "money": project_page.by_source([row]), "payments": Payment.objects.filter(project=found),
        "sources": [(files.get(slug), task_page.title_of(slug), each)
                    for slug, each in zip(slugs, found.sources, strict=True)],
        "title": found.title,
        "may_keep": current().may(KEEP, found.area_code), "can_roll": not logic.is_begun_or_stopped(found.stage),
        "crumbs": crumbs(("项目", reverse("planning:projects")), (found.title, "")),
    }  # fmt: skip
    return render(request, "planning/project.html", context)


@page(KEEP)
def new(request: HttpRequest) -> HttpResponse:
    """Enter a project by hand."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = project_actions.add(by=current(), new=NewProject(**form.cleaned_data))
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已登记。")
            return redirect("planning:project", made.pk)
    context = {"form": form, "submit": "登记", "cancel": reverse("planning:projects"), "title": "登记项目"}
    context["crumbs"] = crumbs(("项目", reverse("planning:projects")), ("登记", ""))
    return render(request, "planning/form.html", context)


@page(KEEP)
def step(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Change a project, move it on, roll it on, plan or note money."""
    found = _project(key)
    if what not in STEPS:
        raise Http404
    title, form_of, act = STEPS[what]
    form = form_of(found, request.POST or None)
    back = reverse("planning:project", args=[key])
    if request.method == "POST" and form.is_valid():
        try:
            act(found, form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已办理：{title}。")
            return redirect(back)
    record("read", what=f"project:{found.pk}", area=found.area_code, detail={"form": what})
    context = {"form": form, "submit": title, "cancel": back, "title": title, "lead": found.title}
    context["crumbs"] = crumbs(("项目", reverse("planning:projects")), (found.title, back), (title, ""))
    return render(request, "planning/form.html", context)


def _money_form(found: Project, data: Any) -> forms.Form:
    return MoneyForm(dict(Money.objects.filter(project=found).values_list("source", "planned_fen")), data)


def _edit(found: Project, data: dict[str, Any]) -> Project:
    version = data.pop("version")
    return project_actions.edit(by=current(), project=found, version=version, changes=data)


Act = Callable[[Project, dict[str, Any]], Any]
STEPS: dict[str, tuple[str, Callable[[Project, Any], forms.Form], Act]] = {
    "move": ("推进阶段", StageForm, lambda found, data: project_actions.move(by=current(), project=found, **data)),
    "roll": (
        "滚动到以后年度",
        lambda found, data: RollForm(data, initial={"year": found.year + 1}),
        lambda found, data: project_actions.roll(by=current(), project=found, **data),
    ),
    "pay": (
        "登记到位资金",
        lambda found, data: PayForm(data),
        lambda found, data: project_actions.pay(by=current(), project=found, **data),
    ),
    "edit": ("修改", EditForm, _edit),
    "money": (
        "调整资金计划",
        _money_form,
        lambda found, data: project_actions.plan_money(
            by=current(), project=found, money={slug: fen for slug, fen in data.items() if fen}
        ),
    ),
}


@page(RIGHT)
def estates(request: HttpRequest) -> HttpResponse:
    """Housing estates and what they owe."""
    table = Estates(request, seen(Estate, RIGHT))
    record("search", what="planning:estates", detail=table.values)
    context = {
        "table": table, "tabs": tabs("estates"), "title": "居住区配建", "may_keep": current().may(KEEP),
        "lead": "养老服务用房与住宅同步规划、同步建设、同步验收、同步交付。", "crumbs": crumbs(("居住区配建", "")),
        "add": ("planning:new_estate", "登记小区"),
    }  # fmt: skip
    return render(request, "planning/list.html", context)


@page(KEEP)
def new_estate(request: HttpRequest) -> HttpResponse:
    """Enter an estate."""
    return _estate_form(request, Estate())


@page(RIGHT)
def estate(request: HttpRequest, key: int) -> HttpResponse:
    """One estate; whoever may keep it changes it here."""
    found: Estate = get_object_or_404(seen(Estate, RIGHT), pk=key)
    record("read", what=f"estate:{found.pk}", area=found.area_code)
    return _estate_form(request, found)


def _estate_form(request: HttpRequest, found: Estate) -> HttpResponse:
    may_keep = current().may(KEEP, found.area_code if found.pk else None)
    form = EstateForm(request.POST or None, instance=found)
    if request.method == "POST" and may_keep and form.is_valid():
        try:
            project_actions.keep_estate(
                by=current(), estate=form.save(commit=False), version=form.cleaned_data["version"] or 0
            )
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("planning:estates")
    title = found.title or "登记小区"
    context = {
        "form": form, "submit": "保存", "cancel": reverse("planning:estates"), "title": title, "may_keep": may_keep,
        "owed": project_page.owed(found) if found.pk else None,
        "crumbs": crumbs(("居住区配建", reverse("planning:estates")), (title, "")),
    }  # fmt: skip
    return render(request, "planning/estate.html", context)


@page(RIGHT)
def lottery(request: HttpRequest) -> HttpResponse:
    """Lottery money by year."""
    table = Lotteries(request, seen(Lottery, RIGHT))
    record("search", what="planning:lottery")
    context = {
        "table": table, "tabs": tabs("lottery"), "title": "彩票公益金", "may_keep": current().may(KEEP),
        "lead": "用于社会福利事业的彩票公益金，有多少用在养老服务上。", "crumbs": crumbs(("彩票公益金", "")),
        "add": ("planning:new_lottery", "登记年度数"),
    }  # fmt: skip
    return render(request, "planning/list.html", context)


@page(KEEP)
def new_lottery(request: HttpRequest) -> HttpResponse:
    """Enter a year's lottery money."""
    form = LotteryForm(request.POST or None, initial={"year": timezone.localdate().year - 1})
    if request.method == "POST" and form.is_valid():
        try:
            project_actions.keep_lottery(by=current(), **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("planning:lottery")
    context = {"form": form, "submit": "保存", "cancel": reverse("planning:lottery"), "title": "登记彩票公益金"}
    context["crumbs"] = crumbs(("彩票公益金", reverse("planning:lottery")), ("登记", ""))
    return render(request, "planning/form.html", context)
