"""p-median: the sites from which everybody's way adds up to least. Pure.

Exchange search gives good answers; prices on each demand give a bound (Lagrange) that anybody can reckon again; what is
left is decided by HiGHS on the sites that can still matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.reach.network.graph import Flags, Real, Whole
from yiyang.reach.siting import median_exact
from yiyang.reach.siting.answer import Answer, Run, Stop, Tell, gap_of, status_of
from yiyang.reach.siting.exchange import Exchange

# Rounds of prices; each costs one pass over the ways.
ROUNDS = 600
# Rounds without a better bound, after which the step is halved.
PATIENCE = 12
# Shakes without a better answer, after which search gives way to branching.
IDLE = 12
# Numbers of ways beyond which the memory of a desk machine does not do: 1.6 GB.
MOST = 200_000_000


@dataclass(frozen=True)
class Median:
    """A question of the p-median.

    Attributes:
        way: demands × sites, minutes or metres, finite; whoever cannot get there has a way that is long.
        people: of each demand.
        count: how many sites, the fixed ones among them.
        fixed: sites that are built anyhow.
    """

    way: Real
    people: Whole
    count: int
    fixed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Prices:
    """What each demand may cost, and the bound that follows."""

    price: Real
    bound: float
    sites: Whole
    reduced: Real
    """Of each site: what opening it saves against the prices, at most 0."""


def locate(
    problem: Median, *, gap: float = 0.0, seconds: float = 60.0, seed: int = 1, tell: Tell | None = None,
    stop: Stop | None = None,
) -> Answer:  # fmt: skip
    """The sites from which people × way adds up to least.

    Args:
        gap: stop when proved within this share of the best possible; 0 proves it optimal where there is time for it.

    Errors: UsageError for a count that does not fit, ways that are not finite, or too many of them.
    """
    _refuse(problem)
    run = Run(seconds, tell, stop)
    cost = problem.way * problem.people[:, None].astype(float)
    whole = bool(np.all(cost == np.rint(cost)))
    search = Exchange(cost, problem.count, problem.fixed, seed)
    search.begin(run)
    run.say(search.value, None)
    prices = ascend(cost, problem, search, run, gap)
    run.say(search.value, prices.bound)
    search.shake(run, IDLE, lambda: _enough(search.value, prices.bound, gap, whole=whole))
    bound, branched = prices.bound, False
    if not _enough(search.value, bound, gap, whole=whole) and not run.over():
        bound = max(
            median_exact.decide(cost, problem.count, problem.fixed, search, prices, run, gap, whole=whole), bound
        )
        branched = bound > prices.bound
    return _answer(problem, search, prices, bound, run, gap, whole=whole, branched=branched)


def _answer(
    problem: Median,
    search: Exchange,
    prices: Prices,
    bound: float,
    run: Run,
    gap: float,
    *,
    whole: bool,
    branched: bool,
) -> Answer:
    least = np.ceil(bound - 1e-6 * max(abs(bound), 1.0)) if whole else bound
    least = min(float(least), search.value)
    run.say(search.value, least)
    chosen = tuple(int(site) for site in np.sort(search.sites))
    status = status_of(search.value, least, gap, stopped=run.stopped)
    if not whole and status == "optimal" and search.value - least > 1e-6 * search.value:
        status = "within" if gap_of(search.value, least) <= gap else "stopped" if run.stopped else "open"
    more = {"nearest": np.array(chosen)[problem.way[:, list(chosen)].argmin(axis=1)]}
    proof = {"prices": prices.price, "branched": branched}
    return Answer(chosen, search.value, least, status, run.seconds, proof, tuple(run.trail), more)


def _refuse(problem: Median) -> None:
    sites = problem.way.shape[1]
    if not max(len(problem.fixed), 1) <= problem.count <= sites:
        raise UsageError(
            f"数量应在 {max(len(problem.fixed), 1)} 到 {sites} 之间，现在是 {problem.count}。",
            f"The count lies between {max(len(problem.fixed), 1)} and {sites}; this is {problem.count}.",
        )
    if problem.way.size > MOST:
        raise UsageError(
            f"需求点与备选点的组合有 {problem.way.size:,} 个，超过 {MOST:,}；请减少备选点。",
            f"{problem.way.size:,} pairs of demand and site are more than {MOST:,}; give fewer sites.",
        )
    if not np.isfinite(problem.way).all():
        raise UsageError("路程须为有限数。", "Every way must be a finite number.")


def _enough(value: float, bound: float, gap: float, *, whole: bool) -> bool:
    return (whole and value - bound < 1 - 1e-6) or gap_of(value, bound) <= max(gap, 1e-9)


def priced(cost: Real, price: Real, count: int, fixed: Flags) -> Prices:
    """The bound that prices give: Σ prices, and of the sites those that save most against them. Any prices will do."""
    saved = np.minimum(cost - price[:, None], 0.0).sum(axis=0)
    order = np.argsort(np.where(fixed, -np.inf, saved), kind="stable")[:count]
    return Prices(price, float(price.sum() + saved[order].sum()), order, saved)


def ascend(cost: Real, problem: Median, search: Exchange, run: Run, gap: float) -> Prices:
    """Better and better prices by subgradient steps; the sites they favour are tried as answers on the way."""
    fixed = np.zeros(cost.shape[1], bool)
    fixed[list(problem.fixed)] = True
    whole = bool(np.all(cost == np.rint(cost)))
    # A demand's price lies between its nearest and its second chosen site.
    found = best = priced(cost, search.second_ways(), problem.count, fixed)
    theta, worse = 1.0, 0
    for round_ in range(ROUNDS):
        slope = 1.0 - (cost[:, found.sites] < found.price[:, None]).sum(axis=1)
        size = float(slope @ slope)
        if size == 0 or run.over() or _enough(search.value, best.bound, gap, whole=whole) or theta < 1e-3:
            break
        step = theta * max(search.value * 1.0005 - found.bound, 1e-9) / size
        found = priced(cost, np.maximum(found.price + step * slope, 0.0), problem.count, fixed)
        best, worse = (found, 0) if found.bound > best.bound + 1e-9 else (best, worse + 1)
        if worse >= PATIENCE:
            theta, worse, found = theta / 1.6, 0, best
        if round_ % 50 == 49:
            search.offer(found.sites)
            run.say(search.value, best.bound)
    return best
