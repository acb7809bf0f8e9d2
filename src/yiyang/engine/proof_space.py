"""The people a proof speaks of: everybody whose facts are all known, as cells of common cuts; and who is typical.

A person in a proof is a cell; of the many cells that prove a point the one with the fewest unusual facts is shown.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from yiyang.engine.cells import Axis, Bools, Coding, Ints, coding_of
from yiyang.engine.conditions import EVERYONE, And, Condition, Leaf, all_of, holds_at, leaves
from yiyang.engine.evaluate import Evaluator
from yiyang.engine.facts import Fact, Kind, as_int
from yiyang.engine.rules import Program

Classes = Mapping[str, Ints]
NO_RULES = Program(())
CHUNK = 1 << 17
UNUSUAL = 100  # what a fact costs that is not as with most people; the distance from the typical class comes on top


@dataclass(frozen=True)
class Universe:
    """Whom a proof is about.

    Attributes:
        condition: what holds for every one of them (alive, registered here …).
        implications: conditions that hold for everybody by the meaning of the facts.
        typical: fact name → the value most people have (years for a `years` fact); otherwise what is absent, or 0.
    """

    condition: Condition = EVERYONE
    implications: tuple[Condition, ...] = ()
    typical: Mapping[str, int] = field(default_factory=dict)

    def conditions(self, asked: Iterable[Leaf]) -> tuple[Condition, ...]:
        """The condition, and every implication that ties facts asked about to each other, directly or not."""
        facts = {leaf.fact for leaf in asked} | _facts(self.condition)
        waiting, found = list(self.implications), [self.condition]
        while tied := [rule for rule in waiting if _facts(rule) & facts]:
            found.extend(tied)
            facts.update(*(_facts(rule) for rule in tied))
            waiting = [rule for rule in waiting if rule not in tied]
        return tuple(found)

    def usual(self, fact: Fact) -> int:
        """The value most people have."""
        return self.typical.get(fact.name, fact.absent or 0)


def _facts(condition: Condition) -> set[Fact]:
    return {leaf.fact for leaf in leaves(condition)}


@dataclass(frozen=True)
class Witness:
    """A person who proves a point, every fact known.

    Attributes:
        values: fact name → value (years for a `years` fact).
        classes: fact name → class in the space that was searched.
        telling: facts asked about that are unusual, or but for which the point would not hold.
        unusual: those of the telling facts that are not as with most people.
        cost: how unusual the person is.
    """

    values: Mapping[str, int]
    classes: Mapping[str, int]
    telling: tuple[str, ...]
    unusual: tuple[str, ...]
    cost: int

    def stored(self, facts: Iterable[Fact], reference: int) -> dict[str, int | None]:
        """The person as integers by column, a birth date for years; NULL for facts that no one asked about."""
        found: dict[str, int | None] = {}
        for fact in facts:
            value = self.values.get(fact.name)
            years = value is not None and fact.kind is Kind.YEARS
            found[fact.column] = reference - value * 10000 if years and value is not None else value
        return found


class Space:
    """The known cells of the common cuts of some leaves that lie in a universe.

    Args:
        asked: every leaf whose answer must be a function of the cell.
        universe: whom the proof is about.
    """

    def __init__(self, asked: Iterable[Leaf], universe: Universe) -> None:
        asked = list(asked)
        self.universe = universe
        self.asked = {leaf.fact.name for leaf in asked}
        self.conditions = universe.conditions(asked)
        self.coding: Coding = coding_of(NO_RULES, also=[*asked, *(leaf for c in self.conditions for leaf in leaves(c))])
        self.allowed: dict[str, Ints] = {axis.fact.name: self._allowed(axis) for axis in self.axes}

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.coding.axes

    @cached_property
    def total(self) -> int:
        """How many cells must be looked at."""
        product = 1
        for classes in self.allowed.values():
            product *= len(classes)
        return product

    def chunks(self) -> Iterator[Classes]:
        """Every cell of the universe, some at a time."""
        dims = [len(classes) for classes in self.allowed.values()]
        for start in range(0, self.total, CHUNK):
            codes = np.arange(start, min(start + CHUNK, self.total))
            places = np.unravel_index(codes, dims) if dims else ()
            yield self.within({name: self.allowed[name][at] for name, at in zip(self.allowed, places, strict=True)})

    def within(self, classes: Classes) -> Classes:
        """Those of the cells that lie in the universe."""
        return self._filtered(classes, self.conditions)

    def _filtered(self, classes: Classes, conditions: tuple[Condition, ...]) -> Classes:
        inside = self.truth(all_of(*conditions), classes)
        return classes if inside.all() else {name: column[inside] for name, column in classes.items()}

    def truth(self, condition: Condition, classes: Classes) -> Bools:
        """A condition's answer in each cell; everything is known, so it is yes or no."""
        return Evaluator(NO_RULES, self.coding, classes).truth(condition)[0]

    def neighbours(self, classes: Mapping[str, int], axis: Axis) -> Classes:
        """The possible cells that differ from one in a single fact, itself included, be they in the universe or not."""
        classes_here = self.allowed[axis.fact.name]
        cells = {name: np.full(len(classes_here), number) for name, number in classes.items()}
        return self._filtered({**cells, axis.fact.name: classes_here}, self.conditions[1:])

    def cost(self, classes: Classes) -> Ints:
        """How unusual each cell is."""
        found = np.zeros(len(next(iter(classes.values()))) if classes else 1, np.int64)
        for axis in self.axes:
            found += self.costs[axis.fact.name][classes[axis.fact.name]]
        return found

    @cached_property
    def costs(self) -> dict[str, Ints]:
        """Fact name → cost of each of its known classes."""
        return {axis.fact.name: self._costs(axis) for axis in self.axes}

    def is_usual(self, axis: Axis, number: int) -> bool:
        return bool(self.costs[axis.fact.name][number] == 0)

    def value(self, axis: Axis, number: int) -> int:
        """The value of a class that comes nearest to what most people have."""
        low, high = _values(axis, number)
        return min(max(self.universe.usual(axis.fact), low), high)

    def _costs(self, axis: Axis) -> Ints:
        """Being of another age is nothing unusual; being disabled is."""
        usual = self.universe.usual(axis.fact)
        home = next((k for k in range(axis.size - 1) if self.value(axis, k) == usual), 0)
        step = 0 if axis.fact.kind in (Kind.YEARS, Kind.INT, Kind.DATE) else UNUSUAL
        return np.array([0 if k == home else step + abs(k - home) for k in range(axis.size - 1)], np.int64)

    def _allowed(self, axis: Axis) -> Ints:
        """The known classes that hold a value, and that no condition on this fact alone rules out."""
        classes = {axis.fact.name: np.arange(axis.size - 1)}
        inside = np.array([low <= high for low, high in (_values(axis, k) for k in range(axis.size - 1))])
        for part in (part for condition in self.conditions for part in _conjuncts(condition)):
            if _facts(part) == {axis.fact}:
                inside &= self.truth(part, classes)
        return classes[axis.fact.name][inside]


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, And) else (condition,)


