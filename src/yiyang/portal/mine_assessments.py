"""My assessments: ask for one, see where it stands, the result and its certificate, and object to it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from yiyang.access.scope import current
from yiyang.assessment import actions, certificate, in_words
from yiyang.assessment.models import Objection, Request, Result
from yiyang.assessment.of_person import valid_result
from yiyang.assessment.request_page import may_object
from yiyang.assessment.rules import instrument_of
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.portal.forms_mine import ReasonForm
from yiyang.portal.mine_home import my_people, shown
from yiyang.portal.self_check import reason_of
from yiyang.portal.web import keep, kept, kept_for, mine
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person

State = Request.State
SHOWN = 20
# What the self-check found, in the session until it is asked for.
HINT = "assessment_hint"
SAYS = {
    State.REQUESTED: "已收到，正在安排评估人员。",
    State.PLANNED: "已约好，评估人员会按时上门。",
    State.FILLED: "已评估，正在核对。",
    State.SIGNED: "已评估，正在核对。",
    State.RETURNED: "评估表要补充，评估人员会再联系您。",
    State.ISSUED: "已出结果。",
    State.REFUSED: "没有受理。",
    State.CANCELLED: "已取消。",
}


class AskForm(forms.Form):
    """What somebody says who asks for an assessment; the scale is ours to know."""

    reason = forms.CharField(
        label="为什么要评估",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="例如：最近摔过一跤，洗澡、上厕所要人帮。",
    )
    again_because = forms.CharField(
        label="比上次有什么变化", max_length=400, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def __init__(self, *given: object, has_result: bool, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        if has_result:
            self.fields["again_because"].required = True
        else:
            del self.fields["again_because"]


@dataclass(frozen=True)
class MyRequest:
    """A request in the words that a person reads."""

    row: Request
    standard: str
    says: str

    @property
    def may_cancel(self) -> bool:
        """Whether he may take back what he asked for himself."""
        is_early = self.row.state in (State.REQUESTED, State.PLANNED)
        return is_early and self.row.channel == Request.Channel.SELF


@dataclass(frozen=True)
class MyResult:
    """A result in the words that a person reads."""

    row: Result
    standard: str
    level: str
    may_object: bool
    objections: list[Objection]

    @property
    def is_valid(self) -> bool:
        """Whether it can be relied on today."""
        holds = self.row.state in (Result.State.VALID, Result.State.CONTESTED)
        return holds and self.row.valid_to >= timezone.localdate()


@mine
def assessments(request: HttpRequest, person: Person) -> HttpResponse:
    """What was found out, and what is on its way."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "assessments"})
    rows = Request.objects.filter(person=person).exclude(kind=Request.Kind.SAMPLE).select_related("agency")
    open_rows = [row for row in rows[:SHOWN] if row.state != State.ISSUED]
    results = Result.objects.filter(person=person).select_related("request__agency").order_by("-pk")[:SHOWN]
    context = {
        "results": [_result(row) for row in results],
        "requests": [MyRequest(row, in_words.standard(row.instrument), SAYS[State(row.state)]) for row in open_rows],
        "may_ask": not any(row.state not in (State.REFUSED, State.CANCELLED) for row in open_rows),
    }
    return render(request, "portal/mine/assessments.html", shown(request, person, context))


def _result(row: Result) -> MyResult:
    objections = list(row.objections.all())
    return MyResult(row, in_words.standard(row.instrument), in_words.level_word(row), may_object(row), objections)


def _to(person: Person) -> tuple[str, str]:
    return "返回能力评估", reverse("portal:mine_assessments", args=[person.pk])


# Exempt: a stranger's self-check would leave a cookie otherwise; all that it does is suggest a reason, which he reads.
@csrf_exempt
@mine
def ask_for(request: HttpRequest) -> HttpResponse:
    """From the self-check straight to a request: for whom? What it found comes along as the reason."""
    if sent := request.POST or kept(request):
        keep(request, HINT, {"reason": reason_of(sent)})
        return redirect("portal:mine_ask_for")
    people = my_people(request)
    if len(people) == 1:
        return redirect("portal:mine_ask_assessment", key=people[0].person.pk)
    return render(request, "portal/mine/ask_for.html", {"people": people})


@mine
def ask(request: HttpRequest, person: Person) -> HttpResponse:
    """Ask for an assessment, for oneself or for somebody for whom one acts."""
    slug = instrument_of("ability")
    valid = valid_result(person.pk, slug)
    typed = kept(request)
    initial = typed.dict() if typed else kept_for(request, HINT)
    form = AskForm(request.POST or None, initial=initial, has_result=valid is not None)
    if request.method == "POST" and form.is_valid():
        kind = Request.Kind.IMMEDIATE if valid else Request.Kind.FIRST
        words = {"instrument": slug, "kind": str(kind), "channel": str(Request.Channel.SELF)}
        try:
            made = actions.ask(by=current(), person=person, **words, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            request.session.pop(HINT, None)
            messages.success(request, f"已提交，申请编号 {made.number}。约好时间后会告诉您。")
            return redirect("portal:mine_assessments", key=person.pk)
    context = {"form": form, "valid": _result(valid) if valid else None, "back": _to(person)}
    return render(request, "portal/mine/ask_assessment.html", shown(request, person, context))


@mine
def cancel(request: HttpRequest, person: Person, assessment: int) -> HttpResponse:
    """Take back what one asked for oneself."""
    row = get_object_or_404(Request, pk=assessment, person=person)
    found = MyRequest(row, in_words.standard(row.instrument), SAYS[State(row.state)])
    if not found.may_cancel:
        messages.info(request, "这件申请现在不能撤回。请打电话或到窗口问。")
        return redirect("portal:mine_assessments", key=person.pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(by=current(), request=row, reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "申请已撤回。以后需要可以再申请。")
            return redirect("portal:mine_assessments", key=person.pk)
    context = {"form": form, "found": found, "back": _to(person)}
    return render(request, "portal/mine/cancel_assessment.html", shown(request, person, context))


@mine
def certified(request: HttpRequest, person: Person, result: int) -> HttpResponse:
    """The certificate as PDF."""
    found = get_object_or_404(Result.objects.select_related("request__agency"), pk=result, person=person)
    record("read", what=f"assessment_result:{found.pk}", person=person.pk, area=person.area_code)
    body = certificate.certificate_pdf(found, person, request.build_absolute_uri("/"))
    headers = {"Content-Disposition": f'inline; filename="{found.number}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


@mine
def object_to(request: HttpRequest, person: Person, result: int) -> HttpResponse:
    """An objection to a result."""
    found = get_object_or_404(Result, pk=result, person=person)
    if not may_object(found):
        messages.info(request, "这份结果的异议已经在处理，或者已过期限。请打电话或到窗口问。")
        return redirect("portal:mine_assessments", key=person.pk)
    typed = kept(request)
    form = ReasonForm(request.POST or None, initial=typed.dict() if typed else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.object_to(by=current(), result=found, reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "异议已提交，由没有参加这次评估的人处理，并书面答复您。")
            return redirect("portal:mine_assessments", key=person.pk)
    context = {"form": form, "found": _result(found), "back": _to(person)}
    return render(request, "portal/mine/object_assessment.html", shown(request, person, context))
