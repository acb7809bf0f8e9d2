"""Maximal covering (MCLP): the sites that cover most people, by count, by money, or both. Pure.

Rows that the same sites cover are merged; multipliers give a bound that anybody can reckon again; local search gives
good answers; what the bound leaves open is decided by HiGHS on the few sites that can still matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.reach.network.graph import Real, Sparse, Whole
from yiyang.reach.siting import covering_exact, multipliers
from yiyang.reach.siting.answer import Answer, Run, Stop, Tell, gap_of, status_of
from yiyang.reach.siting.board import Search
from yiyang.reach.siting.merging import Reduced, Rest, merged

# Rounds of multipliers; each costs two passes over the cover.
ROUNDS = 400
# Seconds of search before branching.
SHAKING = 2.0


@dataclass(frozen=True)
class Covering:
    """A question of maximal covering.

    Attributes:
        cover: demands × sites (SciPy sparse); an entry where the site covers the demand.
        people: of each demand.
        count: how many sites at most, the fixed ones among them; None: as many as the money allows.
        cost: of each site, in whole yuan; needed with a budget.
        budget: in yuan, the fixed sites' cost within it; None: no limit.
        fixed: sites that are built anyhow.
    """

    cover: Sparse
    people: Whole
    count: int | None = None
    cost: Whole | None = None
    budget: int | None = None
    fixed: tuple[int, ...] = ()


def cover(
    problem: Covering, *, gap: float = 0.0, seconds: float = 60.0, seed: int = 1, tell: Tell | None = None,
    stop: Stop | None = None,
) -> Answer:  # fmt: skip
    """The sites that cover most people.

    Args:
        gap: stop when the answer is proved within this share of the best possible; 0 proves it optimal.
        seconds: limit for the whole question.
        tell, stop: progress, and whether to come back with the best so far.

    Errors: UsageError when neither count nor budget is given or what is fixed exceeds them.
    """
    _refuse(problem)
    run = Run(seconds, tell, stop)
    reduced = merged(problem.cover, problem.people, _rest(problem), problem.fixed)
    search = Search(reduced, seed)
    search.begin()
    run.say(reduced.base + search.best_value, None)
    found = multipliers.ascend(reduced, search, run, ROUNDS, gap)
    run.say(reduced.base + search.best_value, reduced.base + found.bound)
    bound, branched = found.bound, False
    if not _enough(reduced, search, bound, gap) and not run.over():
        found, bound, branched = _closer(reduced, search, found, run, gap)
    return _answer(problem, reduced, search, found, bound, run, gap, branched=branched)


def _refuse(problem: Covering) -> None:
    fixed = list(problem.fixed)
    if problem.count is None and problem.budget is None:
        raise UsageError("请给出数量或预算。", "Give a count or a budget.")
    if problem.budget is not None and problem.cost is None:
        raise UsageError("有预算时须给出每处的造价。", "A budget needs the cost of each site.")
    if problem.count is not None and len(fixed) > problem.count:
        raise UsageError(
            f"已定项目有 {len(fixed)} 处，超过了总数 {problem.count}。",
            f"{len(fixed)} sites are fixed, more than the {problem.count} in all.",
        )
    if problem.budget is not None and problem.cost is not None and int(problem.cost[fixed].sum()) > problem.budget:
        raise UsageError("已定项目的造价超过了预算。", "The fixed sites cost more than the budget.")


def _rest(problem: Covering) -> Rest:
    """What is left for the free sites."""
    fixed = list(problem.fixed)
    spent = int(problem.cost[fixed].sum()) if problem.cost is not None else 0
    return Rest(
        None if problem.count is None else problem.count - len(fixed),
        None if problem.budget is None else problem.budget - spent,
        np.zeros(problem.cover.shape[1], np.int64) if problem.cost is None else problem.cost,
    )


def _enough(reduced: Reduced, search: Search, bound: float, gap: float) -> bool:
    value, most = reduced.base + search.best_value, reduced.base + bound
    return most - value < 1 - 1e-6 or gap_of(value, most) <= gap


def _closer(
    reduced: Reduced, search: Search, found: multipliers.Found, run: Run, gap: float
) -> tuple[multipliers.Found, float, bool]:
    """A better bound, a better answer, or both: first the interior point and search, then branching on what is left."""
    better = multipliers.interior(reduced, run)
    found = better if better is not None and better.bound < found.bound else found
    run.say(reduced.base + search.best_value, reduced.base + found.bound)
    # Each answer that search finds saves branching much; where branching has no chance, search has all the time.
    last = run.seconds + (SHAKING if covering_exact.fits(reduced, found, search.best_value) else run.left * 0.6)
    search.shake(run, lambda: run.seconds > last or _enough(reduced, search, found.bound, gap))
    if _enough(reduced, search, found.bound, gap) or run.over():
        return found, found.bound, False
    bound = covering_exact.decide(reduced, search, found, run, gap)
    return found, min(bound, found.bound), bound < found.bound


def _answer(
    problem: Covering, reduced: Reduced, search: Search, found: multipliers.Found, bound: float, run: Run, gap: float,
    *, branched: bool,
) -> Answer:  # fmt: skip
    chosen = tuple(sorted([*problem.fixed, *reduced.sites[search.best].tolist()]))
    objective = reduced.base + search.best_value
    most = max(np.floor(reduced.base + bound + 1e-6), objective)
    proof = {
        "multipliers": reduced.spread(found.lam), "count_price": found.count_price, "budget_price": found.budget_price,
        "branched": branched,
    }  # fmt: skip
    run.say(objective, float(most))
    status = status_of(objective, most, gap, stopped=run.stopped)
    return Answer(chosen, float(objective), float(most), status, run.seconds, proof, tuple(run.trail))


def covered_by(problem: Covering, chosen: tuple[int, ...]) -> Real:
    """Which demands the chosen sites cover."""
    hits = problem.cover.tocsc()[:, list(chosen)]
    return np.asarray(hits.getnnz(axis=1) > 0)
