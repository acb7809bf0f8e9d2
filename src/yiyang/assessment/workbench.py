"""Pages of assessments: work lists, the calendar, one request and its steps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.assessment import actions, former, in_words, quality, request_page, worklists, works
from yiyang.assessment.forms import CheckForm, StepForm
from yiyang.assessment.models import Request
from yiyang.assessment.of_person import requests_of, results_of
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person
from yiyang.registry.stating import keys_of
from yiyang.registry.workbench_people import head

RIGHT = "assessment.read"
DAYS, SHOWN = 14, 50
# Read for two weeks; more of a day than A_DAY are counted, not listed.
MOST, A_DAY = 3000, 40
# What may be done with a reason alone: word and whose right it is.
CLOSING = {"refuse": "不予受理", "cancel": "取消申请", "unplan": "撤销安排"}


@page(RIGHT)
def work(request: HttpRequest) -> HttpResponse:
    """The work lists."""
    scope = current()
    if "tab" not in request.GET:
        return redirect(f"{reverse('assessment:work')}?tab={works.first_of(scope).slug}")
    table = worklists.work_table(request)
    if scope.may("person.export") and table.work.of != "objections":
        table.export_url = reverse("registry:order_export")
    record("search", what="assessment:list", detail={key: v for key, v in table.values.items() if key != "number"})
    context = {
        "table": table,
        "work": table.work,
        "tabs": works.tabs(table.work.slug),
        "may_sheets": scope.may("assessment.do"),
        "may_agencies": scope.may("agency.manage"),
        "may_figures": scope.may("agency.manage") or scope.may("assessment.check"),
    }
    return render(request, "assessment/work.html", context)


@page(RIGHT)
def calendar(request: HttpRequest) -> HttpResponse:
    """Two weeks of appointments, day by day."""
    first = _day(request.GET.get("from", ""))
    rows = Request.objects.filter(
        state__in=[Request.State.PLANNED, Request.State.RETURNED],
        appointed__date__gte=first,
        appointed__date__lt=first + timedelta(days=DAYS),
    ).select_related("person", "agency", "lead__user", "second__user")
    days: dict[date, list[Request]] = {first + timedelta(days=number): [] for number in range(DAYS)}
    for row in rows.order_by("appointed", "pk")[:MOST]:
        days[timezone.localtime(row.appointed).date()].append(row)
    record("search", what="assessment:calendar")
    context = {
        "days": [(day, found[:A_DAY], max(len(found) - A_DAY, 0)) for day, found in days.items()],
        "total": sum(len(found) for found in days.values()),
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
        "crumbs": [("能力评估", reverse("assessment:work")), ("日程", "")],
        "today": timezone.localdate(),
    }
    return render(request, "assessment/calendar.html", context)


def _day(text: str) -> date:
    """The Monday of the week of a day as typed; of today where it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = timezone.localdate()
    return found - timedelta(days=found.weekday())


def found_request(key: int) -> Request:
    """A request of the scope, with everybody who stands on it."""
    rows = Request.objects.select_related("person", "agency", "lead__user", "second__user", "contested")
    found: Request = get_object_or_404(rows, pk=key)
    return found


def noted(found: Request, **detail: Any) -> None:
    """A look at somebody's assessment."""
    record("read", what=f"assessment:{found.pk}", person=found.person_id, area=found.area_code, detail=detail)


def crumbs(found: Request, title: str) -> dict[str, Any]:
    """The way to a page about a request."""
    way = [
        ("能力评估", reverse("assessment:work")),
        (found.number, reverse("assessment:request", args=[found.pk])),
        (title, ""),
    ]
    return {
        "crumbs": way,
        "title": title,
        "request_": found,
        "lead": f"{found.person.name or '姓名不详'} · {found.number}",
    }


