"""My cases: where each stands in plain words, what I may do, letters, objections, ratings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.cases import actions, letters, steps
from yiyang.cases.models import CLOSED, Case, Decision, State, Step, Transition
from yiyang.cases.of_person import cases_of
from yiyang.notices.logic import amount, day
from yiyang.notices.words import item_name
from yiyang.portal.forms_mine import MaybeReasonForm, PaperForm, RateForm, ReasonForm
from yiyang.portal.mine_home import shown
from yiyang.portal.web import kept, mine
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person

# What the state means to the person, and what comes next.
SAYS = {
    State.FOUND: "我们发现您可能符合条件。",
    State.TOLD: "您符合条件，请告诉我们您要不要。",
    State.AGREED: "您已经同意，我们正在为您准备申请。",
    State.APPLIED: "已受理，正在审核。",
    State.SUPPLEMENTING: "还缺材料，请补交。",
    State.CHECKED: "审核已通过，等待审批。",
    State.GRANTED: "已批准，很快开始享受。",
    State.IN_EFFECT: "正在享受。",
    State.SUSPENDED: "已暂停，请联系窗口。",
    State.DECLINED: "您选择了不要。以后想要可以再申请。",
    State.REFUSED: "没有批准。理由和怎么提出异议，请看决定书。",
    State.WITHDRAWN: "您已经撤回申请。",
    State.VOID: "已经失效。",
    State.ENDED: "已经终止。",
}
# Before a decision nobody is told from when it holds.
DECIDED = (State.GRANTED, State.IN_EFFECT, State.SUSPENDED, State.ENDED)
# Large steps that end something stand at the end of the page, and in red.
ENDING = ("decline", "decline_checked", "withdraw", "renounce")
# What a step that the person may take means, before he confirms it.
MEANS = {
    "agree": "同意以后，我们就按规定为您办理，不用再跑腿。",
    "decline": "选择“不要”以后，我们不再为这一项打扰您。您随时可以改变主意，重新申请。",
    "withdraw": "撤回以后，这件申请就不再办理。您以后可以重新申请。",
    "apply": "确认申请以后，工作人员开始审核。",
    "supply": "材料补齐以后请确认，工作人员接着审核。",
    "decline_checked": "选择“不要”以后，这一项就不再办理。您以后可以重新申请。",
    "reconsider": "我们重新为您办理。",
    "renounce": "放弃以后不再享受这一项，工作人员会书面告诉您从哪天停止。以后符合条件可以重新申请。",
}


@dataclass(frozen=True)
class Told:
    """One line of a case's story."""

    at: Any
    what: str
    who: str
    reason: str


@dataclass(frozen=True)
class MyCase:
    """A case (`row`) with its item's name, its amount, its state and its date in the words that a person reads."""

    row: Case
    item_name: str
    amount_words: str
    says: str
    due_words: str

    @property
    def pk(self) -> int:
        """The case's key, for addresses."""
        return int(self.row.pk)

    @property
    def waits_for_me(self) -> bool:
        """Whether nothing goes on before the person has said something."""
        return self.row.state in (State.TOLD, State.SUPPLEMENTING)


def open_cases(person: Person) -> list[MyCase]:
    """What is under way or in effect, the newest first."""
    return [worded(case) for case in cases_of([person.pk], is_open=True)]


def worded(case: Case) -> MyCase:
    """The case in words."""
    is_going_on = case.due and case.state not in (*CLOSED, State.IN_EFFECT)
    due = f"预计 {day(case.due)} 前答复" if is_going_on else ""
    says = SAYS[State(case.state)]
    return MyCase(case, item_name(case.item, case.list_area), amount(case.fen, case.every), says, due)


def steps_for_me(case: Case) -> list[Transition]:
    """The steps that the person may take now."""
    return steps.open_to(current(), case)


