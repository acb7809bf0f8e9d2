"""我能享受什么: question by question, without login. Nothing is stored, nothing of the answers stands in an address.

The answers travel in hidden fields of POSTs; the log knows routes only. So a page may go on however long it lay open,
and going back is a button as well as the browser's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from yiyang.access.web import PUBLIC, page
from yiyang.portal import steps
from yiyang.portal.entry import bring_all, in_short, office
from yiyang.portal.look import asked_look, look_of, remember
from yiyang.portal.questions import load_papers
from yiyang.portal.steps import FIXED, Given
from yiyang.portal.wizard import Wizard

RESULT = "result"


@dataclass(frozen=True)
class Asked:
    """What a press asks for: the answers from now on, the step to show, what was typed and what is wrong with it."""

    given: Given
    step: str = ""
    typed: tuple[str, ...] = ()
    error: str = ""


# Exempt: it changes nothing and stores nothing, and a page that lay open since yesterday must still go on.
@csrf_exempt
@page(PUBLIC)
def entitlements(request: HttpRequest) -> HttpResponse:
    """One question a page; at the end the answer."""
    day = timezone.localdate()
    asked = _asked(request, day)
    wizard = Wizard(asked.given, day)
    look = asked_look(request)
    context = {"look": look or look_of(request), "so_far": str(wizard.given), "who": wizard.who}
    step = asked.step or wizard.next_step
    shown = _question(wizard, step, asked) if step and step != RESULT else _answer(wizard)
    response = render(request, shown.pop("template"), context | shown)
    # Kept by the browser for its back button, by nobody in between.
    response["Cache-Control"] = "private, max-age=0"
    return remember(response, look) if look else response


def _asked(request: HttpRequest, day: date) -> Asked:
    """What was pressed: a switch of the look, 上一步, 到此为止, 改, or 下一步 with an answer."""
    if request.method != "POST":
        return Asked(Given())
    post = request.POST
    given, key, act = Given.read(post.get("so_far", "")), post.get("key", ""), post.get("act", "")
    if asked_look(request):
        return Asked(given, key, _typed(request))
    if act == "stop":
        return Asked(given, RESULT)
    if act == "back":
        last = given.pairs[-1][0] if given.pairs else "who"
        return Asked(given.without([last]), last, _before(given, last))
    if act.startswith("ask:"):
        step = act.removeprefix("ask:")
        return Asked(given.without([step]), step, _before(given, step))
    return _answered(request, Wizard(given, day), key)


def _answered(request: HttpRequest, wizard: Wizard, key: str) -> Asked:
    """An answer, if it is one; else the same page again with what is wrong."""
    given, typed = wizard.given, _typed(request)
    if not wizard.may_ask(key):
        return Asked(given)
    answer, error = request.POST.get("answer", ""), ""
    if key == "birth" and answer != steps.UNKNOWN:
        _, year, month, number = typed
        answer, error = steps.read_birth(year, month, number, wizard.today)
    elif not wizard.step(key).says(answer):
        error = "请选一项；不清楚就选最后一项。"
    return Asked(given, key, typed, error) if error else Asked(given.with_(key, answer))


def _typed(request: HttpRequest) -> tuple[str, str, str, str]:
    answer, year, month, day = (request.POST.get(name, "")[:40] for name in ("answer", "year", "month", "day"))
    return answer, year, month, day


def _before(given: Given, step: str) -> tuple[str, ...]:
    """What was answered before, in the fields of the page."""
    answer = given.of.get(step, "")
    if step == "birth" and answer.isdigit():
        return ("", answer[:4], str(int(answer[4:6])), str(int(answer[6:])) if answer[6:] else "")
    return (answer, "", "", "")


def _question(wizard: Wizard, key: str, asked: Asked) -> dict[str, Any]:
    if not wizard.may_ask(key):
        key = wizard.next_step or "who"
    answer, year, month, day = asked.typed or ("", "", "", "")
    return {
        "template": "portal/question.html",
        "step": wizard.step(key),
        "progress": wizard.progress(key),
        "chosen": answer,
        "birth": (("year", "年", year, 4), ("month", "月", month, 2), ("day", "日（可不填）", day, 2)),
        "error": asked.error,
        "may_stop": key not in FIXED,
        "is_first": not wizard.given.pairs,
    }


def _answer(wizard: Wizard) -> dict[str, Any]:
    given, result = wizard.given, wizard.answerer.result(wizard.values, wizard.declined)
    month = f"{wizard.day.year}年{wizard.day.month}月"
    papers = load_papers(wizard.ready.policy)
    registered, resident = office(given.registered), office(given.resident)
    telephone = settings.HELP_TELEPHONE or "12345"
    # The office of residence is named where something comes by residence and it is another one.
    by_residence = [entry.name for entry in (*result.sure, *result.maybe) if entry.basis == "resident"]
    return {
        "template": "portal/result.html",
        "result": result,
        "later": wizard.answerer.later(wizard.values),
        "month": month,
        "about": wizard.describes(),
        "registered_office": registered,
        "resident_office": resident if by_residence and resident != registered else "",
        "by_residence": by_residence,
        "bring": bring_all(result.sure, () if given.is_for_self else papers.proxy),
        "said": wizard.said(),
        "is_elsewhere": steps.ELSEWHERE in (given.registered, given.resident),
        "next_step": wizard.next_step,
        "short": in_short(wizard.describes(), result, registered, telephone, month),
        "back": ("首页", reverse("portal:home")),
    }
