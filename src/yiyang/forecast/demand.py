"""How many will be disabled, by a stated way of counting, and what will be needed, beside what is promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.forecast import logic, units
from yiyang.forecast.policy import Need, Series, demand, disability
from yiyang.forecast.projections import Projection
from yiyang.forecast.tables import AGES, Floats, un_population
from yiyang.synthetic.policy import parameters as synthetic

Supply = Callable[[int, int], Mapping[str, float]]
"""(area, year) → what is there or promised by the end of that year, by the words of `Need.supply`."""


@dataclass(frozen=True)
class Line:
    """What is needed of one thing in one year, and what is promised; `supply` is None where nobody has said."""

    name: str
    need: Need
    year: int
    people: float
    needed: float
    supply: float | None

    @property
    def gap(self) -> float | None:
        """How much is missing; less than nothing where more is promised than needed."""
        return None if self.supply is None else self.needed - self.supply


_supplies: list[Supply] = []


def use(source: Supply) -> None:
    """Tell this room what is promised: a room above that knows projects says so when it starts."""
    _supplies[:] = [source]


def supply(area: int, year: int) -> Mapping[str, float]:
    """What is promised for an area by the end of a year; nothing as long as no room knows of any."""
    return _supplies[0](area, year) if _supplies else {}


def series_of(name: str | None) -> Series:
    """A way of counting the disabled. Raises UsageError where there is none of the name."""
    rule = disability()
    wanted = name or rule.default
    if wanted not in rule.series:
        known = ", ".join(rule.series)
        raise UsageError(f"没有失能口径 {wanted}，可选：{known}。", f"No series {wanted}: {known}.")
    return rule.series[wanted]


def disabled(projection: Projection, name: str | None = None) -> dict[str, Floats]:
    """By level: people by year, of sixty and over."""
    both = projection.total.sum(axis=1)
    found = _rates(series_of(name))
    return {level: both @ rates for level, rates in found.items()}


def _rates(series: Series) -> dict[str, Floats]:
    """By level: the share of each single year of age."""
    if series.synthetic:
        table = synthetic()["ability"]["by_age"]
        places = {level: index for index, level in enumerate(("mild", "moderate", "severe", "total"))}
        return {level: _by_year({age: row[places[level]] for age, row in table.items()}) for level in series.levels}
    rates = {level: _by_year(series.by_age[level]) for level in series.levels}
    if series.anchor is None:
        return rates
    factor = series.anchor / sum(_mean(each, series.anchor_year, series.anchor_age) for each in rates.values())
    return {level: np.minimum(each * factor, 1.0) for level, each in rates.items()}


def _by_year(shares: Mapping[int, float]) -> Floats:
    """Linear between the middles of five-year groups; nobody below the first."""
    starts = np.array(sorted(shares))
    rates = np.interp(np.arange(AGES) + 0.5, starts + 2.5, [shares[int(start)] for start in starts])
    found: Floats = np.where(np.arange(AGES) >= starts[0], rates, 0.0)
    return found


def _mean(rates: Floats, year: int, age: int) -> float:
    """The share of all of an age and over in the country that the rates come to."""
    people = _nation(year)[age:]
    return float((rates[age:] * people).sum() / people.sum())


def _nation(year: int) -> Floats:
    if year == units.BASE:
        found: Floats = units.base(0)[0].sum(axis=0)
        return found
    return np.append(np.repeat(un_population()[year][:-1] / 5, 5), un_population()[year][-1])


def needs(projection: Projection, year: int) -> list[Line]:
    """What an area needs in a year, as `policy/forecast/demand.yaml` lists it. Raises UsageError beyond the years."""
    people = projection.at(year)
    levels = {
        name: found[projection.years.index(year)] for name, found in disabled(projection, demand().series).items()
    }
    there = supply(projection.area, year)
    lines: list[Line] = []
    for name, need in demand().needs.items():
        count = _counted(need, people, levels, {line.name: line.needed for line in lines})
        needed = count * _ratio(need)
        lines.append(Line(name, need, year, count, needed, there.get(need.supply or "")))
    return lines


def _counted(need: Need, people: Floats, levels: Mapping[str, Floats], before: Mapping[str, float]) -> float:
    if need.of == "elders":
        return float(logic.over(people, need.age))
    if need.of == "everybody":
        return float(people.sum())
    if need.of == "levels":
        return float(sum(levels[each] for each in need.levels))
    return before["beds"]


def _ratio(need: Need) -> float:
    if need.mix:
        return need.occupancy * sum(part.share / part.per for part in need.mix)
    if need.share is not None:
        return need.share
    return 1 / (need.per or 1)
