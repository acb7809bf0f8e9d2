"""Plans of buildings: a first one, and better ones by tearing down a part and building anew, at first boldly. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yiyang.reach.network.graph import Real, Sparse, Whole
from yiyang.reach.siting.answer import Run, gap_of
from yiyang.reach.siting.phased_flow import Buildings, Flows, Shared
from yiyang.reach.siting.phased_prices import Options, left_money

if TYPE_CHECKING:
    from yiyang.reach.siting.phased import Phased

# Fewer buildings than this are torn down at once; a worse plan is taken now and then, when it is worse by some such
# share of what is served, at the beginning and at the end.
TORN = 8
BOLD, TIMID = 4e-4, 2e-5


@dataclass(frozen=True)
class Plan:
    """Buildings, who goes where in each year, and the places served over the years."""

    buildings: Buildings
    shared: tuple[Shared, ...]

    @property
    def by_year(self) -> list[int]:
        """Places served in each year."""
        return [int(year.places.sum()) for year in self.shared]

    @property
    def served(self) -> int:
        """Places served over the years."""
        return sum(self.by_year)


class Search:
    """Plans of one question."""

    def __init__(self, problem: Phased, options: Options, seed: int) -> None:
        self._problem, self._options, self._flows = problem, options, Flows(problem)
        self._columns = problem.cover.tocsc()
        self._beside: Sparse = (problem.cover.T @ problem.cover).tocsr()
        self._number = {building: option for option, building in enumerate(options.named())}
        self._draw = np.random.default_rng(seed)
        decided = np.flatnonzero(options.fixed)
        self.best = self._built(decided, self._unserved(self.weighed(decided), np.zeros(0, np.int64)))

    def weighed(self, chosen: Whole) -> Plan:
        """The plan of these options, with exact flows."""
        buildings = self._options.buildings(chosen)
        return Plan(buildings, self._flows.shared(buildings))

    def offer(self, plan: Plan) -> None:
        """Remember a plan that serves more than the best one."""
        self.best = plan if plan.served > self.best.served else self.best

    def improve(self, bound: float, run: Run, gap: float) -> None:
        """Tear down and build anew until time is up or the best plan is within the gap of the bound."""
        here, whole, told = self.best, run.left, run.seconds
        while not run.over() and not enough(self.best.served, bound, gap):
            bold = TIMID + (BOLD - TIMID) * run.left / whole
            found = self._anew(here)
            if found.served >= here.served + bold * self.best.served * math.log(self._draw.random()):
                here = found
            self.offer(found)
            if run.seconds > told + 1.0:
                told = run.seconds
                run.say(self.best.served, bound)

    def _anew(self, plan: Plan) -> Plan:
        """Some buildings less, others instead, by another taste."""
        chosen = np.array([self._number[building] for building in plan.buildings], np.int64)
        movable = chosen[~self._options.fixed[chosen]]
        out = self._torn(movable)
        taste = 1.0 + self._draw.random(len(self._options.site)) * float(self._draw.choice([0.05, 0.2, 0.5]))
        return self._built(np.setdiff1d(chosen, out), self._unserved(plan, self._options.site[out]), taste)

    def _torn(self, movable: Whole) -> Whole:
        """Which ones: mostly neighbours, for money is moved between neighbours best; now and then one far away."""
        many, sites = int(self._draw.integers(1, TORN)), self._options.site[movable]
        if not len(movable) or self._draw.random() < 0.4:
            return self._draw.permutation(movable)[:many]
        near = self._near(self._near(np.array([self._draw.choice(sites)])))
        found = self._draw.permutation(movable[np.isin(sites, near)])[:many]
        return found if self._draw.random() < 0.5 else np.union1d(found, self._draw.choice(movable, 1))

    def _near(self, sites: Whole) -> Whole:
        return np.asarray(self._beside[sites].indices)

    def _unserved(self, plan: Plan, gone: Whole) -> Whole:
        """Places that nobody gives, demands × years, when these sites are gone."""
        left = self._problem.demand.copy()
        for year, shared in enumerate(plan.shared):
            stays = ~np.isin(shared.site, gone)
            np.subtract.at(left[:, year], shared.demand[stays], shared.places[stays])
        return left

    def _built(self, chosen: Whole, open_demand: Whole, taste: Real | None = None) -> Plan:
        """Build on until nothing more serves or fits. `taste` of each option: by how much it is preferred."""
        options = self._options
        left = left_money(self._problem, options)
        for option in chosen[~options.fixed[chosen]]:
            left[options.year[option] :] -= options.cost[option]
        free = ~options.fixed & ~np.isin(options.site, options.site[chosen])
        while True:
            gain = self._gain(open_demand)
            # Money of a year is what is left in it and in all years after it.
            fits = free & (gain > 0) & (options.cost <= np.minimum.accumulate(left[::-1])[::-1][options.year])
            if not fits.any():
                return self.weighed(chosen)
            gain = gain if taste is None else gain * taste
            option = int(np.where(fits, gain / np.maximum(options.cost, 1), -1.0).argmax())
            chosen = np.append(chosen, option)
            free &= options.site != options.site[option]
            left[options.year[option] :] -= options.cost[option]
            self._fill(open_demand, option)

    def _gain(self, open_demand: Whole) -> Real:
        problem, options = self._problem, self._options
        near, gain = self._columns.T @ open_demand, np.zeros(len(options.site))
        extra = np.maximum(options.places - problem.existing[options.site], 0)
        for year in range(problem.years):
            gain += np.where(options.year <= year, np.minimum(extra, near[options.site, year]), 0.0)
        return gain

    def _fill(self, open_demand: Whole, option: int) -> None:
        site = int(self._options.site[option])
        rows = self._columns.indices[self._columns.indptr[site] : self._columns.indptr[site + 1]]
        room = max(int(self._options.places[option]) - int(self._problem.existing[site]), 0)
        for year in range(int(self._options.year[option]), self._problem.years):
            need = open_demand[rows, year]
            open_demand[rows, year] -= np.clip(room - (np.cumsum(need) - need), 0, need)


def enough(value: float, bound: float, gap: float) -> bool:
    """Whether a plan is proved: within the gap, or less than a whole place below the bound."""
    return bound - value < 1 - 1e-6 or gap_of(value, bound) <= gap


def start_of(options: Options, plan: Plan) -> Any:
    """Which options a plan has."""
    taken = set(plan.buildings)
    return np.array([building in taken for building in options.named()], bool)
