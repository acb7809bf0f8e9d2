"""Identity numbers are valid by form, carry sex and birthday, and no two are alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiyang.synthetic.identity import birth_prefixes, with_check

ric = pytest.importorskip("stdnum.cn.ric")


@given(st.integers(10**16, 10**17 - 1))
def test_check_characters_are_those_of_the_standard(seventeen: int) -> None:
    (number,) = with_check(np.array([seventeen]))
    assert number.decode()[-1] == ric.calc_check_digit(f"{seventeen}0")


def test_numbers_of_a_city_are_valid_unique_and_agree_with_the_person(small: Path) -> None:
    table = pq.read_table(
        small / "truth" / "people-2026-11.parquet", columns=["id_number", "sex", "birth_date"]
    ).to_pydict()
    numbers = table["id_number"]
    assert len(set(numbers)) == len(numbers)
    for number, sex, birth in zip(numbers, table["sex"], table["birth_date"], strict=True):
        assert number[6:14] == str(birth)
        assert int(number[16]) % 2 == 1 - sex
        assert number[17] == ric.calc_check_digit(number)


def test_prefixes_were_in_force_at_birth(small: Path) -> None:
    numbers = pq.read_table(small / "truth" / "people-2026-11.parquet", columns=["id_number"])["id_number"].to_pylist()
    ours = [number for number in numbers if number.startswith("513")]
    assert len(ours) > 0.95 * len(numbers)
    assert all(ric.is_valid(number) for number in ours[::5])


@pytest.mark.parametrize(
    ("county", "prefixes"),
    [
        (511724, [513029]),
        (511702, [513001]),
        (500151, [512124]),
        (360281, [362332]),
        (360202, [360200]),
        (110101, [110101]),
    ],
)
def test_prefixes_of_a_county_are_its_former_codes(county: int, prefixes: list[int]) -> None:
    assert birth_prefixes(county * 10**6) == prefixes


def test_the_development_zone_takes_the_prefixes_of_its_neighbours() -> None:
    assert {513021, 513001} <= set(birth_prefixes(511771000000))
