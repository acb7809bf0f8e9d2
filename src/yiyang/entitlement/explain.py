"""One person's answers in words: every condition met, not met or unknown, the person's value, the article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from yiyang.areas import logic as areas
from yiyang.base.errors import UsageError
from yiyang.catalog.binding import BoundProgram, RuleInfo
from yiyang.engine.cells import UNKNOWN
from yiyang.engine.conditions import And, Compare, Condition, Everyone, Named, Not, OneOf, Or, Within, all_of, leaves
from yiyang.engine.evaluate import YES
from yiyang.engine.facts import Fact, Kind, hint_en, hint_zh, nearest, years_since
from yiyang.engine.rules import Reason, Rule, StackReason
from yiyang.engine.sentences import Speaker
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.summary import describe, speaker
from yiyang.entitlement.tables import Answers
from yiyang.registry.identity import check_character, person_of

Json = dict[str, Any]
States = dict[Reason, bool | None]
WORDS = {0: "not_entitled", 1: "entitled", 2: "undecided"}


class Answered(Protocol):
    """A run opened again, or what was reckoned for one person who is not in any: rules, and their answers by cell."""

    @property
    def bound(self) -> BoundProgram: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def reference(self) -> int: ...


def explain(run: RunFolder, person: int, item: str | None = None, lang: str = "zh", *, asked: str = "") -> Json:
    """The person's facts and, per item, the answer with its reasons.

    Of an item that several lists have, only the list that answers for the person is told.

    Args:
        asked: how the person was named, for the error that he is not there.

    Raises:
        UsageError: nobody of that number, or no item of that name (with the nearest one).
    """
    place = run.place_of(person, asked)
    cell = int(run.people.cell[place])
    values = {name: int(column[0]) for name, column in run.facts_of(np.array([place])).items()}
    says = speaker(lang, diff_names(run, lang))
    items = [
        tell(run, number, cell, values, says) | _paid(run, number, person, cell)
        for number in _answering(run, cell, item)
    ]
    facts = [
        {
            "fact": fact.name,
            "name": fact.zh if lang == "zh" else fact.en,
            "value": _value(says, fact, values, run.reference),
        }
        for fact in run.bound.program.facts
    ]
    return {
        "person": person,
        "month": run.manifest["month"],
        "synthetic": run.manifest["synthetic"],
        "facts": facts,
        "items": items,
    }


def person_in(run: RunFolder, text: str) -> int:
    """A person number from what the clerk typed: itself, or an id number. Some person numbers have 18 digits, too."""
    typed = text.strip().upper()
    if re.fullmatch(r"[0-9]{1,19}", typed) and (len(typed) != 18 or int(typed) in run):
        return int(typed)
    if re.fullmatch(r"[0-9]{17}[0-9X]", typed):
        return _person_of_id(typed)
    raise UsageError(
        f"{text} 既不是人员编号也不是 18 位身份证号。", f"{text} is neither a person number nor an 18-digit id number."
    )


def _person_of_id(number: str) -> int:
    check = check_character(number[:17])
    if number[-1] != check:
        raise UsageError(
            f"身份证号 {number} 的校验码不对（末位应为 {check}），请核对是否抄错。",
            f"the check character of id number {number} is wrong (it should be {check}): look for a slip of the pen.",
        )
    return person_of(number)


def diff_names(run: RunFolder, lang: str) -> dict[str, str]:
    """Item id → name on the screen."""
    return {info.item.id: info.item.name.zh if lang == "zh" else info.item.name.en for info in run.bound.infos}


def _answering(run: RunFolder, cell: int, item: str | None) -> list[int]:
    """The rules of the lists that answer for the person; with `item` given, at least one of that item."""
    items = run.bound.program.items
    if item is not None and item not in items:
        near = nearest(item, list(items))
        raise UsageError(
            f"清单里没有项目 {item}{hint_zh(near)}。可用：{'、'.join(sorted(items))}",
            f"the list has no item {item}{hint_en(near)}. Known: {', '.join(sorted(items))}",
        )
    numbers = items[item] if item else range(len(run.bound.program.rules))
    chosen = [n for n in answering(run, cell) if n in numbers]
    return chosen or list(numbers[:1] if item else [])


def answering(run: Answered, cell: int) -> list[int]:
    """Numbers of the rules whose lists answer, or may answer, for where the people of a cell are registered or live."""
    return [number for number in range(len(run.bound.program.rules)) if _scope(run, number, cell) is not False]


def _scope(run: Answered, number: int, cell: int) -> bool | None:
    """Whether the list answers for where the person is registered or lives; the dead are still told why not."""
    rule = run.bound.program.rules[number]
    places = [part for part in (rule.scope.parts if isinstance(rule.scope, And) else [rule.scope]) if _asks_place(part)]
    return kleene(all_of(*places), _states(run, number, cell))


def _asks_place(condition: Condition) -> bool:
    return any(isinstance(leaf, Within) for leaf in leaves(condition))


def _states(run: Answered, number: int, cell: int) -> States:
    """Each reason of a rule in a cell: True, False or None (unknown)."""
    met, unknown = int(run.answers.met[number][cell]), int(run.answers.unknown[number][cell])
    return {
        reason: None if unknown >> bit & 1 else bool(met >> bit & 1)
        for bit, reason in enumerate(run.bound.program.rules[number].reasons)
    }


def kleene(condition: Condition, states: States) -> bool | None:
    """A condition's truth from the states of its leaves."""
    match condition:
        case Everyone():
            return True
        case Named(_, part):
            return kleene(part, states)
        case Not(part):
            inner = kleene(part, states)
            return None if inner is None else not inner
        case And(parts):
            found = [kleene(part, states) for part in parts]
            return False if False in found else None if None in found else True
        case Or(parts):
            found = [kleene(part, states) for part in parts]
            return True if True in found else None if None in found else False
    return states[condition]


