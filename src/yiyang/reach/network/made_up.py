"""A made-up road network between given points, marked so: for trying out, and where no extract is given.

Places are joined by the shortest tree and by their nearest neighbours; roads wind; towns have streets. The same points
and seed give the same network.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yiyang.reach.network.graph import BOTH_WAYS, CLASSES, DEGREE, Flags, Network, Real, Whole, flat
from yiyang.reach.network.places import Points
from yiyang.synthetic.chance import Chance

# Metres between the nodes of a road.
PIECE = 100.0
# A road is about so much longer than the straight line, its bow and its small bends together.
BOW, BENDS = (0.02, 0.12), 1.18
# Each place is joined to so many of its nearest neighbours, beside the shortest tree that joins all.
NEIGHBOURS = 2
# Streets of an urban place: a square of so many nodes a side, so many metres apart.
STREETS, BLOCK = 9, 90.0
# The largest places of the tree are joined by better roads: links between towns' seats.
SEAT, VILLAGE, STREET = (CLASSES.index(name) for name in ("secondary", "tertiary", "residential"))


def made_up_network(points: Points, *, piece: float = PIECE, seed: int = 1) -> Network:
    """Roads that join all points; each point lies on a node.

    Args:
        piece: metres between the nodes of a road: smaller pieces, more nodes.
    """
    chance = Chance(seed)
    middle = float(np.mean(points.lat)) if len(points) else 0.0
    place = flat(points.lon, points.lat, middle)
    start, end = _links(place)
    town = points.code // 1000
    seat = np.r_[True, town[1:] != town[:-1]] if len(points) else np.zeros(0, bool)
    road = np.where(seat[start] & seat[end], SEAT, VILLAGE)
    nodes, first, last = _roads(place, start, end, piece, chance)
    pieces = [(first, last, np.repeat(road, _counts(place, start, end, piece)))]
    nodes, streets = _streets(nodes, place, points.urban)
    pieces.append((*streets, np.full(len(streets[0]), STREET)))
    starts, ends, roads = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return _network(nodes, starts, ends, roads, middle)


def _network(nodes: Real, start: Whole, end: Whole, road: Whole, middle: float) -> Network:
    lat = nodes[:, 1] / DEGREE
    lon = nodes[:, 0] / DEGREE / np.cos(np.radians(middle))
    bends = np.where(road == STREET, 1.0, BENDS)
    metres = np.linalg.norm(nodes[start] - nodes[end], axis=1) * bends
    allowed = np.full(len(start), BOTH_WAYS, np.uint8)
    return Network(lon, lat, start, end, metres, road.astype(np.uint8), allowed, made_up=True)


def _links(place: Real) -> tuple[Whole, Whole]:
    """Pairs of places that are joined, each once: the shortest tree and the nearest neighbours."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import cKDTree

    count = len(place)
    if count < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    near = min(count, 13)
    metres, other = cKDTree(place).query(place, k=near)
    rows = np.repeat(np.arange(count), near - 1)
    others, far = other[:, 1:].ravel(), np.maximum(metres[:, 1:].ravel(), 1.0)
    extra = _bridges(place, rows, others)
    rows, others = np.concatenate([rows, extra[:, 0]]), np.concatenate([others, extra[:, 1]])
    far = np.concatenate([far, np.maximum(np.linalg.norm(place[extra[:, 0]] - place[extra[:, 1]], axis=1), 1.0)])
    low, high = np.minimum(rows, others), np.maximum(rows, others)
    pairs, index = np.unique(np.stack([low, high], axis=1), axis=0, return_index=True)
    tree = minimum_spanning_tree(csr_matrix((far[index], (pairs[:, 0], pairs[:, 1])), shape=(count, count))).tocoo()
    few = min(NEIGHBOURS, near - 1)
    nearest = np.stack([np.repeat(np.arange(count), few), other[:, 1 : 1 + few].ravel()], axis=1)
    both = np.concatenate([np.stack([tree.row, tree.col], axis=1), nearest])
    joined = np.unique(np.sort(both, axis=1), axis=0).astype(np.int64)
    joined = joined[joined[:, 0] != joined[:, 1]]
    return joined[:, 0], joined[:, 1]


def _bridges(place: Real, rows: Whole, others: Whole) -> Whole:
    """Pairs that join the groups which neighbours alone leave apart, each to its nearest outside."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    graph = csr_matrix((np.ones(len(rows)), (rows, others)), shape=(len(place), len(place)))
    count, group = connected_components(graph, directed=False)
    found: list[tuple[int, int]] = []
    while count > 1:
        inside, outside = np.flatnonzero(group == group[0]), np.flatnonzero(group != group[0])
        metres, nearest = cKDTree(place[outside]).query(place[inside])
        best = int(metres.argmin())
        here, there = int(inside[best]), int(outside[nearest[best]])
        found.append((here, there))
        group[group == group[there]] = group[0]
        count -= 1
    return np.array(found, np.int64).reshape(-1, 2)


def _counts(place: Real, start: Whole, end: Whole, piece: float) -> Whole:
    length = np.linalg.norm(place[start] - place[end], axis=1)
    return np.maximum(np.ceil(length / piece), 1).astype(np.int64)


def _roads(place: Real, start: Whole, end: Whole, piece: float, chance: Chance) -> tuple[Real, Whole, Whole]:
    """Nodes (the places first) and the pieces of all roads, each road in a bow to one side."""
    counts = _counts(place, start, end, piece)
    edge = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    inner = step > 0
    share = (step / counts[edge])[inner]
    owner = edge[inner]
    line = place[end] - place[start]
    keys = np.arange(len(start))
    side = np.where(chance.happens("side", keys, 0.5), 1.0, -1.0)
    bow = side * (BOW[0] + (BOW[1] - BOW[0]) * chance.uniform("bow", keys))
    across = np.stack([-line[:, 1], line[:, 0]], axis=1) * bow[:, None]
    between = place[start[owner]] + line[owner] * share[:, None] + across[owner] * np.sin(np.pi * share)[:, None]
    number = np.cumsum(inner) - 1 + len(place)
    first = np.where(inner, number, start[edge])
    is_last = step == counts[edge] - 1
    last = np.where(is_last, end[edge], np.r_[number[1:], 0]) if len(edge) else np.zeros(0, np.int64)
    return np.concatenate([place, between]), first, last


def _streets(nodes: Real, place: Real, urban: Flags) -> tuple[Real, tuple[Whole, Whole]]:
    """A square of streets around each urban place, whose middle is the place itself."""
    rows = np.flatnonzero(urban)
    steps = np.arange(STREETS) - STREETS // 2
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2) * BLOCK
    number = np.arange(STREETS * STREETS).reshape(STREETS, STREETS)
    first = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    last = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    corners = (place[rows][:, None, :] + grid[None, :, :]).reshape(-1, 2)
    index: NDArray[np.int64] = len(nodes) + np.arange(len(corners)).reshape(len(rows), -1)
    # The middle of the square is the place's own node.
    index[:, STREETS * STREETS // 2] = rows
    return np.concatenate([nodes, corners]), (index[:, first].ravel(), index[:, last].ravel())
