"""Evaluation of a program over cells, in NumPy, three-valued throughout.

A truth is a pair of boolean arrays (certainly, possibly); *undecided* is possibly but not certainly. An amount is an
interval (low, high) in fen: what a person gets *if entitled*, equal ends meaning decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from yiyang.engine.cells import Bools, Coding, Ints
from yiyang.engine.conditions import And, Compare, Condition, Everyone, Leaf, Named, Not, OneOf, Or, Within
from yiyang.engine.rules import Program, Rule, StackReason

Truth = tuple[Bools, Bools]
NO, YES, UNDECIDED = 0, 1, 2


@dataclass
class Answer:
    """One rule's answer in every cell. `low`/`high` hold what is paid: 0 where nothing is certain."""

    yes: Bools
    may: Bools
    low: Ints
    high: Ints
    excluded: dict[StackReason, Truth]

    @property
    def answer(self) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """0 not entitled, 1 entitled, 2 undecided."""
        return (self.may.astype(np.uint8) * 2 - self.yes).astype(np.uint8)

    @property
    def paid_low(self) -> Ints:
        return np.where(self.yes, self.low, 0)

    @property
    def paid_high(self) -> Ints:
        return np.where(self.may, self.high, 0)


class Evaluator:
    """Answers of a program for cells given by their classes.

    Args:
        program: the rules.
        coding: a coding at least as fine as the program's own cuts.
        classes: fact name → class of each cell (from `Coding.decode`).
    """

    def __init__(self, program: Program, coding: Coding, classes: Mapping[str, Ints]) -> None:
        self.program, self.coding, self.classes = program, coding, classes
        self.count = len(next(iter(classes.values()))) if classes else 1
        self._leaves: dict[Leaf, Truth] = {}

    def answers(self, known: Mapping[int, Answer] | None = None) -> list[Answer]:
        """The answers in the order of the program's rules.

        Args:
            known: final answers of rules that need not be asked again; all or none of a group or a cap.
        """
        found: dict[int, Answer] = dict(known or {})
        settled = frozenset(found)
        for step, name in self.program.order:
            members = self._members(step, name)
            if settled.issuperset(members):
                continue
            if step == "who":
                for number in members:
                    if number not in settled:
                        found[number] = self._who(self.program.rules[number], found)
            elif step == "highest":
                _highest(self.program, members, found, StackReason("highest_of", name))
            else:
                _cap(self.program, members, found)
        return [found[number] for number in range(len(self.program.rules))]

    def _members(self, step: str, name: str) -> tuple[int, ...]:
        """Numbers of the rules that a step of the program's order touches."""
        if step == "who":
            return self.program.items.get(name, ())
        return self.program.group(name) if step == "highest" else self.program.capped(name)

    def reasons(self, rule: Rule, answer: Answer) -> tuple[Ints, Ints]:
        """Bit masks (met, unknown) of the rule's reasons in every cell."""
        met, unknown = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        for bit, reason in enumerate(rule.reasons):
            yes, may = answer.excluded[reason] if isinstance(reason, StackReason) else self.leaf(reason)
            met |= yes.astype(np.int64) << bit
            unknown |= (may & ~yes).astype(np.int64) << bit
        return met, unknown

    def truth(self, condition: Condition) -> Truth:
        """(certainly, possibly) of a condition in every cell."""
        match condition:
            case Everyone():
                full = np.ones(self.count, bool)
                return full, full
            case Compare() | OneOf() | Within():
                return self.leaf(condition)
            case Named(_, part):
                return self.truth(part)
            case Not(part):
                yes, may = self.truth(part)
                return ~may, ~yes
            case And(parts):
                return _join([self.truth(part) for part in parts], np.logical_and)
            case Or(parts):
                return _join([self.truth(part) for part in parts], np.logical_or)

    def leaf(self, leaf: Leaf) -> Truth:
        """A leaf is a look-up by class; each distinct leaf is looked up once."""
        found = self._leaves.get(leaf)
        if found is None:
            yes, may = self.coding[leaf.fact.name].truth(leaf)
            classes = self.classes[leaf.fact.name]
            found = self._leaves[leaf] = (yes[classes], may[classes])
        return found

    def _who(self, rule: Rule, found: Mapping[int, Answer]) -> Answer:
        """The rule by itself, then `not_with` and `less`."""
        yes, may = self.truth(rule.condition)
        low, high = self.amount(rule)
        excluded: dict[StackReason, Truth] = {}
        for item in rule.stacking.not_with:
            other_yes, other_may = _any_of(self._others(item, found), self.count)
            excluded[StackReason("not_with", item)] = (other_yes, other_may)
            yes, may = yes & ~other_may, may & ~other_yes
        for item in rule.stacking.less:
            for other in self._others(item, found):
                low, high = np.maximum(low - other.paid_high, 0), np.maximum(high - other.paid_low, 0)
        return Answer(yes, may, low, high, excluded)

    def _others(self, item: str, found: Mapping[int, Answer]) -> list[Answer]:
        return [found[number] for number in self.program.items.get(item, ())]

    def amount(self, rule: Rule) -> tuple[Ints, Ints]:
        """The interval of amounts over all tiers that may be the first to hold."""
        top = max((tier.fen for tier in rule.tiers), default=0)
        low, high = np.full(self.count, top, np.int64), np.zeros(self.count, np.int64)
        reached = np.ones(self.count, bool)
        for tier in rule.tiers:
            yes, may = self.truth(tier.when)
            possible = reached & may
            np.minimum(low, tier.fen, out=low, where=possible)
            np.maximum(high, tier.fen, out=high, where=possible)
            reached = reached & ~yes
        low[reached] = 0
        return low, high


