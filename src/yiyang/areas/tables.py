"""The census table of 2020 and the boundaries, as `policy/areas` holds them."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from yiyang.areas.logic import NATION, normalise, span, within
from yiyang.base.paths import policy_dir

GROUPS = (0, 1, *range(5, 90, 5))
ELDER_GROUPS = (60, 65, 70, 75, 80, 85)


@dataclass(frozen=True, slots=True)
class CensusUnit:
    """Usual residents of one area on 1 November 2020 by age group; a group is named by its first year, 85 is open."""

    code: int
    name: str
    urban_share: float
    male: dict[int, int]
    female: dict[int, int]

    @property
    def elders(self) -> int:
        """People of 60 and over."""
        return sum(group[age] for group in (self.male, self.female) for age in ELDER_GROUPS)


@cache
def census_elders() -> dict[int, CensusUnit]:
    """Groups from 55 up for every unit of the country, by 12-digit code."""
    path = policy_dir() / "areas" / "census2020_elders.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        units = (_unit(row) for row in csv.DictReader(file))
        return {unit.code: unit for unit in units}


def _unit(row: dict[str, str]) -> CensusUnit:
    ages = (55, *ELDER_GROUPS)
    return CensusUnit(
        normalise(row["code"]),
        row["name"],
        float(row["urban_share"]),
        {age: int(row[f"m{age}"]) for age in ages},
        {age: int(row[f"f{age}"]) for age in ages},
    )


@cache
def census() -> dict[tuple[int, str], dict[int, int]]:
    """The whole population of our areas: (12-digit code, M or F) → people by age group."""
    path = policy_dir() / "areas" / "census2020.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (normalise(row["code"]), row["sex"]): {age: int(row[f"a{age}"]) for age in GROUPS}
            for row in csv.DictReader(file)
        }


def census_units(area: int) -> list[CensusUnit]:
    """The units that make up an area without counting anybody twice: its counties, or itself when it has none."""
    low, high = span(area)
    inside = [unit for code, unit in census_elders().items() if low <= code < high]
    return [unit for unit in inside if not _has_parts(unit.code)]


@cache
def _parents_in_census() -> frozenset[int]:
    return frozenset(code - code % size for code in census_elders() for size in (10**8, 10**10) if code % size) | {
        NATION
    }


def _has_parts(code: int) -> bool:
    return code in _parents_in_census()


def boundaries(area: int) -> dict[str, Any]:
    """County polygons within an area as a GeoJSON collection (properties: code, name); empty when none are held."""
    features: list[Any] = []
    for path in sorted((policy_dir() / "areas" / "boundaries").glob("*.geojson")):
        features += json.loads(path.read_text(encoding="utf-8"))["features"]
    inside = [f for f in features if within(normalise(f["properties"]["code"]), area)]
    return {"type": "FeatureCollection", "features": inside}
