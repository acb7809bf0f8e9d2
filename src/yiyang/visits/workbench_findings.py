"""Pages of findings: work lists, one finding, its steps, and one that is written down by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person
from yiyang.visits import finding_page, lists
from yiyang.visits import findings as acts
from yiyang.visits.finding_page import Button
from yiyang.visits.forms import AssignForm, FindingForm, WordsForm
from yiyang.visits.models import Finding
from yiyang.visits.workbench import crumbs, export_of

RIGHT = "visit.read"
ALSO = ("finding.handle", "finding.verify")


@page(RIGHT, also=ALSO)
def findings(request: HttpRequest) -> HttpResponse:
    """The work lists of findings."""
    scope = current()
    if "tab" not in request.GET:
        return redirect(f"{reverse('visits:findings')}?tab={lists.first_of(scope).slug}")
    table = lists.finding_table(request)
    export_of(table)
    record("search", what="visits:findings", detail=table.values)
    context = {
        "table": table,
        "tabs": lists.tabs(table.work.slug),
        "title": "异常情况",
        "lead": "探访中发现的问题：派单、处置、由另一人核实、办结，每一步有时限。",
        "crumbs": crumbs(("异常情况", "")),
    }
    return render(request, "visits/findings.html", context)


def _finding(key: int) -> Finding:
    found: Finding = get_object_or_404(lists.findings(), pk=key)
    lists.with_people([found])
    return found


@page(RIGHT, also=ALSO)
def finding(request: HttpRequest, key: int) -> HttpResponse:
    """One finding."""
    found = _finding(key)
    is_sent = found.assigned_to_id == current().user and not current().may("person.read", found.area_code)
    # Whoever is sent must get there: he sees address and telephone of this one person.
    kind, reason = ("reveal", "派单处置") if is_sent else ("read", "")
    record(kind, what=f"finding:{found.pk}", person=found.person_id, area=found.area_code, reason=reason)
    return render(request, "visits/finding.html", finding_page.context(current(), found) | {"is_sent": is_sent})


@page("finding.verify", also=("finding.handle",))
def step(request: HttpRequest, key: int, step: str) -> HttpResponse:
    """Take one step on a finding."""
    found, by = _finding(key), current()
    button = next((each for each in finding_page.buttons(by, found) if each.slug == step), None)
    if button is None:
        messages.error(request, "现在不能这样办理，请看过再办。")
        return redirect("visits:finding", key)
    form = _form_of(button, found, request)
    if request.method == "POST" and form.is_valid():
        try:
            _take(by, found, step, form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已办理：{button.title}。")
            return redirect("visits:finding", key)
    record("read", what=f"finding:{found.pk}", person=found.person_id, area=found.area_code, detail={"form": step})
    back = reverse("visits:finding", args=[key])
    context = {
        "form": form, "submit": button.title, "cancel": back, "title": button.title,
        "lead": f"{found.person.name} · {found.number}", "note": found.words,
        "crumbs": crumbs(("异常情况", reverse("visits:findings")), (found.number, back), (button.title, "")),
    }  # fmt: skip
    return render(request, "visits/form.html", context)


def _form_of(button: Button, found: Finding, request: HttpRequest) -> Any:
    data = request.POST or None
    return AssignForm(found, data) if button.slug == "assign" else WordsForm(button.label, button.needs_words, data)


def _take(by: Scope, found: Finding, step: str, data: dict[str, Any]) -> None:
    if step == "assign":
        acts.assign(by=by, finding=found, unit=data["unit"], user=data["user"], words=data["words"])
        return
    taken = {"act": acts.act, "verify": acts.verify, "return": acts.send_back, "void": acts.void}[step]
    taken(by=by, finding=found, words=data["words"])


@page("visit.do", also=("finding.handle",))
def new(request: HttpRequest, key: int) -> HttpResponse:
    """Write down something wrong that was told by telephone or seen in passing."""
    person: Person = get_object_or_404(Person, pk=key)
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.raise_by_hand(by=current(), person=person, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已登记异常情况 {made.number}，等待派单。")
            return redirect("visits:finding", made.pk)
    record("read", what="person", person=person.pk, area=person.area_code, detail={"form": "finding"})
    back = reverse("visits:person", args=[key])
    context = {
        "form": form, "submit": "登记", "cancel": back, "title": "登记异常情况", "lead": person.name,
        "crumbs": crumbs((person.name, back), ("登记异常情况", "")),
    }  # fmt: skip
    return render(request, "visits/form.html", context)
