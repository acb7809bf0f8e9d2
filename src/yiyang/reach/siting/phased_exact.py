"""A question over years as one mixed program for HiGHS: exact, for as long as it is small. Pure.

Options are whole, flows are not: of each demand to each size at each site in each year, no more than the demand has
where that size stands, so that the divisible program is as tight as the prices' bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yiyang.reach.network.graph import Real, Sparse, Whole
from yiyang.reach.siting.answer import Run
from yiyang.reach.siting.phased_prices import Options, left_money
from yiyang.reach.siting.phased_search import Search, start_of
from yiyang.reach.siting.solver import Program, solve

if TYPE_CHECKING:
    from yiyang.reach.siting.phased import Phased

# Flows beyond which branching has never come to an end in minutes.
MOST = 12_000


@dataclass(frozen=True)
class _Ways:
    """Flows: from a demand, to a size at a site (`spot`, numbered; standing places are spots, too), in a year."""

    demand: Whole
    spot: Whole
    year: Whole
    site: Whole
    size: Whole


def _ways(problem: Phased, options: Options) -> _Ways:
    """Spots are pairs of site and size that an option has; size -1: what stands now."""
    stands = np.flatnonzero((problem.existing > 0) & (problem.cover.getnnz(axis=0) > 0))
    pairs = np.unique(np.stack([options.site, options.size]), axis=1)
    site, size = np.concatenate([pairs[0], stands]), np.concatenate([pairs[1], np.full(len(stands), -1)])
    columns = problem.cover.tocsc()
    many = np.diff(columns.indptr)[site]
    rows = [columns.indices[columns.indptr[one] : columns.indptr[one + 1]] for one in site]
    demand = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    spot = np.repeat(np.arange(len(site)), many)
    years = problem.years
    return _Ways(
        np.repeat(demand, years), np.repeat(spot, years), np.tile(np.arange(years), len(spot)), site, size
    )  # fmt: skip


def fits(problem: Phased, options: Options) -> bool:
    """Whether branching has a chance."""
    return len(_ways(problem, options).demand) <= MOST


def decide(problem: Phased, options: Options, search: Search, run: Run, gap: float) -> float:
    """Branch; the answer goes to `search`. Returns the bound."""
    ways = _ways(problem, options)
    chosen = start_of(options, search.best).astype(float)
    start = np.concatenate([chosen, _flows_of(ways, search)])
    solved = solve(_program(problem, options, ways), run, gap=gap, start=start)
    if solved.x is not None:
        search.offer(search.weighed(np.flatnonzero(solved.x[: len(options.site)] > 0.5)))
    return -solved.bound


def _flows_of(ways: _Ways, search: Search) -> Real:
    """The flows of the best plan: to what was built where something was, else to what stands."""
    plan = search.best
    spots = {key: spot for spot, key in enumerate(zip(ways.site.tolist(), ways.size.tolist(), strict=True))}
    built = {site: (size, since) for site, size, since in plan.buildings}
    keys = zip(ways.demand.tolist(), ways.spot.tolist(), ways.year.tolist(), strict=True)
    at = {key: row for row, key in enumerate(keys)}
    found = np.zeros(len(ways.demand))
    for year, shared in enumerate(plan.shared):
        for demand, site, places in shared.triples():
            size, since = built.get(site, (-1, 0))
            found[at[demand, spots[site, size if since <= year else -1], year]] = places
    return found


def _program(problem: Phased, options: Options, ways: _Ways) -> Program:
    """Options first, then flows."""
    from scipy.sparse import block_array, csr_matrix, diags_array, eye_array

    many, flows, years = len(options.site), len(ways.demand), problem.years
    at, of = ways.spot * years + ways.year, ways.demand * years + ways.year
    into = csr_matrix((np.ones(flows), (at, np.arange(flows))), shape=(len(ways.site) * years, flows))
    out = csr_matrix((np.ones(flows), (of, np.arange(flows))), shape=(problem.demand.size, flows))
    need = problem.demand[ways.demand, ways.year].astype(float)
    # What stands now is open from the beginning, until something is built there.
    opens, now = _opens(ways, options, years), np.repeat(ways.size < 0, years).astype(float)
    room, link = diags_array(np.repeat(_places(problem, ways), years)), diags_array(need) @ into.T
    once = csr_matrix((np.ones(many), (options.site, np.arange(many))), shape=(problem.cover.shape[1], many))
    money = (options.year[None, :] <= np.arange(years)[:, None]) * (options.cost / 1e6) * ~options.fixed
    rows = block_array(
        [[None, out], [-(room @ opens), into], [-(link @ opens), eye_array(flows)], [once, None],
         [csr_matrix(money), None]], format="csr",
    )  # fmt: skip
    high = np.concatenate([
        problem.demand.ravel().astype(float), room @ now, link @ now, np.ones(problem.cover.shape[1]),
        left_money(problem, options) / 1e6,
    ])  # fmt: skip
    return Program(
        np.concatenate([np.zeros(many), -np.ones(flows)]), rows, np.full(len(high), -np.inf), high,
        np.concatenate([options.fixed.astype(float), np.zeros(flows)]), np.concatenate([np.ones(many), need]),
        np.concatenate([np.ones(many), np.zeros(flows)]),
    )  # fmt: skip


def _opens(ways: _Ways, options: Options, years: int) -> Sparse:
    """Spots by year × options: which an option opens, and (-1) which standing place it ends, from its year on."""
    from scipy.sparse import csr_matrix

    spots = {key: spot for spot, key in enumerate(zip(ways.site.tolist(), ways.size.tolist(), strict=True))}
    own = np.array([spots[site, size] for site, size, _ in options.named()], np.int64)
    old = np.array([spots.get((site, -1), -1) for site in options.site.tolist()], np.int64)
    option, year = np.nonzero(options.year[:, None] <= np.arange(years)[None, :])
    ends = old[option] >= 0
    row = np.concatenate([own[option] * years + year, (old[option] * years + year)[ends]])
    sign = np.concatenate([np.ones(len(option)), -np.ones(int(ends.sum()))])
    shape = (len(ways.site) * years, len(options.site))
    return csr_matrix((sign, (row, np.concatenate([option, option[ends]]))), shape=shape)


def _places(problem: Phased, ways: _Ways) -> Real:
    """Of each spot. A building takes the place of what stands there, and is no smaller."""
    now = problem.existing[ways.site]
    return np.where(ways.size < 0, now, np.maximum(problem.places[ways.site, ways.size], now)).astype(float)
