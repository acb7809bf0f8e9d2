"""The tables of `policy/forecast` and the census as arrays. People and rates lie by sex (male, female) and age."""

from __future__ import annotations

import csv
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from yiyang.areas.logic import normalise
from yiyang.areas.tables import GROUPS, census
from yiyang.base.paths import policy_dir

Floats = npt.NDArray[np.float64]
SEXES = ("M", "F")
OLDEST = 100
AGES = OLDEST + 1  # 0, 1 … 99, 100 and over
CENSUS_YEARS = (2010, 2020)
MORTALITY_STARTS = (*GROUPS, 90, 95, 100)
FERTILE = tuple(range(10, 55, 5))


def _rows(name: str) -> list[dict[str, str]]:
    with (policy_dir() / "forecast" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def census2010() -> dict[int, Floats]:
    """Sex × group (`areas.tables.GROUPS`) of 2010 by 12-digit code, as areas were then coded."""
    found: dict[int, Floats] = {}
    for row in _rows("census2010.csv"):
        there = found.setdefault(normalise(row["code"]), np.zeros((2, len(GROUPS))))
        there[SEXES.index(row["sex"])] = [float(row[f"a{age}"]) for age in GROUPS]
    return found


@cache
def census2020() -> dict[int, Floats]:
    """Sex × group of 2020 by 12-digit code."""
    codes = {code for code, _ in census()}
    return {
        code: np.array([[census()[code, sex][age] for age in GROUPS] for sex in SEXES], dtype=np.float64)
        for code in codes
    }


@cache
def mortality() -> dict[int, Floats]:
    """Sex × abridged group (`MORTALITY_STARTS`) of yearly death rates, by the first year of five. UN, WPP 2024."""
    return _mortality("mortality.csv", MORTALITY_STARTS)


@cache
def mortality_2022() -> dict[int, Floats]:
    """As `mortality`, of the revision of 2022: for the check against that revision's population only."""
    found = _mortality("un2022_mortality.csv", MORTALITY_STARTS[:-1])
    # The open group is not held: it rises from 95 as 95 does from 90.
    return {
        year: np.concatenate([rates, rates[:, -1:] ** 1.5 / rates[:, -2:-1] ** 0.5], axis=1)
        for year, rates in found.items()
    }


def _mortality(name: str, starts: tuple[int, ...]) -> dict[int, Floats]:
    found: dict[int, Floats] = {}
    for row in _rows(name):
        there = found.setdefault(int(row["from_year"]), np.zeros((2, len(starts))))
        there[SEXES.index(row["sex"])] = [float(row[f"m{age}"]) for age in starts]
    return found


@cache
def national() -> dict[int, dict[str, float]]:
    """The UN's yearly figures of the country (WPP 2024): tfr, sex_ratio_at_birth, f10 … (percent of it), totals."""
    return {
        int(row["year"]): {name: float(value) for name, value in row.items() if name != "year" and value}
        for row in _rows("national.csv")
    }


@cache
def un_population() -> dict[int, Floats]:
    """People of the country in five-year groups 0 … 100 and over, both sexes, 1 July. UN, WPP 2022, medium variant."""
    return {
        int(row["year"]): 1000 * np.array([float(value) for name, value in row.items() if name != "year"])
        for row in _rows("un_population.csv")
    }


def fertility(year: int) -> Floats:
    """Births a woman a year by single year of age 10–54 when she has one child in all (sums to 1)."""
    held = national()
    row = held[min(max(year, min(held)), max(held))]
    shares = np.repeat([row[f"f{age}"] / 5 for age in FERTILE], 5)
    found: Floats = shares / shares.sum()
    return found


def fives(people: Any) -> Floats:
    """Single years 0 … 100 and over as five-year groups 0 … 95, 100 and over, along the last axis."""
    found: Floats = np.add.reduceat(people, np.arange(0, AGES, 5), axis=-1)
    return found


def census_groups(people: Any) -> Floats:
    """Single years as the census groups them (0, 1–4, 5–9 … 85 and over), along the last axis."""
    found: Floats = np.add.reduceat(people, np.array(GROUPS), axis=-1)
    return found
