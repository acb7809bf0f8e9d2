"""Which cells are hidden: the sensitive ones, and others with them, until none can be worked out. Pure.

A *move* changes the hidden counts so that everything told stays as it is. Whoever sees only what is told cannot tell
the tables before and after a move apart. So a sensitive count is hidden when some move raises it by the width asked
for, and some move lowers it as much. Moves are whole numbers: they are real tables, and proof by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from yiyang.base.errors import YiyangError
from yiyang.indicators.publication.programs import Program, Real
from yiyang.indicators.publication.system import Ints, System
from yiyang.indicators.publication.tables import Counts, Flags

NEAR = 1e-6
SECONDS = 20.0


class NotHidden(YiyangError):
    """Some sensitive cells cannot be hidden well enough, whatever else is hidden."""


@dataclass
class Task:
    """Cells of a system, what may be hidden, what must be, and how well.

    Attributes:
        fixed: cells that were told already, or must be told.
        above, below: by how much a cell must possibly be more or less; 0 where nothing is asked.
        drift: of cells in two months: how far their changes may differ from the truth; None = as far as they like.
    """

    system: System
    counts: Counts
    hidden: Flags
    fixed: Flags
    above: Counts
    below: Counts
    drift: int | None
    moves: list[Counts] = field(default_factory=list)

    @property
    def most(self) -> Counts:
        """The largest raise of each cell that is proved so far."""
        return np.maximum.reduce([np.zeros_like(self.counts), *self.moves])

    @property
    def fewest(self) -> Counts:
        """The largest fall of each cell that is proved so far, as a number of at most zero."""
        return np.minimum.reduce([np.zeros_like(self.counts), *self.moves])


@dataclass
class Kept:
    """What is proved so far, without looking through all moves each time."""

    most: Counts
    fewest: Counts


def hide(task: Task, *, order: int = 0) -> Task:
    """Hide more until every demand is met; `task.hidden` and `task.moves` hold the answer.

    One demand after the other, each by the cheapest move, for which what is hidden already costs next to nothing. (Many
    demands at once in one move were tried: quicker, but it hid half as many cells again, and ten times the people.)

    Args:
        order: 0 = the largest counts first, 1 = the smallest first, others = at random, each its own.

    Raises:
        NotHidden: it cannot be done with what is fixed.
    """
    meet_all(task, Kept(np.zeros_like(task.counts), np.zeros_like(task.counts)), Ways(task), order=order)
    _tell_the_idle(task)
    return task


def meet_all(task: Task, kept: Kept, ways: Ways, *, order: int = 0) -> None:
    """Every demand that is not met yet. Raises NotHidden."""
    for cell, sign in _in_order(task, list(_open(task, kept)), order):
        if _lacks(task, kept, cell, sign):
            _meet(task, kept, ways, cell, sign)


def _in_order(task: Task, demands: list[tuple[int, int]], order: int) -> list[tuple[int, int]]:
    if order > 1:
        return [demands[place] for place in np.random.default_rng(order).permutation(len(demands))]
    # The largest first: what is hidden for them serves the others too.
    return sorted(demands, key=lambda each: task.counts[each[0]] * (1 if order else -1))


class Ways:
    """All ways in which counts may move, as one program that stands ready: each demand asks from where it stood.

    Two columns a cell that may move: its raise and its fall.
    """

    def __init__(self, task: Task) -> None:
        self.free = np.flatnonzero(~task.fixed | task.hidden)
        self.size = len(self.free)
        rows = task.system.sums[:, self.free]
        rows = rows[np.flatnonzero(np.diff(rows.indptr))]
        limits = _drifts(task, self.free)
        block = vstack([rows, limits], format="csr")
        drift = np.concatenate([np.zeros(rows.shape[0]), np.full(limits.shape[0], float(task.drift or 0))])
        self.up, self.down = _reaches(task, self.free)
        self.closed = np.zeros(2 * self.size, bool)
        self.program = Program(
            hstack([block, -block], format="csr"), -drift, drift, np.zeros(2 * self.size),
            np.concatenate([self.up, self.down]),
        )  # fmt: skip

    def close(self, cell: int) -> None:
        """A cell is told: it does not move."""
        self._bound(cell, 0.0, 0.0)

    def open(self, cell: int) -> None:
        """It may move again."""
        place = int(np.searchsorted(self.free, cell))
        self._bound(cell, float(self.up[place]), float(self.down[place]))

    def _bound(self, cell: int, up: float, down: float) -> None:
        place = int(np.searchsorted(self.free, cell))
        for column, limit in ((place, up), (place + self.size, down)):
            self.closed[column] = limit == 0.0
            self.program.bounds(column, 0.0, limit)

    def cheapest(self, task: Task, cell: int, sign: int, size: int) -> Real | None:
        """The cheapest move (in fractions) that raises or lowers a cell by so much; None where there is none."""
        place = int(np.searchsorted(self.free, cell))
        wanted, other = (place, place + self.size) if sign > 0 else (place + self.size, place)
        most = np.concatenate([self.up, self.down])
        most[self.closed] = 0.0
        if size > most[wanted]:
            return None
        self.program.bounds(wanted, float(size), float(most[wanted]))
        self.program.bounds(other, 0.0, 0.0)
        price = _prices(task)[self.free]
        found = self.program.solve(np.concatenate([price, price]), SECONDS * 3)
        for place_, limit in ((wanted, most[wanted]), (other, most[other])):
            self.program.bounds(place_, 0.0, float(limit))
        if found is None:
            return None
        move = np.zeros(len(task.counts))
        move[self.free] = found[: self.size] - found[self.size :]
        return move


def _meet(task: Task, kept: Kept, ways: Ways, cell: int, sign: int) -> None:
    """One demand, whatever it takes."""
    size = int(task.above[cell] if sign > 0 else task.below[cell])
    for _ in range(3):
        found = ways.cheapest(task, cell, sign, size)
        move = None if found is None else _in_whole(task, found, cell, sign)
        if move is None:
            break
        _take(task, kept, move)
        if not _lacks(task, kept, cell, sign):
            return
    raise NotHidden(
        f"“{task.system.keys[cell]}”无法隐藏到要求的程度：能一起隐藏的格子不够。请放宽保护宽度，或减少分组、"
        "合并类别，或允许隐藏总数。",
        f"{task.system.keys[cell]} cannot be hidden as asked: ask for less width, or merge categories.",
    )


def _in_whole(task: Task, found: Real, cell: int, sign: int) -> Counts | None:
    """A move in whole numbers of what a move in fractions moves; that becomes hidden."""
    task.hidden |= np.abs(found) > NEAR
    whole = np.rint(found).astype(np.int64)
    if np.abs(found - whole).max(initial=0) < NEAR and holds(task, whole):
        return whole
    return _whole(task, cell, sign)


def _open(task: Task, kept: Kept) -> Iterator[tuple[int, int]]:
    """Demands that are not met yet."""
    yield from ((int(cell), 1) for cell in np.flatnonzero(kept.most < task.above))
    yield from ((int(cell), -1) for cell in np.flatnonzero(-kept.fewest < task.below))


def _lacks(task: Task, kept: Kept, cell: int, sign: int) -> bool:
    return bool(kept.most[cell] < task.above[cell] if sign > 0 else -kept.fewest[cell] < task.below[cell])


def _whole(task: Task, cell: int, sign: int) -> Counts | None:
    """A whole move of hidden cells only, of few of them by little."""
    free = np.flatnonzero(task.hidden)
    rows = task.system.sums[:, free]
    rows, limits = rows[np.flatnonzero(np.diff(rows.indptr))], _drifts(task, free)
    drift = np.concatenate([np.zeros(rows.shape[0]), np.full(limits.shape[0], float(task.drift or 0))])
    up, down = _reaches(task, free)
    least, place = -down, int(np.searchsorted(free, cell))
    size = float(task.above[cell] if sign > 0 else task.below[cell])
    least[place], up[place] = (size, up[place]) if sign > 0 else (least[place], -size)
    program = Program(vstack([rows, limits], format="csr"), -drift, drift, least, up, whole=True)
    found = program.solve(np.zeros(len(free)), SECONDS)
    if found is None:
        return None
    move = np.zeros(len(task.counts), np.int64)
    move[free] = np.rint(found).astype(np.int64)
    return move if holds(task, move) else None


def _reaches(task: Task, free: Ints) -> tuple[Real, Real]:
    """How far each cell may rise and fall."""
    reach = float(4 * max(int(task.above.max(initial=1)), int(task.below.max(initial=1)), 1))
    up, down = np.full(len(free), reach), np.minimum(task.counts[free], reach).astype(float)
    return (up, down) if task.drift is None else _told_elsewhere(task, free, up, down)


def _drifts(task: Task, free: Ints) -> csr_array:
    """Rows that hold two months of a cell together, where both may move."""
    pairs = task.system.same_cell
    if task.drift is None or not len(pairs):
        return csr_array((0, len(free)))
    place = np.full(len(task.counts), -1)
    place[free] = np.arange(len(free))
    both = place[pairs][(place[pairs] >= 0).all(axis=1)]
    number = np.repeat(np.arange(len(both)), 2)
    return csr_array((np.tile([-1.0, 1.0], len(both)), (number, both.reshape(-1))), shape=(len(both), len(free)))


def _told_elsewhere(task: Task, free: Ints, up: Real, down: Real) -> tuple[Real, Real]:
    """A cell that is told in a month next to it moves no further than the drift."""
    fixed = task.fixed & ~task.hidden
    pairs = task.system.same_cell
    near = np.zeros(len(task.counts), bool)
    near[pairs[fixed[pairs[:, 1]], 0]] = True
    near[pairs[fixed[pairs[:, 0]], 1]] = True
    held = near[free]
    limit = float(task.drift or 0)
    return np.where(held, np.minimum(up, limit), up), np.where(held, np.minimum(down, limit), down)


def price_of(counts: Counts) -> Real:
    """What a hidden cell costs its readers: large counts are worth more to them; zeros are seldom hidden."""
    return np.where(counts == 0, 30.0, 1.0 + np.log2(1.0 + counts))


def _prices(task: Task) -> Real:
    """What moving a cell by one costs: next to nothing where it is hidden already."""
    return np.where(task.hidden, 0.01, price_of(task.counts))


def holds(task: Task, move: Counts) -> bool:
    """Whether a move leaves everything told as it is, and every table a table."""
    pairs = task.system.same_cell
    drift = np.abs(move[pairs[:, 1]] - move[pairs[:, 0]]).max(initial=0) if task.drift is not None else 0
    return bool(
        not (task.system.sums @ move).any()
        and not move[~task.hidden].any()
        and (task.counts + move >= 0).all()
        and drift <= (task.drift or 0)
    )


def _take(task: Task, kept: Kept, move: Counts) -> None:
    """Keep a move, and its opposite where that is one too."""
    for each in (move, -move):
        better = (each > kept.most) & (kept.most < task.above) | (each < kept.fewest) & (-kept.fewest < task.below)
        if better.any() and holds(task, each):
            task.moves.append(each)
            np.maximum(kept.most, each, out=kept.most)
            np.minimum(kept.fewest, each, out=kept.fewest)


def _tell_the_idle(task: Task) -> None:
    """What no move needs is told again."""
    asked: Any = (task.above > 0) | (task.below > 0)
    moved = np.zeros(len(task.counts), bool)
    for each in task.moves:
        moved |= each != 0
    task.hidden &= moved | asked
