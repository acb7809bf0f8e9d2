"""Pages of a result: its certificate, who relied on it, and objections to it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.assessment import actions, certificate, exchange_fhir, in_words, request_page, scales
from yiyang.assessment.filling import answers_of
from yiyang.assessment.forms import ObjectForm, ObjectionForm, StepForm, UseForm
from yiyang.assessment.models import Form, Objection, Result
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.registry.forms_people import tell


def _result(key: int) -> Result:
    rows = Result.objects.select_related("person", "request__agency")
    found: Result = get_object_or_404(rows, pk=key)
    return found


def _crumbs(found: Result, title: str) -> dict[str, Any]:
    way = [
        ("能力评估", reverse("assessment:work")),
        (found.number, reverse("assessment:request", args=[found.request_id])),
        (title, ""),
    ]
    name = found.person.name or "姓名不详"
    lead = f"{name} · {in_words.level_word(found)} · 有效期至 {found.valid_to:%Y-%m-%d}"
    return {"crumbs": way, "title": title, "lead": lead, "result": found}


def _noted(found: Result, form: str) -> None:
    detail = {"form": form}
    record("read", what=f"assessment_result:{found.pk}", person=found.person_id, area=found.area_code, detail=detail)


@page("assessment.read")
@require_POST
def certified(request: HttpRequest, key: int) -> HttpResponse:
    """The certificate as PDF; noted."""
    found = _result(key)
    body = certificate.certificate_pdf(found, found.person, request.build_absolute_uri("/"))
    what = f"assessment_result:{found.pk}"
    record("reveal", what=what, person=found.person_id, area=found.area_code, reason="评估结果告知书")
    headers = {"Content-Disposition": f'attachment; filename="{found.number}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


@page("assessment.check", also=("assessment.do", "assessment.object"))
@require_POST
def answers(request: HttpRequest, key: int) -> HttpResponse:
    """The answers behind a result as a FHIR QuestionnaireResponse, for whoever may see them; noted as an export."""
    found = _result(key)
    form = found.request.forms.filter(is_current=True).first()
    if form is None or not request_page.may(current(), found.request, found)["see_form"]:
        messages.error(request, "评估内容涉及健康，只有评估人员、质控和处理异议的人员可以导出。")
        return redirect("assessment:request", found.request_id)
    try:
        body = _response_of(found, form)
    except YiyangError as error:
        messages.error(request, error.zh)
        return redirect("assessment:request", found.request_id)
    what, detail = f"assessment_result:{found.pk}", {"form": "fhir"}
    record("export", what=what, person=found.person_id, area=found.area_code, detail=detail)
    headers = {"Content-Disposition": f'attachment; filename="{found.number}.json"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="application/fhir+json; charset=utf-8", headers=headers)


def _response_of(found: Result, form: Form) -> str:
    scale = scales.version_of(found.instrument, form.version)
    said = exchange_fhir.response(
        scale, answers_of(form), request=found.request.number, authored=timezone.localtime(form.ended_at)
    )
    return json.dumps(said, ensure_ascii=False, indent=1)


@page("assessment.read")
def use(request: HttpRequest, key: int) -> HttpResponse:
    """Write down that a department relied on a result."""
    found, form = _result(key), UseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.use(by=current(), result=found, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已登记采用。")
            return redirect("assessment:request", found.request_id)
    _noted(found, "use")
    context = {"form": form, "submit": "登记采用"} | _crumbs(found, "登记采用")
    return render(request, "assessment/of_result.html", context)


@page("assessment.request")
def object_to(request: HttpRequest, key: int) -> HttpResponse:
    """Write down an objection for somebody."""
    found, form = _result(key), ObjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.object_to(by=current(), result=found, reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "异议已登记，由没有参加这次评估的人员处理。")
            return redirect("assessment:request", found.request_id)
    _noted(found, "object")
    context = {"form": form, "submit": "登记异议"} | _crumbs(found, "登记异议")
    return render(request, "assessment/of_result.html", context)


@page("assessment.check")
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Take a result back that was wrong from the beginning."""
    found, form = _result(key), StepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_result(by=current(), result=found, reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "结果已撤销，写入档案的等级同时撤回。")
            return redirect("assessment:request", found.request_id)
    _noted(found, "withdraw")
    context = {"form": form, "submit": "撤销结果", "danger": True} | _crumbs(found, "撤销结果")
    return render(request, "assessment/of_result.html", context)


@page("assessment.object")
def objection(request: HttpRequest, key: int) -> HttpResponse:
    """Deal with an objection: assessed again by others, or answered."""
    rows = Objection.objects.filter(result__in=Result.objects.all())
    raised: Objection = get_object_or_404(rows, pk=key)
    found, form = _result(raised.result_id), ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            again = form.cleaned_data["outcome"] == "again"
            actions.answer_objection(by=current(), objection=raised, again=again, answer=form.cleaned_data["answer"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已提出复评，请安排没有参加过的人员。" if again else "已答复，并告知本人。")
            return redirect("assessment:request", found.request_id)
    _noted(found, "objection")
    context = {"form": form, "submit": "确定", "raised": raised} | _crumbs(found, "处理异议")
    return render(request, "assessment/of_result.html", context)
