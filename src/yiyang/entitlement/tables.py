"""Pure tables of a run: who gets what, counted by area; what is unknown and what hangs on it.

Everything here takes arrays and returns arrays: no files, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yiyang.engine.cells import Bools, Coding, Ints
from yiyang.engine.evaluate import UNDECIDED, YES, Evaluator
from yiyang.engine.rules import Program, Rule


@dataclass(frozen=True)
class People:
    """Everybody of a run, sorted by person; one array element a person. -1 = unknown."""

    person: Ints
    household: Ints
    birth_date: Ints
    registered_area: Ints
    resident_area: Ints
    cell: Ints

    def area(self, basis: str) -> Ints:
        """The area that answers under a basis, registered or resident."""
        return self.registered_area if basis == "registered" else self.resident_area


@dataclass(frozen=True)
class Answers:
    """Per rule × cell (2-D arrays, rules first): answer 0/1/2, fen paid, reason bits."""

    answer: np.ndarray[tuple[int, int], np.dtype[np.int8]]
    low: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    high: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    met: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    unknown: np.ndarray[tuple[int, int], np.dtype[np.int64]]

    @classmethod
    def of(cls, table: pa.Table, rules: int) -> Answers:
        """From the table `answers` (every rule × every cell, sorted by rule, then cell)."""
        shape = (rules, table.num_rows // max(rules, 1))
        names = {"answer": "answer", "low": "low_fen", "high": "high_fen", "met": "met", "unknown": "unknown"}
        return cls(**{field: table[name].to_numpy().reshape(shape) for field, name in names.items()})


@dataclass(frozen=True)
class Found:
    """The people whom one rule finds (yes or undecided), in order of person.

    Attributes:
        index: places in `People`.
        answer: 1 or 2.
        payee: whether this member is the one paid (always, unless the item is per household).
    """

    index: Ints
    answer: Ints
    payee: Bools


def find(rule: Rule, answer: Ints, people: People) -> Found:
    """Everybody to whom a rule answers yes or undecided; `answer` is per cell."""
    verdict = answer[people.cell]
    index = np.flatnonzero(verdict)
    found = verdict[index]
    payee = np.ones(len(index), bool) if rule.per != "household" else _eldest(people, index, found)
    return Found(index, found, payee)


def _eldest(people: People, index: Ints, answer: Ints) -> Bools:
    """Of the members of one household with the same answer, the eldest; whoever has no household stands alone."""
    household, person = people.household[index], people.person[index]
    alone = household < 0
    key = np.where(alone, person, household)
    birth = np.where(people.birth_date[index] < 0, 99999999, people.birth_date[index])
    order = np.lexsort((person, birth, key, alone, answer))
    first = np.ones(len(index), bool)
    same = (
        (key[order][1:] == key[order][:-1])
        & (alone[order][1:] == alone[order][:-1])
        & (answer[order][1:] == answer[order][:-1])
    )
    first[1:] = ~same
    payee = np.zeros(len(index), bool)
    payee[order[first]] = True
    return payee


def histogram(people: People) -> pa.Table:
    """cell, registered_area, resident_area (towns, 12 digits), people; sorted. The run in small."""
    town_r, town_l = town(people.registered_area), town(people.resident_area)
    names, codes = np.unique(np.concatenate([town_r, town_l]), return_inverse=True)
    r, lives = codes[: len(town_r)], codes[len(town_r) :]
    key = (people.cell.astype(np.int64) * len(names) + r) * len(names) + lives
    found, count = np.unique(key, return_counts=True)
    return pa.table(
        {
            "cell": (found // len(names) ** 2).astype(np.int32),
            "registered_area": names[found // len(names) % len(names)],
            "resident_area": names[found % len(names)],
            "people": count,
        }
    )


def town(area: Ints) -> Ints:
    """The town of each area, 12 digits; -1 where unknown."""
    return np.where(area < 0, -1, area // 1000 * 1000)


@dataclass(frozen=True)
class Counts:
    """One rule's figures in each area of a list of areas. fen per period; people paid may be fewer than entitled."""

    entitled: Ints
    paid: Ints
    undecided: Ints
    low: Ints
    high: Ints


