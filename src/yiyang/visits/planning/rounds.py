"""One visitor's month: which of his visits on which day and in which order, by PyVRP.

Each of his days is a vehicle of its own, and time runs through the month: minute 1440 × day. So windows of days, days
off and the length of a day are all windows in time, and PyVRP chooses days and orders together. What is open only at
some hours is bound to the day that the first search gave it, and a second search starts from there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yiyang.visits.planning.columns import Columns, Whole
from yiyang.visits.planning.roads import matrix
from yiyang.visits.planning.routing import Routes, Routing, Vehicle, search

DAY = 1440
# The solver's unit of way is a sixth of a minute, so that hundred metres count too.
UNIT = 6
# Searches end after so many rounds without a better plan, or at the hard limits of the call.
IDLE = 200


@dataclass(frozen=True)
class Task:
    """One visitor's visits, as plain arrays: goes to another process."""

    visitor: int
    visits: Whole
    # Way among seat and visits: n + 1 × n + 1, the seat first.
    minutes: Whole
    metres: Whole
    # (day, leaves at the earliest, is back, minutes away at most)
    days: list[tuple[int, int, int, int]]
    first: Whole
    last: Whole
    opens: Whole
    closes: Whole
    service: Whole
    # Minute of the month at which a visit must begin, or -1: he goes with somebody else.
    fixed: Whole
    seed: int
    rounds: int


@dataclass(frozen=True)
class Done:
    """A visitor's month: day → rows of visits in order; what found no place; whether the clock ended the search."""

    visitor: int
    rounds: dict[int, list[int]]
    left: list[int]
    cut_short: bool
    # Seconds of processor time.
    cpu: float


def task(
    data: Columns,
    visitor: int,
    visits: Whole,
    fixed: dict[int, int],
    *,
    fill: float,
    seed: int,
    rounds: int,
) -> Task:
    """What is needed to plan a visitor's month; `fixed` gives minutes of the month."""
    metres, minutes = matrix(data.roads, *data.spots(visitor, visits))
    most = int(data.limit[visitor])
    days = [
        (int(day), int(data.begins[visitor]), int(data.ends[visitor]), int(most * fill))
        for day in np.flatnonzero(data.works[visitor])
    ]
    return Task(
        visitor=visitor, visits=visits, minutes=minutes, metres=metres, days=days, first=data.first[visits],
        last=data.last[visits], opens=data.opens[visits], closes=data.closes[visits], service=data.minutes[visits],
        fixed=np.array([fixed.get(int(visit), -1) for visit in visits], np.int64), seed=seed, rounds=rounds,
    )  # fmt: skip


def planned(given: Task, seconds: float) -> Done:
    """The month of one visitor; deterministic unless the clock ended a search of `seconds` (`cut_short`)."""
    used = time.process_time()
    windows = _windows(given)
    found = _search(given, *windows, seconds, None)
    days, cut = _days(given, found), found.seconds >= seconds
    narrow = _narrow(given)
    if narrow.any():
        again = _search(given, *_bound(given, *windows, days, narrow), seconds, found)
        cut = cut or again.seconds >= seconds
        # Where the hours leave no way at all, the first plan goes on and the clock takes out what it must.
        days = _days(given, again) if again.is_feasible else days
    served = {stop for stops in days.values() for stop in stops}
    rows = {day: [int(given.visits[stop]) for stop in stops] for day, stops in days.items()}
    left = [int(visit) for place, visit in enumerate(given.visits) if place not in served]
    return Done(given.visitor, rows, left, cut, time.process_time() - used)


def _windows(given: Task) -> tuple[Whole, Whole]:
    """Earliest and latest beginning of each visit, in minutes of the month."""
    early = given.first * DAY + given.opens
    late = given.last * DAY + given.closes - given.service
    is_fixed = given.fixed >= 0
    return np.where(is_fixed, given.fixed, early), np.where(is_fixed, given.fixed, late)


def _narrow(given: Task) -> NDArray[np.bool_]:
    """Visits whose hours cut into the visitor's day, other than those that are fixed to the minute.

    A day is shorter than the hours between beginning and end: what that leaves at each end can be waited for at home.
    """
    begins, ends, most = given.days[0][1:4] if given.days else (0, DAY, DAY)
    slack = max(ends - begins - most, 0) // 2
    return ((given.opens > begins + slack) | (given.closes < ends - slack)) & (given.fixed < 0)


def _bound(
    given: Task, early: Whole, late: Whole, days: dict[int, list[int]], narrow: NDArray[np.bool_]
) -> tuple[Whole, Whole]:
    early, late = early.copy(), late.copy()
    day_of = {stop: day for day, stops in days.items() for stop in stops}
    for stop in np.flatnonzero(narrow).tolist():
        day = day_of.get(stop, int(given.first[stop]))
        early[stop] = day * DAY + given.opens[stop]
        late[stop] = day * DAY + given.closes[stop] - given.service[stop]
    return early, late


def _search(given: Task, early: Whole, late: Whole, seconds: float, start: Routes | None) -> Routes:
    fixed = given.fixed >= 0
    routing = Routing(
        # From metres too, so that of two ways of equal whole minutes the shorter is taken.
        cost=given.minutes * UNIT + given.metres // 100,
        minutes=given.minutes,
        early=early,
        late=late,
        service=given.service,
        # Somebody else relies on what is fixed; it was chosen so that it can always be kept.
        required=fixed,
        # Of two days that are as good the earlier: what comes to nothing then can be made good within the month.
        vehicles=[
            Vehicle(day * DAY + begins, day * DAY + ends, most, going=number // 2)
            for number, (day, begins, ends, most) in enumerate(given.days)
        ],
    )
    return search(routing, seed=given.seed, rounds=given.rounds, idle=IDLE, seconds=seconds, start=start)


def _days(given: Task, found: Routes) -> dict[int, list[int]]:
    return {given.days[vehicle][0]: stops for vehicle, stops in found.routes}
