"""Handling, reviewing and approving a case, and deciding on an appeal against it, are four people's."""

from __future__ import annotations

import pytest

from yiyang.access.ranges import Ranges
from yiyang.access.scope import Scope
from yiyang.accounts.same_case import conflicts, may_act

HERE = Ranges.of([(511724000000, 511725000000)])
AIHUA = Scope(1, "爱华", dict.fromkeys(("case.handle", "case.review", "case.approve", "person.read"), HERE))


@pytest.mark.parametrize(
    ("right", "earlier", "expected"),
    [
        ("case.review", [], True),
        ("case.review", [(1, "case.handle")], False),
        ("case.review", [(2, "case.handle")], True),
        ("case.approve", [(2, "case.handle"), (1, "case.review")], False),
        ("case.approve", [(2, "case.handle"), (3, "case.review")], True),
        ("case.handle", [(1, "case.review")], False),
        ("case.handle", [(1, "case.handle")], True),
        ("person.read", [(1, "case.approve")], True),
    ],
)
def test_nobody_acts_twice_on_a_case(right: str, earlier: list[tuple[int, str]], expected: bool) -> None:
    assert may_act(AIHUA, right, earlier) is expected


def test_the_right_is_still_needed_there() -> None:
    assert not may_act(AIHUA, "case.review", [], 511702000000)
    assert not may_act(Scope(2, "保国"), "case.review", [])


def test_only_acts_on_cases_bar_each_other() -> None:
    assert set(conflicts()) == {"case.handle", "case.review", "case.approve", "case.appeal"}
