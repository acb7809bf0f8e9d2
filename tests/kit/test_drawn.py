"""Words, charts and maps."""

from __future__ import annotations

import re
from datetime import date

import pytest

from yiyang.areas.tables import boundaries
from yiyang.kit import charts, maps, wording
from yiyang.kit.charts import Item
from yiyang.kit.states import SLUGS, look_of

FIGURES = [Item("竹阳街道", 1204), Item("乌木镇", 310), Item("<b>恶意</b>", None)]
MONTHS = ["2026-09", "2026-10", "2026-11"]


@pytest.mark.parametrize(
    ("fen", "text"), [(123450, "¥1,234.50"), (5, "¥0.05"), (-123450, "-¥1,234.50"), (0, "¥0.00"), (None, "—")]
)
def test_money_is_written_in_yuan(fen: int | None, text: str) -> None:
    assert wording.money(fen) == text


@pytest.mark.parametrize(
    ("count", "text"), [(9999, "9,999"), (1203847, "120.4 万"), (264018766, "2.6 亿"), (None, "—")]
)
def test_large_counts_are_short(count: int, text: str) -> None:
    assert wording.wan(count) == text


@pytest.mark.parametrize(
    ("day", "text"), [(20261122, "2026-11-22"), (99991231, "至今"), (date(2026, 1, 2), "2026-01-02"), (None, "—")]
)
def test_days_are_written_alike(day: int | date | None, text: str) -> None:
    assert wording.day(day) == text


def test_months_are_written_in_chinese() -> None:
    assert {wording.month("2026-11"), wording.month(202611), wording.month(date(2026, 11, 5))} == {"2026年11月"}


def test_no_state_is_sorted_twice() -> None:
    slugs = [slug for each in SLUGS.values() for slug in each.split()]
    assert len(slugs) == len(set(slugs))


def test_every_state_of_a_delivery_has_a_look() -> None:
    from yiyang.registry.models import Delivery

    assert all(look_of(slug).tone != "plain" for slug in Delivery.State.values if slug != "taken_back")


def test_bars_begin_at_zero_and_write_their_figures() -> None:
    chart = charts.bars("老年人", "单位：人", FIGURES)
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%"', chart.svg)]
    assert widths == pytest.approx([100, 25.75, 0], abs=0.01)
    assert "1,204" in chart.svg
    assert [row[1] for row in chart.rows] == ["1,204", "310", "—"]


def test_what_people_typed_cannot_become_markup() -> None:
    two = {"<b>": [1, 2, 3], "b": [1, 1, 1]}
    svgs = (charts.bars("<i>", "n", FIGURES).svg, charts.line("<i>", "n", MONTHS, two).svg)
    assert all("<b>" not in svg and "<i>" not in svg for svg in svgs)


def test_nothing_is_styled_inline() -> None:
    shapes = maps.shapes_of(boundaries(511700000000))
    drawn = (
        charts.bars("a", "b", FIGURES).svg,
        charts.line("a", "b", MONTHS, {"x": [1, None, 3]}, band=[(0, 2), (1, 3), (2, 4)]).svg,
        maps.choropleth("a", "b", shapes, {511724: Item("大竹县", 3)}).svg,
        charts.spark([1, 2, 3], "x"),
    )
    assert all("style=" not in svg and 'role="img"' in svg for svg in drawn)


def test_a_line_is_broken_where_there_is_no_figure() -> None:
    chart = charts.line("独居", "单位：人", ["1", "2", "3", "4", "5"], {"独居": [1, 2, None, 4, 5]})
    assert chart.svg.count("<polyline") == 2


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1180, 1296), (900, 1203847), (5, 5), (-40, 12), (0, 0)])
def test_ticks_are_few_round_and_hold_all_figures(low: float, high: float) -> None:
    ticks = charts.nice_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8


def test_no_figures_are_an_empty_chart_that_says_so() -> None:
    assert charts.bars("a", "b", []).is_empty
    assert charts.line("a", "b", MONTHS, {"x": [None, None, None]}).is_empty
    assert maps.choropleth("a", "b", maps.shapes_of({"features": []}), {1: Item("a", 1)}).is_empty


def test_class_limits_cover_every_figure_once() -> None:
    for values in ([1], [1, 1, 1], [3, 1, 2], list(range(37)), [0, 0, 0, 0, 9]):
        limits = maps.classes(values)
        assert len(limits) <= maps.CLASSES
        assert all(sum(low <= value <= high for low, high in limits) == 1 for value in values)


def test_an_area_without_a_figure_is_hatched_and_said_so() -> None:
    shapes = maps.shapes_of(boundaries(511700000000))
    chart = maps.choropleth("老年人", "单位：人", shapes, {511724: Item("大竹县", 191020)})
    assert chart.svg.count("url(#hatch-") == len(shapes.areas) - 1
    assert "没有数字" in chart.legend
    assert "19.1 万" in chart.legend


def test_simplified_outlines_stay_near_and_closed() -> None:
    ring = [(float(x), 0.3 * (x % 2)) for x in range(50)] + [(49.0, 40.0), (0.0, 40.0), (0.0, 0.0)]
    kept = maps.simplified(ring, 0.6)
    assert len(kept) < 10
    assert (kept[0], kept[-1]) == (ring[0], ring[-1])


def test_a_city_fits_a_page() -> None:
    shapes = maps.shapes_of(boundaries(511700000000))
    assert sum(len(shape.path) for shape in shapes.areas.values()) < 25_000
