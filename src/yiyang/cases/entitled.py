"""What an item gives a person, for a case that is opened: from the run in force, or the list where there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import acting, current, platform
from yiyang.base.clock import today
from yiyang.base.errors import UsageError
from yiyang.cases.processes import load_processes
from yiyang.catalog import issued
from yiyang.catalog.binding import RuleInfo, effective
from yiyang.entitlement import months
from yiyang.entitlement.models import MonthRun
from yiyang.registry.models import Person

Json = dict[str, Any]


@dataclass(frozen=True)
class Entitled:
    """An item of the list that answers for a person, and what the run says; `answer` '' = nothing is known."""

    item: str
    name: str
    list_area: str
    every: str
    delivery: str
    area_code: int
    answer: str = ""
    fen: int = 0
    lines: list[Json] = field(default_factory=list)
    articles: list[Json] = field(default_factory=list)
    run: MonthRun | None = None


def of(person: Person, item: str) -> Entitled:
    """What an item gives a person.

    Raises:
        UsageError: no such item in the lists that answer for him, or one that is used without a decision.
    """
    with acting(platform("待遇核对", current().request)):
        found = _from_run(person, item) or _from_list(person, item)
    if found is None:
        raise UsageError("当地清单里没有这个项目。", f"The lists that answer for the person have no item {item}.")
    if item in load_processes().direct:
        raise UsageError(
            f"“{found.name}”不用申请，可以直接享受。", f"{item} is used without an application; no case is opened."
        )
    return found


def of_case(item: str, person: Person) -> Entitled | None:
    """The same for a case that is there already; None where the run says nothing."""
    with acting(platform("待遇核对", current().request)):
        return _from_run(person, item)


def _places(person: Person) -> list[int]:
    return [code for code in dict.fromkeys([person.registered_code, person.area_code]) if code != NO_AREA]


def _from_run(person: Person, item: str) -> Entitled | None:
    for run in {run.pk: run for code in _places(person) if (run := months.in_force(code))}.values():
        for told in months.answers_of(run, person.pk):
            if told["item"] == item:
                return _told(told, person, run)
    return None


def _told(told: Json, person: Person, run: MonthRun) -> Entitled:
    lines = [{name: line[name] for name in ("depth", "says", "state")} for line in told["conditions"]]
    amount = told["amount_fen"] if told["amount_fen"] is not None else told["low_fen"]
    return Entitled(
        item=told["item"],
        name=told["name_zh"],
        list_area=told["list_area"],
        every=told["every"],
        delivery=told["delivery"],
        area_code=_answering(told["basis"], person),
        answer=told["answer"],
        fen=amount if told["answer"] == "entitled" else 0,
        lines=lines,
        articles=[{"says": "", **{name: told["source"][name] for name in ("document", "title", "article")}}],
        run=run,
    )


def _answering(basis: str, person: Person) -> int:
    """Where a case is handled: where the list answers for him, or the place that is known."""
    first, second = person.registered_code, person.area_code
    if basis == "resident":
        first, second = second, first
    return first if first != NO_AREA else second


def _from_list(person: Person, item: str) -> Entitled | None:
    on = today()
    for info in _infos(person, on):
        if info.item.id == item:
            return _listed(info, person)
    return None


def _infos(person: Person, on: date) -> list[RuleInfo]:
    policy = issued.current(settings.DATA, on)
    return [info for code in _places(person) for info in effective(f"{code:012d}", on, policy=policy)]


def _listed(info: RuleInfo, person: Person) -> Entitled:
    item = info.item
    title = next((each.title for each in info.documents if each.id == item.source.document), item.source.document)
    return Entitled(
        item=item.id,
        name=item.name.zh,
        list_area=info.list_area,
        every=str(item.every),
        delivery=item.delivery,
        area_code=_answering(item.basis, person),
        articles=[{"says": "", "document": item.source.document, "title": title, "article": item.source.article}],
    )
