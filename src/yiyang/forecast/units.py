"""Which units make up an area, what their censuses were, and their levels. Pure but for the tables read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from yiyang.areas.logic import NATION, find, level, normalise, parent, within
from yiyang.forecast import ages, levels, logic
from yiyang.forecast.levels import Levels
from yiyang.forecast.policy import parameters
from yiyang.forecast.tables import Floats, census2010, census2020

FIRST, BASE = 2010, 2020


@dataclass(frozen=True)
class Matched:
    """Units of both censuses that cover the same ground; of several where borders moved in between.

    Attributes:
        today: codes of 2020; before: codes of 2010; why: they are taken together, empty where one is one.
        above: the city (or the unit itself) towards which its mortality is drawn.
    """

    today: tuple[int, ...]
    before: tuple[int, ...]
    why: str
    above: int

    @property
    def name(self) -> str:
        """As a reader knows it."""
        return "＋".join(name_of(code) for code in self.today)


def name_of(code: int) -> str:
    """The area's name, or its code."""
    area = find(code)
    return area.name if area else str(code)


def counties() -> tuple[int, ...]:
    """County-level units of which the census of 2020 is held, in order of code."""
    return tuple(sorted(code for code in census2020() if level(code) == "county"))


def units_of(area: int) -> tuple[int, ...]:
    """The units that make up an area: its counties, or itself where only it is held; none where nothing is known."""
    if area in census2020() and level(area) in ("nation", "province", "county"):
        return (area,)
    return tuple(code for code in counties() if within(code, area)) if level(area) == "city" else ()


@cache
def matched() -> tuple[Matched, ...]:
    """Every county of which both censuses are held, alone or joined (`parameters.joined`)."""
    joined = [
        Matched(_codes(each.today), _codes(each.before), each.why, _above(_codes(each.today)[0]))
        for each in parameters().joined
    ]
    taken = {code for each in joined for code in each.today}
    alone = [
        Matched((code,), (code,), "", _above(code)) for code in counties() if code not in taken and code in census2010()
    ]
    return tuple(sorted(joined + alone, key=lambda each: each.today))


def _codes(short: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(normalise(code) for code in short)


def _above(code: int) -> int:
    found = parent(code)
    return found if found and found in census2010() else code


@cache
def before() -> Floats:
    """Matched unit × sex × single year in 2010."""
    return ages.spread(np.stack([sum(census2010()[code] for code in each.before) for each in matched()]), FIRST)


@cache
def after() -> Floats:
    """Matched unit × sex × single year in 2020."""
    return ages.spread(np.stack([sum(census2020()[code] for code in each.today) for each in matched()]), BASE)


@cache
def base(area: int) -> Floats:
    """Unit × sex × single year in 2020 of an area's units."""
    return ages.spread(np.stack([census2020()[code] for code in units_of(area)]), BASE)


@cache
def factors() -> Floats:
    """Mortality factors of the matched units: drawn towards their city's, and that towards the country's."""
    rule = parameters().mortality
    own = levels.mortality_factors(before(), after(), FIRST, rule.from_age)
    above = np.array([each.above for each in matched()])
    together = own.copy()
    for code in np.unique(above):
        here = above == code
        sums = [side[here].sum(axis=0, keepdims=True) for side in (before(), after())]
        together[here] = levels.mortality_factors(sums[0], sums[1], FIRST, rule.from_age)
    return levels.drawn(own, together, rule.shrink)


@cache
def migration() -> Floats:
    """Matched unit × sex × age: net moves a year between the censuses."""
    rule = parameters().migration
    return levels.migration_rates(before(), after(), factors(), FIRST, rule.smooth, rule.fades_from)


@cache
def levels_of(area: int) -> Levels:
    """The levels of an area's units; the country's own where no census of 2010 is held (nation, provinces)."""
    codes = units_of(area)
    place = {code: index for index, each in enumerate(matched()) for code in each.today}
    found = logic.still(len(codes))
    nation = base(NATION)[0]
    born = levels.fertility_factors(base(area), nation, BASE)
    for index, code in enumerate(codes):
        if code in place:
            found.mortality[index] = factors()[place[code]]
            found.migration[index] = migration()[place[code]]
    return Levels(found.mortality, born if area != NATION else np.ones(1), found.migration)


@dataclass(frozen=True)
class Said:
    """A unit's levels for a reader: factors on the country's rates, net moves in percent a year around three ages."""

    name: str
    mortality: float
    fertility: float
    moves: tuple[float, ...]


MOVES_AT = (20, 40, 60)


@cache
def said_levels() -> tuple[Said, ...]:
    """The levels of every county, those joined sharing theirs but for births."""
    found = []
    for code in counties():
        here = levels_of(code)
        moves = (100 * float(here.migration[0, :, age : age + 5].mean()) for age in MOVES_AT)
        found.append(Said(name_of(code), float(here.mortality[0]), float(here.fertility[0]), tuple(moves)))
    return tuple(found)


def is_matched(area: int) -> bool:
    """Whether an area's own past decade is known."""
    held = {code for each in matched() for code in each.today}
    codes = units_of(area)
    return bool(codes) and all(code in held for code in codes)
