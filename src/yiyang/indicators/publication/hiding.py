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
from scipy.sparse import csr_array, vstack

from yiyang.base.errors import YiyangError
from yiyang.indicators.publication.programs import Program, Real
from yiyang.indicators.publication.system import Ints, System
from yiyang.indicators.publication.tables import Counts, Flags

NEAR = 1e-6
# What a hidden person more is worth against the cells that are hidden for him.
WORTH = 10_000.0
# So many demands at once are worth a program of their own; it must meet this share of them.
FEW = 4
GAIN = 0.25
SECONDS = 20.0
# For a whole move of many demands: any good one does.
BRIEFLY = 1.5


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


def hide(task: Task) -> Task:
    """Hide more until every demand is met; `task.hidden` and `task.moves` hold the answer.

    Raises:
        NotHidden: it cannot be done with what is fixed.
    """
    kept = Kept(np.zeros_like(task.counts), np.zeros_like(task.counts))
    _together(task, kept)
    for cell, sign in list(_open(task, kept)):
        if _lacks(task, kept, cell, sign):
            _alone(task, kept, cell, sign)
    _tell_the_idle(task)
    return task


def _open(task: Task, kept: Kept) -> Iterator[tuple[int, int]]:
    """Demands that are not met yet."""
    yield from ((int(cell), 1) for cell in np.flatnonzero(kept.most < task.above))
    yield from ((int(cell), -1) for cell in np.flatnonzero(-kept.fewest < task.below))


def _lacks(task: Task, kept: Kept, cell: int, sign: int) -> bool:
    return bool(kept.most[cell] < task.above[cell] if sign > 0 else -kept.fewest[cell] < task.below[cell])


def _together(task: Task, kept: Kept) -> None:
    """Many demands at once, in opposite directions; fewer at once when that gets on too slowly."""
    random = np.random.default_rng(1)
    lacking = np.array(list(_open(task, kept)), np.int64).reshape(-1, 2)
    size = len(lacking)
    while size >= FEW and len(lacking):
        order = random.permutation(len(lacking))[:size]
        # One direction a cell.
        _, first = np.unique(lacking[order, 0], return_index=True)
        chosen = lacking[order][first]
        found = _moved(task, chosen[:, 0], chosen[:, 1], exact=False)
        if found is not None:
            _take(task, kept, found)
        before = len(lacking)
        lacking = np.array(list(_open(task, kept)), np.int64).reshape(-1, 2)
        if before - len(lacking) < min(size, before) * GAIN:
            size = min(size, len(lacking)) // 2


def _alone(task: Task, kept: Kept, cell: int, sign: int) -> None:
    """One demand, whatever it takes."""
    for _ in range(3):
        found = _moved(task, np.array([cell]), np.array([sign]), exact=True)
        if found is None:
            break
        _take(task, kept, found)
        if not _lacks(task, kept, cell, sign):
            return
    raise NotHidden(
        f"“{task.system.keys[cell]}”无法隐藏到要求的程度：能一起隐藏的格子不够。请放宽保护宽度，或减少分组、"
        "合并类别，或允许隐藏总数。",
        f"{task.system.keys[cell]} cannot be hidden as asked: ask for less width, or merge categories.",
    )


def _moved(task: Task, cells: Ints, signs: Ints, *, exact: bool) -> Counts | None:
    """A whole move towards the demands, hiding as little as it can; what it moves becomes hidden."""
    found = _relaxed(task, cells, signs, exact=exact)
    if found is None:
        return None
    task.hidden |= np.abs(found) > NEAR
    whole = np.rint(found).astype(np.int64)
    if np.abs(found - whole).max(initial=0) < NEAR and holds(task, whole):
        return whole
    return _whole(task, cells, signs, exact=exact)