@mine
def cases(request: HttpRequest, person: Person) -> HttpResponse:
    """All cases, those under way first."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "cases"})
    closed = cases_of([person.pk], is_open=False)[:50]
    context = {"open": open_cases(person), "closed": [worded(case) for case in closed]}
    return render(request, "portal/mine/cases.html", shown(request, person, context))


def _to(case: MyCase) -> tuple[str, str]:
    return "返回这件事", reverse("portal:mine_case", args=[case.row.person_id, case.pk])


def _case(person: Person, key: int) -> MyCase:
    return worded(get_object_or_404(Case, pk=key, person=person))


@mine
def case(request: HttpRequest, person: Person, case: int) -> HttpResponse:
    """One case: where it stands, its story, what I may do."""
    found = _case(person, case)
    record("read", what=f"cases_case:{found.pk}", person=person.pk, area=person.area_code)
    decisions, mine_ = list(found.row.decisions.order_by("-pk")), steps_for_me(found.row)
    context = {
        "case": found,
        "back": ("我的事项", reverse("portal:mine_cases", args=[person.pk])),
        "story": [_told(step) for step in found.row.steps.order_by("-pk")],
        "steps": [step for step in mine_ if step.slug not in ENDING],
        "endings": [step for step in mine_ if step.slug in ENDING],
        "starts": found.row.effective_from if found.row.state in DECIDED else None,
        "decisions": [(each, _may_object(each)) for each in decisions],
        "appeals": list(found.row.appeals.all()),
        "papers": list(found.row.papers.select_related("document")),
        "rating": getattr(found.row, "rating", None),
        "may_rate": found.row.state in actions.RATED_FROM,
        "may_add_paper": found.row.state in (State.AGREED, State.APPLIED, State.SUPPLEMENTING),
    }
    return render(request, "portal/mine/case.html", shown(request, person, context))


def _told(step: Step) -> Told:
    who = "家人代办" if "（代办）" in step.by_name else "您本人" if step.by_name.startswith("群众#") else ""
    # Names of staff stay in the office; the unit stands on the letter.
    return Told(step.at, State(step.to_state).label, who or ("工作人员" if step.by else "系统"), step.reason)


def _may_object(decision: Decision) -> bool:
    is_open = decision.appeals.filter(state="open").exists()
    return not is_open and decision.appeal_until >= timezone.localdate()


@mine
def step(request: HttpRequest, person: Person, case: int, step: str) -> HttpResponse:
    """One step that I may take: what it means, then yes."""
    found = _case(person, case)
    wanted = next((each for each in steps_for_me(found.row) if each.slug == step), None)
    if wanted is None:
        messages.info(request, f"现在不能这样办理：这件事目前的状态是“{found.row.get_state_display()}”。")
        return redirect("portal:mine_case", key=person.pk, case=found.pk)
    typed = kept(request)
    kind = ReasonForm if wanted.needs_reason else MaybeReasonForm
    form = kind(request.POST or None, initial=typed.dict() if typed else None)
    if request.method == "POST" and form.is_valid():
        expected = request.POST.get("expected", "")
        reason = form.cleaned_data["reason"]
        try:
            actions.move(by=current(), case=found.row, step=step, reason=reason, expected=expected)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已办理：{wanted.zh}。")
            return redirect("portal:mine_case", key=person.pk, case=found.pk)
    context = {
        "case": found,
        "back": _to(found),
        "step": wanted,
        "means": MEANS.get(step, ""),
        "is_ending": step in ENDING,
        "form": form,
    }
    return render(request, "portal/mine/step.html", shown(request, person, context))


@mine
def add_paper(request: HttpRequest, person: Person, case: int) -> HttpResponse:
    """One paper more."""
    found = _case(person, case)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_paper(by=current(), case=found.row, kind=data["title"], blocks=data["paper"].chunks())
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "材料已交。")
            return redirect("portal:mine_case", key=person.pk, case=found.pk)
    context = {"case": found, "back": _to(found), "form": form, "title": "补交材料", "submit": "交材料"}
    return render(request, "portal/mine/of_case.html", shown(request, person, context))


@mine
def object_to(request: HttpRequest, person: Person, case: int, decision: int) -> HttpResponse:
    """An objection to a decision."""
    found = _case(person, case)
    decided = get_object_or_404(Decision, pk=decision, case=found.row)
    if not _may_object(decided):
        messages.info(request, "这个决定的异议已经在办理，或者已过期限。请打电话或到窗口问。")
        return redirect("portal:mine_case", key=person.pk, case=found.pk)
    typed = kept(request)
    form = ReasonForm(request.POST or None, initial=typed.dict() if typed else None)
    if request.method == "POST" and form.is_valid():
        reason, channel = form.cleaned_data["reason"], Case.Channel.PORTAL
        try:
            actions.appeal(by=current(), case=found.row, decision=decided, reason=reason, channel=channel)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "异议已提交，由没有参与这件事的人复核，并书面答复您。")
            return redirect("portal:mine_case", key=person.pk, case=found.pk)
    context = {
        "case": found,
        "back": _to(found),
        "form": form,
        "title": "对决定提出异议",
        "submit": "提交异议",
        "decision": decided,
    }
    return render(request, "portal/mine/of_case.html", shown(request, person, context))


@mine
def rate(request: HttpRequest, person: Person, case: int) -> HttpResponse:
    """好差评."""
    found = _case(person, case)
    if found.row.state not in actions.RATED_FROM:
        raise Http404
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        channel = Case.Channel.PORTAL
        try:
            actions.rate(by=current(), case=found.row, stars=data["stars"], words=data["words"], channel=channel)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "谢谢您的评价。")
            return redirect("portal:mine_case", key=person.pk, case=found.pk)
    context = {"case": found, "back": _to(found), "form": form, "title": "评价这次办理", "submit": "提交评价"}
    return render(request, "portal/mine/of_case.html", shown(request, person, context))


@mine
def letter(request: HttpRequest, person: Person, case: int, decision: int) -> HttpResponse:
    """The letter of a decision as PDF."""
    found = _case(person, case)
    decided = get_object_or_404(Decision, pk=decision, case=found.row)
    record("read", what=f"cases_decision:{decided.pk}", person=person.pk, area=person.area_code)
    body = letters.decision_pdf(decided, person)
    headers = {"Content-Disposition": f'inline; filename="{decided.number}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=headers)
