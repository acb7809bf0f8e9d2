"""Small rounds exactly: all orders of a day at once. Most days that are changed by hand have few stops."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from yiyang.visits.planning.board import Board
from yiyang.visits.planning.columns import Columns
from yiyang.visits.planning.roads import matrix

# 8 stops are 40,320 orders: 15 ms; 9 would be 150 ms.
MOST = 8


def shortest(data: Columns, visitor: int, stops: list[int], fixed: dict[int, int]) -> list[int] | None:
    """The order of at most `MOST` stops with the shortest way that keeps windows and the day; None if none does."""
    if not stops:
        return []
    metres, minutes = matrix(data.roads, *data.spots(visitor, np.array(stops, np.int64)))
    orders = _orders(len(stops))
    begins, ends, limit = (int(one[visitor]) for one in (data.begins, data.ends, data.limit))
    opens = np.array([fixed.get(one, int(data.opens[one])) for one in stops])
    closes = np.array([fixed.get(one, int(data.closes[one] - data.minutes[one])) for one in stops])
    service = data.minutes[np.array(stops)]
    now = np.full(len(orders), begins, np.int64)
    way, length = np.zeros(len(orders), np.int64), np.zeros(len(orders), np.int64)
    ok, before = np.ones(len(orders), bool), np.zeros(len(orders), np.int64)
    # Latest leaving, kept as the shift that waiting allows: the slack of every stop so far.
    waited, slack = np.zeros(len(orders), np.int64), np.full(len(orders), 1 << 20, np.int64)
    for place in range(len(stops)):
        here = orders[:, place]
        step = minutes[before, here + 1]
        arrives = now + step
        now = np.maximum(arrives, opens[here])
        ok &= now <= closes[here]
        # Waiting here can be saved by leaving later, as far as no stop before it closes meanwhile.
        waited += np.minimum(np.maximum(now - arrives, 0), np.maximum(slack - waited, 0))
        slack = np.minimum(slack, waited + closes[here] - now)
        way, length = way + step, length + metres[before, here + 1]
        now, before = now + service[here], here + 1
    way, length = way + minutes[before, 0], length + metres[before, 0]
    returns = now + minutes[before, 0]
    ok &= (returns <= ends) & (returns - begins - waited <= limit)
    if not ok.any():
        return None
    cost = np.where(ok, way * 10_000_000 + length, np.iinfo(np.int64).max)
    return [stops[one] for one in orders[int(cost.argmin())]]


@cache
def _orders(count: int) -> NDArray[np.int64]:
    return np.array(list(permutations(range(count))), np.int64)


def shortened(board: Board) -> int:
    """Puts every round of at most `MOST` stops into its best order; returns how many became shorter."""
    changed = 0
    for (visitor, day), stops in sorted(board.rounds.items()):
        if 1 < len(stops) <= MOST and not board.begun.get((visitor, day)):
            best = shortest(board.data, visitor, stops, board.at)
            if best and best != stops and _better(board, visitor, day, best, stops):
                board.rounds[visitor, day] = best
                changed += 1
    return changed


def _better(board: Board, visitor: int, day: int, tried: list[int], stops: list[int]) -> bool:
    after, before = board.time(visitor, day, tried), board.time(visitor, day, stops)
    return after is not None and (before is None or after.way < before.way)
