"""An item's answer, its rules in all lists taken together: by the cell, by people, under a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from yiyang.engine.cells import Bools, Coding, Ints
from yiyang.engine.evaluate import NO, YES, Evaluator
from yiyang.engine.rules import Program, Rule
from yiyang.entitlement.store import RunFolder


@dataclass(frozen=True)
class ItemState:
    """An item's answer in each cell, its rules taken together (their scopes exclude each other).

    Attributes:
        yes, may: certainly, possibly.
        low, high: fen a period, certain and possible.
        a_year: periods a year; 0 where nothing is paid.
    """

    yes: Bools
    may: Bools
    low: Ints
    high: Ints
    a_year: Ints

    @classmethod
    def of(cls, rules: Sequence[Rule], answers: Sequence[tuple[Bools, Bools, Ints, Ints]]) -> ItemState:
        """From each rule's (yes, may, low, high). A facility's money is nobody's; periods may differ by list."""
        pays = [rule.pays_people for rule in rules]
        yes, may = (np.logical_or.reduce([answer[k] for answer in answers]) for k in (0, 1))
        low, high = (
            np.maximum.reduce([answer[k] * paid for answer, paid in zip(answers, pays, strict=True)]) for k in (2, 3)
        )
        periods = [answer[1] * (rule.a_year * paid) for rule, answer, paid in zip(rules, answers, pays, strict=True)]
        return cls(yes, may, low, high, np.maximum.reduce(periods))

    def take(self, cells: Ints) -> ItemState:
        """State by cell; in cell -1 (not in the run) nothing is given."""
        return ItemState(*(at(values, cells, 0) for values in (self.yes, self.may, self.low, self.high, self.a_year)))

    def without(self, places: Ints) -> ItemState:
        """Nothing paid at the places."""
        low, high = self.low.copy(), self.high.copy()
        low[places], high[places] = 0, 0
        return replace(self, low=low, high=high)

    @property
    def year(self) -> Ints:
        """Fen a year, certain."""
        return self.low * self.a_year

    def same(self, other: ItemState, rows: Ints | slice = slice(None)) -> Bools:
        """Where both certainly say the same, row by row."""
        return (
            (self.yes[rows] == other.yes[rows])
            & (self.low[rows] == other.low[rows])
            & (self.year[rows] == other.year[rows])
        )


def at(values: Any, places: Ints, absent: int | bool) -> Any:
    """Values at the places; at place -1, which is beyond the last, the value of what is not there."""
    return np.append(values, np.array([absent], values.dtype))[places]


def item_states(run: RunFolder) -> dict[str, ItemState]:
    """State per item id."""
    rules, found = run.bound.program.rules, run.answers
    answers = [
        (answer == YES, answer != NO, low, high)
        for answer, low, high in zip(found.answer, found.low, found.high, strict=True)
    ]
    return {
        item: ItemState.of([rules[n] for n in numbers], [answers[n] for n in numbers])
        for item, numbers in run.bound.program.items.items()
    }


def nothing(run: RunFolder) -> ItemState:
    """The state of an item that the run's lists do not have."""
    zeros = np.zeros(len(run.cells.codes), np.int64)
    return ItemState(zeros.astype(bool), zeros.astype(bool), zeros, zeros, zeros)


def states_of(program: Program, coding: Coding, classes: Mapping[str, Ints]) -> dict[str, ItemState]:
    """State per item id of people given by their classes."""
    found = [
        (answer.yes, answer.may, answer.paid_low, answer.paid_high)
        for answer in Evaluator(program, coding, classes).answers()
    ]
    return {
        item: ItemState.of([program.rules[n] for n in numbers], [found[n] for n in numbers])
        for item, numbers in program.items.items()
    }
