"""Bounds for covering from multipliers: a price on each person's cover. Any prices give a true bound. Pure.

With price λ on the row of each demand, at most Σ (people - λ)⁺ is won by the rows, and each site is worth the prices of
its rows; the best sites within count and budget, taken for divisible, give the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.reach.network.graph import Real, Whole
from yiyang.reach.siting.answer import Run, gap_of
from yiyang.reach.siting.board import Search
from yiyang.reach.siting.merging import Reduced, Rest
from yiyang.reach.siting.solver import Program, solve

# Rounds without a better bound, after which the step is halved.
PATIENCE = 12
# Halvings of the price of money when both count and budget bind.
HALVINGS = 40


@dataclass(frozen=True)
class Found:
    """Prices and the bound that they give: of rows, of one more site, of one more yuan."""

    lam: Real
    count_price: float
    budget_price: float
    bound: float


def priced(worth: Real, rest: Rest) -> tuple[float, float, float]:
    """The best divisible choice of sites by worth: (value, price of a site, price of a yuan)."""
    if rest.budget is None:
        return _by_count(worth, rest, 0.0)
    low, high = 0.0, _dearest(worth, rest)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        # The slope of the value in the price: money left over (positive) or overspent.
        spent = float(rest.cost[_taken(worth, rest, middle)].sum())
        low, high = (low, middle) if spent <= rest.budget else (middle, high)
    return min((_by_count(worth, rest, price) for price in (0.0, low, high)), key=lambda one: one[0])


def _dearest(worth: Real, rest: Rest) -> float:
    return float(np.max(np.divide(worth, rest.cost, out=np.zeros(len(worth)), where=rest.cost > 0), initial=0.0)) + 1e-9


def _taken(worth: Real, rest: Rest, price: float) -> Whole:
    left = worth - price * rest.cost
    order = np.argsort(-left, kind="stable")[: len(left) if rest.count is None else rest.count]
    return np.asarray(order[left[order] > 0], np.int64)


def _by_count(worth: Real, rest: Rest, price: float) -> tuple[float, float, float]:
    left = worth - price * rest.cost
    count = len(left) if rest.count is None else min(rest.count, len(left))
    site = 0.0
    if 0 < count < len(left):
        site = max(float(np.partition(left, len(left) - count)[len(left) - count]), 0.0)
    elif count == 0:
        site = max(float(left.max(initial=0.0)), 0.0)
    value = site * count + float(np.maximum(left - site, 0.0).sum()) + price * (rest.budget or 0)
    return value, site, price


def bound_of(reduced: Reduced, lam: Real) -> Found:
    """The bound that prices of rows give. Any prices at or above 0 give a true one."""
    lam = np.maximum(lam, 0.0)
    value, site, yuan = priced(reduced.cover.T @ lam, reduced.rest)
    return Found(lam, site, yuan, float(np.maximum(reduced.weight - lam, 0.0).sum()) + value)


def ascend(reduced: Reduced, search: Search, run: Run, rounds: int, gap: float) -> Found:
    """Better and better prices by subgradient steps; the sites that they favour are tried as answers on the way."""
    # Half of every price is where neither rows nor sites are sure.
    found = best = bound_of(reduced, reduced.weight * 0.5)
    theta, worse = 1.0, 0
    for round_ in range(rounds):
        sites = _taken(reduced.cover.T @ found.lam - found.count_price, reduced.rest, found.budget_price)
        slope = np.asarray(reduced.cover @ _ones(sites, len(reduced.sites))) - (reduced.weight > found.lam)
        # A row at its least or highest price cannot go on in that direction.
        slope[((found.lam <= 0) & (slope > 0)) | ((found.lam >= reduced.weight) & (slope < 0))] = 0.0
        size = float(slope @ slope)
        if size == 0 or run.over() or _proved(reduced, search, best, gap) or theta < 1e-3:
            break
        step = theta * max(found.bound - search.best_value, 1e-9) / size
        found = bound_of(reduced, np.clip(found.lam - step * slope, 0.0, reduced.weight))
        best, worse = (found, 0) if found.bound < best.bound - 1e-9 else (best, worse + 1)
        if worse >= PATIENCE:
            theta, worse, found = theta / 2, 0, best
        if round_ % 40 == 39:
            search.offer(sites)
            run.say(reduced.base + search.best_value, reduced.base + best.bound)
    return best


def _ones(sites: Whole, count: int) -> Real:
    found = np.zeros(count)
    found[sites] = 1.0
    return found


def _proved(reduced: Reduced, search: Search, best: Found, gap: float) -> bool:
    value, most = reduced.base + search.best_value, reduced.base + best.bound
    return most - value < 1 - 1e-6 or (gap > 0 and gap_of(value, most) <= gap)


def interior(reduced: Reduced, run: Run) -> Found | None:
    """The prices of the linear program by the interior point without crossover; None when there was no time for it."""
    from scipy.sparse import csr_matrix, hstack, identity, vstack

    rows, sites = reduced.cover.shape
    limits, most = limit_rows(reduced.rest, sites)
    matrix = hstack([identity(rows, format="csr"), -reduced.cover], format="csr")
    whole = vstack([matrix, hstack([csr_matrix((limits.shape[0], rows)), limits])], format="csr")
    program = Program(
        np.concatenate([-reduced.weight, np.zeros(sites)]), whole, np.full(whole.shape[0], -np.inf),
        np.concatenate([np.zeros(rows), most]), np.zeros(rows + sites), np.ones(rows + sites),
    )  # fmt: skip
    found = solve(program, run, interior=True)
    if len(found.duals) != whole.shape[0] or not np.isfinite(found.duals).all():
        return None
    return bound_of(reduced, np.clip(-found.duals[:rows], 0.0, reduced.weight))


def limit_rows(rest: Rest, sites: int) -> tuple[Real, Real]:
    """Rows of count and budget over the sites, and their right-hand sides."""
    from scipy.sparse import csr_matrix

    rows = [np.ones(sites)] if rest.count is not None else []
    most = [float(rest.count)] if rest.count is not None else []
    if rest.budget is not None:
        # In millions, so that the numbers of a row are of the size of the others.
        rows.append(rest.cost / 1e6)
        most.append(rest.budget / 1e6)
    return csr_matrix(np.array(rows)), np.array(most)
