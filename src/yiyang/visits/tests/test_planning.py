"""Plans of a month: small ones against every other plan there is, one like a county's from end to end."""

from __future__ import annotations

import csv
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiyang.areas.tables import boundaries
from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.visits.planning.checking import check
from yiyang.visits.planning.columns import columns
from yiyang.visits.planning.county import made_up_county
from yiyang.visits.planning.month import plan_month
from yiyang.visits.planning.problem import Problem
from yiyang.visits.planning.timing import timed
from yiyang.visits.planning.tours import shortest
from yiyang.visits.tests.planning_small import AIHUA, BAOGUO, MONDAY, TUESDAY, WEDNESDAY, small, visit, visitor

HOURS = st.sampled_from([(480, 1080), (480, 600), (840, 1080), (540, 570)])


@st.composite
def few_visits(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to four visits with hours and days of their own, some far, some long."""
    found = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        opens, closes = draw(HOURS)
        first = draw(st.sampled_from([MONDAY, TUESDAY]))
        found.append(
            visit(
                number, lat=30.7 + draw(st.integers(-60, 60)) / 1000, lon=107.2 + draw(st.integers(-60, 60)) / 1000,
                opens=opens, closes=closes, minutes=draw(st.sampled_from([15, 30, 120])), first=first, last=TUESDAY,
            )
        )  # fmt: skip
    return found


def best_of_all(problem: Problem) -> tuple[int, int]:
    """(most visits served, least minutes of way for it) of every plan of one visitor on two days."""
    data, best = columns(problem), (0, 0)
    every = range(len(data.ids))
    for days in product((None, 0, 1), repeat=len(data.ids)):
        rows = [(one, day) for one, day in zip(every, days, strict=True) if day is not None]
        if any(not data.first[one] <= day <= data.last[one] for one, day in rows):
            continue
        ways = [_least(data, [one for one, other in rows if other == day]) for day in (0, 1)]
        if None not in ways:
            best = max(best, (len(rows), -sum(way for way in ways if way is not None)))
    return best[0], -best[1]


def _least(data: Any, stops: list[int]) -> int | None:
    """The least way of a day's stops, by trying every order with the clock; None if no order can be kept."""
    if not stops:
        return 0
    clocks = [timed(data, 0, list(order), {}) for order in permutations(stops)]
    return min((clock.way for clock in clocks if clock), default=None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(few_visits())
def test_small_months_are_as_good_as_the_best_of_all_plans(rows: list[dict[str, Any]]) -> None:
    given_ = small(rows, [visitor(AIHUA, days=[MONDAY, TUESDAY])], fill=1.0)
    found = plan_month(given_, seconds=20)
    served, way = best_of_all(given_)
    assert check(given_, found) == []
    assert found.figures["served"] == served
    # A metre less is worth a fraction of a minute, and what is put in at the end is put where it fits.
    assert found.figures["way_minutes"] <= way * 1.15 + 5


@settings(max_examples=40, deadline=None)
@given(few_visits())
def test_the_order_of_a_small_day_is_the_best_of_all_orders(rows: list[dict[str, Any]]) -> None:
    data = columns(small(rows))
    stops = list(range(len(rows)))
    least, found = _least(data, stops), shortest(data, 0, stops, {})
    assert (found is None) == (least is None)
    if found is not None:
        clock = timed(data, 0, found, {})
        assert clock is not None
        assert clock.way == least


def _promise(rows: list[dict[str, Any]], visitors: list[dict[str, Any]] | None = None) -> tuple[str, bool]:
    given_ = small(rows, visitors)
    found = plan_month(given_, seconds=20)
    assert check(given_, found) == []
    first = found.unserved.to_pylist()[0]
    return first["promise"], first["proved"]


def test_says_that_nobody_has_the_skill() -> None:
    assert _promise([visit(1, skills=["nursing"])]) == ("skill", True)


def test_says_that_those_with_the_skill_are_away() -> None:
    nurse = visitor(AIHUA, skills=["nursing"], days=[WEDNESDAY])
    assert _promise([visit(1, skills=["nursing"], last=TUESDAY)], [nurse, visitor(BAOGUO)]) == ("days", True)


def test_says_that_the_hours_do_not_hold_the_visit() -> None:
    assert _promise([visit(1, opens=600, closes=630, minutes=40)]) == ("hours", True)


def test_says_that_two_are_needed_where_there_is_one() -> None:
    assert _promise([visit(1, needs_two=True)], [visitor(AIHUA)]) == ("two", True)


def test_says_that_visits_of_one_person_cannot_keep_their_distance() -> None:
    assert _promise([visit(1, person=9, gap=7), visit(2, person=9, gap=7)]) == ("spacing", True)


def test_says_that_the_days_do_not_hold_all_visits_and_proves_it() -> None:
    rows = [visit(number, lat=30.7, minutes=120, last=MONDAY) for number in range(1, 9)]
    assert _promise(rows, [visitor(AIHUA), visitor(BAOGUO)]) == ("room", True)


def test_two_go_together_at_one_minute() -> None:
    given_ = small([visit(1, needs_two=True), visit(2), visit(3, needs_two=True)])
    found = plan_month(given_, seconds=20)
    assert check(given_, found) == []
    both = [row for row in found.stops.to_pylist() if row["visit"] == 1]
    assert {row["visitor"] for row in both} == {AIHUA, BAOGUO}
    assert len({(row["day"], row["at"]) for row in both}) == 1


def test_two_visits_of_one_person_keep_their_distance() -> None:
    rows = [visit(number, person=9, gap=2) for number in (1, 2)]
    found = plan_month(small(rows), seconds=20)
    days = sorted(row["day"] for row in found.stops.to_pylist())
    assert (days[1] - days[0]).days >= 2


def test_the_usual_visitor_goes_unless_he_is_away() -> None:
    away = visitor(AIHUA, days=[])
    found = plan_month(small([visit(1)], [away, visitor(BAOGUO)]), seconds=20)
    assert found.stops["visitor"].to_pylist() == [BAOGUO]
    assert plan_month(small([visit(1)]), seconds=20).stops["visitor"].to_pylist() == [AIHUA]


def test_a_telephone_call_needs_no_way() -> None:
    found = plan_month(small([visit(1, away=False, lat=31.0)]), seconds=20)
    assert found.figures["way_minutes"] == 0


def test_an_empty_month_is_an_empty_plan() -> None:
    found = plan_month(small([]), seconds=20)
    assert (found.stops.num_rows, found.unserved.num_rows) == (0, 0)
    assert check(small([]), found) == []


def test_what_the_listener_raises_ends_the_planning() -> None:
    def tell(done: int, total: int, words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan_month(small([visit(1)]), tell=tell)


def test_rejects_a_problem_with_all_that_is_wrong_with_it() -> None:
    with pytest.raises(UsageError) as error:
        small([visit(1, first=TUESDAY, last=MONDAY), visit(1, minutes=0)])
    assert len(error.value.problems) == 3


def dazhu(villages: int) -> tuple[list[tuple[int, bool]], list[np.ndarray[Any, Any]]]:
    """The first villages of 大竹县, and its outline."""
    with (policy_dir() / "areas" / "divisions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["code"].startswith("511724") and row["level"] == "village"]
    shape = boundaries(511724_000_000)["features"][0]["geometry"]
    rings = [np.array(ring)[:, :2] for ring in shape["coordinates"]]
    return [(int(row["code"]), row["kind"] == "neighbourhood") for row in rows[:villages]], rings


@pytest.mark.slow
def test_a_month_like_a_countys_keeps_every_promise_and_saves_a_fifth_of_the_way() -> None:
    given_ = made_up_county(*dazhu(12), people=480, month="2026-12")
    found = plan_month(given_, seconds=120)
    assert check(given_, found) == []
    assert found.figures["unserved"] == 0
    assert found.figures["usual_share"] >= 0.8
    assert found.figures["way_minutes"] <= 0.8 * found.figures["village_way_minutes"]
    if not found.figures["cut_short"]:
        assert plan_month(given_, seconds=120, workers=1).stops.equals(found.stops)