def tell(run: Answered, number: int, cell: int, values: dict[str, int], says: Speaker) -> Json:
    """One rule's answer in a cell: amount in fen, every condition with its state and the person's value, the source.

    Args:
        values: the person's stored facts by column, UNKNOWN (-1) where not known.
    """
    rule, info = run.bound.program.rules[number], run.bound.infos[number]
    low, high = int(run.answers.low[number][cell]), int(run.answers.high[number][cell])
    answer, states = WORDS[int(run.answers.answer[number][cell])], _states(run, number, cell)
    teller = _Teller(states, values, run.reference, says)
    return {
        **describe(rule, info),
        "answer": answer,
        "low_fen": low,
        "high_fen": high,
        "who": says.say(rule.who),
        "conditions": [*teller.lines(rule.scope), *teller.lines(rule.who)],
        "tiers": _tiers(rule, info, teller, says.lang),
        "stacking": [
            {"says": says.reason(reason), "state": _word(states[reason])}
            for reason in rule.reasons
            if isinstance(reason, StackReason)
        ],
        "source": _source(info),
    }


def reasons_of(run: RunFolder, number: int, cell: int, says: Speaker) -> tuple[list[Json], list[Json]]:
    """Why a rule answers as it does for everybody in a cell: lines (says, state, depth), and the articles behind them.

    Nobody's own values stand in it, so that it can be shared.
    """
    rule, info = run.bound.program.rules[number], run.bound.infos[number]
    states = _states(run, number, cell)
    nobody = {fact.column: UNKNOWN for fact in run.bound.program.facts}
    teller = _Teller(states, nobody, run.reference, says)
    told = [*teller.lines(rule.scope), *teller.lines(rule.who)]
    stacking = [
        {"depth": 0, "says": says.reason(reason), "state": _word(states[reason])}
        for reason in rule.reasons
        if isinstance(reason, StackReason)
    ]
    lines = [{name: line[name] for name in ("depth", "says", "state")} for line in [*told, *stacking]]
    tiers = [tier for tier in _tiers(rule, info, teller, says.lang) if tier["state"] == "met"][:1]
    amount = [{"says": tier["name"], **_article(info, tier["document"], tier["article"])} for tier in tiers]
    source = info.item.source
    return lines, [{"says": "", **_article(info, source.document, source.article)}, *amount]


