"""What prices leave open in a p-median, decided by branching (HiGHS) on the sites and ways that can matter. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yiyang.reach.network.graph import Flags, Real, Sparse, Whole
from yiyang.reach.siting.answer import Run
from yiyang.reach.siting.exchange import Exchange
from yiyang.reach.siting.solver import Program, solve

if TYPE_CHECKING:
    from yiyang.reach.siting.median import Prices

# Pairs of demand and site beyond which branching has never come to an end in minutes.
MOST = 400_000


def decide(
    cost: Real,
    count: int,
    fixed: tuple[int, ...],
    search: Exchange,
    prices: Prices,
    run: Run,
    gap: float,
    *,
    whole: bool,
) -> float:
    """Branch on what is open; better answers go to `search`. Returns the bound of the whole question."""
    may, must = _open(count, fixed, search, prices, whole=whole)
    sites = np.flatnonzero(may)
    pairs = _pairs(cost[:, sites], must[sites])
    if pairs.sum() > MOST:
        return prices.bound
    program, number = _program(cost[:, sites], pairs, count, must[sites])
    solved = solve(program, run, gap=gap, start=_start(cost[:, sites], pairs, number, np.isin(sites, search.sites)))
    if solved.x is not None:
        search.offer(sites[solved.x[: len(sites)] > 0.5])
    # Whatever was ruled out is no better than the best answer known.
    return min(solved.bound, search.value)


def _open(count: int, fixed: tuple[int, ...], search: Exchange, prices: Prices, *, whole: bool) -> tuple[Flags, Flags]:
    """Sites that a better answer may have, and those that every better answer has."""
    room = search.value - prices.bound - (1 - 1e-6 if whole else 0.0)
    in_bound = np.zeros(len(prices.reduced), bool)
    in_bound[prices.sites] = True
    free = in_bound.copy()
    free[list(fixed)] = False
    last = float(prices.reduced[free].max(initial=-np.inf))
    next_ = float(prices.reduced[~in_bound].min(initial=np.inf))
    # Forcing a site in throws out the worst of the chosen; forcing one out lets the best of the others in.
    may = in_bound | (prices.reduced - last <= room)
    must = free & (next_ - prices.reduced > room)
    must[list(fixed)] = True
    return may, must


def _pairs(cost: Real, must: Flags) -> Flags:
    """Ways that can be somebody's: none is longer than the way to the nearest site that is there for sure."""
    if not must.any():
        return np.ones(cost.shape, bool)
    nearest = cost[:, must].min(axis=1, keepdims=True)
    pairs = cost < nearest
    rows = np.arange(len(cost))
    pairs[rows, np.where(must[None, :], cost, np.inf).argmin(axis=1)] = True
    return np.asarray(pairs)


def _program(cost: Real, pairs: Flags, count: int, must: Flags) -> tuple[Program, Sparse]:
    """Sites first, then pairs: each demand once, only at sites that are open, `count` sites."""
    from scipy.sparse import csr_matrix, hstack, vstack

    demand, site = np.nonzero(pairs)
    sites, many = cost.shape[1], len(demand)
    number = csr_matrix((np.arange(many) + 1, (demand, site)), shape=cost.shape)
    one = csr_matrix((np.ones(many), (demand, np.arange(many))), shape=(len(cost), many))
    opened = csr_matrix((-np.ones(many), (np.arange(many), site)), shape=(many, sites))
    served = csr_matrix((np.ones(many), (np.arange(many), np.arange(many))), shape=(many, many))
    total = csr_matrix(np.concatenate([np.ones(sites), np.zeros(many)])[None, :])
    rows = vstack([hstack([csr_matrix((len(cost), sites)), one]), hstack([opened, served]), total], format="csr")
    low = np.concatenate([np.ones(len(cost)), np.full(many, -np.inf), [count]])
    high = np.concatenate([np.ones(len(cost)), np.zeros(many), [count]])
    least = np.concatenate([must.astype(float), np.zeros(many)])
    kinds = np.concatenate([np.ones(sites), np.zeros(many)])
    price = np.concatenate([np.zeros(sites), cost[demand, site]])
    return Program(price, rows, low, high, least, np.ones(sites + many), kinds), number


def _start(cost: Real, pairs: Flags, number: Sparse, chosen: Flags) -> Any:
    """The best answer known as a start."""
    if not chosen.any():
        return None
    ways = np.where(pairs & chosen[None, :], cost, np.inf)
    if not np.isfinite(ways.min(axis=1)).all():
        return None
    found = np.zeros(len(chosen) + number.nnz)
    found[: len(chosen)] = chosen
    rows: Whole = np.arange(len(cost))
    found[len(chosen) + np.asarray(number[rows, ways.argmin(axis=1)]).ravel() - 1] = 1.0
    return found
