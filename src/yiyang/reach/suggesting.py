"""From network, points and facilities to a siting question, and from its answer back to places with names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from yiyang.reach.growth import Growth
from yiyang.reach.logic import Access, access
from yiyang.reach.network.graph import Flags, Network, Whole
from yiyang.reach.network.places import Facilities, Points, together
from yiyang.reach.planned import Planned
from yiyang.reach.policy import Kind, Reach, Size, Standard
from yiyang.reach.siting.answer import Answer
from yiyang.reach.siting.covering import Covering, covered_by
from yiyang.reach.siting.phased import Phased, alike

Building = tuple[int, int, int]


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
        places, yuan: of each site.
        projects: sites that are projects of the plan; `keep`: those of them that stay when it is questioned.
    """

    problem: Covering
    sites: Facilities
    served: Flags
    places: Whole
    yuan: Whole
    projects: tuple[int, ...] = ()
    keep: tuple[int, ...] = ()


def covering_question(
    ground: Ground, sites: Facilities, size: Size | None = None, *, group: str = "elders", count: int | None = None,
    budget: int | None = None, planned: Planned | None = None, keeps: str = "keep",
) -> Question:  # fmt: skip
    """Which of the sites cover most of those whom nothing covers now.

    Args:
        size: what is built at a site; a project is as large and costs as much as the plan says.
        group: whose cover counts.
        count, budget: how many in all and the money for all, in yuan; the projects count within both.
        planned: projects of the plan; all are kept, unless `keeps` says `under_way` or `question`.
    """
    served = ground.access(ground.facilities).covered if len(ground.facilities) else np.zeros(len(ground.points), bool)
    both = sites if planned is None else together(sites, planned.where)
    projects = tuple(range(len(sites), len(both)))
    people = np.where(served, 0, ground.points.people[group])
    places, yuan = (np.full(len(both), each, np.int64) for each in ((size.places, size.yuan) if size else (0, 0)))
    if planned is not None:
        places[len(sites) :], yuan[len(sites) :] = planned.where.capacity, planned.yuan
    problem = Covering(
        ground.access(both).minutes, people, count, yuan if budget is not None else None, budget, projects
    )
    return Question(problem, both, served, places, yuan, projects, kept_of(projects, planned, keeps))


def kept_of(projects: tuple[int, ...], planned: Planned | None, keeps: str) -> tuple[int, ...]:
    """Which projects stay: all, those that were begun, or none."""
    if planned is None or keeps == "question":
        return ()
    return tuple(site for site, begun in zip(projects, planned.under_way, strict=True) if begun or keeps == "keep")


@dataclass(frozen=True)
class Site:
    """A suggested site.

    Attributes:
        adds: people whom it alone adds, in order of what each adds to those before it; 0 over years.
        within_reach: people who get there in time.
        year: from which it serves, in a question over years.
        fate: of a plan that is questioned: `kept`, `dropped`, or `new`; else empty.
    """

    index: int
    id: str
    name: str
    lon: float
    lat: float
    adds: int
    within_reach: int
    is_planned: bool
    made_up: bool
    places: int = 0
    yuan: int = 0
    year: int | None = None
    fate: str = ""


def suggested(question: Question, chosen: Sequence[int]) -> list[Site]:
    """The chosen sites, each with what it adds, the one that adds most first."""
    columns, people = question.problem.cover.tocsc(), question.problem.people
    rows = {site: columns.indices[columns.indptr[site] : columns.indptr[site + 1]] for site in chosen}
    left, found, open_ = people.copy(), list[Site](), set(chosen)
    while open_:
        best = max(sorted(open_), key=lambda site: int(left[rows[site]].sum()))
        open_.remove(best)
        site = _site(question.sites, best, int(people[rows[best]].sum()), is_planned=best in question.projects)
        places, yuan = int(question.places[best]), int(question.yuan[best])
        found.append(replace(site, adds=int(left[rows[best]].sum()), places=places, yuan=yuan))
        left[rows[best]] = 0
    return found


def _site(sites: Facilities, index: int, reach: int, *, is_planned: bool) -> Site:
    return Site(
        index, sites.id[index], sites.name[index], round(float(sites.lon[index]), 6), round(float(sites.lat[index]), 6),
        0, reach, is_planned, bool(sites.made_up[index]),
    )  # fmt: skip


