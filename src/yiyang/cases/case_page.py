"""What stands on the page of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.accounts.same_case import may_act
from yiyang.areas import logic as areas
from yiyang.cases import steps
from yiyang.cases.deciding import reasons_of
from yiyang.cases.items import item_told
from yiyang.cases.letters import once
from yiyang.cases.models import CLOSED, Appeal, Case, Decision, Step, Transition
from yiyang.cases.worklists import CAUSES
from yiyang.entitlement.month_pages import cause_word
from yiyang.kit.parts import Definition, Event
from yiyang.kit.states import look_of
from yiyang.notices.logic import amount
from yiyang.notices.models import Notice
from yiyang.notices.words import Reader, item_name

MARKS = {"met": ("done", "符合"), "not_met": ("error", "不符合"), "unknown": ("unknown", "未知")}
SHOWN = 50
# Steps that need more than a reason: which further fields the page asks.
ASKS = {
    "propose": ("proposal", "fen"),
    "grant": ("fen", "holds_from"),
    "change": ("fen", "holds_from"),
    "end": ("holds_from",),
}


@dataclass(frozen=True)
class Button:
    """One step that this user may take now."""

    rule: Transition
    asks: tuple[str, ...]
    is_danger: bool


def context(by: Scope, case: Case) -> dict[str, Any]:
    """Everything that the page's template reads."""
    told, (lines, articles) = item_told(case.item, case.area_code), _reasons(case)
    notices = list(Notice.objects.filter(person=case.person_id, about__in=_abouts(case))[:SHOWN])
    reader = Reader(notices)
    return {
        "case": case,
        "title": item_name(case.item, case.list_area),
        "lead": f"{case.number} · {areas.full_name(case.area_code) if case.area_code > 0 else '未落区划'}",
        "is_late": case.due is not None and case.due < timezone.localdate() and case.state not in CLOSED,
        "proposal_word": CAUSES.get(case.proposal, ""),
        "definitions": _definitions(case),
        "item": told,
        "lines": [(line, *MARKS.get(line["state"], MARKS["unknown"])) for line in lines],
        "articles": once(articles),
        "events": events(case),
        "buttons": buttons(by, case),
        "closed_to": steps.closed_to(by, case),
        "decisions": list(case.decisions.all()),
        "papers": list(case.papers.select_related("document").order_by("-pk")),
        "notices": [(each, reader.said(each)) for each in notices],
        "appeals": [(each, _may_answer(by, case, each)) for each in case.appeals.select_related("decision")],
        "may_appeal": may_appeal(by, case),
        "may_near": by.may("case.tell", case.area_code) or by.may("case.handle", case.area_code),
        "may_handle": by.may("case.handle", case.area_code),
        "rating": getattr(case, "rating", None),
        "crumbs": [("个案", reverse("cases:work")), (case.number, "")],
        "today": timezone.localdate(),
    }


def _reasons(case: Case) -> tuple[list[Any], list[Any]]:
    newest: Decision | None = case.decisions.order_by("-pk").first()
    if newest is not None and newest.told_lines:
        return newest.told_lines, newest.told_articles
    return reasons_of(case)


def _abouts(case: Case) -> list[str]:
    """What notices of this case are about: the case itself, its decisions and objections."""
    found = [f"cases_case:{case.pk}", f"case:{case.pk}"]
    found += [f"cases_decision:{key}" for key in case.decisions.values_list("pk", flat=True)]
    found += [f"cases_appeal:{key}" for key in case.appeals.values_list("pk", flat=True)]
    mine = Notice.objects.filter(person=case.person_id, about__startswith=f"cases_case:{case.pk}:")
    return found + list(mine.values_list("about", flat=True))


def _definitions(case: Case) -> list[Definition]:
    found = [
        Definition("标准", amount(case.fen, case.every)),
        Definition("来源", case.get_channel_display()),
        Definition("办理期限", case.due, kind="day"),
    ]
    if case.fen_proposed is not None:
        found.insert(1, Definition("拟调整为", amount(case.fen_proposed, case.every)))
    if case.effective_from:
        found.append(Definition("享受起始日", case.effective_from, kind="day"))
    if case.ended_on:
        found.append(Definition("终止日", case.ended_on, kind="day"))
    if case.cause:
        found.append(Definition("原因", cause_word(case.cause)))
    return found


def events(case: Case) -> list[Event]:
    """The steps taken, newest first: who, when, why."""
    words = dict(Transition.objects.filter(process=case.process).values_list("slug", "zh"))
    rows: list[Step] = list(case.steps.order_by("-id"))
    return [
        Event(
            f"{timezone.localtime(step.at):%Y-%m-%d %H:%M}",
            words.get(step.slug, step.slug),
            step.reason,
            step.by_name,
            look_of(step.to_state).tone if number == 0 else "",
            is_current=number == 0,
        )
        for number, step in enumerate(rows)
    ]


def buttons(by: Scope, case: Case) -> list[Button]:
    """The steps that this user may take now. An answer to an objection has a page of its own."""
    found = [rule for rule in steps.open_to(by, case) if rule.right and rule.right != "case.appeal"]
    danger = ("decline", "refuse", "end", "withdraw", "cancel", "renounce", "suspend")
    return [Button(rule, ASKS.get(rule.slug, ()), rule.slug.startswith(danger)) for rule in found]


def _may_answer(by: Scope, case: Case, appeal: Appeal) -> bool:
    is_open = appeal.state == Appeal.State.OPEN and appeal.decision.decided_by != by.user
    return is_open and may_act(by, "case.appeal", steps.earlier_acts(case), case.area_code)


def may_appeal(by: Scope, case: Case) -> bool:
    """Whether an objection to the newest decision can be written down now, by this user."""
    newest = case.decisions.order_by("-pk").first()
    if newest is None or newest.appeal_until < timezone.localdate():
        return False
    is_free = not newest.appeals.filter(state=Appeal.State.OPEN).exists()
    return is_free and (by.may("case.tell", case.area_code) or by.may("case.handle", case.area_code))
