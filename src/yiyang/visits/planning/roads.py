"""Ways by road from coordinates: metres and whole minutes. The one place that knows the model of `problem.Roads`."""

from __future__ import annotations

from math import ceil, cos, hypot, radians
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yiyang.visits.planning.problem import Roads

# Metres of one degree of latitude on the sphere that WGS 84 is taken for; within a county it is off by under 0.5 %.
DEGREE = 111_195.0
Whole = NDArray[np.int64]
Real = NDArray[np.float64]


def ways(roads: Roads, here: tuple[Any, Any, Any], there: tuple[Any, Any, Any]) -> tuple[Whole, Whole]:
    """Metres and minutes between places, each given as (lon, lat, urban) of any shapes that broadcast.

    Minutes are rounded up, so that a plan made of whole minutes can be kept; the same place is 0 away.
    """
    line = _straight(here, there)
    urban = np.logical_and(here[2], there[2])
    metres = line * np.where(urban, roads.detour_urban, roads.detour_rural)
    ride = roads.mount + metres * np.where(urban, 0.06 / roads.ride_urban_kmh, 0.06 / roads.ride_rural_kmh)
    minutes = np.minimum(metres * (0.06 / roads.walk_kmh), ride)
    # A millimetre of rounding must not cost a minute.
    return np.rint(metres).astype(np.int64), np.ceil(minutes - 1e-6).astype(np.int64)


def _straight(here: tuple[ArrayLike, ArrayLike, ArrayLike], there: tuple[ArrayLike, ArrayLike, ArrayLike]) -> Real:
    lon, lat = np.asarray(here[0], float), np.asarray(here[1], float)
    other_lon, other_lat = np.asarray(there[0], float), np.asarray(there[1], float)
    east = (lon - other_lon) * np.cos(np.radians((lat + other_lat) / 2))
    return np.asarray(np.hypot(east, lat - other_lat) * DEGREE)


def matrix(roads: Roads, lon: ArrayLike, lat: ArrayLike, urban: ArrayLike) -> tuple[Whole, Whole]:
    """Metres and minutes from each of n places to each, both n × n."""
    columns = np.asarray(lon, float), np.asarray(lat, float), np.asarray(urban, bool)
    return ways(roads, tuple(one[:, None] for one in columns), tuple(one[None, :] for one in columns))  # type: ignore[arg-type]


def way(roads: Roads, here: tuple[Any, Any, Any], there: tuple[Any, Any, Any]) -> tuple[int, int]:
    """`ways` for one pair of places, without the cost of arrays: insertions ask a hundred thousand times."""
    east = (here[0] - there[0]) * cos(radians((here[1] + there[1]) / 2))
    line = hypot(east, here[1] - there[1]) * DEGREE
    urban = here[2] and there[2]
    metres = line * (roads.detour_urban if urban else roads.detour_rural)
    ride = roads.mount + metres * 0.06 / (roads.ride_urban_kmh if urban else roads.ride_rural_kmh)
    return round(metres), ceil(min(metres * 0.06 / roads.walk_kmh, ride) - 1e-6)
