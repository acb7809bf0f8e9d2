"""Who gets where in how many minutes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from yiyang.reach.logic import access, catchment, coverage, gaps
from yiyang.reach.network.graph import AHEAD, BACK
from yiyang.reach.policy import load_reach
from yiyang.reach.tests.small import facilities, points, street


def test_fifteen_minutes_on_foot_are_a_thousand_metres() -> None:
    people = points([0, 9, 9.4, 10.6, 20])
    found = access(street(30), people, facilities([0]), load_reach())
    assert found.covered.tolist() == [True, True, True, False, False]
    assert found.nearest[1] == pytest.approx(9 * 100.1 * 0.06 / 4, abs=0.01)
    assert found.minutes.getnnz() == 3


def test_in_the_country_thirty_minutes_by_tricycle() -> None:
    people = points([0, 60, 74, 80], urban=False)
    found = access(street(100), people, facilities([0]), load_reach())
    # 15 km/h for 30 minutes are 7.5 km of street.
    assert found.covered.tolist() == [True, True, True, False]
    assert found.mode == ["ride"] * 4


def test_the_way_back_of_a_one_way_street_is_not_the_way_there() -> None:
    one_way = street(30, allowed=AHEAD["ride"])
    people = points([5, 15], urban=False)
    found = access(one_way, people, facilities([10]), load_reach())
    assert found.covered.tolist() == [True, False]
    assert np.isinf(found.nearest[1])
    back = access(street(30, allowed=BACK["ride"]), people, facilities([10]), load_reach())
    assert back.covered.tolist() == [False, True]


def test_nearest_agrees_with_the_table_of_minutes() -> None:
    people = points([0, 3, 8, 12, 17, 29])
    found = access(street(30), people, facilities([2, 2.4, 15]), load_reach())
    table = np.where(found.minutes.toarray() > 0, found.minutes.toarray(), np.inf)
    near = found.covered
    assert np.allclose(table.min(axis=1)[near], found.nearest[near])
    assert (table.argmin(axis=1)[near] == found.which[near]).all()


def test_whoever_is_off_the_road_is_not_covered_and_is_told() -> None:
    people = points([3], east=0.05)
    found = access(street(30), people, facilities([3]), load_reach())
    assert found.off_points.tolist() == [True]
    (gap,) = gaps(people, found)
    assert gap.minutes is None
    assert gap.off_road_metres == pytest.approx(4815, abs=5)
    (row,) = coverage(people, found, np.array([511724]))
    assert (row.people, row.covered, row.off, row.share) == (10, 0, 10, 0.0)


def test_no_facilities_cover_nobody() -> None:
    people = points([3, 4])
    found = access(street(30), people, facilities([]), load_reach())
    assert not found.covered.any()
    assert [gap.minutes for gap in gaps(people, found)] == [None, None]


def test_gaps_come_with_most_people_first() -> None:
    people = points([0, 15, 25])
    people.people["elders"][:] = [5, 7, 9]
    found = access(street(30), people, facilities([0]), load_reach())
    assert [gap.people["elders"] for gap in gaps(people, found)] == [9, 7]


CELLS = st.lists(st.lists(st.floats(0, 15), min_size=3, max_size=3), min_size=1, max_size=8)


@settings(max_examples=60)
@given(
    CELLS, st.lists(st.integers(1, 500), min_size=8, max_size=8), st.lists(st.integers(0, 90), min_size=3, max_size=3)
)
def test_the_mean_of_catchment_scores_is_what_is_reachable_for_each_person(
    cells: Any, people: Any, supply: Any
) -> None:
    minutes = csr_matrix(np.array(cells))
    counted, places = np.array(people[: len(cells)]), np.array(supply)
    scores = catchment(minutes, np.full(len(cells), 15.0), counted, places, load_reach().decay)
    reachable = places[minutes.getnnz(axis=0) > 0].sum()
    assert (scores * counted).sum() == pytest.approx(reachable)
    assert (scores >= 0).all()


def test_near_facilities_weigh_more() -> None:
    minutes = csr_matrix(np.array([[1.0, 0.0], [14.0, 0.0]]))
    scores = catchment(minutes, np.full(2, 15.0), np.array([100, 100]), np.array([10, 99]), load_reach().decay)
    assert scores[0] / scores[1] == pytest.approx(1.0 / 0.22)
