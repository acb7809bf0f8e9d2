"""A fan of what may come, and a pyramid of now and then, as SVG drawn on the server. Pure: figures in, markup out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from yiyang.kit.charts import NOTHING, STRETCHED, TALL, Chart, drawing, nice_ticks
from yiyang.kit.wording import number, wan

TOP, LEFT, WIDTH = 1.5, 10, 76  # figures of the axis stand left of the plot
ROW = 1.35
KINDS = {
    "document": ("category-2", "文件中的预测"),
    "published": ("category-3", "统计部门公布"),
    "registry": ("category-1", "本平台在册"),
}


@dataclass(frozen=True)
class Point:
    """What somebody else says there is or will be. `kind`: of `KINDS`."""

    when: float
    value: float
    kind: str
    label: str


@dataclass(frozen=True)
class Fan:
    """A line and its bands by year; `outer` and `inner` are (low, high) of each."""

    years: Sequence[int]
    middle: Sequence[float]
    outer: Sequence[tuple[float, float]]
    inner: Sequence[tuple[float, float]]


def fan(title: str, note: str, found: Fan, points: Sequence[Point] = ()) -> Chart:
    """What is projected, between which bounds, and what others say as dots with their words below."""
    values = [edge for pair in found.outer for edge in pair] + [each.value for each in points]
    ticks = nice_ticks(min(values), max(values))
    inner = _grid(ticks) + _bands(found, ticks) + _dots(found, points, ticks) + _end(found, ticks) + _years(found)
    last = len(found.years) - 1
    low, high = found.inner[last]
    told = f"{found.years[last]} 年 {wan(found.middle[last])}，八成可能在 {wan(low)} 到 {wan(high)} 之间"
    svg = drawing(title, told, inner, attributes=f'height="{TALL + 3.2:.2f}em"')
    rows = [
        (year, number(round(middle)), *(f"{number(round(a))}—{number(round(b))}" for a, b in (inside, outside)))
        for year, middle, inside, outside in zip(found.years, found.middle, found.inner, found.outer, strict=True)
    ]
    heads = ("年份", "预测（人）", "八成区间", "九成五区间")
    return Chart("line", title, note, svg, heads, rows, _legend(points))


def _height(value: float, ticks: Sequence[float]) -> float:
    return 1 - (value - ticks[0]) / (ticks[-1] - ticks[0])


def _across(found: Fan, when: float) -> float:
    """Percent of the drawing's width."""
    return LEFT + WIDTH * (when - found.years[0]) / max(found.years[-1] - found.years[0], 1)


def _grid(ticks: Sequence[float]) -> str:
    lines = ""
    for tick in ticks:
        y = TOP + _height(tick, ticks) * TALL
        css = "axis" if tick == ticks[0] else "grid-line"
        lines += f'<line class="{css}" x1="0" x2="100%" y1="{y:.2f}em" y2="{y:.2f}em"/>'
        lines += f'<text class="soft" x="0" y="{y - 0.3:.2f}em">{wan(tick)}</text>'
    return lines


def _bands(found: Fan, ticks: Sequence[float]) -> str:
    step = 100 / max(len(found.years) - 1, 1)

    def points(values: Sequence[float]) -> list[str]:
        return [f"{index * step:.2f},{100 * _height(value, ticks):.2f}" for index, value in enumerate(values)]

    drawn = ""
    for edges in (found.outer, found.inner):
        around = points([low for low, _ in edges]) + points([high for _, high in edges])[::-1]
        drawn += f'<polygon class="band" points="{" ".join(around)}"/>'
    drawn += f'<polyline class="line" points="{" ".join(points(found.middle))}"/>'
    return (
        f'<svg x="{LEFT}%" y="{TOP}em" width="{WIDTH}%" height="{TALL}em" overflow="visible" {STRETCHED}>{drawn}</svg>'
    )


def _dots(found: Fan, points: Sequence[Point], ticks: Sequence[float]) -> str:
    return "".join(
        format_html(
            '<circle class="{}" cx="{}%" cy="{}em" r=".35em"><title>{} {}</title></circle>',
            KINDS[each.kind][0],
            f"{_across(found, each.when):.2f}",
            f"{TOP + _height(each.value, ticks) * TALL:.2f}",
            each.label,
            wan(each.value),
        )
        for each in points
    )


