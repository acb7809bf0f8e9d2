"""Proofs over all people one can think of: whether a condition always holds, and of whom it does not.

A question is put to a reader and answered by a truth for each name it asks about. There are two readers: NumPy looks at
every cell (`Cells`), z3 reasons about them where they are too many (`yiyang.engine.proof_z3`). Both must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np

from yiyang.engine.cells import Axis
from yiyang.engine.conditions import EVERYONE, And, Condition, Not, Or, all_of, leaves
from yiyang.engine.evaluate import Evaluator
from yiyang.engine.proof_space import Classes, Space, Universe, Witness
from yiyang.engine.rules import Program, Rule

LIMIT = 2_000_000
NOBODY = Not(EVERYONE)
ALL_PEOPLE = Universe()


class Method(StrEnum):
    AUTO = "auto"  # every cell up to the limit, z3 beyond
    EXHAUSTIVE = "exhaustive"
    Z3 = "z3"


@dataclass(frozen=True)
class Paid:
    """One rule's answer in the reader's own terms: a truth, and fen a period if entitled."""

    yes: Any
    fen: Any


class Reader(Protocol):
    """Answers in its own terms: NumPy arrays over cells, or z3 expressions. Both know & | ~ + * and comparisons."""

    def truth(self, condition: Condition) -> Any:
        """Whether a condition holds."""

    def paid(self, program: Program) -> list[Paid]:
        """The answers of a program's rules, stacking included."""

    def only(self, when: Any, fen: Any) -> Any:
        """The amount where the truth holds, otherwise 0."""


Ask = Callable[[Reader], Mapping[str, Any]]


class Cells:
    """The NumPy reader over some cells of a space."""

    def __init__(self, space: Space, classes: Classes) -> None:
        self._space, self._classes = space, classes

    def truth(self, condition: Condition) -> Any:
        return self._space.truth(condition, self._classes)

    def paid(self, program: Program) -> list[Paid]:
        answers = Evaluator(program, self._space.coding, self._classes).answers()
        return [Paid(answer.yes, answer.low) for answer in answers]

    def only(self, when: Any, fen: Any) -> Any:
        return np.where(when, fen, 0)


@dataclass(frozen=True)
class Search:
    """How a question is answered.

    Attributes:
        method: auto, exhaustive or z3.
        limit: up to how many cells `auto` looks at every one.
    """

    method: Method = Method.AUTO
    limit: int = LIMIT

    def uses_z3(self, space: Space) -> bool:
        return self.method is Method.Z3 or (self.method is Method.AUTO and space.total > self.limit)

    def __call__(self, space: Space, ask: Ask) -> dict[str, Witness]:
        """For each name the question asks about: the most typical person of whom it is true, if there is one.

        Errors: MissingPart where z3 is needed and not installed.
        """
        if self.uses_z3(space):
            from yiyang.engine.proof_z3 import cheapest
        else:
            cheapest = _cheapest
        return {name: _witness(space, ask, name, classes) for name, classes in cheapest(space, ask).items()}


SEARCH = Search()


def _cheapest(space: Space, ask: Ask) -> dict[str, dict[str, int]]:
    """Name → classes of the least unusual cell of which it is true."""
    best: dict[str, tuple[int, dict[str, int]]] = {}
    for classes in space.chunks():
        costs = space.cost(classes)
        for name, truth in ask(Cells(space, classes)).items():
            if not truth.any():
                continue
            at = int(np.where(truth, costs, np.iinfo(np.int64).max).argmin())
            if name not in best or costs[at] < best[name][0]:
                best[name] = int(costs[at]), {fact: int(column[at]) for fact, column in classes.items()}
    return {name: classes for name, (_, classes) in best.items()}


