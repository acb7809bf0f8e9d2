"""The made-up people are as many as the census counts, to the person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiyang.areas.tables import ELDER_GROUPS, census_elders, census_units
from yiyang.synthetic import population
from yiyang.synthetic.chance import Chance, largest_remainder
from yiyang.synthetic.days import Month, yyyymmdd
from yiyang.synthetic.people import RESIDENT, Plan, make_people

TONGLIANG, DAZHOU, ZONE = 500151000000, 511700000000, 511771000000


def by_group(sex: np.ndarray, age: np.ndarray) -> dict[tuple[int, int], int]:
    group = np.array(ELDER_GROUPS)[np.searchsorted(ELDER_GROUPS, age, side="right") - 1]
    pairs, counts = np.unique(np.stack([sex, group]), axis=1, return_counts=True)
    return {(int(s), int(g)): int(n) for (s, g), n in zip(pairs.T, counts, strict=True)}


def census_groups(code: int) -> dict[tuple[int, int], int]:
    unit = census_elders()[code]
    return {(sex, age): side[age] for sex, side in ((0, unit.male), (1, unit.female)) for age in ELDER_GROUPS}


def test_the_whole_of_tongliang_matches_the_census_by_sex_and_group() -> None:
    months = [Month(2026, 10), Month(2026, 11)]
    people, _ = make_people(Plan(TONGLIANG, census_units(TONGLIANG), months, None, 5), Chance(5))
    resident = people["cohort"] == RESIDENT
    age = (20261001 - yyyymmdd(people["birth"][resident])) // 10_000
    assert by_group(people["sex"][resident], age) == census_groups(TONGLIANG)


def test_living_residents_of_a_truth_file_match_the_census(zone: Path) -> None:
    table = pq.read_table(zone / "truth" / "people-2026-10.parquet").to_pydict()
    rows = [i for i, cohort in enumerate(table["cohort"]) if cohort == RESIDENT]
    assert {(table["alive"][i], table["resident_area"][i]) for i in rows} == {(1, ZONE)}
    sex = np.array([table["sex"][i] for i in rows])
    age = np.array([(20261001 - table["birth_date"][i]) // 10_000 for i in rows])
    assert by_group(sex, age) == census_groups(ZONE)


def test_a_scaled_city_has_the_number_asked_for_in_the_census_shape() -> None:
    units = census_units(DAZHOU)
    counted = population.groups(units, 12_000)
    assert counted.sum() == 12_000
    census = population.groups(units, None)
    assert np.abs(counted - census * 12_000 / census.sum()).max() < 1


@pytest.mark.parametrize("area", [TONGLIANG, DAZHOU, 110101000000])
def test_single_years_add_up_to_their_groups_and_reach_a_hundred(area: int) -> None:
    units = census_units(area)
    counted = population.groups(units, None)
    years = population.single_years(units, counted)
    for index, start in enumerate(ELDER_GROUPS):
        end = start + 5 if start < 85 else 200
        assert (years[..., start - 60 : end - 60].sum(axis=-1) == counted[..., index]).all()
    assert (years >= 0).all()
    assert years[..., 40:].sum() > 0


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any), st.integers(0, 10_000))
def test_largest_remainder_keeps_the_total(shares: list[int], total: int) -> None:
    whole = largest_remainder(np.array(shares, dtype=float), np.array(total))
    assert whole.sum() == total
    assert (whole >= 0).all()
