"""What one person is entitled to now, by the run in force; and applying for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yiyang.access.scope import acting, current, platform
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.cases import actions
from yiyang.cases.models import CLOSED, Case
from yiyang.cases.processes import load_processes
from yiyang.entitlement import months
from yiyang.notices.logic import amount
from yiyang.portal.forms_mine import ApplyForm
from yiyang.portal.mine_home import shown
from yiyang.portal.web import kept, mine
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person

Json = dict[str, Any]
# What is given where the list states no amount.
WITHOUT_AMOUNT = {"cash": "按规定标准发放", "insurance": "按社会保险规定发放"}
STATES = {"met": "符合", "not_met": "不符合", "unknown": "不清楚"}


@dataclass(frozen=True)
class Entitled:
    """One item as a person reads it.

    Attributes:
        case: what is under way for it, if anything is. lines: (state in words, state, sentence) of each reason.
    """

    item: str
    name: str
    answer: str
    amount: str
    has_money: bool
    is_automatic: bool
    is_direct: bool
    article: str
    lines: list[tuple[str, str, str]]
    case: Case | None

    @property
    def may_apply(self) -> bool:
        """Whether an application makes sense: given on application, not ruled out, and none is under way."""
        return not (self.is_automatic or self.is_direct) and self.answer != "not_entitled" and self.case is None


def answers(person: Person) -> tuple[str, list[Json]]:
    """The month of the run in force where he lives or is registered, and its answers; ('', []) before any run."""
    with acting(platform(f"{current().name}（查看待遇）"[:150], current().request)):
        for code in dict.fromkeys([person.registered_code, person.area_code]):
            run = months.in_force(code)
            if run is not None and (told := months.answers_of(run, person.pk)):
                return run.month, told
    return "", []


def entitled(person: Person, told: list[Json]) -> list[Entitled]:
    """Every item in plain words, those he is entitled to first."""
    order = {"entitled": 0, "undecided": 1, "not_entitled": 2}
    open_ = {case.item: case for case in Case.objects.filter(person=person).exclude(state__in=CLOSED)}
    found = [_entitled(each, open_.get(each["item"])) for each in told]
    return sorted(found, key=lambda each: order[each.answer])


def _entitled(told: Json, case: Case | None) -> Entitled:
    is_open = told["answer"] == "undecided" and told["high_fen"] > told["low_fen"]
    fen = told["high_fen"] if is_open else told["amount_fen"]
    money = amount(fen, told["every"]) if fen else WITHOUT_AMOUNT.get(told["kind"], "按规定提供服务")
    source = told["source"]
    return Entitled(
        item=told["item"],
        name=told["name_zh"],
        answer=told["answer"],
        amount=f"最高{money}" if is_open and fen else money,
        has_money=bool(fen) or told["kind"] in WITHOUT_AMOUNT,
        is_automatic=told["delivery"] == "automatic",
        is_direct=told["item"] in load_processes().direct,
        article=f"《{source['title']}》{source['article']}",
        lines=[(STATES[each["state"]], each["state"], each["says"]) for each in told["conditions"]],
        case=case,
    )


def entitled_now(person: Person) -> list[Entitled]:
    """What he is entitled to."""
    return [each for each in entitled(person, answers(person)[1]) if each.answer == "entitled"]


@mine
def entitlements(request: HttpRequest, person: Person) -> HttpResponse:
    """All items: yes, perhaps, no; each with its reasons and articles."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "entitlements"})
    month, told = answers(person)
    found = entitled(person, told)
    context = {"month": month, **_groups(found)}
    return render(request, "portal/mine/entitlements.html", shown(request, person, context))


def _groups(found: list[Entitled]) -> dict[str, list[Entitled]]:
    """What is given by decision first, then what one simply uses; then what may come, and what does not."""
    yes = [each for each in found if each.answer == "entitled"]
    return {
        "given": [each for each in yes if each.has_money or not each.is_direct],
        "used": [each for each in yes if each.is_direct and not each.has_money],
        "undecided": [each for each in found if each.answer == "undecided"],
        "no": [each for each in found if each.answer == "not_entitled"],
    }


@mine
def apply(request: HttpRequest, person: Person, item: str) -> HttpResponse:
    """Apply for one item. Pressed twice, it is one case."""
    found = next((each for each in entitled(person, answers(person)[1]) if each.item == item), None)
    if found is None:
        raise Http404
    if found.case is not None and request.method == "GET":
        return redirect("portal:mine_case", key=person.pk, case=found.case.pk)
    typed = kept(request)
    form = ApplyForm(request.POST or None, request.FILES or None, initial=typed.dict() if typed else None)
    if request.method == "POST" and form.is_valid():
        try:
            case = _applied(person, item, form, request.POST.get("once", ""))
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已提交申请，受理编号 {case.number}。")
            return redirect("portal:mine_case", key=person.pk, case=case.pk)
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "apply", "item": item})
    context = {"form": form, "found": found, "once": request.POST.get("once") or _once(), "is_kept": typed is not None}
    return render(request, "portal/mine/apply.html", shown(request, person, context))


def _applied(person: Person, item: str, form: ApplyForm, once: str) -> Case:
    data, by = form.cleaned_data, current()
    key = f"{by.citizen}:{once}" if once else ""
    note = data["note"]
    case = actions.apply(by=by, person=person, item=item, channel=Case.Channel.PORTAL, note=note, key=key)
    if data["paper"]:
        title = data["title"] or "申请材料"
        actions.add_paper(by=by, case=case, kind=title, blocks=data["paper"].chunks())
    return case


def _once() -> str:
    """The form's own mark: sent twice, it is taken once."""
    from uuid import uuid4

    return uuid4().hex
