"""How the people of each group grow over a plan's years, by the forecast of their county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yiyang.areas import logic
from yiyang.reach.network.graph import Real, Whole
from yiyang.reach.network.places import Points

# The census that made-up points are counted by.
CENSUS = 2020


@dataclass(frozen=True)
class Growth:
    """Factors on people counted in `counted`.

    Attributes:
        years: calendar years.
        factor: group → points × years.
        without: names of areas of which there is no forecast; their people stay as many.
        made_from: what the forecast rests on; empty where nothing grows.
    """

    years: tuple[int, ...]
    counted: int
    factor: Mapping[str, Real]
    without: tuple[str, ...] = ()
    made_from: str = ""

    def of(self, group: str, people: Whole) -> Real:
        """People of a group, points × years."""
        return np.asarray(people, float)[:, None] * self.factor[group]


def constant(points: Points, years: Sequence[int]) -> Growth:
    """As many in each year as were counted."""
    ones = np.ones((len(points), len(years)))
    return Growth(tuple(years), years[0], dict.fromkeys(points.people, ones))


def forecast(points: Points, years: Sequence[int], counted: int | None = None) -> Growth:
    """By the forecast of each point's county, its default scenario: 60 and over, 80 and over, the disabled.

    Those in hardship grow as those of 60 and over do: nothing says how many they will be.

    Args:
        counted: year of the counts of points that somebody gave; made-up points are counted by the census of 2020.

    Errors: UsageError for years beyond the forecast.
    """
    from yiyang.forecast import projections

    county = points.code // 10**6 * 10**6
    factor = {group: np.ones((len(points), len(years))) for group in points.people}
    base, without = CENSUS if counted is None else counted, []
    for code in np.unique(county).tolist():
        area = _known(code)
        if area is None:
            without.append(getattr(logic.find(code), "name", str(code)))
            continue
        rows, lines = county == code, _lines(area, max(*years, base))
        for group, grown in factor.items():
            line = lines.get(group, lines["elders"])
            grown[rows] = [line[year] / line[base] for year in years]
    return Growth(tuple(years), base, factor, tuple(without), projections.made_from())


def _known(code: int) -> int | None:
    """The area itself, or the one above whose forecast stands for it."""
    from yiyang.forecast import projections

    return next((area for area in (code, *logic.ancestors(code)) if area and projections.is_known(area)), None)


def _lines(area: int, last: int) -> Mapping[str, Mapping[int, float]]:
    """By group: year → people."""
    from yiyang.forecast import demand, projections

    found = projections.project(area, max(last, CENSUS + 1))
    disabled = np.sum(list(demand.disabled(found).values()), axis=0)
    groups = {"elders": found.over(60), "very_old": found.over(80), "disabled": disabled}
    return {group: dict(zip(found.years, many.tolist(), strict=True)) for group, many in groups.items()}
