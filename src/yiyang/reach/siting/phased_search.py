"""Plans of buildings: a first one, and better ones from a small program whose cuts come from prices and flows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yiyang.reach.network.graph import Real, Whole
from yiyang.reach.siting.answer import Run, gap_of
from yiyang.reach.siting.phased_flow import Buildings, Flows
from yiyang.reach.siting.phased_prices import Filling, Options, Prices, left_money, limits, weigh
from yiyang.reach.siting.solver import Program, solve

if TYPE_CHECKING:
    from yiyang.reach.siting.phased import Phased

# Rounds of branching and search; seconds of each, of branching twice as many every time; shakes without a better plan
# after which search rests.
ROUNDS = 200
SHARE = 15.0
IDLE = 200


@dataclass(frozen=True)
class Plan:
    """Buildings, and the places that they serve over the years."""

    buildings: Buildings
    served: int


def greedy(problem: Phased, options: Options, flows: Flows, run: Run) -> Plan:
    """A first plan: build what serves most for the yuan, as early as the money allows."""
    return _built(problem, options, flows, np.flatnonzero(options.fixed), run, np.ones(len(options.site)))


def _built(problem: Phased, options: Options, flows: Flows, chosen: Whole, run: Run, taste: Real) -> Plan:
    """Build on until nothing more serves or fits. `taste` of each option: by how much it is preferred."""
    open_demand = _unserved(problem, flows, options.buildings(chosen))
    left = left_money(problem, options)
    for option in chosen[~options.fixed[chosen]]:
        left[options.year[option] :] -= options.cost[option]
    free = ~options.fixed & ~np.isin(options.site, options.site[chosen])
    columns = problem.cover.tocsc()
    while not run.over():
        gain = _gain(problem, options, columns, open_demand)
        # Money of a year is what is left in it and in all years after it.
        fits = free & (gain > 0) & (options.cost <= np.minimum.accumulate(left[::-1])[::-1][options.year])
        if not fits.any():
            break
        option = int(np.where(fits, taste * gain / np.maximum(options.cost, 1), -1.0).argmax())
        chosen = np.append(chosen, option)
        free &= options.site != options.site[option]
        left[options.year[option] :] -= options.cost[option]
        _fill(problem, options, columns, open_demand, option)
    buildings = options.buildings(chosen)
    return Plan(buildings, flows.served(buildings))


def _shaken(problem: Phased, options: Options, flows: Flows, best: Plan, run: Run, draw: Any, last: float) -> Plan:
    """Take some buildings out and build on by another taste, again and again until nothing better comes for long."""
    number = {building: option for option, building in enumerate(_named(options))}
    waited = 0
    while waited < IDLE and run.seconds < last and not run.over():
        chosen = np.array([number[building] for building in best.buildings], np.int64)
        movable = chosen[~options.fixed[chosen]]
        out = draw.permutation(movable)[: int(draw.integers(1, max(len(movable) // 4, 2) + 1))]
        taste = 1.0 + draw.random(len(options.site)) * float(draw.choice([0.05, 0.2, 0.5]))
        found = _built(problem, options, flows, np.setdiff1d(chosen, out), run, taste)
        waited = 0 if found.served > best.served else waited + 1
        best = found if found.served >= best.served else best
    return best


def _unserved(problem: Phased, flows: Flows, buildings: Buildings) -> Whole:
    return problem.demand - np.stack([flows.given(year, buildings) for year in range(problem.years)], axis=1)


def _gain(problem: Phased, options: Options, columns: Any, open_demand: Whole) -> Real:
    near = columns.T @ open_demand
    gain = np.zeros(len(options.site))
    extra = np.maximum(problem.places[options.size] - problem.existing[options.site], 0)
    for year in range(problem.years):
        gain += np.where(options.year <= year, np.minimum(extra, near[options.site, year]), 0.0)
    return gain


def _fill(problem: Phased, options: Options, columns: Any, open_demand: Whole, option: int) -> None:
    site = int(options.site[option])
    rows = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
    room = max(int(problem.places[options.size[option]]) - int(problem.existing[site]), 0)
    for year in range(int(options.year[option]), problem.years):
        need = open_demand[rows, year]
        given = np.clip(room - (np.cumsum(need) - need), 0, need)
        open_demand[rows, year] -= given


def improve(
    problem: Phased, options: Options, flows: Flows, prices: Prices, best: Plan, run: Run, gap: float, seed: int
) -> tuple[Plan, float, bool]:
    """Better plans and a better bound, until they meet within the gap or time is up: (plan, bound, by branching)."""
    cuts = [(year, base[year], worth[:, year]) for _, base, worth in prices.kept for year in range(problem.years)]
    bound, branched, filling = prices.bound, False, Filling(problem)
    draw = np.random.default_rng(seed)
    for round_ in range(ROUNDS):
        if run.over() or bound - best.served < 1 - 1e-6 or gap_of(best.served, bound) <= gap:
            break
        plan, most = _master(problem, options, cuts, best, run.part(SHARE * 2**round_), max(gap / 4, 1e-4), flows)
        branched, bound = branched or most < bound - 1e-6, min(bound, most)
        plan = best if plan is None else plan
        cuts += _cuts(problem, options, filling, flows, plan)
        for start in (plan, best) if round_ == 0 else (max(plan, best, key=lambda one: one.served),):
            found = _shaken(problem, options, flows, start, run, draw, run.seconds + SHARE)
            best = found if found.served > best.served else best
        run.say(best.served, bound)
    return best, max(bound, float(best.served)), branched


Cut = tuple[int, float, Real]


def _cuts(problem: Phased, options: Options, filling: Filling, flows: Flows, plan: Plan) -> list[Cut]:
    """What a plan's least cuts say of every other plan: prices of 0 and 1."""
    lam = np.zeros(problem.demand.shape)
    for year in range(problem.years):
        lam[:, year] = ~flows.most(year, plan.buildings)[1]
    base, worth = weigh(problem, options, filling, lam)
    return [(year, float(base[year]), worth[:, year]) for year in range(problem.years)]


