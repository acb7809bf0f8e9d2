"""Where a report was made, told in classes only: the coordinates are looked at once and never kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from yiyang.areas.logic import normalise
from yiyang.areas.tables import boundaries

NEAR, FAR, UNKNOWN = "near", "far", "unknown"
COUNTY, CITY = 10**6, 10**8
# A telephone that is surer than this of where it is; else nothing is said.
SURE_METRES = 5000
Ring = Sequence[Sequence[float]]


def place_class(area_code: int, place: Mapping[str, Any] | None) -> str:
    """Whether a place lies in the county of an area: villages have no outlines, so nothing finer can be said.

    Args:
        place: latitude, longitude, accuracy in metres; None = the telephone did not say.
    """
    if not place or area_code < 0 or float(place.get("accuracy") or 0) > SURE_METRES:
        return UNKNOWN
    rings = _rings(area_code // COUNTY * COUNTY)
    if not rings:
        return UNKNOWN
    point = float(place["longitude"]), float(place["latitude"])
    return NEAR if sum(_crosses(ring, *point) for ring in rings) % 2 else FAR


@cache
def _rings(county: int) -> tuple[Ring, ...]:
    features = boundaries(county // CITY * CITY)["features"] or boundaries(county)["features"]
    shapes = [each["geometry"] for each in features if normalise(each["properties"]["code"]) == county]
    return tuple(ring for shape in shapes for ring in _of(shape))


def _of(shape: Mapping[str, Any]) -> Iterator[Ring]:
    for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
        yield from polygon


def _crosses(ring: Ring, x: float, y: float) -> int:
    """How often a ray to the east from a point crosses a ring."""
    count = 0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            count += 1
    return count
