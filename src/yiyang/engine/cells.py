"""Cells: the classes into which a program's thresholds split people, and the code of a combination.

An axis is one fact's classes: class k holds the values from edge k-1 up to below edge k; the last class is *unknown*.
A cell's code is the mixed-radix number of its classes, the first axis counting most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from yiyang.base.errors import PolicyError
from yiyang.engine.conditions import Leaf, holds_at, thresholds
from yiyang.engine.facts import Fact, Kind
from yiyang.engine.rules import Program

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
UNKNOWN = -1  # the unknown value in NumPy columns; every stored integer is 0 or more


@dataclass(frozen=True)
class Axis:
    fact: Fact
    edges: tuple[int, ...]

    @property
    def size(self) -> int:
        """Classes, the unknown one included."""
        return len(self.edges) + 2

    @property
    def unknown(self) -> int:
        return self.size - 1

    @cached_property
    def representatives(self) -> tuple[int, ...]:
        """One known value of each known class (years, not birth dates, for a `years` fact)."""
        least = self.fact.minimum if self.fact.kind in (Kind.INT, Kind.YEARS) else 0
        return (self.edges[0] - 1 if self.edges else least, *self.edges)

    def values_of(self, number: int) -> tuple[int, int | None]:
        """The class's values: from (inclusive) and to (exclusive, None = open)."""
        low = 0 if number == 0 else self.edges[number - 1]
        return low, self.edges[number] if number < len(self.edges) else None

    @cached_property
    def is_consecutive(self) -> bool:
        return all(b == a + 1 for a, b in zip(self.edges, self.edges[1:], strict=False))

    def truth(self, leaf: Leaf) -> tuple[Bools, Bools]:
        """(certainly, possibly) of a leaf for every class."""
        yes = np.array([holds_at(leaf, value) for value in self.representatives] + [False])
        may = yes.copy()
        may[-1] = True
        return yes, may

    def classes(self, column: Ints, reference: int) -> Ints:
        """Classes of a NumPy column of stored integers (UNKNOWN for unknown)."""
        values = (reference - column) // 10000 if self.fact.kind is Kind.YEARS else column
        if self.is_consecutive and self.edges:
            found = np.clip(values - (self.edges[0] - 1), 0, len(self.edges))
        else:
            found = np.searchsorted(np.array(self.edges, np.int64), values, side="right")
        return np.where(column == UNKNOWN, self.unknown, found)

    def sql(self, reference: int) -> str:
        """The class as a standard SQL expression over the fact's column."""
        column = self.fact.column
        return f"CASE WHEN {column} IS NULL THEN {self.unknown} {self._known_sql(column, reference)} END"

    def _known_sql(self, column: str, reference: int) -> str:
        if not self.edges:
            return "ELSE 0"
        if self.fact.kind is Kind.YEARS:
            return self._years_sql(column, reference)
        if self.is_consecutive and self.edges[0] == 1 and self.fact.is_listed:
            return (
                f"ELSE {column}"
                if len(self.edges) == self.fact.size - 1
                else f"WHEN {column} > {len(self.edges)} THEN {len(self.edges)} ELSE {column}"
            )
        whens = " ".join(f"WHEN {column} < {edge} THEN {k}" for k, edge in enumerate(self.edges))
        return f"{whens} ELSE {len(self.edges)}"

    def _years_sql(self, column: str, reference: int) -> str:
        """`age >= n` is `birth <= reference - n years`; many single years are cheaper as arithmetic."""
        if self.is_consecutive and len(self.edges) > 4:
            first, top = self.edges[0], len(self.edges)
            years = f"CAST(FLOOR(({reference} - {column}) / 1e4) AS BIGINT)"
            return (
                f"WHEN {column} > {reference - first * 10000} THEN 0 "
                f"WHEN {column} <= {reference - self.edges[-1] * 10000} THEN {top} ELSE {years} - {first - 1}"
            )
        whens = " ".join(f"WHEN {column} > {reference - edge * 10000} THEN {k}" for k, edge in enumerate(self.edges))
        return f"{whens} ELSE {len(self.edges)}"


