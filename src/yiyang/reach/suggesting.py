"""From network, points and facilities to a siting question, and from its answer back to places with names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yiyang.reach.logic import Access, access
from yiyang.reach.network.graph import Flags, Network, Whole
from yiyang.reach.network.places import Facilities, Points, together
from yiyang.reach.policy import Kind, Reach, Standard
from yiyang.reach.siting.covering import Covering, covered_by
from yiyang.reach.siting.phased import Phased


@dataclass(frozen=True)
class Ground:
    """What a question stands on: roads, people, what there is, and the standard that it is held against."""

    network: Network
    points: Points
    facilities: Facilities
    policy: Reach
    standards: tuple[Standard, Standard]

    def access(self, facilities: Facilities, *, unlimited: bool = False) -> Access:
        """Who gets to these facilities."""
        return access(self.network, self.points, facilities, self.policy, standards=self.standards, unlimited=unlimited)


@dataclass(frozen=True)
class Question:
    """A covering question about places.

    Attributes:
        problem: the question for `covering.cover`; people who are covered now count nothing in it.
        sites: its sites; the planned projects come last.
        served: points that are covered now.
    """

    problem: Covering
    sites: Facilities
    served: Flags


def covering_question(
    ground: Ground, sites: Facilities, *, group: str = "elders", count: int | None = None, yuan: int = 0,
    budget: int | None = None, planned: Facilities | None = None,
) -> Question:  # fmt: skip
    """Which of the sites cover most of those whom nothing covers now.

    Args:
        group: whose cover counts.
        count: how many in all, the planned ones among them.
        yuan, budget: cost of each, and the money for all.
        planned: projects that are built anyhow.
    """
    served = ground.access(ground.facilities).covered if len(ground.facilities) else np.zeros(len(ground.points), bool)
    both = sites if planned is None else together(sites, planned)
    cover = ground.access(both).minutes
    fixed = tuple(range(len(sites), len(both)))
    people = np.where(served, 0, ground.points.people[group])
    cost = np.full(len(both), yuan, np.int64) if budget is not None else None
    return Question(Covering(cover, people, count, cost, budget, fixed), both, served)


@dataclass(frozen=True)
class Site:
    """A suggested site: whom it alone adds, in order of what each adds to those before it."""

    index: int
    id: str
    name: str
    lon: float
    lat: float
    adds: int
    within_reach: int
    is_planned: bool
    made_up: bool


def suggested(question: Question, chosen: Sequence[int]) -> list[Site]:
    """The chosen sites, each with what it adds, the one that adds most first."""
    columns, people = question.problem.cover.tocsc(), question.problem.people
    rows = {site: columns.indices[columns.indptr[site] : columns.indptr[site + 1]] for site in chosen}
    left, found, open_ = people.copy(), list[Site](), set(chosen)
    while open_:
        best = max(sorted(open_), key=lambda site: int(left[rows[site]].sum()))
        open_.remove(best)
        found.append(_site(question, best, int(left[rows[best]].sum()), int(people[rows[best]].sum())))
        left[rows[best]] = 0
    return found


def _site(question: Question, index: int, adds: int, reach: int) -> Site:
    sites = question.sites
    return Site(
        index, sites.id[index], sites.name[index], round(float(sites.lon[index]), 6), round(float(sites.lat[index]), 6),
        adds, reach, index in question.problem.fixed, bool(sites.made_up[index]),
    )  # fmt: skip


def served_after(question: Question, chosen: Sequence[int]) -> Flags:
    """Points that are covered when the chosen sites are built."""
    return np.asarray(question.served | (covered_by(question.problem, tuple(chosen)) > 0))


def phased_question(ground: Ground, sites: Facilities, kind: Kind, budget: Whole) -> tuple[Phased, Facilities]:
    """What to build of a kind where, how large and when. What stands there now keeps its places.

    Args:
        budget: of each year, in yuan.
    """
    both = together(ground.facilities, sites)
    needs = sum(share * ground.points.people[group] for group, share in kind.needs.items())
    demand = np.repeat(np.ceil(np.asarray(needs)).astype(np.int64)[:, None], len(budget), axis=1)
    may_build = np.arange(len(both)) >= len(ground.facilities)
    places = np.array([size.places for size in kind.sizes], np.int64)
    cost = np.array([size.yuan for size in kind.sizes], np.int64)
    cover = ground.access(both).minutes
    existing = np.where(may_build, 0, both.capacity)
    return Phased(cover, demand, existing, places, cost, budget, may_build), both
