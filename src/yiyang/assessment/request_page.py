"""What stands on the page of an assessment: who and why, the form in words, both signatures, the result, its uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.areas import logic as areas
from yiyang.assessment import escalation, in_words, objecting, scales
from yiyang.assessment.certificate import objection_until
from yiyang.assessment.filling import answers_of
from yiyang.assessment.in_words import Section
from yiyang.assessment.models import Assessor, Form, Request, Result
from yiyang.assessment.scales import Instrument, Scored
from yiyang.base.errors import UsageError
from yiyang.catalog.lists import departments
from yiyang.kit.parts import Definition, Event
from yiyang.kit.states import look_of
from yiyang.notices.logic import amount

State = Request.State
OPEN = (State.REQUESTED, State.PLANNED, State.FILLED, State.SIGNED, State.RETURNED)
TO_PLAN = (State.REQUESTED, State.PLANNED, State.RETURNED)
TO_FILL = (State.PLANNED, State.RETURNED)
ANSWERS = {"entitled": "可以享受", "undecided": "还不能判定", "not_entitled": "不符合条件"}
STANDING = (Result.State.VALID, Result.State.CONTESTED)


@dataclass(frozen=True)
class Sign:
    """One of the two: who, and when he signed, if he has."""

    assessor: Assessor
    is_lead: bool
    at: Any = None


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in, in words and scored anew by the version that it names."""

    form: Form
    sections: list[Section] = field(default_factory=list)
    scored: Scored | None = None
    level: str = ""
    by_points: str = ""
    rules: list[str] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    checks: list[Any] = field(default_factory=list)
    problem: str = ""
    doubts: list[str] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """How long it took."""
        return max(round((self.form.ended_at - self.form.began_at).total_seconds() / 60), 0)


def context(by: Scope, request: Request) -> dict[str, Any]:
    """Everything that the page's template reads."""
    result: Result | None = Result.objects.filter(request=request).first()
    rows = request.forms.select_related("filled_by__user").prefetch_related("signatures", "checks").order_by("-id")
    forms, wanted = [_filled(request, form) for form in rows], dict(in_words.purposes())
    return {
        "request_": request,
        "person": request.person,
        "title": f"{request.person.name or '姓名不详'}：{in_words.standard(request.instrument)}",
        "lead": _lead(request),
        "is_late": request.due is not None and request.due < timezone.localdate() and request.state in OPEN,
        "followed_up": escalation.word(request.escalated),
        "waits_for": _waits_for(request),
        "definitions": _definitions(request),
        "events": events(request),
        "current": next((each for each in forms if each.form.is_current), None),
        "earlier": [each for each in forms if not each.form.is_current],
        "result": result,
        "level": in_words.level_word(result) if result else "",
        "uses": _uses(result, wanted) if result else [],
        "changed": changed(result) if result else [],
        "objections": list(result.objections.all()) if result else [],
        "may": may(by, request, result),
        "crumbs": [("能力评估", reverse("assessment:work")), (request.number, "")],
    }


def _uses(result: Result, wanted: dict[str, str]) -> list[tuple[Any, str, str]]:
    """Each use with its purpose and department in words."""
    known = departments()
    return [
        (each, wanted.get(each.purpose, each.purpose), known[each.department].zh if each.department in known else "")
        for each in result.uses.all()
    ]


@dataclass(frozen=True)
class Moved:
    """An item whose answer or amount is another one since the result, in words."""

    name: str
    before: str
    after: str
    is_gained: bool


def changed(result: Result) -> list[Moved]:
    """What a result changed of the person's entitlements, by the lists in force when it was issued."""
    return [
        Moved(
            each["name"],
            _answer(each["before"], each["fen_before"], each["every"]),
            _answer(each["after"], each["fen"], each["every"]),
            each["after"] == "entitled",
        )
        for each in result.effect
    ]


def _answer(word: str, fen: int, every: str) -> str:
    money = f"，{amount(fen, every)}" if fen else ""
    return ANSWERS.get(word, word) + money


def _waits_for(request: Request) -> str:
    """Whose step is next, for those who have none to take."""
    pair = [each for each in (request.lead, request.second) if each]
    names = "、".join(each.user.name for each in pair)
    if request.state == State.FILLED:
        form = request.forms.filter(is_current=True).first()
        signed = set(form.signatures.values_list("assessor", flat=True)) if form else set()
        return f"等{'、'.join(each.user.name for each in pair if each.pk not in signed)}签字。"
    return {
        State.REQUESTED: "等县级受理，安排评估机构、人员和时间。",
        State.PLANNED: f"等{names}上门评估、填表。",
        State.RETURNED: f"质控退回，等{names}补充后重填。",
        State.SIGNED: "等没有参加评估的人质控，通过后签发结果。",
        State.ISSUED: "已办结。",
    }.get(State(request.state), "已结束。")