def _end(found: Fan, ticks: Sequence[float]) -> str:
    y = TOP + _height(found.middle[-1], ticks) * TALL
    word = wan(found.middle[-1])
    dot = f'<circle class="mark" cx="{LEFT + WIDTH}%" cy="{y:.2f}em" r=".3em"/>'
    return f'{dot}<text x="{LEFT + WIDTH + 1.5}%" y="{y + 0.35:.2f}em">{word}</text>'


def _years(found: Fan) -> str:
    shown = [year for year in found.years if year % 5 == 0]
    y = f"{TOP + TALL + 1.25:.2f}em"
    return "".join(
        f'<text class="soft" x="{_across(found, year):.2f}%" y="{y}" text-anchor="middle">{year}</text>'
        for year in shown
    )


def _legend(points: Sequence[Point]) -> SafeString:
    """Each dot in words: nothing is told by colour alone."""
    if not points:
        return NOTHING
    lines = (
        (KINDS[each.kind][0], f"{KINDS[each.kind][1]}：{each.label}", f"{number(round(each.value))} 人")
        for each in points
    )
    entry = '<li><svg aria-hidden="true" viewBox="0 0 10 10"><circle class="{}" cx="5" cy="5" r="4"/></svg>{} {}</li>'
    return format_html('<ul class="legend">{}</ul>', format_html_join("", entry, lines))


@dataclass(frozen=True)
class Side:
    """People by five-year group of one year: male and female, from the youngest."""

    name: str
    male: Sequence[float]
    female: Sequence[float]


def pyramid(title: str, note: str, now: Side, then: Side) -> Chart:
    """Two years over each other: the first light and broad, the second dark and narrow; men left, women right."""
    count = len(now.male)
    most = max(*now.male, *now.female, *then.male, *then.female)
    inner = '<text class="soft" x="24%" y="1em" text-anchor="middle">男</text>'
    inner += '<text class="soft" x="76%" y="1em" text-anchor="middle">女</text>'
    for index in range(count):
        top = TOP + (count - 1 - index) * ROW
        inner += f'<text class="soft" x="50%" y="{top + 0.95:.2f}em" text-anchor="middle">{group_name(index)}</text>'
        inner += _sides(now, index, most, top + 0.1, 1.1, "mark-2") + _sides(then, index, most, top + 0.4, 0.5, "mark")
    told = f"浅色宽条为{now.name}，深色窄条为{then.name}"
    svg = drawing(title, told, inner, attributes=f'height="{TOP + count * ROW + 0.5:.2f}em"')
    rows = [
        (group_name(index), *(number(round(side[index])) for side in (now.male, now.female, then.male, then.female)))
        for index in reversed(range(count))
    ]
    heads = ("年龄", f"{now.name}男", f"{now.name}女", f"{then.name}男", f"{then.name}女")
    key = (
        '<li><svg aria-hidden="true" viewBox="0 0 10 10"><rect class="{}" width="10" height="{}" y="{}"/></svg>{}</li>'
    )
    legend = format_html_join(
        "", key, (("mark-2", 10, 0, f"{now.name}（宽条）"), ("mark", 4, 3, f"{then.name}（窄条）"))
    )
    return Chart("bars", title, note, svg, heads, rows, format_html('<ul class="legend">{}</ul>', legend))


def _sides(side: Side, index: int, most: float, top: float, height: float, css: str) -> str:
    drawn = ""
    for values, is_left in ((side.male, True), (side.female, False)):
        width = 41 * values[index] / most if most else 0
        x = 42 - width if is_left else 58
        drawn += f'<rect class="{css}" x="{x:.2f}%" y="{top:.2f}em" width="{width:.2f}%" height="{height}em"/>'
    return mark_safe(drawn)


def group_name(index: int) -> str:
    """The five-year group's name from its place: 0—4 … 100以上."""
    return "100以上" if index == 20 else f"{5 * index}—{5 * index + 4}"
