"""Points and facilities where nobody has said where: made up from the census and the tables of areas, and marked so.

The same area and seed give the same places.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yiyang.areas import logic
from yiyang.areas.tables import ELDER_GROUPS, boundaries, census_units
from yiyang.base.errors import UsageError
from yiyang.reach.network.graph import Flags, Real, Whole
from yiyang.reach.network.outline import brought_in
from yiyang.reach.network.places import Facilities, Points
from yiyang.synthetic.chance import Chance, largest_remainder
from yiyang.synthetic.places import places_of
from yiyang.synthetic.policy import parameters
from yiyang.visits.planning.places import centres

Known = Mapping[int, tuple[float, float]]
# Shares of places that have a facility: towns' seats, other neighbourhoods, other villages.
SEAT, NEIGHBOURHOOD, VILLAGE = 0.6, 0.25, 0.03


def made_up_points(area: int, *, known: Known | None = None, seed: int = 1) -> Points:
    """A point for each village within an area, with elders by group from the census of 2020.

    Args:
        area: a 12-digit code of a county, a city, or a part of a county.
        known: (lon, lat) of villages and towns by code, as far as somebody stated them.

    Errors: UsageError where no boundary or no census count of the area is held.
    """
    county = area - area % 10**6 if area % 10**6 else area
    units = census_units(county)
    if not units:
        raise UsageError(f"没有 {area} 的人口普查数。", f"There are no census counts of {area}.")
    places = places_of(units, Chance(seed))
    weights = np.diff(places.edges, prepend=0.0)
    lon, lat, made_up = _coordinates(places.villages, places.urban > 0.5, county, known or {}, seed)
    people = _people([_groups(unit.male, unit.female) for unit in units], places.unit, weights, places.urban)
    found = Points(
        places.villages, [_name(int(code), places.invented) for code in places.villages], lon, lat,
        places.urban > 0.5, people, made_up,
    )  # fmt: skip
    low, high = logic.span(area)
    return found.only((found.code >= low) & (found.code < high))


def _name(code: int, invented: Mapping[int, str]) -> str:
    area = logic.find(code)
    return area.name if area else invented.get(code, str(code))


def _coordinates(villages: Whole, urban: Flags, county: int, known: Known, seed: int) -> tuple[Real, Real, Flags]:
    lon, lat, made_up = np.zeros(len(villages)), np.zeros(len(villages)), np.ones(len(villages), bool)
    owner = villages // 10**6
    for one in np.unique(owner):
        rows, rings = np.flatnonzero(owner == one), _rings(int(one) * 10**6, county)
        codes = villages[rows].tolist()
        found = centres(codes, urban[rows].tolist(), known, rings, seed)
        made_up[rows] = [found.made_up[code] for code in codes]
        drawn = np.array([(found.lon[code], found.lat[code]) for code in codes])
        lon[rows], lat[rows] = brought_in(drawn, rings, made_up[rows]).T
    return lon, lat, made_up


def _rings(county: int, area: int) -> list[Real]:
    """The county's rings; the whole area's for a zone that has no outline of its own."""
    features = boundaries(county)["features"] or boundaries(area)["features"] or boundaries(_city(area))["features"]
    if not features:
        raise UsageError(
            f"没有 {logic.short(county)} 的边界，无法推测村（社区）的位置。请用 --points 给出坐标。",
            f"No boundary of {logic.short(county)} is held; give coordinates with --points.",
        )
    rings = []
    for feature in features:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings += [np.array(ring, float)[:, :2] for polygon in polygons for ring in polygon]
    return rings


def _city(area: int) -> int:
    return area - area % 10**8


def _groups(male: Mapping[int, int], female: Mapping[int, int]) -> dict[str, float]:
    """Elders of a unit by group: counted by age, the disabled by the shares of the made-up city."""
    counted = {age: male[age] + female[age] for age in ELDER_GROUPS}
    shares = parameters()["ability"]["by_age"]
    disabled = sum(people * sum(shares[age][1:]) for age, people in counted.items())
    return {"elders": sum(counted.values()), "very_old": counted[80] + counted[85], "disabled": round(disabled)}


def _people(units: list[dict[str, float]], unit: Whole, weights: Real, urban: Real) -> dict[str, Whole]:
    people = {}
    for group in ("elders", "very_old", "disabled"):
        people[group] = np.concatenate(
            [largest_remainder(weights[unit == index], np.array(int(one[group]))) for index, one in enumerate(units)]
        )
    rates = {word: sum(parameters()["hardship"][word].values()) for word in ("urban", "rural")}
    rate = urban * rates["urban"] + (1 - urban) * rates["rural"]
    return people | {"hardship": np.rint(people["elders"] * rate).astype(np.int64)}


def made_up_facilities(points: Points, *, seed: int = 1) -> Facilities:
    """A complex at most towns' first village, day care and mutual-aid points in some others."""
    chance = Chance(seed)
    town = points.code // 1000
    seat = np.r_[True, town[1:] != town[:-1]] if len(points) else np.zeros(0, bool)
    likely = np.select([seat, points.urban], [SEAT, NEIGHBOURHOOD], VILLAGE)
    has = chance.happens("has facility", points.code, likely)
    kinds = np.where(seat, "complex", np.where(points.urban, "day_care", "mutual_aid"))
    capacity = np.select([seat, points.urban], [60, 20], 15)
    rows = np.flatnonzero(has)
    names = [f"{points.name[row]}（虚拟设施）" for row in rows.tolist()]
    return Facilities(
        [str(code) for code in points.code[rows]], names, kinds[rows].tolist(), points.lon[rows], points.lat[rows],
        capacity[rows].astype(np.int64), np.ones(len(rows), bool),
    )  # fmt: skip
