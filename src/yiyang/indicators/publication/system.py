"""What adds up to what: the cells of all tables that somebody may lay side by side, and their sums. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from yiyang.indicators.publication.tables import Counts, Dimension, keys_of

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Shape:
    """The outside of a table: all that one must know to see what adds up to what."""

    universe: str
    moment: str
    dimensions: tuple[Dimension, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Codes by dimension."""
        return tuple(len(each.codes) for each in self.dimensions)


@dataclass(frozen=True)
class System:
    """Cells of some tables; a cell that two tables count is one cell.

    Attributes:
        keys: what each cell counts.
        places: by table, the cell of each of its places.
        sums: rows of +1 (the total) and -1 (its parts); times the counts, each is zero.
        same_cell: pairs of cells that count the same in another month.
    """

    keys: tuple[str, ...]
    places: tuple[Ints, ...]
    sums: csr_array
    same_cell: Ints

    def gather(self, tables: Sequence[Counts]) -> Counts:
        """One value a cell from the tables' values."""
        found = np.zeros(len(self.keys), np.int64)
        for places, values in zip(self.places, tables, strict=True):
            found[places] = np.asarray(values, np.int64).reshape(-1)
        return found


def system_of(shapes: Sequence[Shape]) -> System:
    """Lay tables side by side."""
    index: dict[str, int] = {}
    places = [
        np.array([index.setdefault(key, len(index)) for key in keys_of(s.dimensions, s.universe, s.moment)], np.int64)
        for s in shapes
    ]
    parts = [_sums(shape.dimensions, at, len(index)) for shape, at in zip(shapes, places, strict=True)]
    entries = [np.concatenate([part[i] for part in parts]) for i in (0, 2)]
    first, rows = 0, []
    for part in parts:
        rows.append(part[1] + first)
        first += part[3]
    sums = csr_array((entries[1], (np.concatenate(rows), entries[0])), shape=(first, len(index)))
    return System(tuple(index), tuple(places), sums, _months(tuple(index)))


def _sums(dimensions: tuple[Dimension, ...], at: Ints, size: int) -> tuple[Ints, Ints, Counts, int]:
    """columns, rows, values, how many. Each total once, by the first dimension in which it is one: the rest follows."""
    cells = at.reshape([len(each.codes) for each in dimensions])
    columns, rows, values, first = [], [], [], 0
    for axis, each in enumerate(dimensions):
        leaves = [np.array(other.leaves) for other in dimensions[:axis]]
        for total, below in each.children():
            wanted = [*leaves, np.array([total]), *(np.arange(len(o.codes)) for o in dimensions[axis + 1 :])]
            above = cells[np.ix_(*wanted)].reshape(-1)
            number = np.arange(first, first + len(above))
            first += len(above)
            columns.append(above)
            rows.append(number)
            values.append(np.ones(len(above), np.int64))
            for child in below:
                wanted[axis] = np.array([child])
                part = cells[np.ix_(*wanted)].reshape(-1)
                columns.append(part)
                rows.append(number)
                values.append(-np.ones(len(part), np.int64))
    if not columns:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), 0
    return np.concatenate(columns), np.concatenate(rows), np.concatenate(values), first


def _months(keys: tuple[str, ...]) -> Ints:
    """Pairs of neighbouring months of one cell."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for place, key in enumerate(keys):
        universe, moment, rest = (*key.split("|", 2), "")[:3]
        found.setdefault((universe, rest), []).append((moment, place))
    pairs = [
        (one[1], two[1])
        for same in found.values()
        if len(same) > 1
        for one, two in zip(sorted(same), sorted(same)[1:], strict=False)
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)