@dataclass(frozen=True)
class Coding:
    """The axes of a program, in order of the facts' names."""

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        if self.total >= 2**62:
            raise PolicyError(
                "条件用到的事实组合过多，超出编码范围；请减少取值的切分。",
                "too many combinations of facts to be coded in 62 bits",
            )

    @cached_property
    def total(self) -> int:
        """How many cells are possible."""
        product = 1
        for axis in self.axes:
            product *= axis.size
        return product

    @cached_property
    def strides(self) -> tuple[int, ...]:
        found, stride = [], 1
        for axis in reversed(self.axes):
            found.append(stride)
            stride *= axis.size
        return tuple(reversed(found))

    def knows(self, leaf: Leaf) -> bool:
        """Whether the leaf is a function of the cell."""
        edges = next((axis.edges for axis in self.axes if axis.fact == leaf.fact), None)
        return edges is not None and all(edge in edges for edge in thresholds(leaf) if splits(leaf.fact, edge))

    def refined(self, leaves: Iterable[Leaf]) -> Coding:
        """The coding with further cuts, so that it knows these leaves too."""
        edges = {axis.fact: set(axis.edges) for axis in self.axes}
        for leaf in leaves:
            edges.setdefault(leaf.fact, set()).update(thresholds(leaf))
        return _coding(edges)

    def __getitem__(self, fact: str) -> Axis:
        return next(axis for axis in self.axes if axis.fact.name == fact)

    def encode(self, columns: Mapping[str, Ints], reference: int) -> Ints:
        """Cell codes of people given as NumPy columns by column name."""
        code = np.zeros(len(next(iter(columns.values()))), np.int64)
        for axis, stride in zip(self.axes, self.strides, strict=True):
            classes = axis.classes(columns[axis.fact.column], reference)
            code += classes if stride == 1 else classes * stride
        return code

    def decode(self, codes: Ints) -> dict[str, Ints]:
        """Classes by fact name."""
        return {
            axis.fact.name: codes // stride % axis.size for axis, stride in zip(self.axes, self.strides, strict=True)
        }

    def sql(self, reference: int) -> str:
        """The cell code as one standard SQL expression."""
        parts = [
            f"CAST({axis.sql(reference)} AS BIGINT) * {stride}"
            for axis, stride in zip(self.axes, self.strides, strict=True)
        ]
        return " + ".join(parts) or "CAST(0 AS BIGINT)"


def coding_of(program: Program, *, every_year: Sequence[int] = (), also: Iterable[Leaf] = ()) -> Coding:
    """The coarsest coding on which every rule's answer is a function of the cell.

    Args:
        every_year: (first, last): a `years` fact is cut at every year between, so that thresholds can be simulated.
        also: further leaves (of another program) that must be answerable.
    """
    edges: dict[Fact, set[int]] = {fact: set() for fact in program.facts}
    for leaf in [leaf for rule in program.rules for leaf in rule.leaves] + list(also):
        edges.setdefault(leaf.fact, set()).update(thresholds(leaf))
    for fact, found in edges.items():
        if fact.kind is Kind.YEARS and every_year:
            found.update(range(every_year[0], every_year[1] + 1))
    return _coding(edges)


def _coding(edges: Mapping[Fact, set[int]]) -> Coding:
    axes = [Axis(fact, tuple(sorted(edge for edge in found if splits(fact, edge)))) for fact, found in edges.items()]
    return Coding(tuple(sorted(axes, key=lambda axis: axis.fact.name)))


def splits(fact: Fact, edge: int) -> bool:
    """Edges at or below the smallest value, or above the largest, split nothing."""
    if fact.is_listed:
        return 0 < edge < fact.size
    if fact.kind in (Kind.INT, Kind.YEARS):
        return fact.minimum < edge <= fact.maximum
    return edge > 0
