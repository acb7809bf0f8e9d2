"""The projection: people by sex and single year, a year older each step; counties and draws at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from yiyang.forecast import life
from yiyang.forecast.levels import MOTHERS, Levels
from yiyang.forecast.tables import AGES, Floats, fertility, national

ELDERS = (60, 65, 80)


@dataclass(frozen=True)
class Assumptions:
    """What is assumed about the years ahead; one number stands for all draws and units, an array draw × unit for each.

    Attributes:
        migration: factor on the net moves of the past decade.
        fertility_add: children a woman more or fewer than the UN's medium variant.
        mortality_yearly: by how much more death rates grow each year (as a share).
        error: draw × unit × age: what is added to the growth of a cohort each year (a rate), for the fans.
        fertility_error: draw × unit: factor on fertility after ten years, its logarithm; grows with the root of time.
        mortality_error: draw × 1: as `mortality_yearly`, on top.
    """

    migration: float = 1.0
    fertility_add: float = 0.0
    mortality_yearly: float = 0.0
    error: Floats | None = None
    fertility_error: Floats | None = None
    mortality_error: Floats | None = None


def steps(base: Floats, first: int, years: int, levels: Levels, given: Assumptions) -> Iterator[tuple[int, Floats]]:
    """Year and people (draw ×) unit × sex × single year, from the base on.

    Args:
        base: unit × sex × age at `first`.
    """
    draws = 1 if given.error is None else len(given.error)
    people = np.broadcast_to(base, (draws, *base.shape)).copy()
    yield first, people
    for step in range(years):
        people = _older(people, first + step, step, levels, given)
        yield first + step + 1, people


def _older(people: Floats, year: int, step: int, levels: Levels, given: Assumptions) -> Floats:
    dying = _mortality(step, levels, given)
    growth = given.migration * levels.migration - dying[..., None, None] * life.force(year)
    if given.error is not None:
        growth = growth + given.error[:, :, None, :]
    moved = people * np.exp(growth)
    children = _newborn(people, moved, year, step, levels, given)
    newborn = life.newborn_force(year)
    older = np.empty_like(people)
    older[..., 1:] = moved[..., :-1]
    older[..., -1] += moved[..., -1]
    older[..., 0] = children * np.exp(-dying[..., None] * newborn)
    return older


def _mortality(step: int, levels: Levels, given: Assumptions) -> Floats:
    """Draw × unit (or unit): the factor on the country's death rates in this step."""
    trend = given.mortality_yearly + (0.0 if given.mortality_error is None else given.mortality_error)
    found: Floats = levels.mortality * np.exp(trend * (step + 0.5))
    return found


def _newborn(people: Floats, moved: Floats, year: int, step: int, levels: Levels, given: Assumptions) -> Floats:
    """Draw × unit × sex: children born in the year."""
    held = national()
    row = held[min(year + 1, max(held))]
    rate = np.maximum(row["tfr"] + given.fertility_add, 0.1) * levels.fertility
    if given.fertility_error is not None:
        rate = rate * np.exp(given.fertility_error * ((step + 1) / 10) ** 0.5)
    women = (people[..., 1, MOTHERS] + moved[..., 1, MOTHERS]) / 2
    births = (women * fertility(year + 1)).sum(axis=-1) * rate
    boys = row["sex_ratio_at_birth"] / (1 + row["sex_ratio_at_birth"])
    found: Floats = births[..., None] * np.array([boys, 1 - boys])
    return found


def over(people: Floats, age: int) -> Floats:
    """Those of an age and over, both sexes: the last two axes are summed."""
    found: Floats = people[..., age:].sum(axis=(-2, -1))
    return found


def path(base: Floats, first: int, years: int, levels: Levels, given: Assumptions) -> Floats:
    """Year × unit × sex × age of one assumption without draws."""
    return np.stack([people[0] for _, people in steps(base, first, years, levels, given)])


def fans(
    base: Floats,
    first: int,
    years: int,
    levels: Levels,
    given: Assumptions,
    measured: Callable[[Floats], Floats],
) -> Floats:
    """Year × draw × whatever `measured` makes of draw × unit × sex × age; only that is kept of a draw."""
    return np.stack([measured(people) for _, people in steps(base, first, years, levels, given)])


def still(units: int) -> Levels:
    """The country's own levels, nobody moves."""
    return Levels(np.ones(units), np.ones(units), np.zeros((units, 2, AGES)))
