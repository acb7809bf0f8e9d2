"""A comparison said in words: a person one can picture, what both lists give him, and the articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yiyang.base.screen import lang, t
from yiyang.catalog.binding import BASIS
from yiyang.catalog.compare_terms import Entry
from yiyang.catalog.labels import NO_AMOUNT, amount, area_name, say
from yiyang.catalog.schema import Exactness, Source, Value
from yiyang.engine.conditions import Compare, Condition, Leaf, Not, Within
from yiyang.engine.facts import Fact, FactBook, Kind, area_span
from yiyang.engine.proof_space import Witness
from yiyang.engine.sentences import Speaker

# Facts whose values do not speak for themselves: 未领取 what?
SAID_WHOLE = ("pension", "preferential", "medical_insurance", "destitute_support")
FIRST = ("age", "sex", *BASIS.values(), "urban_rural")


@dataclass(frozen=True)
class Given:
    """What one list gives one person of an item. `fen` a period; None where no amount is stated."""

    area: str
    entitled: bool
    fen: int | None
    every: str
    words: str
    article: str


class People:
    """Says who a witness is.

    Args:
        asked: the leaves of both lists, of which the areas are named.
        home: the lower area.
    """

    def __init__(self, book: FactBook, home: str, asked: Iterable[Leaf]) -> None:
        self._book, self._home = book, home
        self._speaker = Speaker(lang(), area_name)
        self._places = {leaf for leaf in asked if isinstance(leaf, Within)}

    def say(self, person: Witness) -> str:
        """80周岁、户籍地在大竹县、低保对象，与家人同住的老人: first what is unusual, then what else matters."""
        told = [fact for fact in self._told(person) if fact.name != "alive" or not person.values["alive"]]
        first = [fact for fact in told if fact.name in FIRST or fact.name in person.unusual]
        parts = [[self._fact(fact, person.values[fact.name]) for fact in facts] for facts in (first, told)]
        rest = [said for said in parts[1] if said not in parts[0]]
        if lang() == "en":
            return f"an elder: {', '.join([*parts[0], *rest])}"
        return "，".join("、".join(said) for said in (parts[0], rest) if said) + "的老人"

    def facts(self, person: Witness) -> dict[str, Any]:
        """The facts that tell, by name, values as the condition language writes them."""
        return {fact.name: self._written(fact, person.values[fact.name]) for fact in self._told(person)}

    def _told(self, person: Witness) -> Iterator[Fact]:
        names = [*FIRST, *(name for name in self._book.facts if name not in FIRST)]
        return (self._book[name] for name in names if name == "age" or name in person.telling)

    def _fact(self, fact: Fact, value: int) -> str:
        if fact.kind is Kind.AREA:
            return self._speaker.say(self._place(fact, value))
        if fact.kind in (Kind.BOOL, Kind.DATE, Kind.INT) or fact.name in SAID_WHOLE:
            return self._speaker.say(Compare(fact, "==", value))
        said = self._speaker.value(fact, value)
        if fact.kind is Kind.YEARS:
            return t(said, f"{fact.en} {value}")
        return t(said, f"{fact.en}: {said}")

    def _written(self, fact: Fact, value: int) -> str | int | bool:
        if fact.kind is Kind.BOOL:
            return bool(value)
        if fact.kind is Kind.AREA:
            place = self._place(fact, value)
            return place.areas[0] if isinstance(place, Within) else f"not {self._home}"
        return fact.values[value].name if fact.is_listed else value

    def _place(self, fact: Fact, value: int) -> Condition:
        """The narrowest area that the lists name and that holds the value; otherwise that it is not the lower area."""
        spans = [(code, area_span(code)) for leaf in self._places if leaf.fact == fact for code in leaf.areas]
        around = [(high - low, code) for code, (low, high) in spans if low <= value < high]
        return Within(fact, (min(around)[1],)) if around else Not(Within(fact, (self._home,)))


def given(area: str, entry: Entry | None, answer: tuple[bool, int], *, a_year: bool = False) -> Given:
    """What a list gives somebody.

    Args:
        area: how the list is called.
        entry: the item; None when it is not listed.
        answer: entitled or not, fen a period.
        a_year: also say what it comes to in a year.
    """
    if entry is None:
        return Given(area, False, None, "", t("没有列入", "not listed"), "")
    entitled, fen = answer
    stated = fen if entitled and entry.is_priced and not (fen == 0 and entry.is_silent) else None
    tier = _tier(entry, fen) if stated is not None else None
    words = _words(entry, entitled, stated, tier)
    if a_year and stated is not None and entry.rule.every != "year":
        words += t(
            f"（合每年 ¥{stated * entry.rule.a_year / 100:,.2f}）",
            f" (¥{stated * entry.rule.a_year / 100:,.2f} a year)",
        )
    source = entry.info.value_sources[tier] if tier else entry.info.item.source
    return Given(area, entitled, stated, entry.rule.every, words, article(entry, source))


def _words(entry: Entry, entitled: bool, fen: int | None, tier: str | None) -> str:
    item = entry.info.item
    if not entitled:
        return t("不能享受", "not entitled")
    if fen is not None:
        return amount(item, _value(entry, tier), fen)
    said = say(NO_AMOUNT[item.no_amount or "not_stated"])
    return t(f"可以享受，{said}", f"entitled; {said}")


def _tier(entry: Entry, fen: int) -> str | None:
    """The value's name, if just one tier states the amount."""
    values: Mapping[str, int] = entry.info.values
    named = {name for name in entry.info.tier_values if values[name] == fen}
    return named.pop() if len(named) == 1 else None


def _value(entry: Entry, tier: str | None) -> Value:
    values = entry.info.item.values
    return values[tier] if tier else values[entry.info.tier_values[0]].model_copy(update={"exactness": Exactness.EXACT})


def article(entry: Entry, source: Source) -> str:
    """《文件》（文号）第几条"""
    document = next(found for found in entry.info.documents if found.id == source.document)
    number = f"（{document.number}）" if document.number else ""
    return f"《{document.title}》{number}{t('', ' ')}{source.article}"
