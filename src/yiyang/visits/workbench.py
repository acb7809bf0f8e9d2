"""Pages of visits: what stands where, the lists, one visit, a report, the tab on a person's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Definition
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Alias, Person
from yiyang.registry.workbench_people import head
from yiyang.visits import actions, words
from yiyang.visits.forms import ExcuseForm, MoveForm
from yiyang.visits.lists import STILL_OPEN, WAITING, Visits, clock, month_of, not_yet_table, visits
from yiyang.visits.models import Finding, Report, Visit

RIGHT = "visit.read"
TOP = "探访"
SHOWN = 50


def export_of(table: Any) -> None:
    """Lists of people may be taken out by whoever may export them."""
    if current().may("person.export"):
        table.export_url = reverse("registry:order_export")


def crumbs(*way: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page, from the room's first page."""
    return [(TOP, reverse("visits:overview")), *way]


@page(RIGHT)
def listing(request: HttpRequest) -> HttpResponse:
    """Visits, with filters."""
    rows = visits()
    if on := request.GET.get("on", ""):
        try:
            rows = rows.filter(on=timezone.datetime.strptime(on, "%Y-%m-%d").date())  # type: ignore[attr-defined]
        except ValueError:
            messages.error(request, "日期应形如 2026-11-23。")
    for name in ("visitor", "plan"):
        if (given := request.GET.get(name, "")).isdigit():
            rows = rows.filter(**{name: int(given)})
    table = Visits(request, rows)
    if not {"visitor", "plan"} & set(request.GET):
        # What the filter bar does not know would not narrow the sheet.
        export_of(table)
    record("search", what="visits:list", detail={key: value for key, value in table.values.items() if key != "q"})
    context = {"table": table, "title": "探访列表", "lead": "每位对象每次应有的探访：谁去、哪天、去了没有。"}
    return render(request, "visits/list.html", context | {"crumbs": crumbs(("探访列表", ""))})


@page(RIGHT)
def not_yet(request: HttpRequest) -> HttpResponse:
    """Who has not been visited this month."""
    month = month_of(request)
    table = not_yet_table(request)
    export_of(table)
    record("search", what="visits:not_yet", detail={"month": month} | table.values)
    context = {
        "table": table,
        "title": f"{month} 尚未探访",
        "lead": "本月还没有人见到或通上话的；月末前都要走到。",
        "crumbs": crumbs(("尚未探访", "")),
    }
    return render(request, "visits/list.html", context)


@page(RIGHT)
def visit(request: HttpRequest, key: int) -> HttpResponse:
    """One visit and its reports."""
    found = _visit(key)
    by = current()
    record("read", what=f"visit:{found.pk}", person=found.person_id, area=found.area_code)
    is_waiting, reports = found.state in WAITING, found.reports.prefetch_related("files")
    context = {
        "visit": found,
        "title": f"{found.person.name or '姓名不详'}的探访",
        "lead": f"{found.month} · {words.groups_word(found.groups)} · {found.get_cause_display()}",
        "definitions": _definitions(found),
        "reports": [(each, words.answers(each), list(each.files.all())) for each in reports],
        "findings": Finding.objects.filter(report__visit=found).order_by("pk"),
        "may_plan": is_waiting and by.may("visit.plan", found.area_code),
        "may_do": is_waiting and by.may("visit.do", found.area_code),
        "is_late": is_waiting and found.last < timezone.localdate(),
        "crumbs": crumbs(("探访列表", f"{reverse('visits:list')}?month={found.month}"), (found.person.name, "")),
    }  # fmt: skip
    return render(request, "visits/visit.html", context)


def _visit(key: int) -> Visit:
    found: Visit = get_object_or_404(visits().select_related("second", "alert", "plan"), pk=key)
    return found


