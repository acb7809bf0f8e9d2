"""What to build where, in which size and in which year, under each year's budget. Pure.

Each site gets at most one building, of one size, which serves from its year on. People may go to any open facility
within reach as far as it has room. Served places summed over the years are made most.

A price on each demand, and one on each size and year of building, part the question into sites on the one hand and into
how many buildings the money can pay on the other: that is the bound. Plans are searched by tearing down and building
anew, each weighed by exact flows; a small question is branched on as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.reach.network.graph import Flags, Sparse, Whole
from yiyang.reach.siting import phased_exact
from yiyang.reach.siting.answer import Answer, Run, Stop, Tell, status_of
from yiyang.reach.siting.phased_prices import Options, ascend
from yiyang.reach.siting.phased_search import Search, enough


@dataclass(frozen=True)
class Phased:
    """A question over several years.

    Attributes:
        cover: demands × sites (SciPy sparse); an entry where people of the demand can use the site.
        demand: places needed, demands × years.
        existing: places that a site has now; 0 where nothing stands.
        places: sites × sizes, what may be built; 0 where that size may not be built there.
        cost: sites × sizes, in whole yuan.
        budget: of each year, in yuan; what is left over is kept for the years after.
        fixed: buildings that are decided, as (site, size, year).
    """

    cover: Sparse
    demand: Whole
    existing: Whole
    places: Whole
    cost: Whole
    budget: Whole
    fixed: tuple[tuple[int, int, int], ...] = ()

    @property
    def years(self) -> int:
        """How many years there are."""
        return int(self.demand.shape[1])


def phase(
    problem: Phased, *, gap: float = 0.01, seconds: float = 180.0, seed: int = 1, tell: Tell | None = None,
    stop: Stop | None = None,
) -> Answer:  # fmt: skip
    """The buildings that serve most places summed over the years; `more["buildings"]` holds (site, size, year).

    `more["served"]` are the places served in each year, `more["flows"]` of each year (demand, site, places).

    Errors: UsageError for arrays that do not fit each other, or fixed buildings beyond the budget.
    """
    _refuse(problem)
    run = Run(seconds, tell, stop)
    options = Options(problem)
    search = Search(problem, options, seed)
    run.say(search.best.served, None)
    prices = ascend(problem, options, search.best.served, run, gap)
    run.say(search.best.served, prices.bound)
    bound = _closer(problem, options, search, prices.bound, run, gap)
    best, most = search.best, max(float(np.floor(bound + 1e-6)), float(search.best.served))
    run.say(best.served, most)
    status = status_of(best.served, most, gap, stopped=run.stopped)
    more = {
        "buildings": best.buildings, "served": best.by_year, "flows": [year.triples() for year in best.shared],
    }  # fmt: skip
    proof = {"prices": prices.lam, "building": options.priced(prices.building), "branched": bound < prices.bound}
    sites = tuple(sorted(site for site, _, _ in best.buildings))
    return Answer(sites, float(best.served), most, status, run.seconds, proof, tuple(run.trail), more)


def _closer(problem: Phased, options: Options, search: Search, bound: float, run: Run, gap: float) -> float:
    """A better plan and a better bound: by branching where the question is small, else by search alone."""
    if enough(search.best.served, bound, gap) or run.over():
        return bound
    if phased_exact.fits(problem, options):
        return min(bound, phased_exact.decide(problem, options, search, run, gap))
    search.improve(bound, run, gap)
    return bound


def alike(may_build: Flags, places: Sequence[int], cost: Sequence[int]) -> tuple[Whole, Whole]:
    """Places and cost, sites × sizes, where each site that may be built on has the same sizes."""
    built = may_build[:, None].astype(np.int64)
    return built * np.asarray(places), built * np.asarray(cost)


def _refuse(problem: Phased) -> None:
    demands, sites = problem.cover.shape
    lengths = len(problem.demand), len(problem.existing), len(problem.places), len(problem.budget)
    if lengths != (demands, sites, sites, problem.years) or problem.places.shape != problem.cost.shape:
        raise UsageError("各项数据的长度不一致。", "The lengths of the arrays do not fit each other.")
    used = [site for site, _, _ in problem.fixed]
    if len(set(used)) < len(used):
        raise UsageError("同一处有两个已定项目。", "Two fixed buildings stand at one site.")
    left = np.cumsum(problem.budget)
    for site, size, year in problem.fixed:
        left[year:] -= problem.cost[site, size]
    if (left < 0).any():
        year = int((left < 0).argmax())
        zh = f"到第 {year + 1} 年，已定项目比各年预算之和多 {-left[year]:,} 元。请增加预算，或者不保留这些项目。"
        raise UsageError(zh, f"By year {year + 1} the fixed buildings cost {-left[year]:,} yuan more than the budget.")
