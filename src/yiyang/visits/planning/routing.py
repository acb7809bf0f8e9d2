"""Routes with time windows, by PyVRP: the one door to the solver, for the month's rounds and for the benchmarks.

PyVRP is pinned: its objects change between minor versions. Everything goes in and comes out as NumPy and lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yiyang.base.errors import MissingPart

Whole = NDArray[np.int64]
# What leaving a stop out costs: more than any way.
WORTH = 100_000
# A search of so many stops, or of so few rounds, ends long before it would settle.
LARGE, FEW = 400, 10_000


@dataclass(frozen=True)
class Vehicle:
    """Somebody under way once: leaves at `early` or later, is back by `late`, is away for `most` at most."""

    early: int
    late: int
    most: int | None = None
    count: int = 1
    capacity: int | None = None
    # What it costs that he goes at all.
    going: int = 0


@dataclass(frozen=True)
class Routing:
    """Stops 1…n and a depot 0, in any unit of time and of cost.

    `cost` and `minutes` are n + 1 × n + 1; the others have one entry a stop: earliest and latest beginning, duration,
    whether it may be left out (for `WORTH`), and what it takes of a vehicle's capacity.
    """

    cost: Whole
    minutes: Whole
    early: Whole
    late: Whole
    service: Whole
    required: NDArray[np.bool_]
    vehicles: Sequence[Vehicle]
    demand: Whole | None = None


@dataclass(frozen=True)
class Routes:
    """What was found: (row of the vehicle, stops from 0 in order) of each route, and what the ways cost together."""

    routes: list[tuple[int, list[int]]]
    cost: int
    is_feasible: bool
    seconds: float
    searched: int


def search(given: Routing, *, seed: int, rounds: int, idle: int, seconds: float, start: Routes | None = None) -> Routes:
    """The best routes found; the same for the same seed unless `seconds` ended the search.

    Args:
        rounds: rounds of search at most.
        idle: ends after so many rounds without a better plan.
        start: routes of the same stops and vehicles to begin with.

    Raises:
        MissingPart: the extra `routing` is not installed.
    """
    pyvrp = _pyvrp()
    data = _data(pyvrp, given)
    first = start and pyvrp.Solution(data, [pyvrp.Route(data, stops, vehicle) for vehicle, stops in start.routes])
    until = [pyvrp.stop.MaxIterations(rounds), pyvrp.stop.NoImprovement(idle), pyvrp.stop.MaxRuntime(seconds)]
    stop = pyvrp.stop.MultipleCriteria(until)
    params = _params(pyvrp, len(given.service), rounds)
    result = pyvrp.solve(data, stop, seed=seed, collect_stats=False, params=params, initial_solution=first)
    best = result.best
    routes = [(one.vehicle_type(), [stop.idx for stop in one if stop.is_client()]) for one in best.routes()]
    feasible = bool(best.is_feasible())
    return Routes(
        routes if feasible else [], int(best.distance_cost()), feasible, result.runtime, result.num_iterations
    )


def _params(pyvrp: Any, stops: int, rounds: int) -> Any:
    """PyVRP's own settings are for long searches; one that ends early has no time to wander and goes straight down.

    It accepts only what is no worse than ten rounds ago (PyVRP: 300), and prices what breaks a window anew after fifty
    (PyVRP: 500). With many stops it also does not comb through every one of them whenever it finds something better.
    """
    if stops < LARGE and rounds > FEW:
        return pyvrp.SolveParams()
    return pyvrp.SolveParams(
        ils=pyvrp.IteratedLocalSearchParams(history_length=10, exhaustive_on_best=stops < LARGE),
        penalty=pyvrp.PenaltyParams(solutions_between_updates=50),
    )


def _data(pyvrp: Any, given: Routing) -> Any:
    count = len(given.service)
    # A window that is upside down is one that this vehicle cannot keep: the stop is then left out.
    clients = [
        pyvrp.Client(
            place + 1,
            delivery=[] if given.demand is None else [int(given.demand[place])],
            service_duration=int(given.service[place]),
            tw_early=int(given.early[place]),
            tw_late=int(max(given.late[place], given.early[place])),
            prize=0 if given.required[place] else WORTH,
            required=bool(given.required[place]),
        )
        for place in range(count)
    ]
    vehicles = [_vehicle(pyvrp, one) for one in given.vehicles]
    places = [pyvrp.Location(0, 0) for _ in range(count + 1)]
    return pyvrp.ProblemData(places, clients, [pyvrp.Depot(0)], vehicles, [given.cost], [given.minutes])


def _vehicle(pyvrp: Any, one: Vehicle) -> Any:
    most = {} if one.most is None else {"shift_duration": one.most}
    capacity = {} if one.capacity is None else {"capacity": [one.capacity]}
    return pyvrp.VehicleType(
        num_available=one.count, fixed_cost=one.going, tw_early=one.early, tw_late=one.late, **most, **capacity
    )


def _pyvrp() -> Any:
    try:
        import pyvrp
        import pyvrp.stop
    except ImportError as error:
        raise MissingPart(
            "编制探访计划需要 routing 组件：pip install 'yiyang[routing]'。",
            "planning visits needs the extra: pip install 'yiyang[routing]'.",
        ) from error
    return pyvrp
