"""Decisions: number, amount, from when, reasons and articles as they stood, until when to object; and being told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.cases import entitled
from yiyang.cases.models import Case, Decision, Transition
from yiyang.cases.numbers import DECISION, new_number
from yiyang.cases.processes import limits
from yiyang.notices import actions as notices
from yiyang.registry.models import Person

Json = dict[str, Any]
Kind = Decision.Kind


def decide(*, by: Scope, case: Case, rule: Transition, holds_from: date, reason: str, fen_before: int) -> Decision:
    """Keep the decision that a step makes, and tell the person. The caller has moved the case, in one transaction."""
    today = timezone.localdate()
    lines, articles = reasons_of(case)
    made = Decision.objects.create(
        case=case,
        number=new_number(case.area_code, today, DECISION),
        kind=rule.decides,
        fen=case.fen,
        every=case.every,
        holds_from=holds_from,
        lines=lines,
        articles=articles,
        ground=case.ground,
        reason=reason.strip()[:400],
        decided_by=by.user,
        decided_by_name=by.name,
        decided_at=timezone.now(),
        appeal_until=today + timedelta(days=limits().appeal_days),
    )
    _tell(made, rule, fen_before)
    return made


def reasons_of(case: Case) -> tuple[list[Json], list[Json]]:
    """Why, line by line, and by which articles: from the run's ground, else from what the run in force says of him."""
    if case.ground is not None:
        return list(case.ground.lines), list(case.ground.articles)
    with acting(platform("决定理由")):
        person = Person.objects.filter(pk=case.person_id).first()
        found = entitled.of_case(case.item, person) if person else None
    return (found.lines, found.articles) if found else ([], [])


def _tell(decision: Decision, rule: Transition, fen_before: int) -> None:
    case = decision.case
    template, words = _words(decision, rule, fen_before)
    data = {"item": case.item, "list_area": case.list_area, "number": decision.number, **words}
    notices.tell(
        by=platform("决定告知"),
        person=case.person_id,
        area=case.area_code,
        template=template,
        about=f"cases_decision:{decision.pk}",
        data=data,
    )


def _words(decision: Decision, rule: Transition, fen_before: int) -> tuple[str, Json]:
    """The template, and what it says beside item and number."""
    said = {
        "from": decision.holds_from.isoformat(),
        "appeal_until": decision.appeal_until.isoformat(),
        "article": article_of(decision.told_articles),
        "reason": (decision.reason or unmet(decision.told_lines) or rule.zh)[:60],
    }
    if decision.kind == Kind.GRANT:
        return "granted", {**said, "fen": decision.fen, "every": decision.every}
    if decision.kind == Kind.CHANGE:
        return "changed", {**said, "fen": decision.fen, "fen_before": fen_before, "every": decision.every}
    if decision.kind == Kind.REFUSE:
        return "refused", said
    if decision.kind == Kind.END:
        return "ended", said
    return "decided", {**said, "decision": decision.get_kind_display()}


def article_of(articles: list[Json]) -> str:
    """The first article in one phrase."""
    return next((f"{each['title']}{each['article']}" for each in articles), "")[:80]


def unmet(lines: list[Json]) -> str:
    """The conditions that are not met, in one phrase; '' where all are or none is known."""
    return "；".join(
        f"不符合：{line['says']}" for line in lines if line["state"] == "not_met" and not line.get("depth")
    )
