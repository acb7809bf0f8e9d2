"""The people a proof speaks of: everybody whose facts are all known, as cells of common cuts; and who is typical.

A person in a proof is a cell; of the many cells that prove a point the one with the fewest unusual facts is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from yiyang.engine.cells import Axis, Bools, Coding, Ints, coding_of
from yiyang.engine.conditions import EVERYONE, And, Condition, Leaf, all_of, holds_at, leaves
from yiyang.engine.evaluate import Evaluator
from yiyang.engine.facts import Fact, Kind
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
        telling: facts that are unusual, or but for which the point would not hold; the rest is as with most people.
        cost: how unusual the person is.
    """

    values: Mapping[str, int]
    classes: Mapping[str, int]
    telling: tuple[str, ...]
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
        inside = self.truth(all_of(*self.conditions), classes)
        return classes if inside.all() else {name: column[inside] for name, column in classes.items()}

    def truth(self, condition: Condition, classes: Classes) -> Bools:
        """A condition's answer in each cell; everything is known, so it is yes or no."""
        return Evaluator(NO_RULES, self.coding, classes).truth(condition)[0]

    def neighbours(self, classes: Mapping[str, int], axis: Axis) -> Classes:
        """The cells of the universe that differ from one in a single fact, itself included."""
        classes_here = self.allowed[axis.fact.name]
        cells = {name: np.full(len(classes_here), number) for name, number in classes.items()}
        return self.within({**cells, axis.fact.name: classes_here})

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
        low, high = axis.values_of(number)
        low, high = max(low, _least(axis.fact)), _past(axis.fact) if high is None else high
        return min(max(self.universe.usual(axis.fact), low), high - 1)

    def _costs(self, axis: Axis) -> Ints:
        """Being of another age is nothing unusual; being disabled is."""
        usual = self.universe.usual(axis.fact)
        home = next((k for k in range(axis.size - 1) if self.value(axis, k) == usual), 0)
        step = 0 if axis.fact.kind in (Kind.YEARS, Kind.INT, Kind.DATE) else UNUSUAL
        return np.array([0 if k == home else step + abs(k - home) for k in range(axis.size - 1)], np.int64)

    def _allowed(self, axis: Axis) -> Ints:
        """The known classes that no condition on this fact alone rules out."""
        classes = {axis.fact.name: np.arange(axis.size - 1)}
        inside = np.ones(axis.size - 1, bool)
        for part in (part for condition in self.conditions for part in _conjuncts(condition)):
            if _facts(part) == {axis.fact}:
                inside &= self.truth(part, classes)
        return classes[axis.fact.name][inside]


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, And) else (condition,)


def _least(fact: Fact) -> int:
    return fact.minimum if fact.kind in (Kind.INT, Kind.YEARS) else 0


def _past(fact: Fact) -> int:
    """One more than the largest value."""
    match fact.kind:
        case Kind.INT | Kind.YEARS:
            return fact.maximum + 1
        case Kind.AREA:
            return 10**12
        case Kind.DATE:
            return 99991232
    return fact.size


def class_truth(axis: Axis, leaf: Leaf) -> tuple[bool, ...]:
    """A leaf's answer for each known class."""
    return tuple(holds_at(leaf, value) for value in axis.representatives)
