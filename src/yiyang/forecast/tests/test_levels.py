"""County levels are found again in made-up censuses of which they are known."""

from __future__ import annotations

import numpy as np
import pytest

from yiyang.forecast import levels, logic, units
from yiyang.forecast.levels import Levels
from yiyang.forecast.logic import Assumptions
from yiyang.forecast.tables import AGES, Floats

TONGLIANG = 500151000000


def ten_years(base: Floats, mortality: float, migration: Floats) -> Floats:
    here = Levels(np.array([mortality]), np.ones(1), migration)
    return logic.path(base, 2010, 10, here, Assumptions())[-1]


def test_the_mortality_of_a_place_where_nobody_moves_is_found() -> None:
    base = units.base(TONGLIANG)
    after = ten_years(base, 1.2, np.zeros((1, 2, AGES)))
    assert levels.mortality_factors(base, after, 2010, 60) == pytest.approx([1.2], rel=1e-3)


def test_moves_are_found_by_age_and_fade_among_the_old() -> None:
    base = units.base(TONGLIANG)
    ages = np.arange(AGES)
    # The young leave, those in their fifties come back; nobody of eighty and over moves.
    true = np.where(ages < 15, 0.0, np.where(ages < 40, -0.02, np.where(ages < 70, 0.01, 0.0)))
    after = ten_years(base, 1.0, np.broadcast_to(true, (1, 2, AGES)))
    found = levels.migration_rates(base, after, np.ones(1), 2010, 0.0, 70)
    assert found[0, 0, 25:33] == pytest.approx(np.full(8, -0.02), abs=0.002)
    assert found[0, 1, 50:60] == pytest.approx(np.full(10, 0.01), abs=0.002)
    assert not found[..., 80:].any()


def test_factors_are_drawn_to_the_city_and_the_city_to_the_country() -> None:
    own, above = np.array([2.0, 1.0]), np.array([1.0, 1.5])
    assert levels.drawn(own, above, 0.5) == pytest.approx([2**0.25, 1.5**0.5 * (1 / 1.5) ** 0.25])
    assert levels.drawn(own, above, 0.0) == pytest.approx([1.0, 1.0])


def test_more_small_children_for_as_many_women_is_more_fertility() -> None:
    base = units.base(TONGLIANG)
    more = base.copy()
    more[..., :5] *= 1.5
    assert levels.fertility_factors(more, base[0], 2020) == pytest.approx([1.5])


def test_every_county_has_levels_that_a_reader_can_believe() -> None:
    said = {each.name: each for each in units.said_levels()}
    assert len(said) == len(units.counties())
    assert all(0.7 < each.mortality < 1.3 and 0.5 < each.fertility < 1.8 for each in said.values())
    # Whoever is twenty leaves 大竹县.
    assert said["大竹县"].moves[0] < -2
