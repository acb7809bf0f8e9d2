"""The made-up people of the benchmark, the same for every engine, and the month that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
People = dict[str, Column]

SEED = 20260601
FIRST_DIVISION, DIVISION_COUNT = 310101, 16
CATEGORIES = ("NONE", "EXTREME_POOR", "MIN_LIVING", "MARGINAL", "RIGID_EXPENSE", "OTHER_HARDSHIP")
REFERENCE, NEXT_REFERENCE = 20260601, 20260701  # reference days of the two months


def make(count: int, seed: int = SEED) -> People:
    """Elders with age, division, hardship category, disability, ability, and three yes/no facts."""
    rng = np.random.default_rng(seed)
    age = np.minimum(60 + rng.exponential(9.0, count), 110).astype(np.int32)
    category = _pick(_uniform(rng, count), np.cumsum([0.93, 0.006, 0.03, 0.014, 0.01], dtype=np.float32))
    frailty = _uniform(rng, count) + (age >= 80) * np.float32(0.12)
    ability = _pick(frailty, np.array([0.84, 0.93, 0.97, 0.99], np.float32))
    division = FIRST_DIVISION + rng.integers(0, DIVISION_COUNT, count, dtype=np.int8).astype(np.int32)
    grade = rng.integers(1, 5, count, dtype=np.int8)
    return {
        "age": age,
        "division": division,
        "category": category.astype(np.int16),
        "disability": (grade * (_uniform(rng, count) < 0.08)).astype(np.int32),
        "ability": ability.astype(np.int32),
        "alone": _uniform(rng, count) < 0.13,
        "bereaved": _uniform(rng, count) < 0.007,
        "veteran": _uniform(rng, count) < 0.03,
    }


def _uniform(rng: np.random.Generator, count: int) -> Column:
    return rng.random(count, dtype=np.float32)


def _pick(drawn: Column, shares: Column) -> Column:
    """The number of the share into which each draw falls."""
    return np.searchsorted(shares, drawn, side="right")


def births(people: People, reference: int = REFERENCE) -> Column:
    """Birth dates (yyyymmdd) of people who have these ages on the reference day, spread over the year before it."""
    days = np.random.default_rng(SEED + 1).integers(0, 365, len(people["age"]), dtype=np.int16)
    since = np.datetime64(f"{reference // 10000 - 1}-{reference // 100 % 100:02d}-02")
    dates = (since + np.arange(365)).astype("M8[D]").astype(str)
    year_before = np.array([int(day.replace("-", "")) for day in dates], np.int32)
    return year_before[days] - people["age"] * np.int32(10000)


def snapshot(people: People) -> People:
    """The same people as a loaded snapshot of ours holds them: a birth date instead of an age, facts otherwise."""
    return {name: column for name, column in people.items() if name != "age"} | {"birth_date": births(people)}


@dataclass(frozen=True)
class Later:
    """The next month: who is new to the registers' news, and everybody's facts after it."""

    changed: Column
    people: People


def later(people: People, share: float = 0.01) -> Later:
    """A month on, the news of so many people: they lose a step of ability, or come to live alone or together."""
    count = len(people["age"])
    rng = np.random.default_rng(SEED + 2)
    changed = np.sort(rng.choice(count, int(count * share), replace=False))
    after = dict(people)
    half = len(changed) // 2
    after["ability"] = people["ability"].copy()
    after["ability"][changed[:half]] = np.minimum(people["ability"][changed[:half]] + 1, 4)
    after["alone"] = people["alone"].copy()
    after["alone"][changed[half:]] = ~people["alone"][changed[half:]]
    after["age"] = ((NEXT_REFERENCE - births(people)) // 10000).astype(np.int32)
    return Later(changed, after)
