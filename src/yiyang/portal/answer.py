"""What somebody may have, in plain words: how much, from when, where to go, what to bring; the reasons below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yiyang.areas import logic as areas
from yiyang.catalog.binding import BoundProgram
from yiyang.catalog.labels import CHECKED, NO_AMOUNT
from yiyang.catalog.lists import departments
from yiyang.engine.cells import UNKNOWN
from yiyang.engine.sentences import Speaker
from yiyang.entitlement.direct import direct_items
from yiyang.entitlement.explain import answering, tell
from yiyang.entitlement.tables import Answers
from yiyang.portal.deciding import Key, Outcome, Values
from yiyang.portal.entry import Entry, Later, Line, Missing, Result, money, place_name, yuan
from yiyang.portal.programs import Ready
from yiyang.portal.questions import load_papers

Json = dict[str, Any]
YEARS_AHEAD = 5
FIXED_FACTS = ("registered_area", "resident_area", "age")
REGULAR = ("week", "month", "quarter", "year")


class Answerer:
    """Says the answers of one program. What it said for one cell is kept for everybody in it."""

    def __init__(self, ready: Ready) -> None:
        self.asker, self._ready = ready.asker, ready
        self.bound: BoundProgram = ready.asker.bound
        self.reference = ready.asker.reference
        names = {info.item.id: info.item.name.zh for info in self.bound.infos}
        self._says = Speaker("zh", place_name, lambda item: names.get(item, item))
        self._units, self._papers = departments(ready.policy), load_papers(ready.policy)
        self._direct = direct_items(ready.policy)
        self._result = lru_cache(5000)(self._made)

    def result(self, values: Values, declined: frozenset[str]) -> Result:
        """The answers for somebody of whom these facts are known."""
        return self._result(self.asker.key(values), declined)

    def _made(self, key: Key, declined: frozenset[str]) -> Result:
        outcome = self.asker.outcome(dict(key), declined)
        found: dict[str, list[Entry]] = {"entitled": [], "undecided": [], "not_entitled": []}
        cell = _Cell(self.bound, outcome.answers, self.reference)
        for number in answering(cell, 0):
            if self.bound.program.rules[number].per != "facility":
                told = tell(cell, number, 0, self._nobody, self._says)
                found[told["answer"]].append(self._entry(number, told, outcome, dict(key)))
        ordered = [tuple(sorted(entries, key=lambda each: -each.year_fen)) for entries in found.values()]
        return Result(*ordered)

    def later(self, values: Values) -> tuple[Later, ...]:
        """What the next birthdays bring, all else staying as it is, by the lists of today."""
        birth = values.get("age")
        axis = next((axis for axis in self.bound.program.facts if axis.name == "age"), None)
        if birth is None or axis is None:
            return ()
        found, known = [], self._amounts(values)
        for edge in self.asker.coding["age"].edges:
            reached = _first_of_month(birth + edge * 10000)
            if self.reference < reached <= self.reference + YEARS_AHEAD * 10000:
                then = self._amounts({**values, "age": self.reference - edge * 10000})
                found += [self._later(reached, number, fen) for number, fen in then.items() if known.get(number) != fen]
                known = then
        return tuple(found)

    def _amounts(self, values: Values) -> dict[int, int]:
        """Rule number → certain fen of what he is entitled to."""
        answers = self.asker.outcome(values).answers
        rules = self.bound.program.rules
        sure = [number for number in range(len(rules)) if answers.answer[number][0] == 1]
        return {number: int(answers.low[number][0]) for number in sure if rules[number].per != "facility"}

    def _later(self, reached: int, number: int, fen: int) -> Later:
        info, rule = self.bound.infos[number], self.bound.program.rules[number]
        when = f"{reached // 10000}年{reached // 100 % 100}月"
        return Later(when, info.item.name.zh, money(fen, rule.every, rule.per) if fen else "")

    @property
    def _nobody(self) -> dict[str, int]:
        return dict.fromkeys(self.bound.book.columns, UNKNOWN)

    def _entry(self, number: int, told: Json, outcome: Outcome, values: Mapping[str, int]) -> Entry:
        rule, item = self.bound.program.rules[number], self.bound.infos[number].item
        low, high = told["low_fen"], told["high_fen"]
        is_cash = rule.every in REGULAR and rule.pays_people and item.kind == "cash"
        return Entry(
            item=item.id,
            name=item.name.zh,
            gives=item.gives.zh,
            money=_span(low, high, told) if high else "",
            standard="" if high else NO_AMOUNT[item.no_amount][0] if item.no_amount else "",
            year_fen=low * rule.a_year if rule.pays_people else 0,
            month_fen=low * rule.a_year // 12 if is_cash else 0,
            how=self._how(told),
            units=tuple(self._units[unit].zh for unit in item.responsible),
            basis=item.basis,
            bring=self._bring(number, values) if self._how(told) == "apply" else (),
            lines=_lines(told),
            missing=self._missing(number, outcome, values),
            source=f"《{told['source']['title']}》{told['source']['article']}",
            checked=CHECKED[item.source.checked][0],
            list_name=areas.name(areas.normalise(rule.list_area)),
        )

    def _how(self, told: Json) -> str:
        """automatic: nothing to do; direct: simply go and use it; apply."""
        if told["delivery"] == "automatic":
            return "automatic"
        return "direct" if told["item"] in self._direct else "apply"

    def _bring(self, number: int, values: Mapping[str, int]) -> tuple[str, ...]:
        """Papers for everybody, for the kind of item, and for what is special about him: no card of who has none."""
        rule, item = self.bound.program.rules[number], self.bound.infos[number].item
        special = [
            leaf.fact for leaf in rule.leaves if values.get(leaf.fact.name, leaf.fact.absent) != leaf.fact.absent
        ]
        papers = [*self._papers.everybody, *self._papers.kinds.get(str(item.kind), ())]
        papers += [paper for fact in special for paper in self._papers.facts.get(fact.name, ())]
        return tuple(dict.fromkeys(papers))

    def _missing(self, number: int, outcome: Outcome, values: Mapping[str, int]) -> tuple[Missing, ...]:
        """The facts on which an open item hangs: those of which one alone may settle it, else all unknown ones."""
        if number not in outcome.hangs_on:
            return ()
        mentioned = dict.fromkeys(leaf.fact.name for leaf in self.bound.program.rules[number].leaves)
        unknown = [name for name in mentioned if name not in values]
        alone = [*(name for name in FIXED_FACTS if name in unknown), *outcome.hangs_on[number]]
        questions = [self._ready.questions[name] for name in alone or unknown if name in self._ready.questions]
        return tuple(Missing(q.short, q.unknown.do if q.unknown else "", q.self_check) for q in questions)


@dataclass(frozen=True)
class _Cell:
    """One person's answers in the form of a run's."""

    bound: BoundProgram
    answers: Answers
    reference: int


def _lines(told: Json) -> tuple[Line, ...]:
    """The conditions without what goes without saying."""
    lines = [Line(line["says"], line["state"], line["depth"]) for line in told["conditions"]]
    spoken = [each for each in lines if each.says != "健在" and not ("地不在" in each.says and each.state == "met")]
    # Of another item that stands in the way, being entitled to it is what is not met.
    turned = {"met": "not_met", "not_met": "met", "unknown": "unknown"}
    others = [Line(line["says"], turned[line["state"]], 0) for line in told["stacking"] if line["state"] != "not_met"]
    return (*spoken, *others)


def _first_of_month(day: int) -> int:
    """The first reference day on or after a day, both yyyymmdd."""
    year, month, rest = day // 10000, day // 100 % 100, day % 100
    if rest <= 1:
        return day
    return (year + 1) * 10000 + 101 if month == 12 else year * 10000 + (month + 1) * 100 + 1


def _span(low: int, high: int, told: Json) -> str:
    """An amount, or from what to what it may be."""
    if low == high:
        return money(low, told["every"], told["per"], told["exactness"])
    most = money(high, told["every"], told["per"])
    return f"{most[: -len(yuan(high))]}{yuan(low)} 到 {yuan(high)}" if low else f"最高{most}"
