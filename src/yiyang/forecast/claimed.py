"""What documents and statisticians say, set against the projection at the same moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from yiyang.forecast import policy, units
from yiyang.forecast.charts import Point
from yiyang.forecast.policy import Claim
from yiyang.forecast.projections import Projection, project

CENSUS_MONTH = 11


@dataclass(frozen=True)
class Held:
    """A claim and the projection at its moment."""

    claim: Claim
    ours: float

    @property
    def area(self) -> str:
        """The area's name."""
        return units.name_of(self.claim.area * 10**6)

    @property
    def error(self) -> float:
        """By what percent ours is above theirs."""
        return 100 * (self.ours / self.claim.people - 1)


def of_area(area: int) -> list[Claim]:
    """The claims about an area."""
    return [each for each in policy.claims() if each.area == _short(area)]


def _short(area: int) -> int:
    return area // 10**6


def held(projection: Projection) -> list[Held]:
    """Every claim about the projection's area within its years."""
    return [
        Held(each, at_month(projection, each.age, each.year, each.month))
        for each in of_area(projection.area)
        if each.year in projection.years
    ]


def everywhere() -> list[Held]:
    """All claims against the default scenario."""
    found = []
    for area in sorted({each.area for each in policy.claims()}):
        found += held(project(area * 10**6))
    return found


def at_month(projection: Projection, age: int, year: int, month: int) -> float:
    """People of an age and over at the end of a month, between two of the projection's Novembers."""
    line = projection.over(age)
    place = year - projection.years[0] + (month + 1 - CENSUS_MONTH) / 12
    low = min(int(place), len(line) - 2)
    return float(line[low] + (line[low + 1] - line[low]) * (place - low))


def points(area: int, age: int) -> list[Point]:
    """The claims about an area and age as dots."""
    return [
        Point(
            each.year + (each.month + 1 - CENSUS_MONTH) / 12,
            each.people,
            "document" if each.is_forecast else "published",
            f"{each.year}年，{each.base}",
        )
        for each in of_area(area)
        if each.age == age
    ]
