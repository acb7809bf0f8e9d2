"""Calls beside rounds: a daily portion without a way, by the usual visitor, and never in the way of a visit."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from yiyang.visits.planning.checking import check
from yiyang.visits.planning.month import plan_month
from yiyang.visits.planning.problem import Solution
from yiyang.visits.tests.planning_small import AIHUA, BAOGUO, MONDAY, WEDNESDAY, small, visit, visitor

DAYS = [MONDAY + timedelta(days=number) for number in range(10)]
WHOLE = {"first": DAYS[0], "last": DAYS[-1]}


def call(number: int, **other: Any) -> dict[str, Any]:
    """A call of eight minutes on one of ten days."""
    return visit(number, **({"away": False, "minutes": 8} | WHOLE | other))


def rows(found: Solution, **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in found.stops.to_pylist() if all(row[name] == value for name, value in wanted.items())]


def test_calls_are_spread_evenly_over_the_days() -> None:
    problem = small([call(number) for number in range(1, 41)], [visitor(AIHUA, days=DAYS)])
    found = plan_month(problem)
    assert check(problem, found) == []
    assert Counter(row["day"] for row in found.stops.to_pylist()) == dict.fromkeys(DAYS, 4)
    assert found.figures["calls"] == 40
    assert found.figures["way_minutes"] == 0


def test_days_with_a_round_have_fewer_calls_and_no_way_is_longer_for_them() -> None:
    visits = [visit(number, first=MONDAY, last=MONDAY, minutes=60) for number in range(1, 5)]
    alone = plan_month(small(visits, [visitor(AIHUA, days=DAYS)]))
    both = small([*visits, *(call(number) for number in range(11, 111))], [visitor(AIHUA, days=DAYS)])
    found = plan_month(both)
    assert check(both, found) == []
    assert not found.unserved.num_rows
    assert found.figures["way_minutes"] == alone.figures["way_minutes"]
    per_day = Counter(row["day"] for row in found.stops.to_pylist() if row["visit"] > 10)
    assert per_day[MONDAY] < min(per_day[day] for day in DAYS[1:])
    assert found.figures["longest_day"] <= 360


def test_calls_and_visits_of_one_person_keep_their_days_apart() -> None:
    problem = small(
        [visit(1, person=7, gap=3, **WHOLE), *(call(number, person=7, gap=3) for number in (2, 3))],
        [visitor(AIHUA, days=DAYS)],
    )
    found = plan_month(problem)
    assert check(problem, found) == []
    days = sorted(row["day"] for row in found.stops.to_pylist())
    assert all(after - before >= timedelta(days=3) for before, after in itertools.pairwise(days))


def test_a_call_within_hours_is_made_within_them() -> None:
    late = call(2, opens=900, first=MONDAY, last=MONDAY)
    problem = small([visit(1, first=MONDAY, last=MONDAY), late], [visitor(AIHUA, days=DAYS)])
    found = plan_month(problem)
    assert check(problem, found) == []
    [row] = rows(found, visit=2)
    assert row["at"] >= 900


def test_too_many_calls_go_to_somebody_else_and_what_fits_nowhere_is_said() -> None:
    many = [call(number, last=WEDNESDAY) for number in range(1, 101)]
    problem = small(many)
    found = plan_month(problem)
    assert check(problem, found) == []
    makers = Counter(row["visitor"] for row in found.stops.to_pylist())
    assert makers[BAOGUO] > 0
    assert found.stops.num_rows + found.unserved.num_rows == 100
    alone = plan_month(small(many + [call(number, last=WEDNESDAY) for number in range(101, 201)], [visitor(AIHUA)]))
    assert alone.unserved.num_rows > 0
    assert pa.compute.all(pa.compute.not_equal(alone.unserved["zh"], "")).as_py()


@pytest.mark.parametrize("days", [[], [MONDAY]])
def test_who_does_not_work_makes_no_calls(days: list[date]) -> None:
    found = plan_month(small([call(1, first=WEDNESDAY, last=WEDNESDAY)], [visitor(AIHUA, days=days)]))
    assert found.stops.num_rows == 0
    assert found.unserved["promise"].to_pylist() == ["days"]
