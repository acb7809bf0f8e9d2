"""From age groups to single years. Pure.

The shape of single years within a group is the country's. It is found from the UN's estimates of five-year groups year
by year: a group gains one cohort and loses one each year, so the sequence tells how large the cohorts are (1959–1961
were small, 1962–1970 large). Interpolating polynomials (Sprague's, PCHIP on cumulated counts) would smooth these away.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from yiyang.areas.tables import GROUPS
from yiyang.forecast import life
from yiyang.forecast.tables import AGES, Floats, fives, national, un_population

FIRST, LAST = 2010, 2021  # the UN's estimates; what follows is projected from them
SMOOTH = 1e-4
HARD = 30.0
LEAST = 0.1


@cache
def cohorts(year: int) -> Floats:
    """The country's people by single year of age, both sexes, 1 July 2010 or 2020: for shapes, not for counts."""
    found = _solved()
    for step in range(FIRST, year):
        survivors = found * _both(step)
        found = np.concatenate([[1000 * national()[step]["births_thousand"]], survivors[:-1]])
        found[-1] += survivors[-1]
    return found


def _both(year: int) -> Floats:
    survived: Floats = np.exp(-life.force(year)).mean(axis=0)
    return survived


@cache
def _solved() -> Floats:
    """Single years of `FIRST` by least squares: every later year's groups, with a little smoothness."""
    groups, steps = fives(np.eye(AGES)).T, np.eye(AGES)
    rows, wanted = [], []
    for year in range(FIRST, LAST + 1):
        seen = un_population()[year]
        weight = (HARD if year == FIRST else 1.0) / np.maximum(seen, 1e6)
        known = np.arange(0, AGES, 5) >= year - FIRST
        rows.append(((groups @ steps) * weight[:, None])[known])
        wanted.append((seen * weight)[known])
        steps = _older(year) @ steps
    scale = np.maximum(np.interp(np.arange(AGES), np.arange(2, AGES + 4, 5), un_population()[FIRST] / 5), 1e3)
    bends = np.diff(np.eye(AGES), 2, axis=0) / scale[1:-1, None] * SMOOTH**0.5
    solved = np.linalg.lstsq(np.vstack([*rows, bends]), np.concatenate([*wanted, np.zeros(AGES - 2)]), rcond=None)[0]
    found: Floats = np.maximum(solved, LEAST * scale)
    return found


def _older(year: int) -> Floats:
    found = np.zeros((AGES, AGES))
    survived = _both(year)
    found[np.arange(1, AGES), np.arange(AGES - 1)] = survived[:-1]
    found[-1, -1] = survived[-1]
    return found


def spread(grouped: Floats, year: int) -> Floats:
    """People by sex and single year (0 … 100 and over) from the census's groups; every group keeps its sum.

    Args:
        grouped: … × sex × group (`areas.tables.GROUPS`); 85 and over is open and spread by the life table.
        year: of the census, 2010 or 2020.
    """
    shape = np.broadcast_to(cohorts(year), (2, AGES)).copy()
    shape[:, 85:] = life.old_shape(year)
    bounds = np.diff(np.append(GROUPS, AGES))
    sums = np.add.reduceat(shape, np.array(GROUPS), axis=1)
    shares = shape / np.repeat(sums, bounds, axis=1)
    found: Floats = np.repeat(grouped, bounds, axis=-1) * shares
    return found
