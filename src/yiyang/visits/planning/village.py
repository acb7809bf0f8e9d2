"""How it is done without a planner: village by village, always to the nearest household next. What plans are measured by.

It need not keep hours, skills, distances in days or couples: whatever it breaks is in its favour.
"""

from __future__ import annotations

import numpy as np

from yiyang.visits.planning.columns import Columns, Whole
from yiyang.visits.planning.roads import matrix


def village_order(data: Columns) -> dict[str, int]:
    """Minutes and metres of way of two ways of doing without.

    `village_*`: each visitor's visits as they fall due, spread evenly over his working days. `village_full_*`: each
    day filled to its end before the next is begun, which is the harder one to beat.
    """
    sums = np.zeros(4, np.int64)
    lead = np.where(data.usual >= 0, data.usual, data.deputy)
    for visitor in range(len(data.visitor_ids)):
        rows = np.flatnonzero(lead == visitor)
        if len(rows):
            sums += _of(data, visitor, rows)
    names = ("village_way_minutes", "village_way_metres", "village_full_way_minutes", "village_full_way_metres")
    return dict(zip(names, sums.tolist(), strict=True))


def _of(data: Columns, visitor: int, rows: Whole) -> Whole:
    metres, minutes = matrix(data.roads, *data.spots(visitor, rows))
    order = _nearest(data, rows, metres)
    days = max(int(data.works[visitor].sum()), 1)
    even = [part.tolist() for part in np.array_split(np.array(order), min(days, len(order)))]
    full = _filled(order, minutes, data.minutes[rows], int(data.limit[visitor]))
    return np.array([_length(matrix_, rounds) for rounds in (even, full) for matrix_ in (minutes, metres)], np.int64)


def _nearest(data: Columns, rows: Whole, metres: Whole) -> list[int]:
    """Places 1…n (0 is the seat) in the order of due windows and villages, the nearest next within each."""
    keys = np.stack([data.first[rows], data.last[rows], data.village[rows]], axis=1)
    _, which = np.unique(keys, axis=0, return_inverse=True)
    order, here = [], 0
    for group in range(int(which.max()) + 1):
        left = (np.flatnonzero(which.ravel() == group) + 1).tolist()
        while left:
            here = min(left, key=lambda place: metres[here, place])
            left.remove(here)
            order.append(here)
    return order


def _filled(order: list[int], minutes: Whole, service: Whole, limit: int) -> list[list[int]]:
    rounds: list[list[int]] = []
    used = limit + 1
    for place in order:
        here = rounds[-1][-1] if rounds else 0
        used += int(minutes[here, place] + service[place - 1])
        if used + minutes[place, 0] > limit:
            rounds.append([])
            used = int(minutes[0, place] + service[place - 1])
        rounds[-1].append(place)
    return rounds


def _length(ways: Whole, rounds: list[list[int]]) -> int:
    return sum(int(ways[[0, *one], [*one, 0]].sum()) for one in rounds)
