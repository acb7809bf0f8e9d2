"""Whether one program is below another for somebody, item by item: coverage and amount a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

import numpy as np

from yiyang.engine.conditions import Condition, Leaf, Not, Or, all_of
from yiyang.engine.proof import NOBODY, SEARCH, Cells, Paid, Reader, Search, first_tier
from yiyang.engine.proof_space import Space, Universe, Witness
from yiyang.engine.rules import Program, Rule

RECURRENT = ("week", "month", "quarter", "year")


class Kind(StrEnum):
    """What is true of a person under the lower and under the upper program."""

    COVERED = "covered"  # entitled under the upper one
    BOTH = "both"  # entitled under both
    UNCOVERED = "uncovered"  # entitled under the upper one only
    WIDER = "wider"  # entitled under the lower one only
    LESS = "less"  # entitled under both, to less a year
    MORE = "more"  # entitled under both, to more a year
    UNSURE = "unsure"  # entitled under both, but the lower one states no amount, or a ceiling that is not below


@dataclass(frozen=True)
class Side:
    """A program, and what its documents leave open.

    Attributes:
        ceilings: (item, number of the tier) of amounts that may be less (最高不超过).
        silent: items of which no amount is stated for those to whom no tier applies; otherwise these get nothing.
    """

    program: Program
    ceilings: frozenset[tuple[str, int]] = frozenset()
    silent: frozenset[str] = frozenset()

    def part(self, items: frozenset[str]) -> Side:
        """Only the rules of some items."""
        return replace(self, program=Program(tuple(rule for rule in self.program.rules if rule.item in items)))

    def needs(self, item: str) -> frozenset[str]:
        """The item and those on which its answer hangs."""
        found, waiting = set(), [item]
        while waiting:
            found.add(name := waiting.pop())
            waiting.extend({other for rule in self._rules(name) for other in self._named(rule)} - found)
        return frozenset(found)

    def ceiling(self, rule: Rule) -> Condition:
        """That the tier which applies states a ceiling."""
        parts = tuple(first_tier(rule, n) for n in range(len(rule.tiers)) if (rule.item, n) in self.ceilings)
        return Or(parts) if parts else NOBODY

    def silence(self, rule: Rule) -> Condition:
        """That no amount is stated."""
        return all_of(*(Not(tier.when) for tier in rule.tiers)) if rule.item in self.silent else NOBODY

    def _rules(self, item: str) -> list[Rule]:
        return [self.program.rules[number] for number in self.program.items.get(item, ())]

    def _named(self, rule: Rule) -> Iterator[str]:
        stacking = rule.stacking
        yield from (*stacking.not_with, *stacking.less)
        numbers = (self.program.group(stacking.highest_of) if stacking.highest_of else ()) + (
            self.program.capped(stacking.cap_group) if stacking.cap_group else ()
        )
        yield from (self.program.rules[number].item for number in numbers)


@dataclass(frozen=True)
class Case:
    """A person, and what both programs give him of an item: entitled or not, fen a period if entitled."""

    person: Witness
    lower: tuple[bool, int]
    upper: tuple[bool, int]


@dataclass(frozen=True)
class Findings:
    """What was found about an item.

    Attributes:
        cases: for each kind that occurs, the most typical person.
        set_off: what the item alone lacks is made up for by items that it is set off against, for everybody.
        cells: how many cells were to be looked at.
        by_z3: whether z3 answered.
    """

    cases: dict[Kind, Case]
    set_off: bool
    cells: int
    by_z3: bool


def weigh(
    lower: Side, upper: Side, item: str, universe: Universe, *, amounts: bool = True, search: Search = SEARCH
) -> Findings:
    """Compare one item for everybody in the universe.

    Where items are set off against each other (highest_of, not_with, less, cap), nobody is called worse off for the one
    item while all of them together pay him no less.

    Args:
        lower, upper: the programs; their rules must answer for the same people.
        amounts: whether the amounts of the two lists can be put on one scale.
    """
    findings = _weigh(_Pair(lower, upper, item, lower.needs(item) | upper.needs(item), amounts), universe, search)
    together = linked(lower, upper, item)
    lacks = {Kind.UNCOVERED, Kind.LESS} & set(findings.cases)
    if not lacks or not amounts or len(together) == 1 or not all(map(_is_priced, _rules_of(upper, together))):
        return findings
    again = _weigh(_Pair(lower, upper, item, together, amounts, in_sum=True), universe, search)
    return Findings(again.cases, not lacks & set(again.cases), again.cells, again.by_z3)


def linked(lower: Side, upper: Side, item: str) -> frozenset[str]:
    """The items that are set off against each other in either program, directly or through others."""
    needs = [side.needs(other) for side in (lower, upper) for other in side.program.items]
    found = {item}
    while more := set().union(*(items for items in needs if items & found)) - found:
        found |= more
    return frozenset(found)


def _rules_of(side: Side, items: frozenset[str]) -> list[Rule]:
    return [rule for rule in side.program.rules if rule.item in items]


def _is_priced(rule: Rule) -> bool:
    return rule.pays_people and rule.every in RECURRENT


class _Pair:
    """The question about one item, put to any reader."""

    def __init__(
        self, lower: Side, upper: Side, item: str, items: frozenset[str], amounts: bool, in_sum: bool = False
    ) -> None:
        self.lower, self.upper, self.item = lower.part(items), upper.part(items), item
        self._amounts, self._in_sum = amounts, in_sum

    @property
    def leaves(self) -> list[Leaf]:
        return [leaf for side in (self.lower, self.upper) for rule in side.program.rules for leaf in rule.leaves]

    def __call__(self, reader: Reader) -> dict[str, Any]:
        nobody = reader.truth(NOBODY)
        below, above = (_Answers(reader, side) for side in (self.lower, self.upper))
        has, had = below.yes(self.item), above.yes(self.item)
        lacks = below.total(sure=True) < above.total(sure=False) if self._in_sum else ~nobody
        found = {Kind.COVERED: had, Kind.BOTH: has & had, Kind.UNCOVERED: had & ~has & lacks, Kind.WIDER: has & ~had}
        if self._amounts:
            found |= self._weigh(below, above, has & had, lacks)
        return {str(kind): truth for kind, truth in found.items()}

    def _weigh(self, below: _Answers, above: _Answers, both: Any, lacks: Any) -> dict[Kind, Any]:
        mine, theirs = below.year(self.item), above.year(self.item)
        firm = both & ~above.is_capped(self.item)
        capped, silent = below.is_capped(self.item), below.is_silent(self.item)
        return {
            Kind.LESS: firm & (mine < theirs) & ~silent & lacks,
            Kind.MORE: firm & (mine > theirs) & ~capped,
            Kind.UNSURE: firm & (theirs > 0) & (silent | (capped & (mine >= theirs))),
        }


class _Answers:
    """One side's answers in a reader's terms."""

    def __init__(self, reader: Reader, side: Side) -> None:
        self._reader, self._side = reader, side
        self._paid = list(zip(side.program.rules, reader.paid(side.program), strict=True))

    def yes(self, item: str) -> Any:
        return self._any(paid.yes for _, paid in self._of(item))

    def year(self, item: str) -> Any:
        return sum((self._year(rule, paid) for rule, paid in self._of(item)), self._nothing())

    def is_capped(self, item: str) -> Any:
        return self._any(paid.yes & self._reader.truth(self._side.ceiling(rule)) for rule, paid in self._of(item))

    def is_silent(self, item: str) -> Any:
        return self._any(paid.yes & self._reader.truth(self._side.silence(rule)) for rule, paid in self._of(item))

    def total(self, *, sure: bool) -> Any:
        """What all rules together pay a year; ceilings do not count where the sum must be sure."""
        priced = [(rule, paid) for rule, paid in self._paid if _is_priced(rule)]
        if sure:
            priced = [(rule, self._surely(rule, paid)) for rule, paid in priced]
        return sum((self._year(rule, paid) for rule, paid in priced), self._nothing())

    def _surely(self, rule: Rule, paid: Paid) -> Paid:
        return Paid(paid.yes & ~self._reader.truth(self._side.ceiling(rule)), paid.fen)

    def _year(self, rule: Rule, paid: Paid) -> Any:
        return self._reader.only(paid.yes, paid.fen) * rule.a_year

    def _of(self, item: str) -> Iterator[tuple[Rule, Paid]]:
        return ((rule, paid) for rule, paid in self._paid if rule.item == item)

    def _nothing(self) -> Any:
        return self._reader.only(self._reader.truth(NOBODY), 0)

    def _any(self, truths: Iterator[Any]) -> Any:
        return reduce(or_, truths, self._reader.truth(NOBODY))


def _weigh(pair: _Pair, universe: Universe, search: Search) -> Findings:
    space = Space(pair.leaves, universe)
    people = search(space, pair)
    cases = {Kind(name): _case(pair, space, person) for name, person in people.items()}
    return Findings(cases, False, space.total, search.uses_z3(space))


def _case(pair: _Pair, space: Space, person: Witness) -> Case:
    cell = Cells(space, {name: np.array([number]) for name, number in person.classes.items()})
    return Case(person, _given(cell, pair.lower, pair.item), _given(cell, pair.upper, pair.item))


def _given(cell: Cells, side: Side, item: str) -> tuple[bool, int]:
    rules = zip(side.program.rules, cell.paid(side.program), strict=True)
    fen = [int(paid.fen[0]) for rule, paid in rules if rule.item == item and paid.yes[0]]
    return bool(fen), sum(fen)
