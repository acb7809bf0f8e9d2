"""Small towns for the tests of access and siting."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from yiyang.reach.network.graph import BOTH_WAYS, CLASSES, Network, metres_between
from yiyang.reach.network.places import Facilities, Points

# About 100 m of latitude.
STEP = 0.0009


def street(nodes: int, road: str = "residential", allowed: int = BOTH_WAYS) -> Network:
    """A straight street to the north with a node every 100 m, from (107, 30) on."""
    lat = (30.0 + STEP * np.arange(nodes)).astype(np.float64)
    lon = np.full(nodes, 107.0)
    start, end = np.arange(nodes - 1), np.arange(1, nodes)
    metres = metres_between(lon[start], lat[start], lon[end], lat[end])
    pieces = nodes - 1
    kind = np.full(pieces, CLASSES.index(road), np.uint8)
    return Network(lon, lat, start, end, metres, kind, np.full(pieces, allowed, np.uint8), made_up=False)


def points(lat_steps: list[float], *, east: float = 0.0, urban: bool = True, elders: int = 10) -> Points:
    """Points beside the street, so many steps to the north."""
    count = len(lat_steps)
    return Points(
        np.arange(511724001001, 511724001001 + count), [f"点{n}" for n in range(count)], np.full(count, 107.0 + east),
        30.0 + STEP * np.array(lat_steps), np.full(count, urban), {"elders": np.full(count, elders)},
        np.zeros(count, bool),
    )  # fmt: skip


def facilities(lat_steps: list[float], capacity: int = 20) -> Facilities:
    """Facilities on the street."""
    count = len(lat_steps)
    names = [f"F{n}" for n in range(count)]
    return Facilities(
        names, names, ["day_care"] * count, np.full(count, 107.0), 30.0 + STEP * np.array(lat_steps),
        np.full(count, capacity), np.zeros(count, bool),
    )  # fmt: skip


def matrix(rows: list[list[int]]) -> Any:
    """A cover from rows of 0 and 1."""
    return csr_matrix(np.array(rows, float))
