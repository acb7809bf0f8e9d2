"""How it is done without a planner: village by village, always to the nearest household next.

Plans are measured by it. It must keep skills, days off, the length of a day, the distance between two visits of one
person, and where two must go both go; it need not keep hours and loads, and whatever it breaks is in its favour.
"""

from __future__ import annotations

import numpy as np

from yiyang.visits.planning.columns import Columns, Whole, only
from yiyang.visits.planning.problem import Wishes
from yiyang.visits.planning.roads import matrix
from yiyang.visits.planning.sharing import candidates_of
from yiyang.visits.planning.spacing import spaced


def village_order(data: Columns, wishes: Wishes) -> dict[str, int]:
    """Minutes and metres of way of two ways of doing without.

    `village_*`: each visitor's visits as they fall due, spread evenly over his working days. `village_full_*`: each
    day filled to `wishes.fill` of its minutes before the next is begun, which is the harder one to beat.
    """
    data, _ = spaced(only(data, data.away))
    sums = np.zeros(4, np.int64)
    lead, along = _who(data, wishes)
    for visitor in range(len(data.visitor_ids)):
        rows = np.flatnonzero((lead == visitor) | (along == visitor))
        if len(rows):
            sums += _of(data, visitor, rows, wishes.fill)
    names = ("village_way_minutes", "village_way_metres", "village_full_way_minutes", "village_full_way_metres")
    return dict(zip(names, sums.tolist(), strict=True))


def _who(data: Columns, wishes: Wishes) -> tuple[Whole, Whole]:
    """Who goes, and who goes along: the usual visitor, his deputy, the nearest who has the skills and works at all."""
    works = np.append(data.works.any(axis=1), False)
    skills = np.append(data.visitor_skills, 0)
    lead, along = np.full(len(data.ids), -1, np.int64), np.where(works[data.deputy], data.deputy, -1)
    for named in (data.deputy, data.usual):
        able = works[named] & (skills[named] & data.skills == data.skills)
        lead = np.where(able, named, lead)
    for visit in np.flatnonzero(lead < 0).tolist():
        able_here = candidates_of(data, visit, wishes)
        lead[visit] = able_here[0] if len(able_here) else -1
    return lead, np.where(data.needs_two & (along != lead), along, -1)


def _of(data: Columns, visitor: int, rows: Whole, fill: float) -> Whole:
    metres, minutes = matrix(data.roads, *data.spots(visitor, rows))
    order = _nearest(data, rows, metres)
    days = max(int(data.works[visitor].sum()), 1)
    even = [part.tolist() for part in np.array_split(np.array(order), min(days, len(order)))]
    full = _filled(order, minutes, data.minutes[rows], int(data.limit[visitor] * fill))
    return np.array([_length(table, rounds) for rounds in (even, full) for table in (minutes, metres)], np.int64)


def _nearest(data: Columns, rows: Whole, metres: Whole) -> list[int]:
    """Places 1…n (0 is the seat) in the order of due windows and villages, the nearest next within each."""
    keys = np.stack([data.last[rows], data.first[rows], data.village[rows]], axis=1)
    _, which = np.unique(keys, axis=0, return_inverse=True)
    order, here = [], 0
    for group in range(int(which.max()) + 1):
        left = (np.flatnonzero(which.ravel() == group) + 1).tolist()
        while left:
            here = min(left, key=lambda place: int(metres[here, place]))
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
