"""What to build where, in which size and in which year, under each year's budget. Pure.

Each site gets at most one building, of one size, which serves from its year on. People may go to any open facility
within reach as far as it has room. Served places summed over the years are made most.

A price on each demand parts the question into sites and gives a bound; the prices of the best bounds become cuts of a
small program of buildings alone; each plan that it finds is weighed by flows, which give new cuts, and searched on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.reach.network.graph import Flags, Sparse, Whole
from yiyang.reach.siting import phased_search
from yiyang.reach.siting.answer import Answer, Run, Stop, Tell, status_of
from yiyang.reach.siting.phased_flow import Flows
from yiyang.reach.siting.phased_prices import Options, ascend


@dataclass(frozen=True)
class Phased:
    """A question over several years.

    Attributes:
        cover: demands × sites (SciPy sparse); an entry where people of the demand can use the site.
        demand: places needed, demands × years.
        existing: places that a site has now; 0 where nothing stands.
        places: of each size that may be built.
        cost: of each size, in whole yuan.
        budget: of each year, in yuan; what is left over is kept for the years after.
        may_build: whether something may be built at a site.
        fixed: buildings that are decided, as (site, size, year).
    """

    cover: Sparse
    demand: Whole
    existing: Whole
    places: Whole
    cost: Whole
    budget: Whole
    may_build: Flags
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
    options, flows = Options(problem), Flows(problem)
    best = phased_search.greedy(problem, options, flows, run)
    run.say(best.served, None)
    prices = ascend(problem, options, best.served, run, gap)
    run.say(best.served, prices.bound)
    best, bound, branched = phased_search.improve(problem, options, flows, prices, best, run, gap, seed)
    most = max(float(np.floor(bound + 1e-6)), float(best.served))
    run.say(best.served, most)
    status = status_of(best.served, most, gap, stopped=run.stopped)
    more = {
        "buildings": best.buildings, "served": [flows.most(year, best.buildings)[0] for year in range(problem.years)],
        "flows": [flows.shared(year, best.buildings) for year in range(problem.years)],
    }  # fmt: skip
    proof = {"prices": prices.lam, "money": prices.money, "branched": branched}
    sites = tuple(sorted(site for site, _, _ in best.buildings))
    return Answer(sites, float(best.served), most, status, run.seconds, proof, tuple(run.trail), more)


def _refuse(problem: Phased) -> None:
    demands, sites = problem.cover.shape
    shapes = (
        len(problem.demand),
        len(problem.existing),
        len(problem.may_build),
        len(problem.budget),
        len(problem.cost),
    )
    if shapes != (demands, sites, sites, problem.years, len(problem.places)):
        raise UsageError("各项数据的长度不一致。", "The lengths of the arrays do not fit each other.")
    used = [site for site, _, _ in problem.fixed]
    if len(set(used)) < len(used):
        raise UsageError("同一处有两个已定项目。", "Two fixed buildings stand at one site.")
    left = np.cumsum(problem.budget)
    for _, size, year in problem.fixed:
        left[year:] -= problem.cost[size]
    if (left < 0).any():
        raise UsageError("已定项目超出了预算。", "The fixed buildings exceed the budget.")
