"""Papers of a case as PDF: letters of decision, application forms with bar codes, lists for going from door to door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from yiyang.access.masks import id_number as masked
from yiyang.cases.deciding import unmet
from yiyang.cases.items import item_told
from yiyang.cases.models import Case, Decision
from yiyang.kit.barcodes import code_128
from yiyang.notices.letters import pdf
from yiyang.notices.logic import amount, day
from yiyang.notices.outbox import is_demo
from yiyang.notices.words import always, item_name
from yiyang.registry.models import Person

Kind = Decision.Kind
TABLE = "cases_decision"
MARKS = {"met": "符合", "not_met": "不符合", "unknown": "未知"}
# What is decided, in the first line; {item}, {amount} and {from} are put in.
FIRST = {
    Kind.GRANT: "批准您享受{item}：{amount}，从{from}起。",
    Kind.REFUSE: "您申请的{item}，不予批准。",
    Kind.CHANGE: "您的{item}调整为：{amount}，从{from}起。",
    Kind.SUSPEND: "您的{item}从{from}起暂停。",
    Kind.RESUME: "您的{item}从{from}起恢复：{amount}。",
    Kind.END: "您的{item}从{from}起终止。",
    Kind.TAKE_OVER: "您正在享受{item}：{amount}，今后由本平台继续办理。",
}
TITLES = {
    Kind.GRANT: "批准决定书",
    Kind.REFUSE: "不予批准决定书",
    Kind.CHANGE: "待遇调整决定书",
    Kind.SUSPEND: "待遇暂停决定书",
    Kind.RESUME: "待遇恢复决定书",
    Kind.END: "待遇终止决定书",
    Kind.TAKE_OVER: "承接在享确认书",
}


def told(decision: Decision) -> dict[str, Any]:
    """What a letter says of a decision, in the order in which it says it."""
    case = decision.case
    name = item_name(case.item, case.list_area)
    words = {"item": name, "amount": amount(decision.fen, decision.every), "from": day(decision.holds_from)}
    lines = [line for line in decision.told_lines if not line.get("depth")]
    return {
        "title": TITLES[Kind(decision.kind)],
        "first": FIRST[Kind(decision.kind)].format_map(words),
        "item": name,
        "decision": decision,
        "case": case,
        "reason": decision.reason or (unmet(decision.told_lines) if decision.kind == Kind.REFUSE else ""),
        "lines": [(line["says"], MARKS.get(line["state"], "未知")) for line in lines],
        "articles": once(decision.told_articles),
        "appeal_until": day(decision.appeal_until),
    }


def once(articles: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each article once, however many figures rest on it."""
    return list({(each["title"], each["article"]): each for each in articles}.values())


def bodies(abouts: Iterable[str]) -> Mapping[str, str]:
    """Letters of decisions within a batch of notices: what each is about → its HTML."""
    keys = {int(about.partition(":")[2]): about for about in abouts}
    rows = Decision.objects.filter(pk__in=list(keys)).select_related("case", "ground")
    return {keys[each.pk]: render_to_string("cases/decision_body.html", told(each) | always()) for each in rows}


def decision_pdf(decision: Decision, person: Person) -> bytes:
    """The letter of one decision. Raises MissingPart where WeasyPrint, pango or a font is missing."""
    body = render_to_string("cases/decision_body.html", told(decision) | always())
    return pdf(_page("cases/decision.html", decision.number, person, body=body, on=decision.decided_at))


def form_code(person: Person, item: str) -> str:
    """The bar code of a form of somebody for whom no case is open yet: who, and what for."""
    return f"SQ{person.pk}.{item}"


def form_pdf(person: Person, item: str, list_area: str, number: str) -> bytes:
    """An application form, filled in as far as known. `number`: the case's, or `form_code`. Errors as of `pdf`."""
    row = item_told(item, person.registered_code if person.registered_code > 0 else person.area_code)
    context = {
        "item": item_name(item, list_area),
        "row": row,
        "id_number": "".join(person.id_number) if person.id_number else "",
        "phone": "".join(person.phone) if person.phone else "",
    }
    return pdf(_page("cases/application.html", number, person, **context))


def _page(template: str, number: str, person: Person, **context: Any) -> str:
    given = {
        "number": number,
        "bars": code_128(number),
        "person": person,
        "address": "".join(person.address) if person.address else "",
        "is_demo": is_demo(),
        "today": timezone.localdate(),
    }
    return render_to_string(template, given | context | always())


def rounds_pdf(cases: Sequence[Case], title: str, by: str, on: date) -> bytes:
    """A list for going from door to door: by village in the order of the way, a bar code and boxes to tick a line."""
    villages: dict[int, list[dict[str, Any]]] = {}
    for case in sorted(cases, key=_route):
        villages.setdefault(case.area_code, []).append(_line(case))
    context = {"villages": villages.items(), "title": title, "by": by, "on": on, "is_demo": is_demo()}
    return pdf(render_to_string("cases/rounds.html", context | always()))


def _route(case: Case) -> tuple[int, str, int, int]:
    address = "".join(case.person.address) if case.person.address else ""
    return case.area_code, address, case.person_id, case.pk


def _line(case: Case) -> dict[str, Any]:
    person = case.person
    return {
        "case": case,
        "name": person.name,
        "id_number": masked("".join(person.id_number)) if person.id_number else "",
        "address": "".join(person.address) if person.address else "",
        "phone": "".join(person.phone) if person.phone else "",
        "item": item_name(case.item, case.list_area),
        "amount": amount(case.fen, case.every),
        "bars": code_128(case.number),
        "is_application": case.process == "application",
    }