def _values(axis: Axis, number: int) -> tuple[int, int]:
    """The smallest and the largest possible value of a class; the first exceeds the second where there is none."""
    low, past = axis.values_of(number)
    least, most = _bounds(axis.fact)
    low, high = max(low, least), most if past is None else min(past - 1, most)
    if axis.fact.kind is Kind.DATE:
        # Between 28 February and 1 March lie numbers that are no days.
        return as_int(_first_day(low)), as_int(_last_day(high))
    return low, high


def _bounds(fact: Fact) -> tuple[int, int]:
    """The smallest and the largest value of a fact."""
    match fact.kind:
        case Kind.INT | Kind.YEARS:
            return fact.minimum, fact.maximum
        case Kind.AREA:
            return 0, 10**12 - 1
        case Kind.DATE:
            return as_int(date.min), as_int(date.max)
    return 0, fact.size - 1


def _first_day(number: int) -> date:
    """The first day that is not before yyyymmdd, which may be no day."""
    year, month, day = number // 10000, number // 100 % 100, number % 100
    if month > 12:
        return date(year + 1, 1, 1)
    last = monthrange(year, max(month, 1))[1]
    if month == 0 or day <= last:
        return date(year, max(month, 1), max(day if month else 1, 1))
    return date(year, month, last) + timedelta(days=1)


def _last_day(number: int) -> date:
    """The last day that is not after yyyymmdd."""
    first = _first_day(number)
    return first if as_int(first) == number else first - timedelta(days=1)


def class_truth(axis: Axis, leaf: Leaf) -> tuple[bool, ...]:
    """A leaf's answer for each known class."""
    return tuple(holds_at(leaf, value) for value in axis.representatives)
