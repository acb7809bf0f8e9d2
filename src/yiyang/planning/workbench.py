"""Pages of plan documents: given, read, their rows and doubts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Figure, Progress, Tab
from yiyang.planning import document_page, editions, file_actions, files
from yiyang.planning.forms import CorrectForm, GiveForm
from yiyang.planning.lists import Files, seen, tabs
from yiyang.planning.models import Doubt, Finding, PlanFile, PlanTask
from yiyang.registry.forms_people import tell

RIGHT, KEEP = "plan.read", "plan.keep"
TOP = "规划与项目"
UNDER_WAY = (PlanFile.State.WAITING, PlanFile.State.READING)


def crumbs(*way: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page, from the room's first page."""
    return [(TOP, reverse("planning:documents")), *way]


@page(RIGHT)
def documents(request: HttpRequest) -> HttpResponse:
    """The documents of the scope."""
    record("search", what="planning:documents")
    open_ones = seen(Finding, RIGHT).filter(is_gone=False, state=Finding.State.OPEN)
    there = f"{reverse('planning:findings')}?state=open"
    context = {
        "table": Files(request, seen(PlanFile, RIGHT)), "tabs": tabs("documents"), "title": "规划文件",
        "lead": "把规划、方案原文读成数据，与自身、与上下级文件逐处核对。",
        "may_keep": current().may(KEEP),
        "figures": [Figure("待核实的不一致", open_ones.count(), "处", url=there)],
    }  # fmt: skip
    return render(request, "planning/documents.html", context)


@page(KEEP)
def give(request: HttpRequest) -> HttpResponse:
    """Give a document."""
    form = GiveForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = file_actions.give(
                by=current(), area_code=form.cleaned_data["area_code"], name=file.name, blocks=file.chunks()
            )
        except YiyangError as error:
            tell(form, error)
        else:
            return redirect("planning:document", made.pk)
    context = {"form": form, "title": "载入规划文件", "crumbs": crumbs(("载入", ""))}
    context["lead"] = "原文加密保存，只用来读出数字、名称和位置；读不准的地方会请您核对。"
    return render(request, "planning/give.html", context)


def _file(key: int) -> PlanFile:
    found: PlanFile = get_object_or_404(seen(PlanFile, RIGHT), pk=key)
    return found


@page(RIGHT)
def document(request: HttpRequest, key: int) -> HttpResponse:
    """One document: what was read, kind by kind."""
    file = _file(key)
    record("read", what=f"plan_file:{file.pk}", area=file.area_code)
    kind = document_page.kind_of(file, request.GET.get("kind", ""))
    context: dict[str, Any] = {
        "file": file, "job": _progress(file) if file.state in UNDER_WAY else None, "title": file.title or file.name,
        "kind": kind, "crumbs": crumbs((file.title or file.name, "")), "may_keep": current().may(KEEP, file.area_code),
        "is_old": file.slug.startswith(file_actions.OLD),
        "tabs": _tabs(file, kind), "figures": _figures(file), **document_page.rows(file, kind),
        "before": editions.before(file) if current().may(KEEP, file.area_code) else [],
        "is_missing": file.state == PlanFile.State.READ and not files.is_there(file),
        "other_area": document_page.other_area(file), "lacking": _lacking(file),
        "may_projects": file.counts.get("project") and current().may("project.keep", file.area_code),
        "may_tasks": file.counts.get("task") and current().may("task.keep", file.area_code),
    }  # fmt: skip
    return render(request, "planning/document.html", context)


def _lacking(file: PlanFile) -> list[PlanTask]:
    return editions.lacking(file) if current().may("task.read", file.area_code) else []


def _tabs(file: PlanFile, kind: str) -> list[Tab]:
    return [Tab(title, f"?kind={slug}", slug == kind, count) for slug, title, count in document_page.kinds(file)]


