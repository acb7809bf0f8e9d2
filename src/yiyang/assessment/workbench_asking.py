"""Asking for assessments and planning them: one by one, and many at once from the list of what is not known."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.assessment import actions, in_words
from yiyang.assessment.forms import AskForm, PlanForm, PlanManyForm
from yiyang.assessment.models import Request
from yiyang.assessment.of_person import valid_result
from yiyang.assessment.planning import Suggestion
from yiyang.assessment.rules import instrument_of, rules
from yiyang.assessment.workbench import crumbs, found_request, noted
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.entitlement.models import Unknown
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person

MOST = 200
LEFT_SHOWN = 100


@page("assessment.request")
def ask(request: HttpRequest, person: int) -> HttpResponse:
    """Ask for an assessment of a person; what is valid already is said first."""
    found: Person = get_object_or_404(Person, pk=person)
    form = AskForm(request.POST or None, initial={"instrument": instrument_of("ability")})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask(by=current(), person=found, channel=Request.Channel.TOWNSHIP, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已提出申请，编号 {made.number}。")
            return redirect("assessment:request", made.pk)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"form": "assessment"})
    valid = [(name, result) for slug, name in in_words.askable() if (result := valid_result(found, slug))]
    context = {
        "form": form,
        "person": found,
        "valid": [(name, each, in_words.level_word(each)) for name, each in valid],
        "title": f"为{found.name or '姓名不详'}提出评估申请",
        "crumbs": [("能力评估", reverse("assessment:work")), (found.name or "姓名不详", ""), ("提出申请", "")],
    }
    return render(request, "assessment/ask.html", context)


@page("assessment.request")
@require_POST
def ask_many(request: HttpRequest) -> HttpResponse:
    """Ask for everybody ticked on the list of what is not known; confirmed once."""
    rows = _unknowns(request)
    if not rows:
        messages.error(request, f"请先勾选要评估的人；一次最多 {MOST} 人，只有评估能查明的事实才能这样提出。")
        return redirect("entitlement:unknowns")
    record("search", what="assessment:ask_many", detail={"rows": len(rows)})
    if "confirmed" not in request.POST:
        context = {
            "rows": rows,
            "names": _names(rows),
            "crumbs": [("待了解", reverse("entitlement:unknowns")), ("提出评估申请", "")],
        }
        return render(request, "assessment/ask_many.html", context)
    done, left = _asked(rows)
    if done:
        messages.success(request, f"已提出 {len(done)} 件评估申请。")
    for why, count in left.items():
        messages.warning(request, f"{count} 人没有提出：{why}")
    if len(done) == 1:
        return redirect("assessment:request", done[0].pk)
    return redirect(f"{reverse('assessment:work')}?tab=todo")


def _unknowns(request: HttpRequest) -> list[Unknown]:
    keys = [int(key) for key in request.POST.getlist("rows") if key.isdigit() and len(key) < 19]
    wanted = Unknown.objects.filter(pk__in=keys[: MOST + 1], fact__in=list(rules().finds_out))
    rows = list(wanted.exclude(state=Unknown.State.SETTLED))
    return rows if len(rows) <= MOST else []


def _names(rows: list[Unknown]) -> list[tuple[str, str]]:
    people = Person.objects.in_bulk([row.person for row in rows])
    return [
        (person.name or "姓名不详", in_words.standard(instrument_of(row.fact)))
        for row in rows
        if (person := people.get(row.person))
    ]


def _asked(rows: list[Unknown]) -> tuple[list[Request], dict[str, int]]:
    """What was asked for, and why the others were not."""
    left = dict[str, int]()
    try:
        made = actions.ask_unknowns(by=current(), unknowns=rows)
    except YiyangError as error:
        return [], {error.zh: len(rows)}
    for _, why in made.left:
        left[why] = left.get(why, 0) + 1
    return made.requests, left


@page("assessment.plan")
def plan(request: HttpRequest, key: int) -> HttpResponse:
    """Choose agency and pair among the suggestions, and a time."""
    found = found_request(key)
    ranked = actions.suggest(found)
    pairs = [(each.key, each.agency.name) for each in ranked]
    initial: dict[str, Any] = {"pair": pairs[0][0] if pairs else "", "place": found.place, "appointed": found.appointed}
    initial["with_check"] = found.with_check
    form = PlanForm(pairs, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan(by=current(), request=found, **_planned(form, ranked))
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已安排，并告知本人约定时间。")
            return redirect("assessment:request", key)
    noted(found, step="plan")
    context = {"form": form, "ranked": ranked, "chosen": str(form["pair"].value() or "")} | crumbs(found, "安排评估")
    return render(request, "assessment/plan.html", context)


def _planned(form: PlanForm, ranked: list[Suggestion]) -> dict[str, Any]:
    data = form.cleaned_data
    chosen = next(each for each in ranked if each.key == data["pair"])
    words = {name: data[name] for name in ("appointed", "place", "with_check")}
    return {"agency": chosen.agency, "lead": chosen.lead, "second": chosen.second, **words}


@page("assessment.plan")
@require_POST
def plan_many(request: HttpRequest) -> HttpResponse:
    """Plan many, each by its best suggestion, so many a day for each pair; confirmed once."""
    keys = [int(key) for key in request.POST.getlist("rows") if key.isdigit() and len(key) < 19][:MOST]
    rows = list(Request.objects.filter(pk__in=keys, state=Request.State.REQUESTED).select_related("person"))
    if not rows:
        messages.error(request, "请先勾选待安排的申请。")
        return redirect(f"{reverse('assessment:work')}?tab=todo")
    record("search", what="assessment:plan_many", detail={"rows": len(rows)})
    form = PlanManyForm(request.POST if "confirmed" in request.POST else None)
    context = {"form": form, "rows": rows, "crumbs": [("能力评估", reverse("assessment:work")), ("按建议安排", "")]}
    if not form.is_valid():
        return render(request, "assessment/plan_many.html", context)
    planned = actions.plan_many(by=current(), requests=rows, **form.cleaned_data)
    left = [(each.number, why) for each, why in planned.left]
    context |= {"done": len(planned.made), "left": left[:LEFT_SHOWN], "left_count": len(left)}
    return render(request, "assessment/planned.html", context)
