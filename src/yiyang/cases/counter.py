"""The counter and the telephone: what a person is entitled to, what is under way, and every step done for him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope, acting, current, platform
from yiyang.base.errors import UsageError, YiyangError
from yiyang.cases import actions, case_page
from yiyang.cases.items import items_of
from yiyang.cases.models import CLOSED, Case, State
from yiyang.cases.of_person import cases_of
from yiyang.cases.processes import load_processes
from yiyang.catalog.published import Row
from yiyang.entitlement import months
from yiyang.notices.logic import amount
from yiyang.registry import search
from yiyang.registry.models import Person

Json = dict[str, Any]
FOUND_MOST = 20
ANSWERS = {"entitled": ("yes", "可以享受"), "undecided": ("unknown", "还缺情况"), "not_entitled": ("no", "不符合条件")}
ORDER = {"entitled": 0, "undecided": 1, "not_entitled": 2}


@dataclass(frozen=True)
class Line:
    """One item for a person: what the month's run says, and his case of it, if any."""

    item: str
    name: str
    answer: str
    word: str
    amount: str
    why: str
    who: str
    is_direct: bool
    case: Case | None
    buttons: list[Any]

    @property
    def may_appeal(self) -> bool:
        """Whether there is a decision that can be objected to."""
        return self.case is not None and case_page.may_appeal(current(), self.case)

    @property
    def may_apply(self) -> bool:
        """Whether applying makes sense: nothing is under way, and it is not used without anybody deciding."""
        if self.is_direct:
            return False
        return self.case is None or self.case.state in (*CLOSED, State.FOUND, State.TOLD, State.AGREED)


def found(text: str) -> QuerySet[Any]:
    """People of the scope by exact id number or telephone, name, pinyin or initials. Raises ValidationError."""
    if not text.strip():
        raise ValidationError("请输入证件号、电话或姓名。")
    rows: QuerySet[Any] = Person.objects.filter(search.text_q(text.strip()).q, merged_into=None)
    return rows.order_by("pk")[:FOUND_MOST]


def places(person: Person) -> list[int]:
    """Where lists may answer for somebody: his registration first, as most items go by it."""
    return [code for code in dict.fromkeys((person.registered_code, person.area_code)) if code != NO_AREA]


def answers(person: Person) -> tuple[str, list[Json]]:
    """What the newest run in force says of a person: its month, and the items. '' where none answers for him."""
    # A run belongs to the county, whose staff may be others than this clerk's.
    with acting(platform("窗口查询", current().request)):
        for run in filter(None, map(months.in_force, places(person))):
            if items := months.answers_of(run, person.pk):
                return run.month, items
    return "", []


def lines(by: Scope, person: Person) -> tuple[str, list[Line]]:
    """Every item with its answer and case; what he is entitled to first. The month of the run, '' if none."""
    month, told = answers(person)
    direct = set(load_processes().direct)
    newest: dict[str, Case] = {}
    for case in cases_of([person.pk]):
        newest.setdefault(case.item, case)
    made = [_line(by, each, newest.get(each["item"]), each["item"] in direct) for each in told]
    told_items = {each["item"] for each in told}
    if not told:
        listed = items_of(places(person)[0]) if places(person) else {}
        made += [_listed(item, row) for item, row in listed.items() if item not in newest]
    made += [_of_case(by, case) for item, case in newest.items() if item not in told_items]
    return month, sorted(made, key=lambda line: (line.case is None, ORDER.get(line.answer, 3), line.is_direct))


def _line(by: Scope, told: Json, case: Case | None, is_direct: bool) -> Line:
    _, word = ANSWERS[told["answer"]]
    fen = told["amount_fen"] if told["amount_fen"] is not None else told["low_fen"]
    why = "；".join(line["says"] for line in told["conditions"] if line["state"] != "met" and not line["depth"])
    buttons = case_page.buttons(by, case) if case else []
    said = amount(fen, told["every"]) if told["answer"] == "entitled" else ""
    return Line(told["item"], told["name_zh"], told["answer"], word, said, why, told["who"], is_direct, case, buttons)


def _listed(item: str, row: Row) -> Line:
    """An item of the list, before any run has asked who is entitled."""
    return Line(item, row.name, "", "", "", "", row.who, False, None, [])


def _of_case(by: Scope, case: Case) -> Line:
    from yiyang.notices.words import item_name

    name, said = item_name(case.item, case.list_area), amount(case.fen, case.every)
    return Line(case.item, name, "", "", said, "", "", False, case, case_page.buttons(by, case))


def do(*, by: Scope, person: Person, what: str, channel: str, reason: str, caller: str, states: dict[str, str]) -> str:
    """Do what a button says: `apply:<item>` or `<step>:<case>`; the sentence to show.

    Args:
        caller: who came or called, kept with the step.
        states: case → the state that the page showed.

    Raises:
        UsageError: what the action refuses, or no such button.
    """
    step, _, about = what.partition(":")
    said = "；".join(
        part for part in (f"{'来电' if channel == 'phone' else '来办'}：{caller}" if caller else "", reason) if part
    )
    if step == "apply" and not about.isdigit():
        made = actions.apply(by=by, person=person, item=about, channel=channel, note=said)
        return f"已受理，受理编号 {made.number}。"
    case = Case.objects.filter(pk=int(about) if about.isdigit() else 0, person=person).first()
    if case is None:
        raise UsageError("没有这件事。", "There is no such case.")
    actions.move(by=by, case=case, step=step, reason=said, expected=states.get(about, ""), detail={"channel": channel})
    return "已办理。"


def attempt(act: Callable[[], str]) -> tuple[str, bool]:
    """What an action said, and whether it went well."""
    try:
        return act(), True
    except YiyangError as error:
        return error.zh, False