def _lead(request: Request) -> str:
    place = areas.full_name(request.area_code) if request.area_code > 0 else "未落区划"
    return f"{request.number} · {request.get_kind_display()} · {place}"


def may(by: Scope, request: Request, result: Result | None) -> dict[str, bool]:
    """What this user may do here now, by right, place and state."""
    area, state = request.area_code, request.state
    mine = assessor_of(by, request)
    stands = result is not None and result.state in STANDING
    signed = mine is not None and _has_signed(request, mine)
    return {
        "plan": state in TO_PLAN and by.may("assessment.plan", area),
        "refuse": state in (State.REQUESTED, State.PLANNED) and by.may("assessment.plan", area),
        "unplan": state == State.PLANNED and by.may("assessment.plan", area),
        "cancel": state in (State.REQUESTED, State.PLANNED)
        and (by.may("assessment.plan", area) or by.may("assessment.request", area)),
        "fill": state in TO_FILL and mine is not None,
        "take_back": state == State.FILLED and mine is not None,
        "sign": state == State.FILLED and mine is not None and not signed,
        "check": state == State.SIGNED
        and by.may("assessment.check", area)
        and by.user not in objecting.part_in(request)
        and (request.contested is None or by.user not in objecting.part_in(request.contested.request)),
        "object": result is not None and may_object(result) and by.may("assessment.request", area),
        "use": stands and by.may("assessment.read", area),
        "withdraw": stands and by.may("assessment.check", area),
        "answer": by.may("assessment.object", area) and by.user not in objecting.part_in(request),
        "had_part": by.user in objecting.part_in(request),
        "certificate": result is not None,
        "see_cases": by.may("case.read", area),
        "see_form": mine is not None or by.may("assessment.check", area) or by.may("assessment.object", area),
    }


def may_object(result: Result) -> bool:
    """Whether an objection to a result can be raised today."""
    return result.state == Result.State.VALID and timezone.localdate() <= objection_until(result)


def assessor_of(by: Scope, request: Request) -> Assessor | None:
    """Whoever looks, if he is one of the two; None for everybody else."""
    if by.user is None or not by.may("assessment.do", request.area_code):
        return None
    return next((each for each in (request.lead, request.second) if each and each.user_id == by.user), None)


def _has_signed(request: Request, assessor: Assessor) -> bool:
    return bool(request.forms.filter(is_current=True, signatures__assessor=assessor).exists())


def _definitions(request: Request) -> list[Definition]:
    wanted = dict(in_words.purposes())
    found = [
        Definition("来源", request.get_channel_display(), source=f"{request.asked_by_name} 提出"),
        Definition("提出时间", request.asked_at, kind="when"),
        Definition("办理期限", request.due, kind="day"),
    ]
    if request.purposes:
        found.append(Definition("用途", "、".join(wanted.get(each, each) for each in request.purposes)))
    if request.reason:
        found.append(Definition("说明", request.reason))
    if request.again_because:
        found.append(Definition("重复评估理由", request.again_because))
    if request.agency:
        found += [
            Definition("评估机构", request.agency.name),
            Definition("主评估员", in_words.assessor_name(request.lead)),
            Definition("第二评估员", in_words.assessor_name(request.second)),
            Definition("约定时间", request.appointed, kind="when"),
            Definition("地点", request.place or "老人住处"),
        ]
    if request.with_check:
        found.append(Definition("同日", "与健康体检同一天"))
    return found


def events(request: Request) -> list[Event]:
    """The steps taken, newest first: who, when, why."""
    words = dict(State.choices)
    rows = list(request.steps.order_by("-id"))
    return [
        Event(
            f"{timezone.localtime(step.at):%Y-%m-%d %H:%M}",
            words.get(step.to_state, step.to_state),
            step.reason,
            step.by_name,
            look_of(step.to_state).tone if number == 0 else "",
            is_current=number == 0,
        )
        for number, step in enumerate(rows)
    ]


def _filled(request: Request, form: Form) -> Filled:
    signed = {each.assessor_id: each.signed_at for each in form.signatures.all()}
    pair = [(request.lead, True), (request.second, False)]
    signs = [Sign(each, is_lead, signed.get(each.pk)) for each, is_lead in pair if each]
    checks = list(form.checks.all())
    try:
        instrument = scales.version_of(request.instrument, form.version)
        return _in_words(instrument, form, signs, checks)
    except UsageError as error:
        return Filled(form, signs=signs, checks=checks, problem=error.zh)


def _in_words(instrument: Instrument, form: Form, signs: list[Sign], checks: list[Any]) -> Filled:
    answers = answers_of(form)
    scored = scales.score(instrument, answers)
    return Filled(
        form,
        in_words.sections(instrument, answers),
        scored,
        instrument.level(scored.level).name,
        instrument.level(scored.level_by_points).name,
        in_words.rules_in_words(instrument, scored.rules),
        signs,
        checks,
        doubts=[each.says for each in scales.doubts(instrument, answers)],
    )
