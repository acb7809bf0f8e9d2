"""Bounds for building over several years: a price on each demand and year parts the question into sites. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yiyang.reach.network.graph import Real, Whole
from yiyang.reach.siting.answer import Run, gap_of
from yiyang.reach.siting.phased_counts import purse
from yiyang.reach.siting.solver import Program, solve

if TYPE_CHECKING:
    from yiyang.reach.siting.phased import Phased

ROUNDS = 300
PATIENCE = 8
# How often numbers of buildings are priced anew, at the beginning and with each new prices of demands.
FIRST, MORE = 60, 2


class Options:
    """Every building that may be: a size at a site in a year. Sites that have something now, and fixed ones, are apart.

    Attributes:
        site, size, year: of each option, those of a site side by side.
        places, cost: what it has and costs, in yuan.
        fixed: options that are decided; they come last.
        free: sites that may be built on or not; `first`: the first option of each, `at`: which of them an option is of.
        kinds: places, cost and year of options that are alike; `kind`: which of them a free option is.
    """

    def __init__(self, problem: Phased) -> None:
        fixed = np.array(problem.fixed, np.int64).reshape(-1, 3)
        useful = _useful(problem)
        useful[fixed[:, 0]] = False
        site, size = np.nonzero(useful)
        years = np.arange(problem.years)
        self.site = np.concatenate([np.repeat(site, problem.years), fixed[:, 0]])
        self.size = np.concatenate([np.repeat(size, problem.years), fixed[:, 1]])
        self.year = np.concatenate([np.tile(years, len(site)), fixed[:, 2]])
        self.places, self.cost = problem.places[self.site, self.size], problem.cost[self.site, self.size]
        self.fixed = np.arange(len(self.site)) >= len(site) * problem.years
        free = np.flatnonzero(~self.fixed)
        self.free, self.first, self.at = np.unique(self.site[free], return_index=True, return_inverse=True)
        alike = np.stack([self.places[free], self.cost[free], self.year[free]])
        self.kinds, kind = np.unique(alike, axis=1, return_inverse=True)
        self.kind = kind.ravel()

    def priced(self, price: Real) -> dict[tuple[int, int, int], float]:
        """Places, cost and year of each kind → its price."""
        return {(int(a), int(b), int(c)): float(p) for (a, b, c), p in zip(self.kinds.T, price, strict=True)}

    def named(self) -> list[tuple[int, int, int]]:
        """(site, size, year) of every option."""
        return list(zip(self.site.tolist(), self.size.tolist(), self.year.tolist(), strict=True))

    def buildings(self, chosen: Whole) -> tuple[tuple[int, int, int], ...]:
        """(site, size, year) of the chosen options."""
        return tuple((int(self.site[o]), int(self.size[o]), int(self.year[o])) for o in sorted(chosen.tolist()))


def _useful(problem: Phased) -> Any:
    """Sites × sizes that could serve somebody and are not dearer than a size there that serves as many."""
    near = (problem.cover.T @ problem.demand).max(axis=1)
    serves = np.minimum(problem.places, near[:, None])
    found = serves > 0
    for one in range(problem.places.shape[1]):
        for other in range(problem.places.shape[1]):
            no_worse = (serves[:, other] >= serves[:, one]) & (problem.cost[:, other] <= problem.cost[:, one])
            better = (serves[:, other] > serves[:, one]) | (problem.cost[:, other] < problem.cost[:, one])
            found[:, one] &= ~(no_worse & better & (problem.places[:, other] > 0))
    return found


@dataclass(frozen=True)
class Prices:
    """A price on each demand and year within [0, 1], and what follows.

    Attributes:
        lam: demands × years.
        building: price of a building of each kind (`Options.kinds`).
        bound: nobody serves more.
        share: of each option in the divisible best.
    """

    lam: Real
    building: Real
    bound: float
    share: Real


class Filling:
    """What a site with so many places wins at given prices: its people in order of 1 - price until it is full."""

    def __init__(self, problem: Phased) -> None:
        columns = problem.cover.tocsc()
        self._rows, self._starts = columns.indices, columns.indptr[:-1]
        self._site = np.repeat(np.arange(columns.shape[1]), np.diff(columns.indptr))
        self._sizes = [problem.existing, *problem.places.T]
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


def left_money(problem: Phased, options: Options) -> Real:
    """Money of all years up to each, less what is decided."""
    left = np.cumsum(problem.budget).astype(float)
    for option in np.flatnonzero(options.fixed):
        left[options.year[option] :] -= options.cost[option]
    return left


class Buying:
    """How many of each kind are bought, at which prices: the money buys whole buildings, so its price is not all.

    Numbers that can be paid are kept as columns; their mixtures are all that a divisible plan may buy.
    """

    def __init__(self, problem: Phased, options: Options) -> None:
        most = np.bincount(options.kind, minlength=options.kinds.shape[1])
        self._options = options
        self.purse = purse(options.kinds[1], options.kinds[2], most, left_money(problem, options))
        self._columns = [np.zeros(options.kinds.shape[1], np.int64)]

    def priced(self, total: Real, rounds: int) -> tuple[float, Real, Real]:
        """Of what each free option wins: a bound on what all win, prices of the kinds, and shares of the options.

        Args:
            rounds: how often better numbers are looked for, and the prices made anew.
        """
        best = (np.inf, np.zeros(0), np.zeros(0))
        for _ in range(rounds):
            price, share, mixed = self._divisible(total)
            worth, counts = self.purse.best(price)
            value = worth + self._sites(total, price)
            best = min(best, (value, price, share), key=lambda one: one[0])
            if worth <= mixed + 1e-6 * max(abs(worth), 1.0):
                break
            self._columns.append(counts)
        return best

    def _sites(self, total: Real, price: Real) -> float:
        """What the sites win, each for itself, when buildings have these prices."""
        if not len(total):
            return 0.0
        return float(np.maximum(np.maximum.reduceat(total - price[self._options.kind], self._options.first), 0.0).sum())

    def _divisible(self, total: Real) -> tuple[Real, Real, float]:
        """Prices of kinds, shares of options, and the price of the mixed numbers, in the best divisible plan."""
        from scipy.sparse import block_array, csr_matrix

        options, many, kinds = self._options, len(total), self._options.kinds.shape[1]
        one = csr_matrix((np.ones(many), (options.at, np.arange(many))), shape=(len(options.free), many))
        count = csr_matrix((np.ones(many), (options.kind, np.arange(many))), shape=(kinds, many))
        columns = np.array(self._columns, float)
        rows = block_array(
            [[one, None], [count, csr_matrix(-columns.T)], [None, csr_matrix(np.ones((1, len(columns))))]], format="csr"
        )
        high = np.concatenate([np.ones(len(options.free)), np.zeros(kinds), np.ones(1)])
        program = Program(
            np.concatenate([-total, np.zeros(len(columns))]), rows, np.full(len(high), -np.inf), high,
            np.zeros(rows.shape[1]), np.ones(rows.shape[1]),
        )  # fmt: skip
        solved = solve(program, Run(60.0))
        duals = np.maximum(-solved.duals, 0.0)
        share = solved.x[:many] if solved.x is not None else np.zeros(many)
        return duals[len(options.free) : -1], share, float(duals[-1])


def _slope(problem: Phased, options: Options, filling: Filling, found: Prices) -> Real:
    """By how much each demand is served too little (positive) or more than once."""
    sites, sizes = problem.places.shape
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
    filling, buying = Filling(problem), Buying(problem, options)
    lam = np.full(problem.demand.shape, 0.5)
    found = best = _prices(problem, options, filling, buying, lam, FIRST)
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
        lam = np.clip(found.lam - step * ahead, 0.0, 1.0)
        found = _prices(problem, options, filling, buying, lam, MORE)
        best, worse = (found, 0) if found.bound < best.bound - 1e-6 else (best, worse + 1)
        if worse >= PATIENCE:
            theta, worse, found = theta / 2, 0, best
        if round_ % 10 == 9:
            run.say(known, best.bound)
    return best


def _prices(
    problem: Phased, options: Options, filling: Filling, buying: Buying, lam: Real, rounds: int
) -> Prices:  # fmt: skip
    base, worth = weigh(problem, options, filling, lam)
    total = worth.sum(axis=1)
    value, building, bought = buying.priced(total[~options.fixed], rounds)
    share = options.fixed.astype(float)
    share[~options.fixed] = bought
    return Prices(lam, building, value + float(base.sum() + total[options.fixed].sum()), share)