def compared(plan: Sequence[Site], free: Sequence[Site]) -> list[Site]:
    """What becomes of a plan: sites of the free answer, kept or new, then the plan's projects that it drops."""
    stays = {site.index for site in free}
    dropped = [replace(site, fate="dropped") for site in plan if site.is_planned and site.index not in stays]
    return [*(replace(site, fate="kept" if site.is_planned else "new") for site in free), *dropped]


def served_after(question: Question, chosen: Sequence[int]) -> Flags:
    """Points that are covered when the chosen sites are built."""
    return np.asarray(question.served | (covered_by(question.problem, tuple(chosen)) > 0))


@dataclass(frozen=True)
class PhasedQuestion:
    """A question over years about places.

    Attributes:
        problem: for `phased.phase`, all projects of the plan fixed.
        sites: what stands, where one may build, and the projects, in this order.
        projects: how many projects there are, the last of the sites.
        keep: buildings of the plan that stay when it is questioned.
        growth: how the need grows.
    """

    problem: Phased
    sites: Facilities
    projects: int
    keep: tuple[Building, ...]
    growth: Growth


def phased_question(
    ground: Ground, sites: Facilities, kind: Kind, budget: Whole, growth: Growth, *, planned: Planned | None = None,
    keeps: str = "keep",
) -> PhasedQuestion:  # fmt: skip
    """What to build of a kind where, how large and when. What stands there now keeps its places.

    Each project is a site of its own with its own size and cost, after those where the kind's sizes may be built.

    Args:
        budget: of each year, in yuan, the projects' cost within it.
        planned: completed projects; all are kept, unless `keeps` says `under_way` or `question`.
    """
    standing = together(ground.facilities, sites)
    both = standing if planned is None else together(standing, planned.where)
    needs = [share * growth.of(group, ground.points.people[group]) for group, share in kind.needs.items()]
    may_build = (np.arange(len(both)) >= len(ground.facilities)) & (np.arange(len(both)) < len(standing))
    places, cost = alike(may_build, [size.places for size in kind.sizes], [size.yuan for size in kind.sizes])
    fixed: tuple[Building, ...] = ()
    if planned is not None:
        rows = np.arange(len(standing), len(both))
        places, cost = (np.hstack([each, np.zeros((len(both), 1), np.int64)]) for each in (places, cost))
        places[rows, -1], cost[rows, -1] = planned.where.capacity, planned.yuan
        years = np.clip(planned.year - growth.years[0], 0, len(growth.years) - 1)
        fixed = tuple((int(row), len(kind.sizes), int(year)) for row, year in zip(rows, years, strict=True))
    existing = np.where(np.arange(len(both)) < len(ground.facilities), both.capacity, 0)
    demand = np.ceil(np.sum(needs, axis=0)).astype(np.int64)
    problem = Phased(ground.access(both).minutes, demand, existing, places, cost, budget, fixed)
    keep = kept_of(tuple(site for site, _, _ in fixed), planned, keeps)
    stay = tuple(each for each in fixed if each[0] in keep)
    return PhasedQuestion(problem, both, len(fixed), stay, growth)


def own_money(planned: Planned, years: Sequence[int]) -> Whole:
    """What the plan's projects cost in each year; those that are late or early count in the first or the last."""
    found = np.zeros(len(years), np.int64)
    np.add.at(found, np.clip(planned.year - years[0], 0, len(years) - 1), planned.yuan)
    return found


def built(question: PhasedQuestion, answer: Answer, people: Whole) -> list[Site]:
    """The buildings of an answer, year by year."""
    problem, first = question.problem, len(question.sites) - question.projects
    found = []
    for index, size, year in sorted(answer.more["buildings"], key=lambda one: (one[2], one[0])):
        reach = int(people[problem.cover[:, [index]].tocoo().row].sum())
        site = _site(question.sites, index, reach, is_planned=index >= first)
        places, yuan = int(problem.places[index, size]), int(problem.cost[index, size])
        found.append(replace(site, year=question.growth.years[year], places=places, yuan=yuan))
    return found