def _master(
    problem: Phased, options: Options, cuts: list[Cut], best: Plan, run: Run, gap: float, flows: Flows
) -> tuple[Plan | None, float]:
    """The best plan as far as the cuts know, weighed by flows; and the bound that the cuts give."""
    free, taken = np.flatnonzero(~options.fixed), np.flatnonzero(options.fixed)
    program = _program(problem, options, cuts, free, taken)
    start = _start(problem, options, cuts, free, best)
    solved = solve(program, run, gap=gap, start=start)
    if solved.x is None:
        return None, float("inf")
    chosen = np.concatenate([taken, free[solved.x[: len(free)] > 0.5]])
    buildings = options.buildings(chosen)
    return Plan(buildings, flows.served(buildings)), -solved.bound


def _program(problem: Phased, options: Options, cuts: list[Cut], free: Whole, taken: Whole) -> Program:
    """Options first, then what is served in each year (no more than any cut says), then how many of each size and year.

    The numbers follow from the options; they are there to be branched on: sites are much alike, money is not.
    """
    from scipy.sparse import block_array, csr_matrix

    site_rows, site_high = limits(problem, options, free)
    count_rows, money_rows, room_rows = _numbers(problem, options, free)
    worth = csr_matrix(np.array([-row[free] for _, _, row in cuts]))
    of_year = np.arange(len(cuts)), [year for year, _, _ in cuts]
    year = csr_matrix((np.ones(len(cuts)), of_year), shape=(len(cuts), problem.years))
    numbers, each = count_rows.shape[0], csr_matrix(np.eye(problem.years))
    matrix = block_array(
        [
            [site_rows, None, None],
            [worth, year, None],
            [-count_rows, None, csr_matrix(np.eye(numbers))],
            [None, None, money_rows],
            [None, each, -room_rows],
        ],
        format="csr",
    )
    most = np.array([base + float(row[taken].sum()) for _, base, row in cuts])
    high = np.concatenate([site_high, most, np.zeros(numbers), site_high[-problem.years :], _room(problem)])
    low = np.full(len(high), -np.inf)
    low[len(site_high) + len(cuts) :][:numbers] = 0.0
    demand = problem.demand.sum(axis=0).astype(float)
    return Program(
        np.concatenate([np.zeros(len(free)), -np.ones(problem.years), np.zeros(numbers)]), matrix, low, high,
        np.zeros(matrix.shape[1]),
        np.concatenate([np.ones(len(free)), demand, np.full(numbers, float(len(options.free)))]),
        np.concatenate([np.ones(len(free)), np.zeros(problem.years), np.ones(numbers)]),
    )  # fmt: skip


def _numbers(problem: Phased, options: Options, free: Whole) -> tuple[Any, Any, Any]:
    """Which options each number counts; money (millions) and places that the numbers mean by year."""
    from scipy.sparse import csr_matrix

    sizes, years = len(problem.places), problem.years
    kind = options.size[free] * years + options.year[free]
    count = csr_matrix((np.ones(len(free)), (kind, np.arange(len(free)))), shape=(sizes * years, len(free)))
    since = np.tile(np.arange(years), sizes)[None, :] <= np.arange(years)[:, None]
    size = np.repeat(np.arange(sizes), years)
    return count, csr_matrix(since * problem.cost[size] / 1e6), csr_matrix(since * problem.places[size].astype(float))


def _room(problem: Phased) -> Real:
    """Places by year without free buildings: what stands, and what is decided."""
    room = np.full(problem.years, float(problem.existing.sum()))
    for _, size, year in problem.fixed:
        room[year:] += float(problem.places[size])
    return room


def _start(problem: Phased, options: Options, cuts: list[Cut], free: Whole, best: Plan) -> Real:
    chosen = np.array([building in set(best.buildings) for building in _named(options)], bool)
    served = problem.demand.sum(axis=0).astype(float)
    for year, base, worth in cuts:
        served[year] = min(served[year], base + float(worth[chosen].sum()))
    counted = _counted(problem, options, free, chosen)
    served = np.minimum(served, _room(problem) + _numbers(problem, options, free)[2] @ counted)
    return np.concatenate([chosen[free].astype(float), served, counted])


def _counted(problem: Phased, options: Options, free: Whole, chosen: Any) -> Real:
    return np.asarray(_numbers(problem, options, free)[0] @ chosen[free].astype(float))


def _named(options: Options) -> list[tuple[int, int, int]]:
    return [
        (int(site), int(size), int(year))
        for site, size, year in zip(options.site, options.size, options.year, strict=True)
    ]