def _definitions(found: Visit) -> list[Definition]:
    rows = [
        Definition("应在", f"{found.first:%Y-%m-%d} 至 {found.last:%Y-%m-%d}"),
        Definition("安排", f"{found.on:%Y-%m-%d} {clock(found.at)}" if found.on else "还没有安排日期"),
        Definition("探访员", found.visitor.name if found.visitor else "未安排"),
        Definition("方式", found.get_means_display()),
        Definition("停留", f"{found.minutes} 分钟"),
        Definition("村（社区）", found.area_code, kind="area"),
    ]
    if found.second or found.needs_two:
        rows.append(Definition("同行人", found.second.name if found.second else "须两人同行，未安排"))
    if found.skills:
        rows.append(Definition("所需技能", words.skills_word(found.skills)))
    if found.alert:
        rows.append(Definition("预警", found.alert.words))
    if found.tries:
        rows.append(Definition("未见到", f"{found.tries} 次"))
    if found.done_on:
        rows.append(Definition("实际探访", f"{found.done_on:%Y-%m-%d} {found.done_by_name}"))
    if found.reason:
        rows.append(Definition("说明", found.reason))
    return rows


@page("visit.plan")
def move(request: HttpRequest, key: int) -> HttpResponse:
    """Give a visit another day or visitor."""
    found = _visit(key)
    form = MoveForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = actions.move(by=current(), visit=found, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已改期：{said}")
            return redirect("visits:visit", key)
    record("read", what=f"visit:{found.pk}", person=found.person_id, area=found.area_code, detail={"form": "move"})
    return _form(request, found, form, "改期或换人", "改期")


@page("visit.plan")
def excuse(request: HttpRequest, key: int) -> HttpResponse:
    """Say why a visit need not be."""
    found = _visit(key)
    form = ExcuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.excuse(by=current(), visit=found, reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已登记无须探访。")
            return redirect("visits:visit", key)
    record("read", what=f"visit:{found.pk}", person=found.person_id, area=found.area_code, detail={"form": "excuse"})
    return _form(request, found, form, "无须探访", "登记")


def _form(request: HttpRequest, found: Visit, form: Any, title: str, submit: str) -> HttpResponse:
    back = reverse("visits:visit", args=[found.pk])
    context = {
        "form": form, "submit": submit, "cancel": back, "title": title,
        "lead": f"{found.person.name} · {found.first:%Y-%m-%d} 至 {found.last:%Y-%m-%d}",
        "crumbs": crumbs((found.person.name, back), (title, "")),
    }  # fmt: skip
    return render(request, "visits/form.html", context)


@page(RIGHT)
def person(request: HttpRequest, key: int) -> HttpResponse:
    """The visits of a person, on his page."""
    found: Person = get_object_or_404(Person, pk=key)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"tab": "visits"})
    keys = [found.pk, *Alias.objects.filter(person=found.pk).values_list("key", flat=True)]
    rows = visits().filter(person__in=keys).order_by("-month", "-first", "-pk")[:SHOWN]
    findings = Finding.objects.filter(person__in=keys).order_by("-pk")[:SHOWN]
    last = Report.objects.filter(person__in=keys, met=True).order_by("-ended_at").first()
    context = {
        "visits": [(each, words.groups_word(each.groups), clock(each.at)) for each in rows],
        "findings": [(each, words.finding_word(each.kind), each.state in STILL_OPEN) for each in findings],
        "last": last,
        "may_visit": current().may("visit.do", found.area_code) or current().may("visit.plan", found.area_code),
        "may_find": current().may("finding.handle", found.area_code) or current().may("visit.do", found.area_code),
    }
    return render(request, "visits/person.html", head(found, "visits") | context)


@page("visit.do", also=("visit.plan",))
def unplanned(request: HttpRequest, key: int) -> HttpResponse:
    """Begin a visit that nobody planned: POST makes it and leads to its form."""
    found: Person = get_object_or_404(Person, pk=key)
    if request.method != "POST":
        return redirect("visits:person", key)
    try:
        made = actions.unplanned(by=current(), person=found, reason="临时探访")
    except YiyangError as error:
        messages.error(request, error.zh)
        return redirect("visits:person", key)
    return redirect("visits:report", made.pk)
