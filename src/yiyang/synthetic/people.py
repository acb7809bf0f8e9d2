"""Everybody who appears in any month: residents, those who live elsewhere, the recently dead, those yet to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yiyang.areas.tables import CensusUnit
from yiyang.synthetic import population
from yiyang.synthetic.chance import Array, Chance, by_age
from yiyang.synthetic.days import NO_DAY, Month, day
from yiyang.synthetic.households import household_numbers
from yiyang.synthetic.places import Places, destinations, origins, places_of
from yiyang.synthetic.policy import parameters

# Why somebody is in the table at all.
RESIDENT, AWAY, DECEASED, TURNING_60, ARRIVING = range(5)
NEVER = 120  # a month that does not come

Table = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made: the area, its units, the months, the number of elders (None: as counted), and the share of
    rows without a usable id number on top of the usual dirt."""

    area: int
    units: Sequence[CensusUnit]
    months: Sequence[Month]
    elders: int | None
    seed: int
    unidentified: float = 0.0


def make_people(plan: Plan, chance: Chance) -> tuple[Table, Places]:
    """One row a person, sorted by village and household: what never changes, and where he is at the start.

    Columns: unit, sex, birth (day), cohort, enters (index of his first month), village, registered, resident,
    urban, household, spouse (row of the spouse if in the table, or -1), death (day), home (county of the id number).
    """
    counted = population.groups(plan.units, plan.elders)
    years = population.single_years(plan.units, counted)
    places = places_of(plan.units, chance)
    people = _cohorts(plan, years, chance)
    people["key"] = np.arange(len(people["unit"]))
    _births(people, plan, chance)
    _homes(people, places, chance)
    people["household"], people["spouse"] = household_numbers(people, places.villages, chance)
    _elsewhere(people, plan, chance)
    return _sorted(people), places


def _cohorts(plan: Plan, years: Array, chance: Chance) -> Table:
    """Residents as counted, and copies of some of them for the other cohorts."""
    unit, sex, age = population.spread(years)
    keys = np.arange(len(unit))
    shares, deaths, monthly = (parameters()[k] for k in ("population", "deaths", "monthly"))
    rate = np.where(sex == 0, by_age(deaths["male"], age), by_age(deaths["female"], age))
    died = 1 - np.exp(-rate * deaths["months_before"] / 12)
    away = shares["living_elsewhere"] if len(destinations(plan.area)[0]) else 0.0
    parts = [
        (keys, RESIDENT, 0),
        (_some(chance, "away", keys, away), AWAY, 0),
        (_some(chance, "deceased", keys, died), DECEASED, 0),
    ]
    for index in range(1, len(plan.months)):
        # One month's share of those who are 60: the next cohort is taken to be as large.
        turning = keys[age == population.FIRST_AGE]
        parts.append((_some(chance, f"turning/{index}", turning, 1 / 12), TURNING_60, index))
        parts.append((_some(chance, f"arriving/{index}", keys, monthly["moved_in"]), ARRIVING, index))
    rows = np.concatenate([p[0] for p in parts])
    sizes = [len(p[0]) for p in parts]
    return {
        "unit": unit[rows],
        "sex": sex[rows].astype(np.int8),
        "age": age[rows].astype(np.int16),
        "cohort": np.repeat([p[1] for p in parts], sizes).astype(np.int8),
        "enters": np.repeat([p[2] for p in parts], sizes).astype(np.int8),
    }


def _some(chance: Chance, purpose: str, keys: Array, probability: Array | float) -> Array:
    return keys[chance.happens(purpose, keys, probability)]


def _births(people: Table, plan: Plan, chance: Chance) -> None:
    """A birthday for everybody: a day that gives the age on the first reference day, or 60 within the month before."""
    first = plan.months[0]
    ages = np.arange(population.FIRST_AGE, parameters()["population"]["oldest"] + 1)
    newest = np.array([day(first.year - int(a), first.month, 1) for a in ages])
    oldest = np.array([day(first.year - int(a) - 1, first.month, 1) + 1 for a in ages])
    index = people["age"] - population.FIRST_AGE
    people["birth"] = chance.between("birth", people["key"], oldest[index], newest[index]).astype(np.int32)
    for number, month in enumerate(plan.months[1:], 1):
        rows = np.flatnonzero((people["cohort"] == TURNING_60) & (people["enters"] == number))
        before = month.plus(-1)
        low = day(before.year - population.FIRST_AGE, before.month, 1) + 1
        high = day(month.year - population.FIRST_AGE, month.month, 1)
        people["birth"][rows] = chance.between("turning birth", people["key"][rows], low, high)
    start = first.plus(-int(parameters()["deaths"]["months_before"])).reference
    dead = people["cohort"] == DECEASED
    deaths = chance.between("death before", people["key"], start, first.reference - 1)
    people["death"] = np.where(dead, deaths, NO_DAY).astype(np.int32)


def _homes(people: Table, places: Places, chance: Chance) -> None:
    """A village for everybody, and whether he counts as urban."""
    people["village"] = places.choose(people["unit"], chance.uniform("village", people["key"]))
    people["registered"] = places.villages[people["village"]]
    people["resident"] = people["registered"].copy()
    people["urban"] = chance.happens("urban", people["key"], places.urban[people["village"]]).astype(np.int8)


def _elsewhere(people: Table, plan: Plan, chance: Chance) -> None:
    """Who is registered in another county or lives in one. Spouses share it, hence the household as key."""
    shares, household = parameters()["population"], people["household"]
    stays = people["cohort"] != AWAY
    outside = stays & chance.happens("registered outside", household, shares["registered_elsewhere"])
    sister = stays & ~outside & chance.happens("registered in sister", household, shares["registered_in_sister_county"])
    # Some of everybody's villages stand for all, or a large city would search them for each of its counties.
    sample_unit, sample = people["unit"][::997], people["registered"][::997].copy()
    for index, rows in _by_unit(people, outside):
        _move(people, "registered", rows, origins(plan.units[index].code, plan.area), chance)
    for index, rows in _by_unit(people, sister):
        others = sample[sample_unit != index]
        _move(people, "registered", rows, (others, [1.0] * len(others)), chance)
    _move(people, "resident", np.flatnonzero(~stays), destinations(plan.area), chance)
    people["home"] = county_codes(people["registered"])
    born = chance.happens("born in sister", people["key"], shares["born_in_sister_county"]) & ~outside
    codes = np.array([u.code for u in plan.units])
    people["home"][born] = codes[chance.between("sister of birth", people["key"][born], 0, len(codes) - 1)]


def _by_unit(people: Table, who: Array) -> list[tuple[int, Array]]:
    rows = np.flatnonzero(who)
    units = people["unit"][rows]
    return [(int(index), rows[units == index]) for index in np.unique(units)]


def _move(people: Table, column: str, rows: Array, choice: tuple[Array, list[float]], chance: Chance) -> None:
    codes, weights = choice
    if len(rows) and len(codes):
        people[column][rows] = codes[chance.pick(f"{column} elsewhere", people["household"][rows], weights)]


def county_codes(codes: Array) -> Array:
    """County codes of many codes at once, as `areas.logic.county_of` for one."""
    return codes - codes % 10**6


def _sorted(people: Table) -> Table:
    """By village, then household, so that a household stands together in every file."""
    order = np.lexsort((people["key"], people["household"], people["village"]))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    spouse = people["spouse"][order]
    table = {name: column[order] for name, column in people.items() if name not in ("key", "spouse")}
    table["spouse"] = np.where(spouse >= 0, place[spouse], -1)
    table["elder"] = np.arange(len(order))
    return table