def _join(parts: Iterable[Truth], how: np.ufunc) -> Truth:
    yes, may = next(parts := iter(parts))
    for other_yes, other_may in parts:
        yes, may = how(yes, other_yes), how(may, other_may)
    return yes, may


def _any_of(answers: Iterable[Answer], count: int) -> Truth:
    yes, may = np.zeros(count, bool), np.zeros(count, bool)
    for answer in answers:
        yes, may = yes | answer.yes, may | answer.may
    return yes, may


def _highest(program: Program, members: tuple[int, ...], found: dict[int, Answer], reason: StackReason) -> None:
    """Of the entitled members only the highest a year stays; on a tie the smaller rank, then the earlier rule."""
    before = {
        n: (found[n].yes, found[n].may, found[n].low * program.rules[n].a_year, found[n].high * program.rules[n].a_year)
        for n in members
    }
    for mine in members:
        yes, may, low, high = before[mine]
        beaten, maybe = np.zeros_like(yes), np.zeros_like(yes)
        for other in members:
            if other == mine:
                continue
            o_yes, o_may, o_low, o_high = before[other]
            if _precedes(program, other, mine):
                beaten, maybe = beaten | (o_yes & (o_low >= high)), maybe | (o_may & (o_high >= low))
            else:
                beaten, maybe = beaten | (o_yes & (o_low > high)), maybe | (o_may & (o_high > low))
        found[mine].excluded[reason] = (beaten, maybe)
        found[mine].yes, found[mine].may = yes & ~maybe, may & ~beaten


def _precedes(program: Program, first: int, second: int) -> bool:
    return (program.rules[first].stacking.rank, first) < (program.rules[second].stacking.rank, second)


def _cap(program: Program, members: tuple[int, ...], found: dict[int, Answer]) -> None:
    """Members draw on the common limit in order; what is left bounds the next."""
    count = len(found[members[0]].yes)
    drawn_low, drawn_high = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for number in members:
        answer, limit = found[number], program.rules[number].stacking.cap_fen
        answer.low = np.minimum(answer.low, np.maximum(limit - drawn_high, 0))
        answer.high = np.minimum(answer.high, np.maximum(limit - drawn_low, 0))
        drawn_low, drawn_high = drawn_low + answer.paid_low, drawn_high + answer.paid_high
