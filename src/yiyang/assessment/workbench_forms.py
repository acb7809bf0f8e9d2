"""A form typed in at the desk, from paper: one long page by keyboard; scored by the server, signed by each himself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.assessment import actions, request_page, scales
from yiyang.assessment.forms import HeldForm
from yiyang.assessment.models import Request
from yiyang.assessment.scales import Instrument, Item
from yiyang.assessment.workbench import crumbs, found_request, noted
from yiyang.base.errors import YiyangError
from yiyang.registry.forms_people import tell

BESIDE = "影响等级的情况"


@dataclass(frozen=True)
class Question:
    """One item of the page: `name` of its inputs, what is chosen, and whether it is missing."""

    item: Item
    name: str
    chosen: str
    is_missing: bool


@page("assessment.do")
def fill(request: HttpRequest, key: int) -> HttpResponse:
    """The form of a request, by whoever of the two sits at the desk."""
    found = found_request(key)
    if not request_page.may(current(), found, None)["fill"]:
        messages.error(request, "现在不能填写：要先安排您参加这次评估。")
        return redirect("assessment:request", key)
    on = timezone.localtime(found.appointed).date() if found.appointed else timezone.localdate()
    instrument = scales.current(found.instrument, min(on, timezone.localdate()))
    form = HeldForm(request.POST or None, initial={"began_at": found.appointed})
    answers = {code: request.POST[_name(code)] for code in instrument.items if request.POST.get(_name(code))}
    if request.method == "POST" and form.is_valid() and _all_there(instrument, answers):
        began, ended = form.held
        try:
            actions.file_form(by=current(), request=found, answers=answers, began_at=began, ended_at=ended)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "评估表已保存。请核对后签字；另一名评估员用自己的账户签字。")
            return redirect("assessment:request", key)
    noted(found, form=True)
    context = _shown(instrument, answers, is_sent=request.method == "POST")
    context |= {"form": form, "instrument": instrument, "earlier": _sent_back(found)} | crumbs(found, "填写评估表")
    return render(request, "assessment/fill.html", context)


def _name(code: str) -> str:
    """The name of an item's inputs; dots in a code are no part of an id."""
    return "item-" + code.replace(".", "-")


def _all_there(instrument: Instrument, answers: dict[str, str]) -> bool:
    return all(code in answers for code in instrument.items)


def _shown(instrument: Instrument, answers: dict[str, str], *, is_sent: bool) -> dict[str, Any]:
    sections = [(part.name, part.items) for part in instrument.parts]
    if instrument.circumstances:
        sections.append((BESIDE, instrument.circumstances))
    asked = [(title, [_question(item, answers, is_sent) for item in items]) for title, items in sections]
    missing = [question for _, questions in asked for question in questions if question.is_missing]
    return {"sections": asked, "missing": missing}


def _question(item: Item, answers: dict[str, str], is_sent: bool) -> Question:
    chosen = answers.get(item.code, "")
    return Question(item, _name(item.code), chosen, is_sent and not chosen)


def _sent_back(found: Request) -> str:
    """What the checker said of the form that was sent back."""
    if found.state != Request.State.RETURNED:
        return ""
    last = found.forms.order_by("-id").first()
    verdict = last.checks.order_by("-id").first() if last else None
    return verdict.words if verdict else ""
