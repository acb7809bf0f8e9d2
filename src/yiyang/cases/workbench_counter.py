"""Pages of the counter and the telephone, and of forms that are scanned back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.cases import actions, counter, letters, scanning_in
from yiyang.cases.forms import STAFF, ScanForm
from yiyang.cases.models import Case
from yiyang.cases.workbench import pdf_answer
from yiyang.notices.models import OptOut
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person
from yiyang.registry.person_page import may

RIGHT, ALSO = "case.tell", ("case.handle",)
TOP = "窗口与电话"


@page(RIGHT, also=ALSO)
def find(request: HttpRequest) -> HttpResponse:
    """Find who came or called. What is typed never reaches an address."""
    context: dict[str, Any] = {"title": TOP, "may_scan": current().may("case.handle")}
    if request.method == "POST":
        text = request.POST.get("q", "")[:60]
        try:
            context["found"] = list(counter.found(text))
        except ValidationError as problem:
            context["problem"] = problem.messages[0]
        record("search", what="person:counter", detail={"found": len(context.get("found", ()))})
    return render(request, "cases/counter.html", context)


def _person(key: int) -> Person:
    found: Person = get_object_or_404(Person, pk=key)
    return found


@page(RIGHT, also=ALSO)
def desk(request: HttpRequest, key: int) -> HttpResponse:
    """Everything for one person on one page."""
    found, by = _person(key), current()
    if request.method == "POST":
        return _done(request, found)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"tab": "counter"})
    month, lines = counter.lines(by, found)
    declined = set(OptOut.objects.filter(person=found.pk).values_list("channel", flat=True))
    context = {
        "person": found,
        "title": found.name or "姓名不详",
        "month": month,
        "lines": [line for line in lines if line.case or (line.answer != "not_entitled" and not line.is_direct)],
        "direct": [line for line in lines if not line.case and line.is_direct and line.answer != "not_entitled"],
        "others": [line for line in lines if not line.case and line.answer == "not_entitled"],
        "rated": [line.case for line in lines if line.case and line.case.state in actions.RATED_FROM],
        "channels": STAFF,
        "may": may(by, found),
        "may_handle": by.may("case.handle"),
        "ways": [("sms", "短信", "sms" in declined), ("letter", "书面告知", "letter" in declined)],
        "crumbs": [(TOP, reverse("cases:counter")), (found.name or "姓名不详", "")],
    }
    return render(request, "cases/desk.html", context)


def _done(request: HttpRequest, found: Person) -> HttpResponse:
    sent = request.POST
    states = {key.removeprefix("state-"): sent.get(key, "") for key in sent if key.startswith("state-")}
    channel = sent.get("channel", "")
    said, is_good = counter.attempt(
        lambda: counter.do(
            by=current(),
            person=found,
            what=sent.get("do", ""),
            channel=channel if channel in dict(STAFF) else "counter",
            reason=sent.get("reason", "").strip()[:300],
            caller=sent.get("caller", "").strip()[:60],
            states=states,
        )
    )
    (messages.success if is_good else messages.error)(request, said)
    return redirect("cases:desk", found.pk)


@page(RIGHT, also=ALSO)
@require_POST
def rate(request: HttpRequest, key: int, case: int) -> HttpResponse:
    """Write down what somebody says of the service."""
    found = _person(key)
    of = get_object_or_404(Case, pk=case, person=found)
    stars, channel = request.POST.get("stars", ""), request.POST.get("channel", "counter")
    try:
        actions.rate(
            by=current(),
            case=of,
            stars=int(stars) if stars.isdigit() else 0,
            words=request.POST.get("words", ""),
            channel=channel if channel in dict(STAFF) else "counter",
        )
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "评价已登记。")
    return redirect("cases:desk", key)


@page("case.handle")
@require_POST
def form(request: HttpRequest, key: int, item: str) -> HttpResponse:
    """A form for somebody who has no case of an item yet; noted."""
    found = _person(key)
    current().require(
        "case.handle", found.area_code if current().may("case.handle", found.area_code) else found.registered_code
    )
    body = letters.form_pdf(found, item, "", letters.form_code(found, item))
    record("reveal", what="person:form", person=found.pk, area=found.area_code, reason="打印申请表")
    return pdf_answer(body, f"form-{item}")


@page("case.handle")
def scan(request: HttpRequest) -> HttpResponse:
    """Take in a form that came back, by its bar code."""
    form = ScanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            case = scanning_in.take_in(by=current(), code=data["code"], blocks=data["paper"].chunks())
        except YiyangError as error:
            tell(form, error)
        else:
            url = reverse("cases:case", args=[case.pk])
            messages.success(request, f"{case.person.name}：已归入 {case.number}，现在是“{case.get_state_display()}”。")
            return redirect(f"{reverse('cases:scan')}?done={case.pk}" if "more" in request.POST else url)
    crumbs = [(TOP, reverse("cases:counter")), ("扫描归档", "")]
    return render(request, "cases/scan.html", {"form": form, "title": "扫描归档", "crumbs": crumbs})
