"""The limits are the binomial's, and only what lies beyond them is named."""

from __future__ import annotations

import pytest

from yiyang.kit.funnel_plot import INNER, Point, funnel_plot, is_outside, limits


def test_limits_leave_out_what_chance_leaves_out_and_close_in_on_the_centre() -> None:
    low, high = limits(0.5, 10, INNER)
    # Of ten fair coins 0 or 1 heads fall once in 93 times, 0 to 2 once in 18: the limit lies between 1 and 2.
    assert 0.1 <= low <= 0.2
    assert 0.8 <= high <= 0.9
    widths = [high - low for low, high in (limits(0.3, of, INNER) for of in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("of", "count", "outside"), [(4, 4, False), (100, 30, False), (100, 60, True), (0, 0, False)])
def test_few_cases_are_never_out_of_line(of: int, count: int, outside: bool) -> None:
    assert is_outside(Point("甲", of, count), 0.3) is outside


def test_whoever_lies_outside_is_named_in_words_and_in_the_table() -> None:
    chart = funnel_plot("重度占比", "2026", [Point("甲", 100, 60, "/a/"), Point("乙", 80, 24)], 0.3, head="人", of="数")
    assert "超出界限：甲。" in chart.svg
    assert [row[-1] for row in chart.rows] == ["超出界限", "界限以内"]
    assert "style=" not in chart.svg


def test_nobody_assessed_is_said_instead_of_drawn() -> None:
    assert funnel_plot("重度占比", "", [Point("甲", 0, 0)], 0.3, head="人", of="数").is_empty
