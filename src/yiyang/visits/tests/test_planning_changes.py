"""The rest of a day after a change: what has begun stays, nobody is visited too early, others are hardly disturbed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from yiyang.base.errors import UsageError
from yiyang.visits.planning.checking import check
from yiyang.visits.planning.month import plan_month
from yiyang.visits.planning.problem import STOPS, VISITS, Change, Problem, Solution
from yiyang.visits.planning.replanning import changed, replan_day
from yiyang.visits.tests.planning_small import AIHUA, BAOGUO, MONDAY, TUESDAY, WEDNESDAY, small, visit, visitor


@pytest.fixture(scope="module")
def planned() -> tuple[Problem, Solution]:
    """Monday: 爱华 has five visits that are due on that day, 保国 two."""
    rows = [visit(number, last=MONDAY, minutes=45) for number in range(1, 6)]
    rows += [visit(number, last=MONDAY, usual=BAOGUO, deputy=AIHUA, lon=107.19) for number in (6, 7)]
    given = small(rows, fair_share=9.0)
    return given, plan_month(given, seconds=20)


def rows_of(found: Solution, visitor_: int) -> list[dict[str, Any]]:
    """A visitor's stops in the order of days and turns."""
    ordered = found.stops.sort_by([("day", "ascending"), ("turn", "ascending")])
    return [row for row in ordered.to_pylist() if row["visitor"] == visitor_]


def after(planned: tuple[Problem, Solution], change: Change) -> Solution:
    """The plan after a change, checked."""
    found = replan_day(*planned, change)
    assert check(changed(planned[0], change), found) == []
    return found


def test_what_an_ill_visitor_had_begun_stays_and_the_rest_goes_to_his_deputy(planned: tuple[Problem, Solution]) -> None:
    before = rows_of(planned[1], AIHUA)
    at = before[2]["at"]
    found = after(planned, Change(MONDAY, at, off=(AIHUA,)))
    kept = [(row["visit"], row["at"]) for row in rows_of(found, AIHUA)]
    assert kept == [(row["visit"], row["at"]) for row in before[:2]]
    assert found.figures["served"] == 7
    assert all(row["at"] >= at for row in rows_of(found, BAOGUO) if row["visit"] in {one["visit"] for one in before})


def test_nobody_else_is_visited_earlier_than_he_was_told(planned: tuple[Problem, Solution]) -> None:
    told = {row["visit"]: row["at"] for row in planned[1].stops.to_pylist()}
    gone = rows_of(planned[1], AIHUA)[1]["visit"]
    found = after(planned, Change(MONDAY, 481, cancelled=(gone,)))
    assert gone not in found.stops["visit"].to_pylist()
    assert all(row["at"] >= told[row["visit"]] for row in found.stops.to_pylist())
    assert found.figures["moved"] == 1


def test_an_urgent_visit_is_made_today_after_it_was_known(planned: tuple[Problem, Solution]) -> None:
    added = pa.Table.from_pylist([visit(99, last=MONDAY, usual=None, deputy=None)], VISITS)
    found = after(planned, Change(MONDAY, 600, added=added))
    row = next(row for row in found.stops.to_pylist() if row["visit"] == 99)
    assert row["day"] == MONDAY
    assert row["at"] - row["way_minutes"] >= 600
    # Only the new one is told; all others keep visitor and day.
    assert found.figures["moved"] == 1


def test_a_visit_that_can_wait_goes_to_another_day_of_the_same_visitor() -> None:
    given = small([visit(1), visit(2)])
    early = replace(given, visits=small([visit(1, last=MONDAY), visit(2, last=MONDAY)]).visits)
    found = plan_month(early, seconds=20)
    day = found.stops["day"].to_pylist()[0]
    moved = replan_day(given, found, Change(day, 480, off=(AIHUA,)))
    assert set(moved.stops["visitor"].to_pylist()) == {AIHUA}
    assert set(moved.stops["day"].to_pylist()) <= {MONDAY, TUESDAY, WEDNESDAY} - {day}


def test_two_go_at_another_time_or_by_others_when_one_is_ill() -> None:
    given = small([visit(1, needs_two=True, last=MONDAY)], [visitor(AIHUA), visitor(BAOGUO), visitor(3)])
    found = plan_month(given, seconds=20)
    change = Change(MONDAY, 480, off=(BAOGUO,))
    again = replan_day(given, found, change)
    assert check(given, again) == []
    assert set(again.stops["visitor"].to_pylist()) == {AIHUA, 3}


def test_says_why_when_nobody_is_left(planned: tuple[Problem, Solution]) -> None:
    found = after(planned, Change(MONDAY, 480, off=(AIHUA, BAOGUO)))
    assert found.unserved.num_rows == 7
    assert set(found.unserved["promise"].to_pylist()) == {"days"}


def test_puts_a_plan_right_that_was_moved_by_hand(planned: tuple[Problem, Solution]) -> None:
    given, found = planned
    # All of 爱华's visits were set on one minute, and one was given to somebody who is gone.
    rows = [
        row | {"at": 600, "visitor": 44 if row["visit"] == 3 else row["visitor"]} for row in found.stops.to_pylist()
    ]
    again = replan_day(given, replace(found, stops=pa.Table.from_pylist(rows, STOPS)), Change(MONDAY, 490))
    assert check(given, again) == []
    assert again.figures["served"] == 7


def test_rejects_a_change_of_what_is_not_known(planned: tuple[Problem, Solution]) -> None:
    with pytest.raises(UsageError) as error:
        replan_day(*planned, Change(MONDAY, 480, off=(44,), cancelled=(1234,)))
    assert len(error.value.problems) == 2
