"""One person's answers in words: every condition met, not met or unknown, the person's value, the article."""

from __future__ import annotations

from typing import Any

from yiyang.base.errors import UsageError
from yiyang.catalog.binding import RuleInfo
from yiyang.engine.cells import UNKNOWN
from yiyang.engine.facts import Fact, Kind, hint_en, hint_zh, nearest, years_since
from yiyang.engine.rules import Reason, Rule, StackReason
from yiyang.engine.sentences import Speaker
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.summary import describe, speaker

Json = dict[str, Any]
WORDS = {0: "not_entitled", 1: "entitled", 2: "undecided"}


def explain(run: RunFolder, person: int, item: str | None = None, lang: str = "zh") -> Json:
    """The person's facts and, per item, the answer with its reasons.

    Of an item that several lists have, only the list that answers for the person is told.

    Raises:
        UsageError: nobody of that number, or no item of that name (with the nearest one).
    """
    place = run.place_of(person)
    cell = int(run.people.cell[place])
    values = {name: int(column[0]) for name, column in run.facts_of([place]).items()}  # type: ignore[arg-type]
    says = speaker(lang, diff_names(run, lang))
    items = [_told(run, number, cell, place, values, says) for number in _answering(run, cell, item)]
    facts = [{"fact": fact.name, "name": fact.zh if lang == "zh" else fact.en, "value": _value(says, fact, values, run.reference)}
             for fact in run.bound.program.facts]
    return {"person": person, "month": run.manifest["month"], "synthetic": run.manifest["synthetic"], "facts": facts, "items": items}


def diff_names(run: RunFolder, lang: str) -> dict[str, str]:
    """Item id → name on the screen."""
    return {info.item.id: info.item.name.zh if lang == "zh" else info.item.name.en for info in run.bound.infos}


def _answering(run: RunFolder, cell: int, item: str | None) -> list[int]:
    """Per item the rule to tell of: the one that finds him, or else the nearest list's."""
    items = run.bound.program.items
    if item is not None and item not in items:
        near = nearest(item, list(items))
        raise UsageError(f"清单里没有项目 {item}{hint_zh(near)}。可用：{'、'.join(sorted(items))}",
                         f"the list has no item {item}{hint_en(near)}. Known: {', '.join(sorted(items))}")
    chosen = []
    for numbers in ([items[item]] if item else items.values()):
        scope_bits = {n: _scope_unmet(run, n, cell) for n in numbers}
        chosen.append(min(numbers, key=lambda n: (-int(run.answers.answer[n][cell] > 0), scope_bits[n], n)))
    return sorted(chosen)


def _scope_unmet(run: RunFolder, number: int, cell: int) -> int:
    """How many conditions are not met: the list nearest to answering has the fewest."""
    rule = run.bound.program.rules[number]
    return len(rule.leaves) - int(run.answers.met[number][cell]).bit_count()


def _told(run: RunFolder, number: int, cell: int, place: int, values: dict[str, int], says: Speaker) -> Json:
    rule, info = run.bound.program.rules[number], run.bound.infos[number]
    low, high = int(run.answers.low[number][cell]), int(run.answers.high[number][cell])
    answer = WORDS[int(run.answers.answer[number][cell])]
    return {**describe(rule, info), "answer": answer, "low_fen": low, "high_fen": high, "amount_fen": low if low == high and answer == "entitled" else None,
            "who": says.say(rule.who), "reasons": _reasons(run, rule, number, cell, values, says), "source": _source(info)}


def _source(info: RuleInfo) -> Json:
    source = info.item.source
    return {"document": source.document, "article": source.article, "checked": str(source.checked)}


def _reasons(run: RunFolder, rule: Rule, number: int, cell: int, values: dict[str, int], says: Speaker) -> list[Json]:
    met, unknown = int(run.answers.met[number][cell]), int(run.answers.unknown[number][cell])
    return [{"says": says.reason(reason), "state": "unknown" if unknown >> bit & 1 else "met" if met >> bit & 1 else "not_met",
             "value": _reason_value(reason, values, run.reference, says), "excludes": isinstance(reason, StackReason)}
            for bit, reason in enumerate(rule.reasons)]


def _reason_value(reason: Reason, values: dict[str, int], reference: int, says: Speaker) -> str:
    return "" if isinstance(reason, StackReason) else _value(says, reason.fact, values, reference)


def _value(says: Speaker, fact: Fact, values: dict[str, int], reference: int) -> str:
    stored = values[fact.column]
    if stored == UNKNOWN:
        return says.value(fact, None)
    return says.value(fact, years_since(stored, reference) if fact.kind is Kind.YEARS else stored)
