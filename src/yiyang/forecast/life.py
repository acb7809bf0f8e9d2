"""Death rates by single year of age, who survives a year, and how an open age group is spread. Pure."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from yiyang.forecast.tables import AGES, MORTALITY_STARTS, OLDEST, Floats, mortality, mortality_2022

ROUNDS = 4
# Of the children born in a year those who die before its end have lived little of it: three quarters of a year's rate.
FIRST_YEAR = 0.75
MIDDLE = 2.5


def single_rates(grouped: Floats) -> Floats:
    """Yearly death rates by single year of age from abridged ones, along the last axis.

    Log-linear between the middles of the groups, then scaled within each so that survivors meet the group's rate.
    """
    starts = np.array(MORTALITY_STARTS)
    ends = np.append(starts[1:], OLDEST + 5)
    middles = (starts + ends) / 2
    ages = np.arange(AGES) + 0.5
    rates = np.stack([np.exp(np.interp(ages, middles, np.log(row))) for row in grouped])
    for _ in range(ROUNDS):
        rates *= np.repeat(grouped / _group_rates(rates, starts), np.diff(np.append(starts, AGES)), axis=1)
    return rates


def _group_rates(rates: Floats, starts: npt.NDArray[np.int_]) -> Floats:
    lived = np.exp(-(np.cumsum(rates, axis=1) - rates / 2))
    found: Floats = np.add.reduceat(rates * lived, starts, axis=1) / np.add.reduceat(lived, starts, axis=1)
    return found


@cache
def rates(year: int, revision: int = 2024) -> Floats:
    """Sex × single year: death rates from the middle of a year to that of the next.

    The UN's are means of five calendar years; between the middles of those the logarithms are interpolated.
    """
    starts, found = _periods(revision)
    place = np.clip((year + 1 - MIDDLE - starts[0]) / 5, 0, len(starts) - 1)
    low = min(int(place), len(starts) - 2)
    between: Floats = np.exp(found[low] + (found[low + 1] - found[low]) * (place - low))
    return between


@cache
def _periods(revision: int) -> tuple[tuple[int, ...], Floats]:
    held = mortality() if revision == 2024 else mortality_2022()
    return tuple(sorted(held)), np.log(np.stack([single_rates(held[year]) for year in sorted(held)]))


def yearly_force(found: Floats) -> Floats:
    """What somebody of an age passes through on his way to the next: half of either rate. Survival is exp(−this)."""
    passed: Floats = (found + np.concatenate([found[..., 1:], found[..., -1:]], axis=-1)) / 2
    return passed


@cache
def force(year: int, revision: int = 2024) -> Floats:
    """Sex × age: the force of mortality from a year to the next."""
    return yearly_force(rates(year, revision))


def newborn_force(year: int, revision: int = 2024) -> Floats:
    """By sex: from birth to the end of the year of birth."""
    return rates(year, revision)[:, 0] * FIRST_YEAR


@cache
def old_shape(year: int) -> Floats:
    """Sex × age 85 … 100 and over: shares of the open group of the census in a stationary population."""
    found = rates(year)[:, 85:]
    alive = np.exp(-(np.cumsum(found, axis=1) - found / 2))
    alive[:, -1] /= 1 - np.exp(-found[:, -1])
    # Elders of today were fewer at birth the older they are: the cohorts grew by about two in a hundred a year.
    alive *= np.exp(-0.02 * np.arange(found.shape[1]))
    shares: Floats = alive / alive.sum(axis=1, keepdims=True)
    return shares
