"""要不要申请评估: a few plain questions without login. Nothing is stored or stands in an address; no level is given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from yiyang.access.web import PUBLIC, page
from yiyang.assessment import scales
from yiyang.assessment.scales import Instrument
from yiyang.portal.look import asked_look, look_of, remember

SLUG = "self_check"
Answers = dict[str, str]
# The answers of "我能享受什么" from which somebody came, carried along so that he finds back; longer ones are not.
MOST = 2000


# Exempt: it changes nothing and stores nothing, and a page that lay open since yesterday must still go on.
@csrf_exempt
@page(PUBLIC)
def self_check(request: HttpRequest) -> HttpResponse:
    """One question a page; at the end whether an assessment is worth asking for."""
    check = scales.current(SLUG, timezone.localdate())
    look, wizard = asked_look(request), request.POST.get("wizard", "")[:MOST]
    answers = _so_far(check, request.POST)
    pressed = request.POST.get("key", "")
    error = "" if look or request.POST.get("act") == "back" or not pressed else _missing(check, pressed, answers)
    if request.POST.get("act") == "back":
        answers = dict(list(answers.items())[:-1])
    left = [code for code in check.items if code not in answers]
    shown = _question(check, left[0], error) if left else _advice(check, answers)
    context: dict[str, Any] = {
        "look": look or look_of(request),
        "so_far": [*answers.items(), *([("wizard", wizard)] if wizard else [])],
        "has_answers": bool(answers),
        "wizard": wizard,
        "back": ("首页", reverse("portal:home")),
    }
    response = render(request, "portal/self_check.html", context | shown)
    # Kept by the browser for its back button, by nobody in between.
    response["Cache-Control"] = "private, max-age=0"
    return remember(response, look) if look else response


def reason_of(sent: QueryDict) -> str:
    """What a finished self-check gives as the reason of a request; '' where it is not finished or found nothing."""
    check = scales.current(SLUG, timezone.localdate())
    answers = _so_far(check, sent)
    because = scales.advise(check, answers).because if len(answers) == len(check.items) else []
    return f"自查时觉得吃力：{'、'.join(because)}。" if because else ""


def _so_far(check: Instrument, sent: QueryDict) -> Answers:
    """The answers in the order of the questions, up to the first that is missing or none of those offered."""
    found: Answers = {}
    for code, item in check.items.items():
        given = sent.get(code) or ""
        if given not in item.by_value:
            break
        found[code] = given
    return found


def _missing(check: Instrument, pressed: str, answers: Answers) -> str:
    """What is wrong after 下一步 on a question that was not answered."""
    return "请选一个答案；拿不准的，选最接近的。" if pressed in check.items and pressed not in answers else ""


def _question(check: Instrument, code: str, error: str) -> dict[str, Any]:
    item, number = check.items[code], list(check.items).index(code) + 1
    return {"item": item, "number": number, "about": len(check.items), "error": error, "title": item.asks or item.name}


def _advice(check: Instrument, answers: Answers) -> dict[str, Any]:
    advice = scales.advise(check, answers)
    title = "您的情况：值得申请评估" if advice.is_worth_asking else "您的情况：暂时不用申请"
    return {"advice": advice, "title": title, "note": check.note}
