"""Conditions: a frozen expression over facts, valid by construction.

Every leaf compares one fact with constants, so it is a step function of one integer column. Each node is a reader's
whole vocabulary: reference, NumPy, DuckDB, Spark and z3 know just these seven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yiyang.base.errors import ConditionError
from yiyang.engine.facts import Fact, Kind, Label, area_span

OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Everyone:
    """True for every person."""


@dataclass(frozen=True)
class Compare:
    """fact OP value, value being the stored integer (years for a `years` fact)."""

    fact: Fact
    op: str
    value: int

    def __post_init__(self) -> None:
        kind = self.fact.kind
        if kind is Kind.AREA:
            raise ConditionError(
                f"地区事实 {self.fact.name} 只能用 within 比较",
                f"area fact {self.fact.name} is compared by `within` only",
            )
        if kind in (Kind.BOOL, Kind.ENUM) and self.op not in ("==", "!="):
            raise ConditionError(
                f"事实 {self.fact.name} 的取值没有高低之分，只能用 ==、!= 或 in，不能用 {self.op}",
                f"the values of {self.fact.name} have no order: use ==, != or in, not {self.op}",
            )
        _check_bounds(self.fact, self.value)


@dataclass(frozen=True)
class OneOf:
    """fact in (values), values being stored integers, sorted."""

    fact: Fact
    values: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.fact.kind is Kind.AREA:
            raise ConditionError(
                f"地区事实 {self.fact.name} 请用 within", f"use `within` for the area fact {self.fact.name}"
            )
        for value in self.values:
            _check_bounds(self.fact, value)


@dataclass(frozen=True)
class Within:
    """The area fact lies under one of the areas (6-, 9- or 12-digit codes)."""

    fact: Fact
    areas: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.fact.kind is not Kind.AREA:
            raise ConditionError(
                f"within 只用于地区事实，{self.fact.name} 不是", f"`within` is for area facts; {self.fact.name} is none"
            )

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        return tuple(area_span(code) for code in self.areas)


@dataclass(frozen=True)
class Not:
    part: Condition


@dataclass(frozen=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Named:
    """A term: a condition with a name of its own."""

    label: Label
    part: Condition


Leaf = Compare | OneOf | Within
Condition = Everyone | Compare | OneOf | Within | Not | And | Or | Named

EVERYONE = Everyone()


def _check_bounds(fact: Fact, value: int) -> None:
    if fact.is_listed and not 0 <= value < fact.size:
        raise ConditionError(f"事实 {fact.name} 没有第 {value} 个取值", f"fact {fact.name} has no value number {value}")
    if fact.kind in (Kind.INT, Kind.YEARS) and not fact.minimum <= value <= fact.maximum:
        raise ConditionError(
            f"{fact.zh}的取值应在 {fact.minimum} 与 {fact.maximum} 之间，不能是 {value}",
            f"{fact.name} lies between {fact.minimum} and {fact.maximum}; {value} is impossible",
        )


def all_of(*parts: Condition) -> Condition:
    """The conjunction, flattened; `everyone` drops out."""
    flat: list[Condition] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, And) else [] if isinstance(part, Everyone) else [part])
    return EVERYONE if not flat else flat[0] if len(flat) == 1 else And(tuple(flat))


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The leaves from left to right, repeated where written twice."""
    match condition:
        case Compare() | OneOf() | Within():
            yield condition
        case Not(part) | Named(_, part):
            yield from leaves(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)


def holds_at(leaf: Leaf, value: int) -> bool:
    """Whether the leaf holds for a known value: the stored integer, or whole years for a `years` fact."""
    match leaf:
        case OneOf(_, values):
            return value in values
        case Within():
            return any(low <= value < high for low, high in leaf.spans)
        case Compare(_, "==", wanted):
            return value == wanted
        case Compare(_, "!=", wanted):
            return value != wanted
        case Compare(_, "<", wanted):
            return value < wanted
        case Compare(_, "<=", wanted):
            return value <= wanted
        case Compare(_, ">", wanted):
            return value > wanted
        case Compare(_, ">=", wanted):
            return value >= wanted
    raise AssertionError(leaf)


def thresholds(leaf: Leaf) -> set[int]:
    """The values at which the leaf may change its answer: below and from each."""
    match leaf:
        case Within():
            return {edge for span in leaf.spans for edge in span}
        case OneOf(_, values):
            return {edge for value in values for edge in (value, value + 1)}
        case Compare(_, "==" | "!=", value):
            return {value, value + 1}
        case Compare(_, ">=" | "<", value):
            return {value}
        case Compare(_, ">" | "<=", value):
            return {value + 1}
    raise AssertionError(leaf)