@page(RIGHT)
def one(request: HttpRequest, key: int) -> HttpResponse:
    """One request, from asking to what the result was used for."""
    found = found_request(key)
    context = request_page.context(current(), found)
    noted(found, form=True) if context["may"]["see_form"] and context["current"] else noted(found)
    return render(request, "assessment/request.html", context)


@page("assessment.plan", also=("assessment.request",))
def close(request: HttpRequest, key: int, word: str) -> HttpResponse:
    """Refuse or cancel, with the reason."""
    if word not in CLOSING:
        raise Http404
    found = found_request(key)
    form = StepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        step = {"refuse": actions.refuse, "cancel": actions.cancel, "unplan": actions.unplan}[word]
        try:
            step(by=current(), request=found, reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已办理：{CLOSING[word]}。")
            return redirect("assessment:request", key)
    noted(found, step=word)
    context = {"form": form, "submit": CLOSING[word], "danger": True} | crumbs(found, CLOSING[word])
    return render(request, "assessment/step.html", context)


@page("assessment.do")
@require_POST
def sign(request: HttpRequest, key: int) -> HttpResponse:
    """Sign exactly the form that was shown."""
    found = found_request(key)
    form = found.forms.filter(is_current=True).first()
    if form is None or request.POST.get("sha256") != form.sha256:
        messages.error(request, "评估表刚刚有变动，请看过再签。")
        return redirect("assessment:request", key)
    try:
        actions.sign(by=current(), form=form, at=timezone.now())
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "已签字。")
    return redirect("assessment:request", key)


@page("assessment.do")
def take_form_back(request: HttpRequest, key: int) -> HttpResponse:
    """One of the two takes the form back before both have signed."""
    found, form = found_request(key), StepForm(request.POST or None)
    filled = found.forms.filter(is_current=True).first()
    if filled is None or not request_page.may(current(), found, None)["take_back"]:
        messages.error(request, "现在不能撤回：评估表还没有填，或者已经签完。")
        return redirect("assessment:request", key)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_form(by=current(), form=filled, reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已撤回，请重新填写。")
            return redirect("assessment:request", key)
    noted(found, step="again")
    context = {"form": form, "submit": "撤回重填", "danger": True} | crumbs(found, "撤回评估表")
    return render(request, "assessment/step.html", context)


@page("assessment.check")
def check(request: HttpRequest, key: int) -> HttpResponse:
    """The verdict on a signed form: issued, or sent back."""
    found = found_request(key)
    context = request_page.context(current(), found)
    current_form = context["current"]
    if not context["may"]["check"] or current_form is None:
        messages.error(request, "现在不能质控：要等两名评估人员都签字，参加评估的人也不能质控。")
        return redirect("assessment:request", key)
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        passed, words = form.cleaned_data["verdict"] == "passed", form.cleaned_data["words"]
        try:
            actions.check(by=current(), form=current_form.form, passed=passed, words=words)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已签发结果，并告知本人。" if passed else "已退回重填。")
            return redirect("assessment:request", key)
    noted(found, check=True)
    context |= {"form": form, "findings": quality.findings(current_form.form)} | crumbs(found, "质量控制")
    return render(request, "assessment/check.html", context)


@page(RIGHT)
def person(request: HttpRequest, key: int) -> HttpResponse:
    """Results and requests of a person, on his page."""
    found: Person = get_object_or_404(Person, pk=key)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"tab": "assessment"})
    keys = keys_of(found)
    context = {
        "results": [(row, in_words.standard(row.instrument), in_words.level_word(row)) for row in results_of(keys)],
        "requests": [(row, in_words.standard(row.instrument)) for row in requests_of(keys)[:SHOWN]],
        "former": [
            (row, in_words.standard(row.instrument), in_words.level_name(row.instrument, row.version, row.level))
            for row in former.of_person(keys)[:SHOWN]
        ],
        "may_ask": current().may("assessment.request", found.area_code),
    }
    return render(request, "assessment/person.html", head(found, "assessment") | context)