def _witness(space: Space, ask: Ask, name: str, classes: Mapping[str, int]) -> Witness:
    asked = [axis for axis in space.axes if axis.fact.name in space.asked]
    unusual = [axis for axis in asked if not space.is_usual(axis, classes[axis.fact.name])]
    telling = [axis for axis in asked if axis in unusual or _decides(space, ask, name, classes, axis)]
    values = {axis.fact.name: space.value(axis, classes[axis.fact.name]) for axis in space.axes}
    cost = sum(int(space.costs[fact][number]) for fact, number in classes.items())
    return Witness(values, dict(classes), _names(telling), _names(unusual), cost)


def _decides(space: Space, ask: Ask, name: str, classes: Mapping[str, int], axis: Axis) -> bool:
    """Whether the point would not hold, or the person be none of the universe, if this fact were another."""
    others = space.neighbours(classes, axis)
    return not (ask(Cells(space, others))[name] & space.truth(space.universe.condition, others)).all()


def _names(axes: list[Axis]) -> tuple[str, ...]:
    return tuple(axis.fact.name for axis in axes)


def find(condition: Condition, universe: Universe = ALL_PEOPLE, search: Search = SEARCH) -> Witness | None:
    """The most typical person of the universe of whom a condition holds; None proves that there is nobody.

    Example:
        >>> find(parse("age >= 80 and not alive", book))  # doctest: +SKIP
        Witness(values={'age': 80, 'alive': 0}, …)
    """
    space = Space(leaves(condition), universe)
    return search(space, lambda reader: {"": reader.truth(condition)}).get("")


def never(condition: Condition, universe: Universe = ALL_PEOPLE, search: Search = SEARCH) -> bool:
    """Whether the condition holds for nobody."""
    return find(condition, universe, search) is None


def always(condition: Condition, universe: Universe = ALL_PEOPLE, search: Search = SEARCH) -> bool:
    """Whether the condition holds for everybody."""
    return never(Not(condition), universe, search)


def gaps(rule: Rule, universe: Universe = ALL_PEOPLE, search: Search = SEARCH) -> Witness | None:
    """A person who is entitled but for whom no tier states an amount, though the rule has tiers."""
    if not rule.tiers:
        return None
    return find(all_of(rule.condition, *(Not(tier.when) for tier in rule.tiers)), universe, search)


def unreachable_tiers(rule: Rule, universe: Universe = ALL_PEOPLE, search: Search = SEARCH) -> tuple[int, ...]:
    """Numbers of the tiers that are never the first to hold for an entitled person."""
    return tuple(
        n for n in range(len(rule.tiers)) if never(all_of(rule.condition, first_tier(rule, n)), universe, search)
    )


def first_tier(rule: Rule, number: int) -> Condition:
    """That a tier is the first to hold."""
    above = (Not(tier.when) for tier in rule.tiers[:number])
    return all_of(*above, rule.tiers[number].when)


def parts_never_decisive(
    condition: Condition, universe: Universe = ALL_PEOPLE, search: Search = SEARCH
) -> tuple[Condition, ...]:
    """Parts of `and` and `or` that could be struck out without changing the answer for anybody.

    A term counts as one part: what stands inside it is decided where the term is defined.
    """
    return tuple(part for part, rest in _without(condition) if never(differ(condition, rest), universe, search))


def differ(one: Condition, other: Condition) -> Condition:
    """Exactly one of the two holds."""
    return Or((And((one, Not(other))), And((Not(one), other))))


def _without(condition: Condition) -> Iterator[tuple[Condition, Condition]]:
    """Every part of an `and` or `or`, and the whole condition without it."""
    match condition:
        case And(parts) | Or(parts):
            again = type(condition)
            for at, part in enumerate(parts):
                others = (*parts[:at], *parts[at + 1 :])
                yield part, others[0] if len(others) == 1 else again(others)
                yield from ((inner, again((*parts[:at], rest, *parts[at + 1 :]))) for inner, rest in _without(part))
        case Not(part):
            yield from ((inner, Not(rest)) for inner, rest in _without(part))