def _figures(file: PlanFile) -> list[Figure]:
    mine = seen(Finding, RIGHT).filter(documents__contains=[file.slug], is_gone=False)
    there = f"{reverse('planning:findings')}?document={file.slug}"
    return [
        Figure("不一致之处", mine.count(), "处", note=f"待核实 {mine.filter(state='open').count()} 处", url=there),
        Figure("待核对", file.doubts.count(), "处", url="?kind=doubt"),
    ]


def _progress(file: PlanFile) -> Progress:
    url = reverse("planning:document_progress", args=[file.pk])
    is_done = file.state not in UNDER_WAY
    return Progress(
        f"file-{file.pk}", url, 0, 0, file.problem or "读取文件、核对数字", state=file.state,
        word=file.get_state_display(), is_done=is_done, next_url=reverse("planning:document", args=[file.pk]),
    )  # fmt: skip


@page(RIGHT)
def document_progress(request: HttpRequest, key: int) -> HttpResponse:
    """How far the reading is."""
    return render(request, "site/parts/progress.html", {"job": _progress(_file(key))})


@page(KEEP)
@require_POST
def act(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Read again, take projects or tasks over, or take the document out of use."""
    file, by = _file(key), current()
    done = {"again": file_actions.again, "drop": file_actions.drop}
    taken = {"projects": file_actions.take_projects, "tasks": file_actions.take_tasks}
    try:
        if what in taken:
            new, there = taken[what](by=by, file=file)
            messages.success(request, f"新增 {new} 个，已有 {there} 个未改动。")
        elif what == "edition":
            kept, lacking = editions.take_place(by=by, file=file, slug=request.POST.get("before", ""))
            told = f"；原有 {lacking} 个新版里没有，仍保留" if lacking else ""
            messages.success(request, f"已作为新版：原有 {kept} 个任务、项目沿用办理情况{told}。")
        elif what == "withdraw":
            file_actions.withdraw(
                by=by, file=file, key=request.POST.get("key", ""), field=request.POST.get("field", "")
            )
            messages.success(request, "已撤回，按原来的读法列回待核对。")
            return redirect(f"{reverse('planning:document', args=[key])}?kind=doubt")
        elif what == "apart":
            editions.keep_apart(by=by, file=file, slug=request.POST.get("before", ""))
            messages.success(request, "已记为另一份文件。")
        elif what in done:
            done[what](by=by, file=file)
            messages.success(request, "已办理。")
    except YiyangError as error:
        messages.error(request, error.zh)
    return redirect("planning:documents") if what == "drop" else redirect("planning:document", key)


def _free(doubt: Doubt | None) -> list[str]:
    """What it may be, where one still types the value."""
    return [each for each in doubt.choices if each] if doubt and not document_page.choices_of(doubt) else []


@page(KEEP)
def correct(request: HttpRequest, key: int) -> HttpResponse:
    """Say what a field of a row really says, beside the source."""
    file = _file(key)
    given = request.POST if request.method == "POST" else request.GET
    doubt = document_page.doubt_of(file, given.get("key", ""), given.get("field", ""))
    initial = {"key": given.get("key", ""), "field": given.get("field", ""), "value": doubt.guess if doubt else ""}
    form = CorrectForm(document_page.choices_of(doubt) if doubt else [], request.POST or None, initial=initial)
    back = f"{reverse('planning:document', args=[key])}?kind=doubt"
    if request.method == "POST" and form.is_valid():
        try:
            file_actions.correct(by=current(), file=file, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已按核定值更正，以后再读也照此。")
            return redirect(back)
    record("read", what=f"plan_file:{file.pk}", area=file.area_code, detail={"form": "correct"})
    context = {
        "form": form, "doubt": doubt, "file": file, "choices": _free(doubt), "cancel": back, "title": "核对",
        "around": document_page.around(file, doubt.line) if doubt else [],
        "crumbs": crumbs((file.title or file.name, reverse("planning:document", args=[key])), ("核对", "")),
    }  # fmt: skip
    return render(request, "planning/correct.html", context)