def _relaxed(task: Task, cells: Ints, signs: Ints, *, exact: bool) -> Real | None:
    """Two columns a cell that may move: its raise and its fall. Told cells pay for being moved."""
    free = np.flatnonzero(~task.fixed | task.hidden)
    rows = task.system.sums[:, free]
    demand, price = _demands(task, free, cells, signs), _prices(task)[free]
    program = _program(task, free, rows, demand, exact=exact, split=True)
    n = len(free)
    goal = np.concatenate([price, price, np.zeros(0 if exact else len(cells))])
    if not exact:
        goal[2 * n :] = -WORTH
    found = program.solve(goal, SECONDS * 3)
    if found is None:
        return None
    move = np.zeros(len(task.counts))
    move[free] = found[:n] - found[n : 2 * n]
    return move


def _whole(task: Task, cells: Ints, signs: Ints, *, exact: bool) -> Counts | None:
    """A whole move of hidden cells only."""
    free = np.flatnonzero(task.hidden)
    rows, demand = task.system.sums[:, free], _demands(task, free, cells, signs)
    program = _program(task, free, rows, demand, exact=exact, split=False)
    goal = np.zeros(len(free) + (0 if exact else len(cells)))
    if not exact:
        goal[len(free) :] = -1.0
    found = program.solve(goal, SECONDS if exact else BRIEFLY)
    if found is None:
        return None
    move = np.zeros(len(task.counts), np.int64)
    move[free] = np.rint(found[: len(free)]).astype(np.int64)
    return move if holds(task, move) else None


@dataclass(frozen=True)
class Demand:
    """Places (among those that may move), directions and sizes of what is asked for."""

    places: Ints
    signs: Ints
    sizes: Ints


def _demands(task: Task, free: Ints, cells: Ints, signs: Ints) -> Demand:
    sizes = np.where(signs > 0, task.above[cells], task.below[cells])
    return Demand(np.searchsorted(free, cells), signs, sizes)


def _program(task: Task, free: Ints, rows: csr_array, demand: Demand, *, exact: bool, split: bool) -> Program:
    """Sums stay; counts stay at or above zero; then the demands, each as a row or with a column of its own."""
    rows = rows[np.flatnonzero(np.diff(rows.indptr))]
    n, wanted = len(free), len(demand.places)
    limits = _drifts(task, free)
    ones = np.ones(wanted)
    asked = csr_array((demand.signs.astype(float), (np.arange(wanted), demand.places)), shape=(wanted, n))
    block = vstack([rows, limits, asked], format="csr")
    if split:
        from scipy.sparse import hstack

        block = hstack([block, -block], format="csr")
    low = np.concatenate([np.zeros(rows.shape[0]), np.full(limits.shape[0], -float(task.drift or 0))])
    high = np.concatenate([np.zeros(rows.shape[0]), np.full(limits.shape[0], float(task.drift or 0))])
    reach = float(4 * max(int(task.above.max(initial=1)), int(task.below.max(initial=1)), 1))
    down = np.minimum(task.counts[free], reach).astype(float)
    if task.drift is not None:
        reach_of, down = _told_elsewhere(task, free, np.full(n, reach), down)
    else:
        reach_of = np.full(n, reach)
    least = np.zeros(2 * n) if split else -down
    most = np.concatenate([reach_of, down]) if split else reach_of
    if exact:
        return Program(
            block, np.concatenate([low, demand.sizes]), np.concatenate([high, np.full(wanted, np.inf)]), least, most,
            whole=not split,
        )  # fmt: skip
    from scipy.sparse import hstack

    # signed move ≥ its own column, which is at most what is asked for.
    own = csr_array(
        (-ones, (np.arange(len(low), len(low) + wanted), np.arange(wanted))), shape=(block.shape[0], wanted)
    )
    return Program(
        hstack([block, own], format="csr"), np.concatenate([low, np.zeros(wanted)]),
        np.concatenate([high, np.full(wanted, np.inf)]), np.concatenate([least, np.zeros(wanted)]),
        np.concatenate([most, demand.sizes]), whole=not split,
    )  # fmt: skip


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


def _prices(task: Task) -> Real:
    """What moving a cell by one costs: large counts are worth more to readers; zeros are seldom hidden."""
    price = 1.0 + np.log2(1.0 + task.counts)
    price = np.where(task.counts == 0, 30.0, price)
    return np.where(task.hidden, 0.01, price)


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
