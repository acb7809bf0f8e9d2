"""How good it is: against the UN's own projection, and 2020 from 2010 against the census. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from yiyang.areas.logic import NATION
from yiyang.forecast import ages, levels, life, logic, units
from yiyang.forecast.levels import BETWEEN
from yiyang.forecast.tables import AGES, Floats, fives, un_population

UN_YEARS = (2025, 2030, 2035)
BANDS = (10, 20, 30, 45, 60, 70, 80, AGES)  # by age reached; who was born in between is not tested
BAND_NAMES = ("10—19", "20—29", "30—44", "45—59", "60—69", "70—79", "80以上")
REVISION = 2022


@dataclass(frozen=True)
class Compared:
    """A projected and a known number of people of an age and over."""

    label: str
    year: int
    age: int
    ours: float
    theirs: float

    @property
    def error(self) -> float:
        """By what share ours is above (or below) theirs."""
        return self.ours / self.theirs - 1

    @property
    def percent(self) -> float:
        """The same in percent."""
        return 100 * self.error


@cache
def against_un() -> tuple[Compared, ...]:
    """The engine against the UN's projection of the same revision: its people of 2020, its death rates.

    The revision of 2022 is the last whose people by age are held here; 60 and over need no assumption on births.
    """
    shape = ages.cohorts(2020)
    people = shape * np.repeat(un_population()[2020] / fives(shape), [5] * 20 + [1])
    census = units.base(NATION)[0]
    both = people * census / census.sum(axis=0)
    found = []
    for year in range(2020, max(UN_YEARS)):
        left = both * np.exp(-life.force(year, REVISION))
        both = np.concatenate([np.zeros((2, 1)), left[:, :-1]], axis=1)
        both[:, -1] += left[:, -1]
        if year + 1 in UN_YEARS:
            theirs = un_population()[year + 1]
            found += [
                Compared("联合国2022年版", year + 1, age, float(logic.over(both, age)), float(theirs[age // 5 :].sum()))
                for age in (60, 65, 80)
            ]
    return tuple(found)


@dataclass(frozen=True)
class BackTest:
    """From 2010 to 2020 by matched unit.

    Attributes:
        aged: unit × band: people that the country's death rates alone leave, nobody moving.
        moved: as `aged`, with the mean moves of the other units: what could have been known without the county's own.
        found: as counted.
    """

    names: tuple[str, ...]
    aged: Floats
    moved: Floats
    found: Floats

    @property
    def errors(self) -> Floats:
        """Unit × band: log of counted over `moved`."""
        errors: Floats = np.log(self.found / self.moved)
        return errors

    @property
    def spread(self) -> Floats:
        """Standard deviation of the errors by band, around nothing."""
        spread: Floats = np.sqrt((self.errors**2).mean(axis=0))
        return spread


@cache
def back_test() -> BackTest:
    """The census of 2020 from that of 2010, without looking at what became of the county itself."""
    start, reached = units.before(), units.after()
    plain = levels.survivors(start, np.ones(len(start)), units.FIRST, BETWEEN)
    rates = np.log(_by_band(reached, 0) / _by_band(plain, BETWEEN))
    others = (rates.sum(axis=0) - rates) / (len(rates) - 1)
    aged = _by_band(plain, BETWEEN)
    names = tuple(each.name for each in units.matched())
    return BackTest(names, aged, aged * np.exp(others), _by_band(reached, 0))


def _by_band(people: Floats, earlier: int) -> Floats:
    """Unit × band of both sexes; `earlier`: ages are those of so many years before."""
    shifted = people
    if earlier:
        shifted = np.concatenate([np.zeros((*people.shape[:2], earlier)), people[..., :-earlier]], axis=-1)
        shifted[..., -1] += people[..., -earlier:].sum(axis=-1)
    bounds = np.array(BANDS[:-1])
    found: Floats = np.add.reduceat(shifted, bounds, axis=-1).sum(axis=1)
    return found


def error_by_age() -> Floats:
    """What a cohort's size may be off by after ten years, by the age at which it is seen (log, standard deviation)."""
    middles = [(low + min(high, 90)) / 2 for low, high in pairwise(BANDS)]
    found: Floats = np.interp(np.arange(AGES) + 0.5, middles, back_test().spread)
    return found


def errors() -> Floats:
    """Unit × band: by what share the count differs from what the other counties' moves let expect."""
    found: Floats = back_test().found / back_test().moved - 1
    return found


def plain_errors() -> Floats:
    """Unit × band: by what share the count differs from ageing alone, without moves."""
    found: Floats = back_test().found / back_test().aged - 1
    return found


def cities() -> list[tuple[str, Floats, Floats]]:
    """As `plain_errors` and `errors`, of whole cities of which every unit is matched: moves within them cancel."""
    test, above = back_test(), [each.above for each in units.matched()]
    found = []
    for code in sorted({each for each in above if above.count(each) > 1}):
        here = np.array([each == code for each in above])
        aged, moved, there = (side[here].sum(axis=0) for side in (test.aged, test.moved, test.found))
        found.append((f"{units.name_of(code)}合计", there / aged - 1, there / moved - 1))
    return found


@dataclass(frozen=True)
class Coverage:
    """How many of the back-test's cells lie within an interval of the errors' own spread."""

    share: float
    within: int
    of: int


def coverage() -> tuple[Coverage, ...]:
    """Whether errors of the back-test are as wide as normal ones of their spread: eight in ten, and 95 in a hundred."""
    test = back_test()
    scaled = np.abs(test.errors / test.spread)
    return tuple(
        Coverage(share, int((scaled <= limit).sum()), scaled.size) for share, limit in ((0.8, 1.282), (0.95, 1.96))
    )


@cache
def against_revision() -> tuple[Compared, ...]:
    """The country as projected here (census of 2020, death rates of 2024) beside the UN's revision of 2022."""
    people = logic.path(units.base(NATION), units.BASE, max(UN_YEARS) - units.BASE, logic.still(1), logic.Assumptions())
    return tuple(
        Compared("联合国2022年版", year, age, float(logic.over(people[year - units.BASE, 0], age)), theirs)
        for year in UN_YEARS
        for age in (60, 80)
        for theirs in [float(un_population()[year][age // 5 :].sum())]
    )
