"""Five years on: today's people by age and sex grow as their area's are projected to, under the lists on trial. Pure.

What each age costs a person stays as it is today (constant rates by age): hardship, ability and registration of the
80-year-olds of 2031 are taken to be those of today's. Where an area has no projection (no census by age) people grow
older by a life table, as many turn 60 each year as are 60 today, and nobody moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yiyang.engine.cells import Axis, Ints
from yiyang.entitlement.simulate import Weighed
from yiyang.forecast.projections import Projection
from yiyang.forecast.tables import fives

Floats = npt.NDArray[np.float64]
Forecast = Callable[[Floats, int], Floats]
"""(people by sex × single year of age from FIRST, years ahead) → people by year (0 = today) × single year of age."""
FIRST, LAST, YEARS = 60, 101, 5
METHOD = (
    "按现有老年人逐岁推算：死亡率用联合国《世界人口展望2024》中国分年龄分性别数，每年新满60岁人数按现有60岁人数计，"
    "不计迁移；各年龄的困难、失能状况和标准按现状不变。仅反映老龄化，不是预算承诺。"
)
BY_PROJECTION = (
    "现有老年人按人口预测中{area}各年龄组、性别的增长推算（情景：{scenario}；数据和参数指纹 {made_from}）；"
    "各年龄的困难、失能状况和标准按现状不变。是推算，不是预算承诺。"
)


@dataclass(frozen=True)
class Outlook:
    """Fen a year of the touched items, this year and each of the following, under both lists."""

    years: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def rows(self) -> list[tuple[int, int, int, int]]:
        """(year, now in force, changed, difference)."""
        return [(y, b, a, a - b) for y, b, a in zip(self.years, self.before, self.after, strict=True)]


def by_life_table(deaths: Mapping[str, Mapping[int, float]]) -> Forecast:
    """A forecast from yearly death rates by sex and age group (`male`, `female`: first age → rate)."""
    alive = np.stack([np.exp(-_by_year(deaths[sex])) for sex in ("male", "female")])

    def forecast(people: Floats, years: int) -> Floats:
        found = [people]
        for _ in range(years):
            survivors = found[-1] * alive
            older = np.zeros_like(people)
            older[:, 1:] = survivors[:, :-1]
            older[:, -1] += survivors[:, -1]
            older[:, 0] = people[:, 0]
            found.append(older)
        return np.stack(found).sum(axis=1)

    return forecast


def by_projection(projection: Projection, year: int) -> Forecast:
    """A forecast by which everybody's five-year group and sex grows from a year on as the projection says.

    Raises UsageError where the projection does not reach the years asked for.
    """
    groups = np.minimum(np.arange(FIRST, LAST + 1), 100) // 5
    now = np.maximum(fives(projection.at(year)), 1.0)

    def forecast(people: Floats, years: int) -> Floats:
        growth = np.stack([fives(projection.at(year + ahead)) / now for ahead in range(years + 1)])
        grown: Floats = (growth[..., groups] * people).sum(axis=1)
        return grown

    return forecast


def _by_year(rates: Mapping[int, float]) -> Floats:
    starts = np.array(sorted(rates))
    ages = np.arange(FIRST, LAST + 1)
    return np.array([rates[int(starts[np.searchsorted(starts, age, side="right") - 1])] for age in ages])


def people_by_age(birth: Ints, sex: Ints, reference: int) -> Floats:
    """People by sex (male, female) × single year from FIRST, the last being LAST and over; unknown sex is halved."""
    known = birth > 0
    age = (reference - birth) // 10000
    row = np.clip(age, FIRST, LAST) - FIRST
    counted = known & (age >= FIRST)
    size = LAST - FIRST + 1
    males, females, unknown = (
        np.bincount(row[counted & here], minlength=size).astype(np.float64) for here in (sex == 0, sex == 1, sex < 0)
    )
    return np.stack([males + unknown / 2, females + unknown / 2])


def outlook(found: Weighed, people: Floats, year: int, forecast: Forecast) -> Outlook | None:
    """What the touched items cost in the coming years; None where the lists do not ask about age.

    Args:
        people: from `people_by_age`, of the same people as the simulation.
        year: of the run.
    """
    axis = next((axis for axis in found.view.coding.axes if axis.fact.name == "age"), None)
    if axis is None:
        return None
    factor = _growth(axis, forecast(people, YEARS))
    before, after = (_cost(found, paid, axis.size) for paid in (found.before.paid, found.after.paid))
    sums = [tuple(round(float(value)) for value in factor @ cost) for cost in (before, after)]
    return Outlook(tuple(range(year, year + YEARS + 1)), sums[0], sums[1])


def _growth(axis: Axis, years: Floats) -> Floats:
    """Year × class of age: how many more there are of everybody in a class than now."""
    place = np.searchsorted(np.array(axis.edges), np.arange(FIRST, LAST + 1), side="right")
    people = np.stack([np.bincount(place, weights=row, minlength=axis.size) for row in years])
    # Whoever is younger, or of unknown age, is carried on unchanged.
    fixed = np.array([*(age < FIRST for age in axis.representatives), True])
    grown: Floats = np.where(people[0] > 0, people / np.maximum(people[0], 1e-9), 0.0)
    return np.where(fixed, 1.0, grown)


def _cost(found: Weighed, paid: Mapping[str, Any], size: int) -> Floats:
    """Fen a year by class of age."""
    total = sum(paid.values(), np.zeros(found.view.count, np.int64)) * found.view.people
    cost: Floats = np.bincount(found.view.classes["age"], weights=total, minlength=size).astype(np.float64)
    return cost
