"""Trends, lights and intervals, reckoned by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiyang.indicators.logic import byar, interval, is_met, light, needed, standing, trend, wilson, within
from yiyang.indicators.models import Figure
from yiyang.indicators.workbench_how import sums

JANUARY, TODAY = date(2026, 1, 31), date(2026, 11, 23)
MONTHLY = [(JANUARY + timedelta(days=30 * n), 50.0 + n) for n in range(6)]


def test_too_few_points_or_too_close_give_no_trend() -> None:
    assert trend(MONTHLY[:3], date(2027, 1, 1)) is None
    assert trend([(JANUARY + timedelta(days=n), 50.0) for n in range(10)], date(2027, 1, 1)) is None


def test_a_straight_way_leads_where_it_leads_and_an_outlier_does_not_bend_it() -> None:
    straight = trend(MONTHLY, JANUARY + timedelta(days=300))
    assert straight is not None
    assert straight.value == pytest.approx(60)
    bent = [*MONTHLY[:3], (MONTHLY[3][0], 5.0), *MONTHLY[4:]]
    robust = trend(bent, JANUARY + timedelta(days=300))
    assert robust is not None
    assert robust.value == pytest.approx(60, abs=1)
    assert robust.low <= robust.value <= robust.high


def test_a_trend_is_not_read_far_beyond_its_own_length_nor_beyond_what_can_be() -> None:
    assert trend(MONTHLY, JANUARY + timedelta(days=150 + 3 * 150)) is not None
    assert trend(MONTHLY, JANUARY + timedelta(days=150 + 3 * 150 + 1)) is None
    far = trend(MONTHLY, JANUARY + timedelta(days=600))
    assert far is not None
    assert within(far, 0, 60).value == 60


def test_the_needed_way_is_straight_and_ends_at_its_ends() -> None:
    start, target = (date(2020, 12, 31), 80.0), (date(2025, 12, 31), 100.0)
    assert needed(start, target, date(2019, 1, 1)) == 80
    assert needed(start, target, date(2030, 1, 1)) == 100
    assert needed(start, target, date(2023, 7, 2)) == pytest.approx(90, abs=0.1)


@pytest.mark.parametrize(
    ("value", "due", "at", "expected"),
    [
        (100.0, date(2025, 12, 31), "least", "reached"),
        (99.0, date(2025, 12, 31), "least", "missed"),
        (75.0, date(2030, 12, 31), "least", "on_the_way"),
        (55.0, date(2030, 12, 31), "least", "behind"),
        (100.0, date(2030, 12, 31), "most", "reached"),
    ],
)
def test_the_light_says_whether_a_promise_is_kept(value: float, due: date, at: str, expected: str) -> None:
    start = (date(2020, 12, 31), 50.0)
    assert (
        light((TODAY, value), (due, 100.0 if at == "most" or due.year == 2025 else 90.0), at, start, None, TODAY)
        == expected
    )


def test_without_a_figure_or_a_target_the_light_says_so() -> None:
    assert light(None, (TODAY, 1.0), "least", None, None, TODAY) == "no_figure"
    assert light((TODAY, 1.0), None, "", None, None, TODAY) == "no_target"
    assert is_met(99.9999999999, 100, "least")


def test_a_figure_from_before_a_target_was_due_does_not_say_that_it_was_missed() -> None:
    due = (date(2025, 12, 31), 100.0)
    assert light((date(2020, 12, 31), 80.0), due, "least", None, None, TODAY) == "stale"
    assert light((date(2025, 12, 31), 80.0), due, "least", None, None, TODAY) == "missed"


def test_wilsons_and_byars_intervals_are_those_of_the_books() -> None:
    found = wilson(8, 10)
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)
    assert wilson(0, 0).high == 1
    rate = byar(10, 1)
    # Exact Poisson limits of ten: 4.795 and 18.39.
    assert rate.low == pytest.approx(4.795, rel=0.01)
    assert rate.high == pytest.approx(18.39, rel=0.01)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share(count: int, of: int) -> None:
    count = min(count, of)
    found = wilson(count, of, 100)
    assert 0 <= found.low <= 100 * count / of + 1e-9
    assert 100 * count / of - 1e-9 <= found.high <= 100


def test_a_small_village_is_not_shamed_by_chance() -> None:
    assert standing(interval("share", 1, 2, 100), 90.0, "up", False) == "same"
    assert standing(interval("share", 100, 200, 100), 90.0, "up", False) == "worse"
    assert standing(interval("share", 190, 200, 100), 90.0, "up", True) == "better"
    assert standing(interval("count", 5, None, 1), 90.0, "up", True) == "unknown"


def test_what_lies_in_no_area_below_is_told_of_both_numbers() -> None:
    whole = Figure(source="measured", numerator=10, denominator=30)
    parts = [Figure(numerator=4, denominator=12), Figure(numerator=6, denominator=15)]
    assert sums(whole, parts) == [("分子", 10, 0), ("分母", 27, 3)]
    assert sums(Figure(source="measured", numerator=10), parts) == [("分子", 10, 0)]
    assert sums(Figure(source="reported", numerator=10, denominator=30), parts) == []
