"""Statistical tables: every count of every combination, with all totals. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from yiyang.base.errors import UsageError

Counts = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
# The code of "all of them" in every dimension.
TOTAL = "_T"


@dataclass(frozen=True)
class Dimension:
    """What is told apart: a tree of codes. The total stands first, and parents before their children.

    Attributes:
        parents: the place of each code's parent; -1 for the total.
    """

    name: str
    zh: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    parents: tuple[int, ...]

    def __post_init__(self) -> None:
        wrong = self.parents[:1] != (-1,) or any(not 0 <= p < i for i, p in enumerate(self.parents[1:], 1))
        if wrong or len({len(self.codes), len(self.labels), len(self.parents)}) != 1:
            raise UsageError(f"分组“{self.zh}”的层级不成立。", f"The tree of dimension {self.name} does not hold.")

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """Places of the codes that have nothing below them."""
        return tuple(i for i in range(len(self.codes)) if i not in set(self.parents))

    @cached_property
    def adding(self) -> Counts:
        """codes × leaves: 1 where a leaf lies in a code."""
        found = np.zeros((len(self.codes), len(self.leaves)), np.int64)
        for column, place in enumerate(self.leaves):
            while place >= 0:
                found[place, column] = 1
                place = self.parents[place]
        return found

    def children(self) -> list[tuple[int, list[int]]]:
        """Each code with something below it, and what lies directly below."""
        found: dict[int, list[int]] = {}
        for place, parent in enumerate(self.parents):
            if parent >= 0:
                found.setdefault(parent, []).append(place)
        return sorted(found.items())


def flat(name: str, zh: str, codes: Sequence[str], labels: Sequence[str] = ()) -> Dimension:
    """A dimension of one level under its total."""
    words = tuple(labels) or tuple(codes)
    return Dimension(name, zh, (TOTAL, *codes), ("合计", *words), (-1, *(0,) * len(codes)))


# Code of a subtotal → its label and the codes that it adds up.
Subtotals = Mapping[str, tuple[str, frozenset[str]]]


def grouped(name: str, zh: str, codes: Sequence[str], labels: Sequence[str], subtotals: Subtotals) -> Dimension:
    """A dimension with subtotals, which lie in each other or apart; one of nothing that is there is left out."""
    sets = {code: found for code, (_, parts) in subtotals.items() if (found := parts & set(codes))}
    sets |= {code: frozenset([code]) for code in codes}
    # A subtotal stands before what lies in it; of equal ones the subtotal, which was asked for first.
    first = {code: min(codes.index(part) for part in found) for code, found in sets.items()}
    order = sorted(sets, key=lambda code: (first[code], -len(sets[code])))
    words = {code: word for code, (word, _) in subtotals.items()} | dict(zip(codes, labels, strict=True))
    parents = [-1]
    for place, code in enumerate(order):
        above = [i for i in range(place) if sets[code] <= sets[order[i]]]
        parents.append(above[-1] + 1 if above else 0)
    return Dimension(name, zh, (TOTAL, *order), ("合计", *(words[code] for code in order)), tuple(parents))


def nested(
    name: str, zh: str, codes: Sequence[str], cuts: Sequence[int], labels: dict[str, str], root: str = TOTAL
) -> Dimension:
    """A dimension of codes that lie in each other by their first characters (areas: 6 for counties, 9 for towns).

    Args:
        root: the code in which all lie; an area's makes its total the same cell as in the table of the area above.
    """
    found, places = [root], {root: 0}
    parents = [-1]
    for code in sorted(set(codes) - {root}):
        above = root
        for cut in (*[cut for cut in cuts if cut < len(code.rstrip("0") or "0")], None):
            step = code if cut is None else code[:cut].ljust(len(code), "0")
            if step not in places and not (cut is not None and root.startswith(code[:cut])):
                places[step] = len(found)
                found.append(step)
                parents.append(places[above])
            above = step if step in places else above
    words = (labels.get(root, "合计"), *(labels.get(code, code) for code in found[1:]))
    return Dimension(name, zh, tuple(found), words, tuple(parents))


@dataclass(frozen=True)
class Table:
    """Counts of people over some dimensions, all totals included.

    Attributes:
        universe: who is counted; tables of one universe and moment share their common totals.
        moment: for when, as "2026-10".
        counts: one axis a dimension, in the order of its codes.
    """

    name: str
    zh: str
    universe: str
    moment: str
    dimensions: tuple[Dimension, ...]
    counts: Counts = field(repr=False)

    @property
    def size(self) -> int:
        """How many cells it has."""
        return int(self.counts.size)


def table_of(name: str, zh: str, universe: str, moment: str, dimensions: Sequence[Dimension], leaves: Counts) -> Table:
    """The table with all totals, from the counts of its leaves."""
    found = np.asarray(leaves, np.int64)
    for axis, each in enumerate(dimensions):
        found = np.moveaxis(np.tensordot(each.adding, found, axes=(1, axis)), 0, axis)
    return Table(name, zh, universe, moment, tuple(dimensions), np.ascontiguousarray(found))


def keys_of(dimensions: Sequence[Dimension], universe: str, moment: str) -> list[str]:
    """What each cell counts, in words that are the same in every table that counts it too."""
    found = [f"{universe}|{moment}"]
    for each in sorted(range(len(dimensions)), key=lambda place: dimensions[place].name):
        words = ["" if code == TOTAL else f"|{dimensions[each].name}={code}" for code in dimensions[each].codes]
        found = [before + word for before in found for word in words]
    shape = [len(dimensions[i].codes) for i in sorted(range(len(dimensions)), key=lambda p: dimensions[p].name)]
    order = sorted(range(len(dimensions)), key=lambda place: dimensions[place].name)
    return list(np.asarray(found, object).reshape(shape).transpose(np.argsort(order)).reshape(-1))
