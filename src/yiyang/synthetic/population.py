"""How many people of each unit, sex and age: the census, to the person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yiyang.areas.tables import ELDER_GROUPS, CensusUnit
from yiyang.synthetic.chance import largest_remainder
from yiyang.synthetic.policy import parameters

FIRST_AGE = 60
Ints = NDArray[np.int64]


def groups(units: Sequence[CensusUnit], elders: int | None) -> Ints:
    """People by unit, sex (0 male, 1 female) and group (60, 65 … 85 and over), scaled to `elders` in all."""
    counted = np.array([[[side[age] for age in ELDER_GROUPS] for side in (u.male, u.female)] for u in units])
    if elders is None:
        return counted
    return largest_remainder(counted.astype(np.float64).ravel(), np.array(elders)).reshape(counted.shape)


def single_years(units: Sequence[CensusUnit], counted: Ints) -> Ints:
    """People by unit, sex and year of age from 60 to the oldest; each five-year group keeps its sum."""
    before = np.array([[side[55] for side in (u.male, u.female)] for u in units], dtype=np.float64)
    census = groups(units, None).astype(np.float64)
    before *= np.divide(counted.sum(), census.sum())
    years = [_inside(before, counted, g) for g in range(len(ELDER_GROUPS) - 1)]
    return np.concatenate([*years, _open_group(counted[..., -1])], axis=-1)


def _inside(before: NDArray[np.float64], counted: Ints, group: int) -> Ints:
    """Five single years of one group, sloping as its neighbours do."""
    here = counted[..., group].astype(np.float64)
    lower = before if group == 0 else counted[..., group - 1]
    # The open group holds about 1.4 times its first five years.
    upper = counted[..., group + 1] * (0.7 if group == len(ELDER_GROUPS) - 2 else 1.0)
    slope = (upper - lower) / 10
    shares = here[..., None] + slope[..., None] * np.arange(-2, 3)
    return largest_remainder(np.maximum(shares, 0.2 * here[..., None] + 1e-9), counted[..., group])


def _open_group(counted: Ints) -> Ints:
    """Single years of 85 and over, in the stated shape."""
    table = parameters()["population"]
    shape = table["open_group"]
    shares = np.array([shape["male"], shape["female"]])
    parts = largest_remainder(np.broadcast_to(shares, (*counted.shape, shares.shape[1])), counted)
    ends = [*shape["ages"][1:], table["oldest"]]
    years = []
    for index, (start, end) in enumerate(zip(shape["ages"], ends, strict=True)):
        fall = float(table["yearly_ratio"][start]) ** np.arange(end - start)
        years.append(largest_remainder(np.broadcast_to(fall, (*counted.shape, end - start)), parts[..., index]))
    return np.concatenate(years, axis=-1)


def spread(years: Ints) -> tuple[Ints, Ints, Ints]:
    """One entry a person: unit, sex, age."""
    flat = np.repeat(np.arange(years.size), years.ravel())
    unit, sex, age = np.unravel_index(flat, years.shape)
    return unit, sex, age + FIRST_AGE
