"""The levels of a table: all its cells that are equally fine. Everybody stands in one cell of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from yiyang.indicators.publication.tables import Counts, Dimension, Table

# A code is the total of its dimension, a subtotal, or as fine as can be.
TOTAL, SUBTOTAL, FINEST = 0, 1, 2


@dataclass(frozen=True)
class Level:
    """Cells that are equally fine.

    Attributes:
        kinds: by dimension whether its codes are the total, subtotals, or the finest.
        zh, en: what is told apart there.
        leaves: of how many finest cells the largest of its cells is the sum.
        cells: how many cells it has.
    """

    kinds: tuple[int, ...]
    zh: str
    en: str
    leaves: int
    cells: int


def kinds_of(dimension: Dimension) -> Counts:
    """Of each code whether it is the total, a subtotal, or as fine as can be."""
    found = np.full(len(dimension.codes), SUBTOTAL)
    found[list(dimension.leaves)] = FINEST
    found[0] = TOTAL
    return found


def levels_of(dimensions: Sequence[Dimension]) -> list[Level]:
    """Every level, the coarsest first."""
    kinds = [kinds_of(each) for each in dimensions]
    return [_level(dimensions, kinds, at) for at in product(*(sorted(set(each.tolist())) for each in kinds))]


def _level(dimensions: Sequence[Dimension], kinds: list[Counts], at: tuple[int, ...]) -> Level:
    largest, cells, zh, en = 1, 1, [], []
    for each, mine, kind in zip(dimensions, kinds, at, strict=True):
        places = np.flatnonzero(mine == kind)
        largest *= int(each.adding[places].sum(axis=1).max())
        cells *= len(places)
        if kind != TOTAL:
            zh.append(each.zh if kind == FINEST else f"{each.zh}小计")
            en.append(each.name if kind == FINEST else f"{each.name} (subtotals)")
    return Level(at, "×".join(zh) or "总计", " × ".join(en) or "total", largest, cells)


def level_of_cells(dimensions: Sequence[Dimension]) -> Counts:
    """For each cell of a table the place of its level in `levels_of`, in the table's shape."""
    kinds = [kinds_of(each) for each in dimensions]
    there = [np.unique(each) for each in kinds]
    found = np.zeros([len(each.codes) for each in dimensions], np.int64)
    for axis, mine in enumerate(kinds):
        step = int(np.prod([len(each) for each in there[axis + 1 :]], dtype=np.int64))
        shape = [-1 if place == axis else 1 for place in range(len(kinds))]
        found += step * np.searchsorted(there[axis], mine).reshape(shape)
    return found


def cells_a_person(dimensions: Sequence[Dimension]) -> int:
    """In how many cells of a table somebody counts at most, with all totals."""
    return int(np.prod([each.adding.sum(axis=0).max() for each in dimensions]))


def widest(dimensions: Sequence[Dimension]) -> int:
    """The place of the dimension with most codes, mostly areas: figures are shared out from its top down."""
    return max(range(len(dimensions)), key=lambda place: (len(dimensions[place].leaves), -place))


def errors_of(told: Mapping[str, Any]) -> list[int] | None:
    """Of a published table with noise, how far off each figure may be; None of others."""
    levels = told.get("protection", {}).get("levels")
    if not levels:
        return None
    dimensions = [
        Dimension(d["name"], d["title"], tuple(d["codes"]), tuple(d["labels"]), tuple(d["parents"]))
        for d in told["dimensions"]
    ]
    errors = np.array([each["error"] for each in levels])
    return [int(each) for each in errors[level_of_cells(dimensions)].reshape(-1)]


def leaves_of(table: Table) -> Counts:
    """The finest cells of a table, one axis a dimension."""
    return np.ascontiguousarray(table.counts[np.ix_(*(each.leaves for each in table.dimensions))])
