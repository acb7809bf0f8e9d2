"""The checker finds each fault that is planted into a plan without fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from yiyang.visits.planning.checking import check
from yiyang.visits.planning.month import plan_month
from yiyang.visits.planning.problem import STOPS, UNSERVED, Problem, Solution
from yiyang.visits.tests.planning_small import AIHUA, BAOGUO, MONDAY, TUESDAY, small, visit, visitor

OTHER_TOWN = 3
Row = dict[str, Any]


@pytest.fixture(scope="module")
def planned() -> tuple[Problem, Solution]:
    """Six visits: two of one person, one by two, one that needs a nurse, one at certain hours."""
    rows = [
        visit(1, last=MONDAY), visit(2, last=MONDAY, opens=600, closes=660), visit(3, last=MONDAY, skills=["nursing"]),
        visit(4, last=MONDAY, needs_two=True), visit(5, person=9, gap=2), visit(6, person=9, gap=2),
    ]  # fmt: skip
    people = [
        visitor(AIHUA, skills=["nursing"]), visitor(BAOGUO, days=[MONDAY, TUESDAY]),
        visitor(OTHER_TOWN, town=511724101, lat=32.0),
    ]  # fmt: skip
    given = small(rows, people)
    found = plan_month(given, seconds=20)
    assert check(given, found) == []
    assert found.unserved.num_rows == 0
    return given, found


def of(number: int, **other: Any) -> Callable[[Row], Row]:
    """Changes the rows of one visit."""
    return lambda row: row | other if row["visit"] == number else row


def later(number: int, minutes: int) -> Callable[[Row], Row]:
    """Moves one visit in time."""
    return lambda row: row | {"at": row["at"] + minutes} if row["visit"] == number else row


FAULTS: dict[str, Callable[[Row], Row | None]] = {
    "once": lambda row: None if row["visit"] == 1 else row,
    "unknown": of(1, visit=77),
    "days": of(1, day=TUESDAY),
    "hours": of(2, at=700),
    "off": lambda row: row | {"day": date(2026, 12, 12)} if row["visit"] == 1 else row,
    "skills": of(3, visitor=BAOGUO),
    "two": lambda row: None if row["visit"] == 4 and row["is_second"] else row,
    "reach": of(1, visitor=OTHER_TOWN),
    "spacing": lambda row: row | {"day": MONDAY} if row["visit"] in (5, 6) else row,
    "turn": of(1, turn=9),
    "way": of(1, way_minutes=0),
    "late": lambda row: row | {"at": 481} if row["turn"] == 2 else row,
    "shift": later(1, 560),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_finds_what_was_planted(planned: tuple[Problem, Solution], rule: str) -> None:
    given, found = planned
    rows = [changed for row in found.stops.to_pylist() if (changed := FAULTS[rule](row)) is not None]
    faults = check(given, replace(found, stops=pa.Table.from_pylist(rows, STOPS)))
    assert rule in {fault.rule for fault in faults}
    assert all(fault.zh and "{" not in fault.zh + fault.en for fault in faults)


def test_finds_two_that_do_not_begin_together(planned: tuple[Problem, Solution]) -> None:
    given, found = planned
    rows = [row | {"at": row["at"] + 1} if row["is_second"] else row for row in found.stops.to_pylist()]
    assert "two" in {one.rule for one in check(given, replace(found, stops=pa.Table.from_pylist(rows, STOPS)))}


def test_finds_a_visit_that_is_served_and_unserved(planned: tuple[Problem, Solution]) -> None:
    given, found = planned
    row = {"visit": 1, "promise": "skill", "zh": "无", "en": "none", "proved": True}
    faults = check(given, replace(found, unserved=pa.Table.from_pylist([row], UNSERVED)))
    assert [(fault.rule, fault.visit) for fault in faults] == [("once", 1)]


def test_finds_a_reason_that_names_no_promise(planned: tuple[Problem, Solution]) -> None:
    given, found = planned
    row = {"visit": 1, "promise": "", "zh": "", "en": "", "proved": False}
    faults = check(given, replace(found, unserved=pa.Table.from_pylist([row], UNSERVED)))
    assert "reason" in {fault.rule for fault in faults}
