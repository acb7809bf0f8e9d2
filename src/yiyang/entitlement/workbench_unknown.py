"""Pages of what is to be found out, of what is owed, and of what somebody is entitled to."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.catalog.facts import load_facts
from yiyang.entitlement import arrear_actions, month_figures, month_pages, months, unknown_actions
from yiyang.entitlement.forms import AnswerForm, first_value
from yiyang.entitlement.models import Arrear, MonthRun, Unknown
from yiyang.entitlement.month_pages import arrears_table, fact_name, unknowns_table, with_names
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person
from yiyang.registry.people_list import age
from yiyang.registry.reach import reaches
from yiyang.registry.workbench_people import first_day, head

PRINTED = 600
ANSWERS = ("entitled", "undecided", "not_entitled")


@page("case.read")
def unknowns(request: HttpRequest) -> HttpResponse:
    """The work list: whom to ask what, most money first."""
    table = unknowns_table(request)
    record("search", what="unknown:list", detail={"filters": sorted(table.values)})
    facts = month_figures.unknown_by_fact(months.current(Unknown.objects.filter(state=Unknown.State.OPEN)))
    return render(request, "entitlement/unknowns.html", {"table": table, "facts": facts})


@page("case.read")
def unknown_print(request: HttpRequest) -> HttpResponse:
    """The same on paper for going from door to door: by village, with room for the answer."""
    town = request.GET.get("town", "")
    rows = with_names(months.current(Unknown.objects.exclude(state=Unknown.State.SETTLED)))
    if town.isdigit() and len(town) <= 12:
        low, high = areas.span(int(town))
        rows = rows.filter(area_code__gte=low, area_code__lt=high)
    found = list(rows.order_by("area_code", "-year_fen", "id")[: PRINTED + 1])
    people = Person.objects.in_bulk({row.person for row in found})
    villages = [
        (areas.full_name(code) if code > 0 else "未落区划", [_printed(row, people) for row in part])
        for code, part in groupby(found[:PRINTED], key=lambda row: row.area_code)
    ]
    record("search", what="unknown:print", detail={"rows": len(found)})
    context = {"villages": villages, "is_more": len(found) > PRINTED, "printed": PRINTED}
    return render(request, "entitlement/unknown_print.html", context)


def _printed(row: Any, people: dict[int, Person]) -> dict[str, Any]:
    person = people.get(row.person)
    return {"row": row, "person": person, "age": person and age(person), "fact": fact_name(row.fact)}


@page("case.read")
def unknown(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom to ask what, and the answer."""
    found = get_object_or_404(Unknown, pk=pk)
    person, fact = get_object_or_404(Person, pk=found.person), load_facts()[found.fact]
    is_clerk = reaches(current(), "person.correct", person)
    may_note = is_clerk or reaches(current(), "case.tell", person)
    initial = {"value": first_value(fact, found.value), "reason": found.note}
    form = AnswerForm(fact, first_day(person), is_clerk, request.POST or None, initial=initial)
    if request.method == "POST" and may_note and form.is_valid():
        try:
            _answer(found, person, form)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已登记，下次运行按此计算。" if is_clerk else "已登记，等经办人员确认。")
            return redirect("entitlement:unknowns")
    record("read", what=f"unknown:{found.pk}", person=person.pk, area=found.area_code)
    said = month_pages.in_words(fact, found.value) if found.value is not None else ""
    context = {
        "unknown": found, "person": person, "fact": fact, "form": form, "is_clerk": is_clerk, "may_note": may_note,
        "said": said, "age": age(person), "hangs": month_pages.hangs_on(found), **_ways(found, person),
        "crumbs": [("待了解的事实", reverse("entitlement:unknowns")), (person.name or "姓名不详", "")],
    }  # fmt: skip
    return render(request, "entitlement/unknown.html", context)


def _ways(found: Unknown, person: Person) -> dict[str, list[Any]]:
    """What rooms above can do: `ways`, word and address; `under_way`, what they are doing already."""
    ways: list[tuple[str, str]] = []
    done: list[str] = []
    for word, url, right, facts, told_by in settings.UNKNOWN_WAYS:
        if found.fact not in facts or found.state == Unknown.State.SETTLED:
            continue
        if under_way := import_string(told_by)(person, found.fact):
            done.append(under_way)
        elif current().may(right, found.area_code):
            ways.append((word, reverse(url)))
    return {"ways": ways, "under_way": done}


def _answer(found: Unknown, person: Person, form: AnswerForm) -> None:
    data, by, answer = form.cleaned_data, current(), form.answer
    if form.is_clerk and answer is not None:
        unknown_actions.settle(
            by=by, unknown=found, person=person, value=answer, valid_from=data["valid_from"], reason=data["reason"]
        )
    else:
        unknown_actions.note_answer(by=by, unknown=found, person=person, value=answer, note=data["reason"])


@page("case.read")
def arrears(request: HttpRequest) -> HttpResponse:
    """What is owed for months gone by."""
    table = arrears_table(request)
    record("search", what="arrear:list", detail={"filters": sorted(table.values)})
    return render(request, "entitlement/arrears.html", {"table": table})


@page("case.read")
def arrear(request: HttpRequest, pk: int) -> HttpResponse:
    """One sum: why, and what to do."""
    found = get_object_or_404(Arrear.objects.select_related("run", "run__previous"), pk=pk)
    person = get_object_or_404(Person, pk=found.person)
    record("read", what=f"arrear:{found.pk}", person=person.pk, area=found.area_code)
    answers = [_of(found.run, found), _of(found.run.previous, found)] if found.run.previous else []
    context = {
        "arrear": found, "person": person, "cause": month_pages.cause_word(found.cause), "answers": answers,
        "item": month_pages.names_of(found.run).get(found.item, found.item),
        "amount": abs(found.fen), "may_decide": current().may("case.handle", found.area_code),
        "crumbs": [("补发追回", reverse("entitlement:arrears")), (person.name or "姓名不详", "")],
    }  # fmt: skip
    return render(request, "entitlement/arrear.html", context)


def _of(run: MonthRun, found: Arrear) -> tuple[MonthRun, dict[str, Any] | None]:
    told = (item for item in months.answers_of(run, found.person) if item["item"] == found.item)
    return run, next(told, None)


@page("case.handle")
@require_POST
def decide_arrear(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """Confirm or waive."""
    if word not in ("confirm", "waive"):
        return HttpResponse(status=404)
    found = get_object_or_404(Arrear, pk=pk)
    try:
        arrear_actions.decide(
            by=current(), arrear=found, is_confirmed=word == "confirm", reason=request.POST.get("reason", "")
        )
        messages.success(request, "已处理。")
    except YiyangError as problem:
        messages.error(request, problem.zh)
    return redirect("entitlement:arrear", pk)


@page("case.read")
def person(request: HttpRequest, key: int) -> HttpResponse:
    """What somebody is entitled to by the run in force, and why; what he is not, and what is not known."""
    found = get_object_or_404(Person, pk=key)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"tab": "entitlement"})
    run = months.of_person(found)
    items = months.answers_of(run, found.pk) if run else []
    parts = {
        answer: [item for item in items if item["answer"] == answer]
        for answer in ("entitled", "undecided", "not_entitled")
    }
    context = {"run": run, "parts": parts, "is_there": bool(items), "periods": month_pages.PERIODS}
    return render(request, "entitlement/person.html", head(found, "entitlement") | context)
