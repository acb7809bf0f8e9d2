"""Pure tables of a run: who gets what, counted by area; what is unknown and what hangs on it.

Everything here takes arrays and returns arrays: no files, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    same = (key[order][1:] == key[order][:-1]) & (alone[order][1:] == alone[order][:-1]) & (answer[order][1:] == answer[order][:-1])
    first[1:] = ~same
    payee = np.zeros(len(index), bool)
    payee[order[first]] = True
    return payee


def histogram(people: People) -> pa.Table:
    """cell, registered_area, resident_area (towns, 12 digits), people; sorted. The run in small."""
    town_r, town_l = _town(people.registered_area), _town(people.resident_area)
    names, codes = np.unique(np.concatenate([town_r, town_l]), return_inverse=True)
    r, lives = codes[: len(town_r)], codes[len(town_r):]
    key = (people.cell.astype(np.int64) * len(names) + r) * len(names) + lives
    found, count = np.unique(key, return_counts=True)
    return pa.table({"cell": (found // len(names) ** 2).astype(np.int32), "registered_area": names[found // len(names) % len(names)],
                     "resident_area": names[found % len(names)], "people": count})


def _town(area: Ints) -> Ints:
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

    return Counts(per_area(yes), per_area(yes & found.payee), per_area(maybe), per_area(np.where(yes, paid_low, 0)), per_area(paid_high))


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
    """Of each fact unknown in some open cell: where learning it alone may settle the rule's own condition or amount."""
    rule = program.rules[number]
    facts = sorted({leaf.fact.name for leaf in rule.leaves})
    cells = np.flatnonzero(open_)
    if not len(cells) or not facts:
        return []
    patterns, inverse = np.unique(np.stack([classes[name][cells] for name in facts]), axis=1, return_inverse=True)
    before = _undecided(program, rule, coding, facts, patterns)
    found = []
    for place, name in enumerate(facts):
        unknown = patterns[place] == coding[name].unknown
        if unknown.any():
            settles = _settles(program, rule, coding, facts, patterns, place, before) & unknown
            decides = np.zeros(len(open_), bool)
            decides[cells] = settles[inverse.ravel()]
            found.append(Pivot(name, decides))
    return found


def _settles(program: Program, rule: Rule, coding: Coding, facts: Sequence[str], patterns: Ints, place: int, before: Ints) -> Bools:
    """Whether some known class of the fact leaves less undecided than before."""
    settled = np.zeros(patterns.shape[1], bool)
    for known in range(coding[facts[place]].unknown):
        trial = patterns.copy()
        trial[place] = known
        settled |= _undecided(program, rule, coding, facts, trial) < before
    return settled


def _undecided(program: Program, rule: Rule, coding: Coding, facts: Sequence[str], patterns: Ints) -> Ints:
    """How open each pattern is: the width of the amount in fen, and a whole unit for an undecided answer."""
    evaluator = Evaluator(program, coding, dict(zip(facts, patterns, strict=True)))
    yes, may = evaluator.truth(rule.condition)
    low, high = evaluator.amount(rule)
    return np.where(may, high - low, 0) + np.where(may & ~yes, 10**12, 0)
