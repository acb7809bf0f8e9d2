"""Bounds for building over several years: a price on each demand and year parts the question into sites. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yiyang.reach.network.graph import Real, Sparse, Whole
from yiyang.reach.siting.answer import Run, gap_of
from yiyang.reach.siting.solver import Program, solve

if TYPE_CHECKING:
    from yiyang.reach.siting.phased import Phased

ROUNDS = 300
PATIENCE = 8
# Of the best prices so many are kept to become cuts.
KEPT = 12


class Options:
    """Every building that may be: a size at a site in a year. Sites that have something now, and fixed ones, are apart.

    Attributes:
        site, size, year: of each option.
        cost: yuan.
        fixed: options that are decided.
        free: sites that may be built on or not.
    """

    def __init__(self, problem: Phased) -> None:
        sizes, years = len(problem.places), problem.years
        useful = problem.may_build & (problem.cover.getnnz(axis=0) > 0)
        decided = {site for site, _, _ in problem.fixed}
        free = np.array([site for site in np.flatnonzero(useful) if site not in decided], np.int64)
        self.free = free
        fixed = np.array(problem.fixed, np.int64).reshape(-1, 3)
        self.site = np.concatenate([np.repeat(free, sizes * years), fixed[:, 0]])
        self.size = np.concatenate([np.tile(np.repeat(np.arange(sizes), years), len(free)), fixed[:, 1]])
        self.year = np.concatenate([np.tile(np.arange(years), len(free) * sizes), fixed[:, 2]])
        self.cost = problem.cost[self.size]
        self.fixed = np.arange(len(self.site)) >= len(free) * sizes * years

    def buildings(self, chosen: Whole) -> tuple[tuple[int, int, int], ...]:
        """(site, size, year) of the chosen options."""
        return tuple((int(self.site[o]), int(self.size[o]), int(self.year[o])) for o in sorted(chosen.tolist()))


@dataclass(frozen=True)
class Prices:
    """A price on each demand and year within [0, 1], and what follows.

    Attributes:
        lam: demands × years.
        money: price of a yuan by year.
        bound: nobody serves more.
        base: by year, Σ price × demand and what existing places win.
        worth: options × years: places that an option wins in a year at these prices.
        share: of each option in the divisible best.
        kept: (lam, base, worth) of the best prices met, each year's a cut by itself.
    """

    lam: Real
    money: Real
    bound: float
    base: Real
    worth: Real
    share: Real
    kept: tuple[tuple[Real, Real, Real], ...] = ()


class Filling:
    """What a site with so many places wins at given prices: its people in order of 1 - price until it is full."""

    def __init__(self, problem: Phased) -> None:
        columns = problem.cover.tocsc()
        self._rows, self._starts = columns.indices, columns.indptr[:-1]
        self._site = np.repeat(np.arange(columns.shape[1]), np.diff(columns.indptr))
        self._sizes = [problem.existing, *(np.full(columns.shape[1], places) for places in problem.places)]
        self._demand = problem.demand.astype(float)

    def won(self, lam: Real, year: int) -> Real:
        """Sizes (the existing first) × sites."""
        value, need, before, _ = self._ordered(lam, year)
        return np.array(
            [
                np.bincount(self._site, value * np.clip(places[self._site] - before, 0.0, need), len(places))
                for places in self._sizes
            ]
        )

    def used(self, lam: Real, year: int, share: Real) -> Real:
        """Places that each demand gets when each site has its sizes (the existing first) in these shares."""
        value, need, before, rows = self._ordered(lam, year)
        given = np.zeros(len(rows))
        for part, places in zip(share, self._sizes, strict=True):
            given += part[self._site] * np.clip(places[self._site] - before, 0.0, need)
        return np.asarray(np.bincount(rows, given * (value > 0), self._demand.shape[0]), float)

    def _ordered(self, lam: Real, year: int) -> tuple[Real, Real, Real, Whole]:
        """Pairs by site and falling value: value, places needed, places taken before, demand."""
        value = np.maximum(1.0 - lam[:, year], 0.0)[self._rows]
        order = np.lexsort((-value, self._site))
        rows = self._rows[order]
        need = self._demand[rows, year]
        total = np.concatenate([[0.0], np.cumsum(need)])
        return value[order], need, total[:-1] - total[self._starts][self._site], rows


def weigh(problem: Phased, options: Options, filling: Filling, lam: Real) -> tuple[Real, Real]:
    """Of prices: what is won by year without building, and what each option adds by year."""
    base, worth = np.zeros(problem.years), np.zeros((len(options.site), problem.years))
    for year in range(problem.years):
        won = filling.won(lam, year)
        base[year] = float(lam[:, year] @ problem.demand[:, year]) + float(won[0].sum())
        # A building takes the place of what stands there: places do not add up on one site.
        gain = np.maximum(won[1:] - won[0], 0.0)
        worth[:, year] = np.where(options.year <= year, gain[options.size, options.site], 0.0)
    return base, worth


def bound_of(problem: Phased, options: Options, base: Real, worth: Real) -> tuple[float, Real, Real]:
    """The bound that weights give, the price of a yuan by year, and the share of each option in the divisible best."""
    total = worth.sum(axis=1)
    value = float(base.sum()) + float(total[options.fixed].sum())
    left, free = left_money(problem, options), np.flatnonzero(~options.fixed)
    share = options.fixed.astype(float)
    if not len(free):
        return value, np.zeros(problem.years), share
    money, share[free] = _divisible(problem, options, total, left, free)
    # A yuan spent in a year lacks in it and in all years after, so its price is the sum of theirs.
    per_site = (total[free] - options.cost[free] * money[options.year[free]]).reshape(len(options.free), -1)
    unspent = float((money - np.r_[money[1:], 0.0]) @ left)
    return value + float(np.maximum(per_site.max(axis=1), 0.0).sum()) + unspent, money, share


def left_money(problem: Phased, options: Options) -> Real:
    """Money of all years up to each, less what is decided."""
    left = np.cumsum(problem.budget).astype(float)
    for option in np.flatnonzero(options.fixed):
        left[options.year[option] :] -= options.cost[option]
    return left


def limits(problem: Phased, options: Options, free: Whole) -> tuple[Sparse, Real]:
    """Rows over the free options: one building a site, and money by year in millions; and their right-hand sides."""
    from scipy.sparse import csr_matrix, vstack

    count = len(free)
    site = np.repeat(np.arange(len(options.free)), count // max(len(options.free), 1))
    one = csr_matrix((np.ones(count), (site, np.arange(count))), shape=(len(options.free), count))
    spends = (options.year[free][None, :] <= np.arange(problem.years)[:, None]) * (options.cost[free] / 1e6)
    high = np.concatenate([np.ones(len(options.free)), left_money(problem, options) / 1e6])
    return vstack([one, csr_matrix(spends)], format="csr"), high


def _divisible(problem: Phased, options: Options, total: Real, left: Real, free: Whole) -> tuple[Real, Real]:
    """Price of money by year, falling over the years, and the best shares of options, if they could be divided."""
    rows, high = limits(problem, options, free)
    low = np.full(len(high), -np.inf)
    program = Program(-total[free], rows, low, high, np.zeros(len(free)), np.ones(len(free)))
    solved = solve(program, Run(60.0))
    duals = np.maximum(-solved.duals[-problem.years :], 0.0) / 1e6
    share = solved.x if solved.x is not None else np.zeros(len(free))
    return np.asarray(np.cumsum(duals[::-1])[::-1]), share


def _slope(problem: Phased, options: Options, filling: Filling, found: Prices) -> Real:
    """By how much each demand is served too little (positive) or more than once."""
    sizes, sites = len(problem.places), problem.cover.shape[1]
    slope = problem.demand.astype(float)
    for year in range(problem.years):
        open_ = options.year <= year
        share = np.zeros((sizes + 1, sites))
        np.add.at(share, (options.size[open_] + 1, options.site[open_]), found.share[open_])
        share[0] = np.maximum(1.0 - share[1:].sum(axis=0), 0.0)
        slope[:, year] -= filling.used(found.lam, year, share)
    return slope


def ascend(problem: Phased, options: Options, known: float, run: Run, gap: float) -> Prices:
    """Better and better prices by subgradient steps."""
    filling = Filling(problem)
    lam = np.full(problem.demand.shape, 0.5)
    found = best = _prices(problem, options, filling, lam)
    kept = [found]
    theta, worse = 1.0, 0
    for round_ in range(ROUNDS):
        if run.over() or gap_of(known, best.bound) <= gap / 4 or theta < 0.01:
            break
        slope = _slope(problem, options, filling, found)
        # Large and small demands alike: the step is taken in shares of each demand.
        ahead = slope / np.maximum(problem.demand, 1)
        size = float((slope * ahead).sum())
        if size == 0:
            break
        step = theta * max(found.bound - known, 1e-9) / size
        found = _prices(problem, options, filling, np.clip(found.lam - step * ahead, 0.0, 1.0))
        best, worse = (found, 0) if found.bound < best.bound - 1e-6 else (best, worse + 1)
        kept = sorted([*kept, found], key=lambda one: one.bound)[:KEPT] if worse == 0 else kept
        if worse >= PATIENCE:
            theta, worse, found = theta / 2, 0, best
        if round_ % 10 == 9:
            run.say(known, best.bound)
    cuts = tuple((one.lam, one.base, one.worth) for one in kept)
    return Prices(best.lam, best.money, best.bound, best.base, best.worth, best.share, cuts)


def _prices(problem: Phased, options: Options, filling: Filling, lam: Real) -> Prices:
    base, worth = weigh(problem, options, filling, lam)
    value, money, share = bound_of(problem, options, base, worth)
    return Prices(lam, money, value, base, worth, share)
