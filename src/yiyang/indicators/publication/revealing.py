"""After hiding: other ways to hide are tried, and the cheapest is kept. Pure.

What is hidden costs its price to readers (`price_of`); whatever is kept meets every demand that what it replaces met.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from yiyang.indicators.publication.hiding import Kept, NotHidden, Task, Ways, hide, meet_all, price_of
from yiyang.indicators.publication.system import Ints
from yiyang.indicators.publication.tables import Counts, Flags

# So many cells' worth of work: small tables are tried in several orders and cell by cell, large ones once.
ORDERS, MOST_ORDERS = 2_000, 6
ONE_BY_ONE = 400


def hide_well(task: Task) -> Task:
    """Hide as `hide` does, and then look for less. Raises NotHidden."""
    start = _copy(task)
    best = _without_surplus(hide(task))
    cells = len(task.counts)
    for number in range(1, min(MOST_ORDERS, ORDERS // max(cells, 1))):
        other = _without_surplus(hide(_copy(start), order=number))
        best = min(best, other, key=cost)
    if cells <= ONE_BY_ONE:
        best = _one_by_one(best, start.hidden)
    task.hidden, task.moves = best.hidden, best.moves
    return task


def cost(task: Task) -> float:
    """What readers lose by what is hidden."""
    return float(price_of(task.counts)[task.hidden].sum())


def _copy(task: Task) -> Task:
    return replace(task, hidden=task.hidden.copy(), moves=list(task.moves))


def _covers(task: Task) -> Flags:
    """moves × demands: which move meets which."""
    moves = np.array(task.moves, np.int64).reshape(-1, len(task.counts))
    up = (moves >= task.above)[:, task.above > 0]
    return np.concatenate([up, (-moves >= task.below)[:, task.below > 0]], axis=1)


def _without_surplus(task: Task) -> Task:
    """Moves that meet nothing that others do not meet are left out, those that hide most for themselves first."""
    if not task.moves:
        return task
    moves, covers = np.array(task.moves, np.int64), _covers(task)
    used, price = moves != 0, price_of(task.counts)
    kept, met, users = np.ones(len(moves), bool), covers.sum(axis=0), used.sum(axis=0)
    while True:
        spare = [m for m in np.flatnonzero(kept) if not (covers[m] & (met == 1)).any()]
        if not spare:
            break
        worst = max(spare, key=lambda m: float(price[used[m] & (users == 1)].sum()))
        kept[worst], met, users = False, met - covers[worst], users - used[worst]
    task.moves = [task.moves[m] for m in np.flatnonzero(kept)]
    return _told_again(task)


def _told_again(task: Task) -> Task:
    moved = np.zeros(len(task.counts), bool)
    for each in task.moves:
        moved |= each != 0
    task.hidden &= moved | (task.above > 0) | (task.below > 0)
    return task


def _one_by_one(best: Task, always: Flags) -> Task:
    """Each cell that is hidden for others is told, if what it was hidden for can be met more cheaply without it."""
    ways = Ways(best)
    for cell in _dearest(best, always):
        if not best.hidden[cell]:
            continue
        trial = _copy(best)
        trial.hidden[cell] = False
        trial.moves = [move for move in best.moves if not move[cell]]
        ways.close(int(cell))
        try:
            meet_all(trial, _kept(trial), ways)
            trial = _without_surplus(trial)
            best = min(best, trial, key=cost)
        except NotHidden:
            pass
        finally:
            ways.open(int(cell))
    return best


def _dearest(task: Task, always: Flags) -> Ints:
    cells = np.flatnonzero(task.hidden & ~always)
    return cells[np.argsort(-price_of(task.counts)[cells], kind="stable")]


def _kept(task: Task) -> Kept:
    zeros: Counts = np.zeros_like(task.counts)
    return Kept(np.maximum.reduce([zeros, *task.moves]), np.minimum.reduce([zeros, *task.moves]))
