"""Who gets to a facility within how many minutes: travel times, coverage, catchment scores, gaps. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yiyang.reach.network.graph import Flags, Network, Real, Sparse, Whole, minutes_graph, usable_nodes
from yiyang.reach.network.places import Facilities, Points
from yiyang.reach.network.snapping import Snapped, snap
from yiyang.reach.policy import Reach, Standard

# Numbers of a block of distances that are held at once: 64 MB.
BLOCK = 8_000_000
# A second of rounding must not cost anybody his facility.
SLACK = 1 / 60


@dataclass(frozen=True)
class Access:
    """Who gets to which facility.

    Attributes:
        minutes: points × facilities (SciPy CSR), only pairs within the allowed minutes.
        nearest: minutes to the nearest facility by the point's own way of travelling; inf if there is none.
        which: the nearest facility; -1 where there is none.
        allowed: minutes that each point's standard allows.
        mode: way of travelling of each point.
        off_points, off_facilities: too far from every road that may be used.
        off_metres: metres of each point to the nearest usable road.
    """

    minutes: Sparse
    nearest: Real
    which: Whole
    allowed: Real
    mode: Sequence[str]
    off_points: Flags
    off_facilities: Flags
    off_metres: Real

    @property
    def covered(self) -> Flags:
        """Points with a facility within their allowed minutes."""
        return np.asarray(self.nearest <= self.allowed + SLACK)


@dataclass(frozen=True)
class _Part:
    """The points of one standard on the network of its way of travelling."""

    rows: Whole
    minutes: Sparse
    nearest: Real
    which: Whole
    points: Snapped
    facilities: Snapped


def access(
    network: Network, points: Points, facilities: Facilities, policy: Reach, *,
    standards: tuple[Standard, Standard] | None = None, unlimited: bool = True,
) -> Access:  # fmt: skip
    """Who gets to which facility within the minutes of his standard: (towns, country), of `policy` if not given.

    Args:
        unlimited: also look beyond the allowed minutes for the nearest facility of those not covered.
    """
    urban, rural = standards or policy.standards_of()
    if urban.mode == rural.mode and urban.minutes == rural.minutes:
        parts = [(np.arange(len(points)), urban)]
    else:
        parts = [(np.flatnonzero(points.urban), urban), (np.flatnonzero(~points.urban), rural)]
    done = [_part(network, points, facilities, policy, rows, standard, unlimited) for rows, standard in parts]
    return _joined(points, facilities, done, [standard for _, standard in parts])


def _joined(points: Points, facilities: Facilities, done: list[_Part], standards: list[Standard]) -> Access:
    from scipy.sparse import vstack

    order = np.argsort(np.concatenate([part.rows for part in done]), kind="stable")
    counts = [len(part.rows) for part in done]
    modes = np.repeat([standard.mode for standard in standards], counts)[order]
    # A facility is off the network when no way of travelling that is in use gets there.
    off = np.all(
        [part.facilities.failed for part in done if len(part.rows)] or [np.zeros(len(facilities), bool)], axis=0
    )
    return Access(
        vstack([part.minutes for part in done], format="csr")[order],
        np.concatenate([part.nearest for part in done])[order],
        np.concatenate([part.which for part in done])[order],
        np.repeat([float(standard.minutes) for standard in standards], counts)[order],
        modes.tolist(),
        np.concatenate([part.points.failed for part in done])[order],
        np.asarray(off),
        np.concatenate([part.points.metres for part in done])[order],
    )


def _part(
    network: Network, points: Points, facilities: Facilities, policy: Reach, rows: Whole, standard: Standard,
    unlimited: bool,
) -> _Part:  # fmt: skip
    from scipy.sparse import csr_matrix

    entry = policy.modes[standard.mode]
    graph = minutes_graph(network, standard.mode, entry)
    usable = usable_nodes(graph, policy.least_component)
    here = snap(network, usable, points.lon[rows], points.lat[rows], entry.reach_metres)
    there = snap(network, usable, facilities.lon, facilities.lat, entry.reach_metres)
    leg = 0.06 / entry.leg_kmh
    legs = here.metres * leg, there.metres * leg
    # From the facilities backwards: there are fewer of them than of points.
    back = graph.T.tocsr()
    minutes = travel(back, here.node, there.node, legs, float(standard.minutes))
    if unlimited:
        nearest, which = _nearest(back, here.node, there.node, legs)
    else:
        nearest, which = _least(minutes)
    return _Part(rows, csr_matrix(minutes), nearest, which, here, there)


def travel(back: Sparse, here: Whole, there: Whole, legs: tuple[Real, Real], limit: float) -> Sparse:
    """Minutes from places to facilities, only those within `limit`, as a sparse matrix places × facilities.

    Args:
        back: the network reversed, minutes.
        here, there: nodes of places and facilities; -1 is off the network.
        legs: minutes from each place to its node, and from each facility's node to its door.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    rows, columns, found = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    nodes, place_of = np.unique(here[here >= 0], return_inverse=True)
    on, open_ = np.flatnonzero(here >= 0), np.flatnonzero(there >= 0)
    sources, source_of = np.unique(there[open_], return_inverse=True)
    at_once = max(BLOCK // max(back.shape[0], 1), 1)
    for begin in range(0, len(sources) if len(nodes) else 0, at_once):
        block = dijkstra(back, indices=sources[begin : begin + at_once], limit=limit)[:, nodes]
        facilities = np.flatnonzero((source_of >= begin) & (source_of < begin + at_once))
        for one in facilities:
            minutes = block[source_of[one] - begin][place_of] + legs[0][on] + legs[1][open_[one]]
            within = np.flatnonzero(minutes <= limit + SLACK)
            rows.append(on[within])
            columns.append(np.full(len(within), open_[one]))
            found.append(minutes[within])
    data = np.maximum(np.concatenate(found), 1e-9)
    shape = (len(here), len(there))
    return csr_matrix((data, (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def _nearest(back: Sparse, here: Whole, there: Whole, legs: tuple[Real, Real]) -> tuple[Real, Whole]:
    """Minutes to the nearest facility, however far, in one pass; and which it is."""
    from scipy.sparse import csr_matrix, hstack, vstack
    from scipy.sparse.csgraph import dijkstra

    minutes, which = np.full(len(here), np.inf), np.full(len(here), -1)
    open_, on = np.flatnonzero(there >= 0), np.flatnonzero(here >= 0)
    if not len(open_) or not len(on):
        return minutes, which
    # A node of its own for each facility, a leg away from its road: legs count, and two at one node stay two.
    nodes, count = back.shape[0], len(open_)
    doors = csr_matrix((np.maximum(legs[1][open_], 1e-9), (np.arange(count), there[open_])), shape=(count, nodes))
    whole = vstack(
        [hstack([back, csr_matrix((nodes, count))]), hstack([doors, csr_matrix((count, count))])], format="csr"
    )
    far, _, source = dijkstra(whole, indices=nodes + np.arange(count), min_only=True, return_predecessors=True)
    minutes[on] = far[here[on]] + legs[0][on]
    reached = on[np.isfinite(minutes[on])]
    which[reached] = open_[source[here[reached]] - nodes]
    return minutes, which


def _least(minutes: Sparse) -> tuple[Real, Whole]:
    """The smallest entry of each row and its column."""
    nearest, which = np.full(minutes.shape[0], np.inf), np.full(minutes.shape[0], -1)
    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    order = np.lexsort((minutes.indices, minutes.data, rows))
    first = order[np.unique(rows[order], return_index=True)[1]]
    nearest[rows[first]], which[rows[first]] = minutes.data[first], minutes.indices[first]
    return nearest, which


@dataclass(frozen=True)
class Covered:
    """Of one area and group: how many people there are, how many are covered, how many are off the network."""

    area: int
    group: str
    people: int
    covered: int
    off: int

    @property
    def share(self) -> float | None:
        """Covered of all; None where nobody lives."""
        return self.covered / self.people if self.people else None


def coverage(points: Points, found: Access, areas: Whole) -> list[Covered]:
    """Coverage by area and group.

    Args:
        areas: the area that each point is counted in: `points.code // 1000 * 1000` for towns.
    """
    codes, index = np.unique(areas, return_inverse=True)
    rows = []
    for group, people in points.people.items():
        counted = [
            np.bincount(index, weights=people * kept, minlength=len(codes)).astype(np.int64)
            for kept in (np.ones(len(points)), found.covered, found.off_points)
        ]
        rows += [
            Covered(int(code), group, int(all_), int(covered), int(off))
            for code, all_, covered, off in zip(codes, *counted, strict=True)
        ]
    return sorted(rows, key=lambda row: (row.area, list(points.people).index(row.group)))


@dataclass(frozen=True)
class Gap:
    """A point without a facility within its minutes. `minutes` is None where no road leads to one."""

    code: int
    name: str
    people: Mapping[str, int]
    minutes: float | None
    allowed: float
    mode: str
    nearest: int
    off_road_metres: float | None
    made_up: bool


def gaps(points: Points, found: Access) -> list[Gap]:
    """Who is not covered and how far he has to go, the most elders first."""
    rows = np.flatnonzero(~found.covered)
    order = rows[np.argsort(-points.people["elders"][rows], kind="stable")]
    return [_gap(points, found, int(row)) for row in order]


def _gap(points: Points, found: Access, row: int) -> Gap:
    minutes = float(found.nearest[row])
    return Gap(
        code=int(points.code[row]), name=points.name[row],
        people={group: int(people[row]) for group, people in points.people.items()},
        minutes=round(minutes, 1) if np.isfinite(minutes) else None,
        allowed=float(found.allowed[row]), mode=found.mode[row], nearest=int(found.which[row]),
        off_road_metres=round(float(found.off_metres[row])) if found.off_points[row] else None,
        made_up=bool(points.made_up[row]),
    )  # fmt: skip


def catchment(minutes: Sparse, allowed: Real, people: Whole, supply: Whole, decay: Mapping[str, float]) -> Real:
    """Places for each person within reach, by the enhanced two-step floating catchment area (E2SFCA).

    A facility's supply is shared out over everybody in its catchment, weighted by distance; a point adds up the shares
    that it reaches. The mean over all people is the supply that anybody reaches, divided by the people.

    Args:
        minutes: points × facilities, pairs within the allowed minutes.
        allowed: allowed minutes of each point.
        people: of each point.
        supply: places of each facility.
        decay: share of the allowed minutes → weight, rising.
    """
    from scipy.sparse import csr_matrix

    edges, weights = np.array([float(share) for share in decay]), np.array(list(decay.values()))
    share = minutes.data / np.repeat(allowed, np.diff(minutes.indptr))
    zone = np.minimum(np.searchsorted(edges, share - 1e-9), len(weights) - 1)
    weighted = csr_matrix((weights[zone], minutes.indices, minutes.indptr), shape=minutes.shape)
    demand = weighted.T @ people.astype(float)
    ratio = np.divide(supply, demand, out=np.zeros(len(supply)), where=demand > 0)
    return np.asarray(weighted @ ratio, float)
