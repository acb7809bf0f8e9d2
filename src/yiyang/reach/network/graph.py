"""A road network as arrays: nodes in degrees, pieces of road in metres with class and permission. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yiyang.reach.policy import Mode, ModeEntry, Road

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
# A sparse matrix of SciPy, which has no types of its own.
Sparse = Any
CLASSES: tuple[Road, ...] = get_args(Road)
# Metres of one degree of latitude on the sphere that WGS 84 is taken for.
DEGREE = 111_195.0
# Who may use a piece of road, ahead (from start to end) and back.
AHEAD: Mapping[Mode, int] = {"walk": 1, "ride": 4, "drive": 16}
BACK: Mapping[Mode, int] = {"walk": 2, "ride": 8, "drive": 32}
BOTH_WAYS = 63
# Minutes of a piece of no length: a stored zero would be no road at all to SciPy's graph routines.
LEAST = 1e-6


@dataclass(frozen=True)
class Network:
    """A road network.

    Attributes:
        lon, lat: degrees of each node.
        start, end: nodes of each piece of road, each piece once.
        metres: length of each piece.
        road: class of each piece, an index of `CLASSES`.
        allowed: bits of `AHEAD` and `BACK`.
        made_up: whether the network was invented, which must be shown with everything made of it.
    """

    lon: Real
    lat: Real
    start: Whole
    end: Whole
    metres: Real
    road: NDArray[np.uint8]
    allowed: NDArray[np.uint8]
    made_up: bool

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.lon)


def metres_between(lon: ArrayLike, lat: ArrayLike, other_lon: ArrayLike, other_lat: ArrayLike) -> Real:
    """Straight metres between places, of any shapes that broadcast; off by under 0.5 % within a city."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    other_x, other_y = np.asarray(other_lon, float), np.asarray(other_lat, float)
    east = (x - other_x) * np.cos(np.radians((y + other_y) / 2))
    return np.asarray(np.hypot(east, y - other_y) * DEGREE)


def flat(lon: ArrayLike, lat: ArrayLike, middle: float) -> Real:
    """Degrees as metres on a plane that is true at latitude `middle`; n × 2."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    return np.stack([x * np.cos(np.radians(middle)), y], axis=-1) * DEGREE


def minutes_graph(network: Network, mode: Mode, entry: ModeEntry) -> Sparse:
    """Minutes from node to node as a sparse matrix (from × to), for one way of travelling."""
    from scipy.sparse import csr_matrix

    kmh = np.array([entry.speeds.get(name, 0.0) for name in CLASSES])[network.road]
    minutes = np.maximum(np.divide(network.metres * 0.06, kmh, out=np.zeros(len(kmh)), where=kmh > 0), LEAST)
    ahead = (kmh > 0) & (network.allowed & AHEAD[mode] > 0)
    back = (kmh > 0) & (network.allowed & BACK[mode] > 0)
    rows = np.concatenate([network.start[ahead], network.end[back]])
    columns = np.concatenate([network.end[ahead], network.start[back]])
    kept = _least(rows, columns, np.concatenate([minutes[ahead], minutes[back]]), network.nodes)
    return csr_matrix(kept, shape=(network.nodes, network.nodes))


def _least(rows: Whole, columns: Whole, minutes: Real, nodes: int) -> tuple[Real, tuple[Whole, Whole]]:
    """Of several pieces between the same two nodes the quickest: a sparse matrix would add them up."""
    order = np.lexsort((minutes, columns, rows))
    rows, columns, minutes = rows[order], columns[order], minutes[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    return minutes[first], (rows[first], columns[first])


def usable_nodes(graph: Sparse, least: int) -> Whole:
    """Nodes of the pieces that hang together with at least `least` nodes (or of the largest, if none has), in order."""
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(graph, directed=True, connection="weak")
    sizes = np.bincount(component)
    return np.flatnonzero(sizes[component] >= min(least, int(sizes.max(initial=1))))


def cut(network: Network, metres: float) -> Network:
    """The network with nodes added so that no piece is longer than `metres`: who lives beside a long road meets it."""
    pieces = np.maximum(np.ceil(network.metres / metres), 1).astype(np.int64)
    if int(pieces.max(initial=1)) == 1:
        return network
    edge = np.repeat(np.arange(len(pieces)), pieces)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    inner = step > 0
    number = np.cumsum(inner) - 1 + network.nodes
    share = (step / pieces[edge])[inner]
    new = [
        place[network.start[edge[inner]]] * (1 - share) + place[network.end[edge[inner]]] * share
        for place in (network.lon, network.lat)
    ]
    last = step == pieces[edge] - 1
    return Network(
        np.concatenate([network.lon, new[0]]),
        np.concatenate([network.lat, new[1]]),
        np.where(inner, number, network.start[edge]),
        np.where(last, network.end[edge], np.r_[number[1:], 0] if len(number) else network.end[edge]),
        (network.metres / pieces)[edge],
        network.road[edge],
        network.allowed[edge],
        network.made_up,
    )
