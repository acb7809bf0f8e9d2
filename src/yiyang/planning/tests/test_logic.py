"""Delays, what estates owe, shares of lottery money, sums: all from dates and figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yiyang.planning import logic
from yiyang.planning.logic import Sum, delay, estate, lottery_share, next_stages, summed
from yiyang.planning.policy import load_planning, lottery_rule, rule_of

DAYS = load_planning().delays.model_dump()
SINCE, TODAY = date(2024, 3, 1), date(2024, 12, 31)


def test_a_project_goes_on_by_one_back_by_one_or_to_its_end() -> None:
    assert next_stages("proposed") == ("approved", "stopped")
    assert next_stages("funded") == ("building", "approved", "stopped")
    assert next_stages("operating") == ("handed_over",)
    assert next_stages("stopped") == ("proposed",)


def test_a_project_is_late_from_the_day_after_its_year() -> None:
    assert delay("building", SINCE, 2024, 2024, DAYS, TODAY) is None
    late = delay("building", SINCE, 2024, 2024, DAYS, date(2025, 1, 1))
    assert late == logic.Delay(1, "应于 2024 年完工，尚未验收")


def test_without_a_year_of_completion_the_year_of_its_list_counts() -> None:
    assert delay("building", SINCE, None, 2023, DAYS, TODAY) == logic.Delay(366, "应于 2023 年完工，尚未验收")


def test_what_is_accepted_is_late_by_its_stage_only() -> None:
    assert delay("accepted", SINCE, 2020, 2020, DAYS, date(2024, 5, 30)) is None
    late = delay("accepted", SINCE, 2020, 2020, DAYS, date(2024, 5, 31))
    assert late is not None
    assert late.days == 1


@pytest.mark.parametrize("stage", ["operating", "stopped"])
def test_what_runs_or_was_stopped_is_never_late(stage: str) -> None:
    assert delay(stage, SINCE, 2020, 2020, DAYS, TODAY) is None


def test_an_estate_owes_thirty_square_metres_for_each_hundred_homes() -> None:
    none = dict.fromkeys((name for name, _ in logic.FOUR), None)
    owed = estate(850, Decimal(200), Decimal(30), none, None)
    assert (owed.required_m2, owed.missing_m2, owed.steps) == (Decimal("255.0"), Decimal("55.0"), ())


def test_once_the_homes_are_accepted_each_step_not_taken_is_told() -> None:
    homes_on = date(2024, 6, 1)
    dates = {
        "planned_on": date(2022, 1, 1), "built_on": date(2024, 7, 1), "accepted_on": None,
        "handed_over_on": date(2024, 9, 1),
    }  # fmt: skip
    assert estate(100, Decimal(30), Decimal(30), dates, homes_on).steps == ("同步建设", "同步验收")


def test_more_space_than_owed_is_no_debt() -> None:
    done = dict.fromkeys((name for name, _ in logic.FOUR), date(2024, 1, 1))
    assert estate(100, Decimal(31), Decimal(30), done, date(2024, 6, 1)).is_met


def test_the_share_of_lottery_money_is_held_against_the_least_one() -> None:
    assert lottery_share(1_000_000, 549_999, 55) == logic.Share(Decimal("54.9"), 55)
    assert lottery_share(1_000_000, 540_000, 55).is_met is False
    assert lottery_share(0, 0, 55).is_met is None
    assert lottery_share(100, 60, None).is_met is None


def test_the_least_share_grows_with_the_years_and_no_county_lowers_what_its_city_asks() -> None:
    rules = load_planning().lottery
    asked = {year: lottery_rule(rules, 511702000000, year) for year in (2021, 2022, 2024, 2025, 2030)}
    assert [rule.percent if rule else None for rule in asked.values()] == [None, 55, 55, 60, 60]
    # The county's own plan asks for 55 from 2022 on; the city asks for 60 of all its counties from 2025 on.
    county = {year: lottery_rule(rules, 511724000000, year) for year in (2022, 2024, 2025)}
    assert [(rule.code, rule.percent) for rule in county.values() if rule] == [
        (511724000000, 55), (511724000000, 55), (511700000000, 60)
    ]  # fmt: skip


def test_an_area_without_a_rule_owes_nothing_stated() -> None:
    assert rule_of(load_planning().estates, 360281000000) is None


def test_sums_add_up_by_key() -> None:
    found = summed([(2023, Sum(1, 200, planned_fen=5)), (2024, Sum(1, 300)), (2023, Sum(1, 10, late=1))])
    assert found == {2023: Sum(2, 210, planned_fen=5, late=1), 2024: Sum(1, 300)}


@pytest.mark.parametrize(("late", "light"), [(0, "good"), (2, "wait"), (3, "bad")])
def test_a_total_is_lit_by_how_many_of_it_are_late(late: int, light: str) -> None:
    assert logic.light(Sum(count=10, late=late), 20) == light