def _article(info: RuleInfo, document: str, article: str) -> Json:
    title = next((each.title for each in info.documents if each.id == document), document)
    return {"document": document, "title": title, "article": article}


def _paid(run: RunFolder, number: int, person: int, cell: int) -> Json:
    """amount_fen: what the person is paid, None where open. payee: False where another of the household is paid."""
    rule, answers = run.bound.program.rules[number], run.answers
    low, high = int(answers.low[number][cell]), int(answers.high[number][cell])
    payee = rule.per != "household" or _is_payee(run, rule, person)
    decided = answers.answer[number][cell] == YES and low == high
    return {"amount_fen": low * payee if decided else None, "payee": payee}


def _is_payee(run: RunFolder, rule: Rule, person: int) -> bool:
    table = run.table(
        f"entitlements/{rule.list_area}-{rule.item}.parquet",
        columns=["person", "payee"],
        filters=[("person", "=", person)],
    )
    return not table.num_rows or bool(table["payee"][0].as_py())


def _source(info: RuleInfo) -> Json:
    source = info.item.source
    title = next((document.title for document in info.documents if document.id == source.document), source.document)
    return {"document": source.document, "title": title, "article": source.article, "checked": str(source.checked)}


def _word(state: bool | None) -> str:
    return "unknown" if state is None else "met" if state else "not_met"


def _tiers(rule: Rule, info: RuleInfo, teller: _Teller, lang: str) -> list[Json]:
    """The amounts from the top; the first that holds is paid."""
    rows = []
    for tier, name in zip(rule.tiers, info.tier_values, strict=True):
        value = info.item.values[name]
        rows.append(
            {
                "name": value.zh if lang == "zh" else value.en,
                "fen": tier.fen,
                "exactness": str(value.exactness),
                "state": _word(kleene(tier.when, teller.states)),
                "document": value.source.document,
                "article": value.source.article,
            }
        )
    return rows


@dataclass(frozen=True)
class _Teller:
    """Tells a condition as lines: a conjunction one below the other, alternatives indented under 至少一项."""

    states: States
    values: dict[str, int]
    reference: int
    says: Speaker

    def lines(self, condition: Condition, depth: int = 0) -> list[Json]:
        match condition:
            case Everyone():
                return []
            case And(parts) if depth == 0:
                return [line for part in parts for line in self.lines(part)]
            case And(parts):
                return self._group(condition, parts, depth, self._t("同时符合", "all of"))
            case Or(parts):
                return self._group(condition, parts, depth, self._t("至少符合一项", "at least one of"))
            case Named(label, part) if not isinstance(part, Compare | OneOf | Within):
                return [self._line(condition, depth, self._t(label.zh, label.en)), *self.lines(part, depth + 1)]
        return [self._line(condition, depth, self.says.say(condition))]

    def _group(self, condition: Condition, parts: tuple[Condition, ...], depth: int, title: str) -> list[Json]:
        return [self._line(condition, depth, title), *(line for part in parts for line in self.lines(part, depth + 1))]

    def _line(self, condition: Condition, depth: int, text: str) -> Json:
        facts = {leaf.fact for leaf in leaves(condition)}
        value = self._value(facts.pop()) if len(facts) == 1 and not isinstance(condition, Or) else ""
        return {"depth": depth, "says": text, "state": _word(kleene(condition, self.states)), "value": value}

    def _value(self, fact: Fact) -> str:
        return _value(self.says, fact, self.values, self.reference)

    def _t(self, zh: str, en: str) -> str:
        return en if self.says.lang == "en" else zh


def _value(says: Speaker, fact: Fact, values: dict[str, int], reference: int) -> str:
    stored = values[fact.column]
    if stored == UNKNOWN:
        return says.value(fact, None)
    if fact.kind is Kind.AREA:
        return areas.full_name(stored)
    return says.value(fact, years_since(stored, reference) if fact.kind is Kind.YEARS else stored)
