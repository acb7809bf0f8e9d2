"""What sets a county apart from the country: how its people die, have children and move, from two censuses. Pure.

A residual of a cohort between two censuses is death, move and miscount together, and nothing in the counts tells them
apart. From sixty on a stated share of it is taken for mortality (`mortality.shrink`), the rest for moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.forecast import life
from yiyang.forecast.tables import AGES, Floats, fertility

BETWEEN = 10
FIVE = np.arange(0, 85, 5)  # cohorts of the first census by their first age; the last is 80 and over
CHILD, MOTHERS = slice(0, 5), slice(10, 55)
HALVINGS = 40


@dataclass(frozen=True)
class Levels:
    """Of units, in their order.

    Attributes:
        mortality: the factor on the country's death rates.
        fertility: the factor on the country's fertility.
        migration: unit × sex × age, net moves a year as a rate (log of the growth that they bring).
    """

    mortality: Floats
    fertility: Floats
    migration: Floats


def passed(first: int, years: int) -> Floats:
    """Sex × age at the start: the force of mortality over years, for cohorts that grow older meanwhile."""
    total = np.zeros((2, AGES))
    for step in range(years):
        here = life.force(first + step)
        older = np.concatenate([here[:, step:], np.repeat(here[:, -1:], step, axis=1)], axis=1)
        total += older
    return total


def survivors(people: Floats, factor: Floats, first: int, years: int) -> Floats:
    """Unit × sex × age of the cohorts after some years, by age at the start, without moves."""
    left: Floats = people * np.exp(-factor[:, None, None] * passed(first, years))
    return left


def mortality_factors(before: Floats, after: Floats, first: int, from_age: int) -> Floats:
    """The factor on the country's death rates that brings a unit's elders of the first census to those of the second.

    Args:
        before, after: unit × sex × single year.
    """
    wanted = after[..., from_age + BETWEEN :].sum(axis=(1, 2))
    low, high = np.full(len(before), np.log(0.3)), np.full(len(before), np.log(3.0))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        reached = survivors(before, np.exp(middle), first, BETWEEN)[..., from_age:].sum(axis=(1, 2))
        low, high = np.where(reached > wanted, middle, low), np.where(reached > wanted, high, middle)
    found: Floats = np.exp((low + high) / 2)
    return found


def drawn(own: Floats, above: Floats, shrink: float) -> Floats:
    """Factors drawn towards those of the areas above, and those towards the country's: 1."""
    found: Floats = np.exp(shrink * np.log(above) + shrink**2 * np.log(own / above))
    return found


def migration_rates(before: Floats, after: Floats, factor: Floats, first: int, smooth: float, fades: int) -> Floats:
    """Unit × sex × age: net moves a year, from what a cohort gained or lost beyond its dead.

    Args:
        smooth: weight of each neighbouring cohort of five years.
        fades: age from which the rate falls to nothing within ten years of age.
    """
    expected = np.add.reduceat(survivors(before, factor, first, BETWEEN), FIVE, axis=-1)
    found = np.add.reduceat(after[..., BETWEEN:], FIVE, axis=-1)
    rates = np.log(np.maximum(found, 1) / np.maximum(expected, 1)) / BETWEEN
    inner = (1 - 2 * smooth) * rates[..., 1:-1] + smooth * (rates[..., :-2] + rates[..., 2:])
    rates = np.concatenate([rates[..., :1], inner, rates[..., -1:]], axis=-1)
    # A cohort of five years lived its ten years around seven and a half years above its first age.
    at = FIVE + 2.5 + BETWEEN / 2
    flat = rates.reshape(-1, len(FIVE))
    single = np.stack([np.interp(np.arange(AGES) + 0.5, at, row) for row in flat]).reshape(*rates.shape[:2], AGES)
    fading: Floats = single * np.clip((fades + 10 - np.arange(AGES)) / 10, 0, 1)
    return fading


def fertility_factors(people: Floats, nation: Floats, year: int) -> Floats:
    """Small children to women of the age to have had them, against the country's.

    Args:
        people: unit × sex × single year; nation: sex × single year.
    """
    shares = np.mean([fertility(year - back) for back in range(5)], axis=0)

    def ratio(found: Floats) -> Floats:
        # Those who bore them were two and a half years younger: near enough, the same for county and country.
        ratios: Floats = found[..., CHILD].sum(axis=(-2, -1)) / (found[..., 1, MOTHERS] * shares).sum(axis=-1)
        return ratios

    found: Floats = ratio(people) / ratio(nation)
    return found
