"""What multipliers leave open in a covering question, decided by branching on the sites that can matter. Pure."""

from __future__ import annotations

import numpy as np

from yiyang.reach.network.graph import Flags, Real, Sparse, Whole
from yiyang.reach.siting.answer import Run
from yiyang.reach.siting.board import Search
from yiyang.reach.siting.merging import Reduced, equal_rows
from yiyang.reach.siting.multipliers import Found, limit_rows
from yiyang.reach.siting.solver import Heard, Program, solve

# Rows times entries beyond which branching has never come to an end in minutes.
MOST = 600_000


def open_sites(reduced: Reduced, found: Found, best: float) -> tuple[Flags, Flags]:
    """Sites that may still be in a better answer, and those that are in every better answer.

    Forcing a site against its reduced worth costs that worth; where the bound then falls to the best answer known,
    nothing better is lost by deciding the site.
    """
    worth = reduced.cover.T @ found.lam - found.count_price - found.budget_price * reduced.rest.cost
    room = found.bound - best - 1 + 1e-6
    return np.asarray(worth >= -room), np.asarray(worth > room)


def fits(reduced: Reduced, found: Found, best: float) -> bool:
    """Whether branching has a chance."""
    may, must = open_sites(reduced, found, best)
    return int(reduced.cover[:, may & ~must].nnz) <= MOST


def decide(reduced: Reduced, search: Search, found: Found, run: Run, gap: float) -> float:
    """Branch on what is open; better answers go to `search`. Returns the bound of the whole question."""
    may, must = open_sites(reduced, found, search.best_value)
    taken = np.flatnonzero(must)
    done = np.asarray(reduced.cover[:, taken].getnnz(axis=1) > 0)
    base = float(reduced.weight[done].sum())
    sites = np.flatnonzero(may & ~must)
    rows, weight = _small(reduced.cover[~done][:, sites].tocsr(), reduced.weight[~done])
    program = _program(reduced, rows, weight, sites, taken)
    start = _start(rows, sites, search.best)
    solved = solve(program, run, start=start, gap=gap, heard=_teller(reduced, search, run, base))
    if solved.x is not None:
        search.offer(np.concatenate([taken, sites[solved.x[len(weight) :] > 0.5]]))
    # Whatever was ruled out is no better than the best answer known.
    return max(base - solved.bound, float(search.best_value))


def _small(cover: Sparse, weight: Real) -> tuple[Sparse, Real]:
    """Without empty rows, equal rows merged once more: with fewer sites more rows are equal."""
    kept = np.flatnonzero(np.diff(cover.indptr) > 0)
    cover, weight = cover[kept], weight[kept]
    cover.sort_indices()
    group, first = equal_rows(cover)
    return cover[first], np.bincount(group, weights=weight, minlength=len(first)).astype(float)


def _program(reduced: Reduced, rows: Sparse, weight: Real, sites: Whole, taken: Whole) -> Program:
    from scipy.sparse import csr_matrix, hstack, identity, vstack

    limits, most = limit_rows(reduced.rest, len(reduced.sites))
    count = len(weight)
    matrix = vstack(
        [
            hstack([identity(count, format="csr"), -rows]),
            hstack([csr_matrix((limits.shape[0], count)), limits[:, sites]]),
        ],
        format="csr",
    )
    left = most - np.asarray(limits[:, taken].sum(axis=1)).ravel()
    return Program(
        np.concatenate([-weight, np.zeros(len(sites))]), matrix, np.full(matrix.shape[0], -np.inf),
        np.concatenate([np.zeros(count), left]), np.zeros(count + len(sites)), np.ones(count + len(sites)),
        np.concatenate([np.zeros(count), np.ones(len(sites))]),
    )  # fmt: skip


def _start(rows: Sparse, sites: Whole, best: Whole) -> Real | None:
    """The best answer known as a start, if it lies within what is open."""
    chosen = np.isin(sites, best).astype(float)
    covered = np.minimum(rows @ chosen, 1.0)
    return np.concatenate([covered, chosen])


def _teller(reduced: Reduced, search: Search, run: Run, base: float) -> Heard:
    def heard(value: float, bound: float) -> None:
        best = max(reduced.base + base - value, reduced.base + search.best_value)
        run.say(round(best), reduced.base + base - bound)

    return heard
