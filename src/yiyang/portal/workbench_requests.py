"""Requests of people to correct what is held about them: the list for clerks, one of them, its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yiyang.access.scope import current
from yiyang.accounts.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.catalog.facts import load_facts
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.portal import citizen_actions
from yiyang.portal.models import CorrectionRequest
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person

RIGHT = "person.correct"
TOP = "更正申请"


def subject_words(subject: str) -> str:
    """The fact's name, or the field of the file."""
    known = load_facts().facts.get(subject)
    return known.zh if known else citizen_actions.OF_FILE.get(subject, subject)


class Requests(Table):
    """What waits, and what was answered."""

    name, title, order = "correction_requests", TOP, "-id"
    columns = (
        Column("subject", "事项", is_link=True, value=lambda row: subject_words(row.subject)),
        Column("held", "登记内容"),
        Column("area_code", "区划", kind="area"),
        Column("asked_at", "提出时间", kind="when"),
        Column("state", "状态", kind="state"),
        Column("id", "编号", kind="number", sort="id"),
    )
    filters = (Filter("state", "状态", choices=CorrectionRequest.State.choices),)
    empty = Empty("没有更正申请", "群众在网上点“这不对”提出的，列在这里。")

    def row_url(self, row: Any) -> str:
        """One request."""
        return reverse("portal:request", args=[row.pk])


class AnswerForm(forms.Form):
    """What was found out."""

    ANSWERS = (("mended", "确实不对，已更正"), ("kept", "核实无误，维持登记"))
    outcome = forms.ChoiceField(label="核实结果", choices=ANSWERS, widget=forms.RadioSelect)
    answer = forms.CharField(
        label="给本人的答复", max_length=400, widget=forms.Textarea(attrs={"rows": 3}), help_text="本人会看到这段话。"
    )


@page(RIGHT)
def requests(request: HttpRequest) -> HttpResponse:
    """The list."""
    record("search", what="portal_correctionrequest:list")
    return render(request, "portal/requests.html", {"table": Requests(request, CorrectionRequest.objects.all())})


@page(RIGHT)
def one_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is held, what the person says; its answer."""
    asked = get_object_or_404(CorrectionRequest, pk=pk)
    person = get_object_or_404(Person, pk=asked.person)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        mended = data["outcome"] == "mended"
        try:
            citizen_actions.answer(by=current(), asked=asked, mended=mended, words=data["answer"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已答复。")
            return redirect("portal:requests")
    record("read", what=f"portal_correctionrequest:{pk}", person=person.pk, area=person.area_code)
    is_fact = asked.subject in load_facts().facts
    context = {
        "asked": asked,
        "person": person,
        "subject": subject_words(asked.subject),
        # His own words, which he wrote for the clerk to read: shown, not masked.
        "says": "".join(asked.says),
        "form": form,
        "is_open": asked.state == CorrectionRequest.State.OPEN,
        "correct_url": reverse("registry:correct", args=[person.pk, asked.subject]) if is_fact else "",
        "crumbs": [(TOP, reverse("portal:requests")), (f"#{asked.pk}", "")],
    }
    return render(request, "portal/request.html", context)