def count(rule: Rule, found: Found, low: Ints, high: Ints, people: People, area: Ints, areas: int) -> Counts:
    """Figures by area; `area` is each person's area number, `low`/`high` fen per cell."""
    where, cell = area[found.index], people.cell[found.index]
    yes, maybe = found.answer == YES, found.answer == UNDECIDED
    paid_low, paid_high = np.where(found.payee, low[cell], 0), np.where(found.payee, high[cell], 0)

    def per_area(values: Ints | Bools) -> Ints:
        return np.bincount(where, weights=values, minlength=areas).astype(np.int64)

    return Counts(
        per_area(yes),
        per_area(yes & found.payee),
        per_area(maybe),
        per_area(np.where(yes, paid_low, 0)),
        per_area(paid_high),
    )


@dataclass(frozen=True)
class Pivot:
    """What one unknown fact decides about one rule, per cell: whether learning it alone may settle what is open."""

    fact: str
    decides: Bools


def is_open(answer: Ints, low: Ints, high: Ints) -> Bools:
    """Where something is undecided: the answer itself, or the amount of a certain one."""
    return (answer == UNDECIDED) | ((answer == YES) & (high > low))


def worth(rule: Rule, answer: Ints, low: Ints, high: Ints) -> Ints:
    """Fen a year that hang on what is open, per cell."""
    if not rule.pays_people:
        return np.zeros(len(high), np.int64)
    return np.where(is_open(answer, low, high), (high - low) * rule.a_year, 0)


def pivots(program: Program, number: int, coding: Coding, classes: dict[str, Ints], open_: Bools) -> list[Pivot]:
    """Of each fact unknown in some open cell: where learning it alone may settle the answer or narrow the amount."""
    part, mine = part_of(program, number)
    names = [fact.name for fact in part.facts]
    cells = np.flatnonzero(open_)
    if not len(cells) or not names:
        return []
    patterns, inverse = np.unique(np.stack([classes[name][cells] for name in names]), axis=1, return_inverse=True)
    trial = _Trial(part, mine, coding, names, patterns)
    found = []
    for place, name in enumerate(names):
        unknown = patterns[place] == coding[name].unknown
        if unknown.any():
            decides = np.zeros(len(open_), bool)
            decides[cells] = (trial.settles(place) & unknown)[inverse.ravel()]
            found.append(Pivot(name, decides))
    return found


def part_of(program: Program, number: int) -> tuple[Program, int]:
    """The rules on which one rule's answer hangs, and its place among them."""
    rule = program.rules[number]
    if not reads(rule, program.rules):
        return Program((rule,)), 0
    items = closure({rule.item}, program.rules)
    part = Program(tuple(other for other in program.rules if other.item in items))
    return part, part.rules.index(rule)


def reads(rule: Rule, rules: Sequence[Rule]) -> set[str]:
    """Items that meet a rule: those it names, and those in a group or under a cap with it."""
    mine = rule.stacking
    together = {
        other.item
        for other in rules
        if (mine.highest_of and other.stacking.highest_of == mine.highest_of)
        or (mine.cap_group and other.stacking.cap_group == mine.cap_group)
    }
    return {*mine.not_with, *mine.less, *together}


def closure(items: Set[str], rules: Sequence[Rule]) -> set[str]:
    """The items, and all those on which their answers hang."""
    found = set(items)
    while more := {name for rule in rules if rule.item in found for name in reads(rule, rules)} - found:
        found |= more
    return found


@dataclass(frozen=True)
class _Trial:
    """One rule of a program on patterns of classes, one row a fact."""

    program: Program
    number: int
    coding: Coding
    names: Sequence[str]
    patterns: Ints

    def settles(self, place: int) -> Bools:
        """Whether some known class of the fact at this place gives another answer or a narrower amount."""
        before, settled = self._state(self.patterns), np.zeros(self.patterns.shape[1], bool)
        for known in range(self.coding[self.names[place]].unknown):
            trial = self.patterns.copy()
            trial[place] = known
            settled |= (self._state(trial) != before).any(axis=0)
        return settled

    def _state(self, patterns: Ints) -> Ints:
        """Rows: certain, possible, least and most fen."""
        answer = Evaluator(self.program, self.coding, dict(zip(self.names, patterns, strict=True))).answers()[
            self.number
        ]
        pays = self.program.rules[self.number].pays_people
        return np.stack([answer.yes, answer.may, answer.paid_low * pays, answer.paid_high * pays])
