"""Charts as SVG drawn on the server, each with the same figures as a table. Pure: figures in, markup out.

Lengths are percentages across and em down, so that a chart fits a phone and grows with 长辈版; no style attribute is
needed. Bars begin at zero. Title and note carry unit and date.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from yiyang.kit.parts import Empty
from yiyang.kit.wording import number, wan

NOTHING = SafeString("")
NOTHING_YET = Empty("还没有数字", "有了数据，这里会画出图。", icon="chart")
ROW, BAR, TALL = 2.75, 0.8, 11.0
STRETCHED = 'viewBox="0 0 100 100" preserveAspectRatio="none"'
Write = Callable[[Any], str]
Series = Mapping[str, Sequence[float | None]]


@dataclass(frozen=True)
class Chart:
    """What `{% chart %}` shows: a drawing, and its content as a table."""

    kind: str
    title: str
    note: str
    svg: SafeString
    heads: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    legend: SafeString = NOTHING
    empty: Empty = NOTHING_YET

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


@dataclass(frozen=True)
class Item:
    """One bar, or one area of a map. A value of None is drawn as *no figure*."""

    label: str
    value: float | int | None
    url: str = ""

    @property
    def linked(self) -> Any:
        """The label, leading to its rows."""
        return format_html('<a href="{}">{}</a>', self.url, self.label) if self.url else self.label


def drawing(title: str, desc: str, inner: str, *, attributes: str, css: str = "") -> SafeString:
    """An <svg> that says what it shows; `inner` and `attributes` are markup made here."""
    return format_html(
        '<svg class="{}" role="img" {}><title>{}</title><desc>{}</desc>{}</svg>',
        css,
        mark_safe(attributes),
        title,
        desc,
        mark_safe(inner),
    )


def bars(
    title: str,
    note: str,
    items: Sequence[Item],
    *,
    unit: str = "人",
    head: str = "区划",
    write: Write = number,
    shown: int = 40,
) -> Chart:
    """Horizontal bars in the order given, each with its label and figure written.

    Args:
        shown: bars drawn; the sum of the others is written below, and the table has them all.
    """
    if not any(item.value for item in items):
        return Chart("bars", title, note, NOTHING)
    drawn, rest = items[:shown], items[shown:]
    most = max(item.value or 0 for item in items)
    inner = "".join(_bar(index, item, most, write) for index, item in enumerate(drawn))
    if rest:
        words = f"其余 {len(rest)} 个合计 {write(sum(item.value or 0 for item in rest))}，见下表"
        inner += f'<text class="soft" x="0" y="{len(drawn) * ROW + 1:.2f}em">{words}</text>'
    height = (len(drawn) + bool(rest) * 0.5) * ROW
    svg = drawing(title, _told(items, unit, write), inner, attributes=f'height="{height:.2f}em"')
    rows = [(item.linked, write(item.value)) for item in items]
    return Chart("bars", title, note, svg, (head, unit), rows)


def _bar(index: int, item: Item, most: float, write: Write) -> str:
    top = index * ROW
    share = 100 * (item.value or 0) / most
    return format_html(
        '<text x="0" y="{}em">{}</text><text class="num" x="100%" y="{}em" text-anchor="end">{}</text>'
        '<rect class="mark" x="0" y="{}em" width="{}%" height="{}em"/>',
        f"{top + 1:.2f}",
        item.label,
        f"{top + 1:.2f}",
        write(item.value),
        f"{top + 1.4:.2f}",
        f"{share:.2f}",
        BAR,
    )


def line(
    title: str,
    note: str,
    steps: Sequence[str],
    series: Series,
    *,
    band: Sequence[tuple[float, float]] = (),
    unit: str = "人",
    write: Write = wan,
) -> Chart:
    """Trends over time, at most six, with their names at their ends.

    Args:
        steps: the months or years.
        series: name → a figure for every step, None where there is none.
        band: low and high around the first series where it is uncertain.
    """
    known = [value for values in series.values() for value in values if value is not None]
    if not known:
        return Chart("line", title, note, NOTHING)
    known += [edge for pair in band for edge in pair]
    ticks = nice_ticks(min(known), max(known))
    width = 100 if len(series) == 1 else 80
    inner = (
        _grid(ticks, write)
        + _plot(steps, series, band, ticks, width)
        + _ends(series, ticks, width, write)
        + _below(steps, width)
    )
    desc = "；".join(f"{name}：{write(_last(values))}（{steps[-1]}）" for name, values in series.items())
    svg = drawing(title, desc, inner, attributes=f'height="{TALL + 3:.2f}em"')
    rows = [(step, *(number(values[index]) for values in series.values())) for index, step in enumerate(steps)]
    return Chart("line", title, note, svg, ("时间", *(f"{name}（{unit}）" for name in series)), rows[::-1])


def nice_ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers around the figures; from zero when they begin near it."""
    low = min(low, 0) if low <= high * 0.6 else low
    step = _round_step((high - low) / 3 or abs(high) / 3 or 1)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [index * step for index in range(first, max(last, first + 1) + 1)]


def _round_step(raw: float) -> float:
    size = 10.0 ** math.floor(math.log10(raw))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= raw)


def _height(value: float, ticks: list[float]) -> float:
    """How far down a figure lies, 0 to 1."""
    return 1 - (value - ticks[0]) / (ticks[-1] - ticks[0])


def _grid(ticks: list[float], write: Write) -> str:
    lines = ""
    for tick in ticks:
        y = 1.5 + _height(tick, ticks) * TALL
        css = "axis" if tick == ticks[0] else "grid-line"
        lines += f'<line class="{css}" x1="0" x2="100%" y1="{y:.2f}em" y2="{y:.2f}em"/>'
        lines += f'<text class="soft" x="0" y="{y - 0.3:.2f}em">{write(tick)}</text>'
    return lines


def _plot(
    steps: Sequence[str],
    series: Series,
    band: Sequence[tuple[float, float]],
    ticks: list[float],
    width: int,
) -> str:
    across = 100 / max(len(steps) - 1, 1)

    def point(index: int, value: float) -> str:
        return f"{index * across:.2f},{100 * _height(value, ticks):.2f}"

    inner = ""
    if band:
        lower = [point(index, low) for index, (low, _) in enumerate(band)]
        upper = [point(index, high) for index, (_, high) in enumerate(band)]
        edges = lower + upper[::-1]
        inner += f'<polygon class="band" points="{" ".join(edges)}"/>'
    for place, values in enumerate(series.values(), 1):
        for run in _runs(values):
            inner += f'<polyline class="{_css(place, series)}" points="{" ".join(point(i, v) for i, v in run)}"/>'
    return f'<svg x="0" y="1.5em" width="{width}%" height="{TALL}em" overflow="visible" {STRETCHED}>{inner}</svg>'


def _css(place: int, series: Series) -> str:
    return "line" if len(series) == 1 else f"line category-{(place - 1) % 6 + 1}"


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Unbroken stretches: a line is not drawn over a step without a figure."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _ends(series: Series, ticks: list[float], width: int, write: Write) -> str:
    """Name and latest figure at the end of each line, pushed apart where they would overlap."""
    latest = [(name, _last(values), place) for place, (name, values) in enumerate(series.items(), 1)]
    ends = [(1.5 + _height(last, ticks) * TALL, name, last, place) for name, last, place in latest if last is not None]
    inner, free = "", 0.0
    for y, name, last, place in sorted(ends):
        free = max(y, free + 1.25)
        css = "mark" if len(series) == 1 else f"category-{(place - 1) % 6 + 1}"
        inner += f'<circle class="{css}" cx="{width}%" cy="{y:.2f}em" r=".3em"/>'
        inner += _named(free, write(last)) if len(series) == 1 else _named(free, name, width + 2)
    return inner


def _named(y: float, word: str, x: int = 0) -> str:
    where = f'x="{x}%" dy=".35em"' if x else 'x="100%" text-anchor="end" dy="-.6em"'
    return f'<text {where} y="{y:.2f}em">{conditional_escape(word)}</text>'


def _below(steps: Sequence[str], width: int) -> str:
    """The first, the middle and the last step."""
    shown = {0: "start", len(steps) - 1: "end"} | ({len(steps) // 2: "middle"} if len(steps) > 4 else {})
    across = width / max(len(steps) - 1, 1)
    y, words = f"{TALL + 2.75:.2f}em", '<text class="soft" x="{}%" y="{}" text-anchor="{}">{}</text>'
    return "".join(
        format_html(words, f"{index * across:.2f}", y, anchor, steps[index]) for index, anchor in sorted(shown.items())
    )


def _told(items: Sequence[Item], unit: str, write: Write) -> str:
    told = "，".join(f"{item.label} {write(item.value)}" for item in items[:40])
    return f"单位：{unit}。{told}"


def spark(values: Sequence[float | None], label: str) -> SafeString:
    """A trend as small as a word; `label` says it."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return NOTHING
    ticks = [min(known), max(known) if max(known) > min(known) else min(known) + 1]
    across = 100 / (len(values) - 1)
    inner = ""
    for run in _runs(values):
        points = " ".join(f"{index * across:.1f},{4 + 92 * _height(value, ticks):.1f}" for index, value in run)
        inner += f'<polyline class="line" points="{points}"/>'
    box = 'viewBox="0 0 100 100" preserveAspectRatio="none"'
    return format_html(
        '<svg class="spark" role="img" aria-label="{}" {}>{}</svg>', label, mark_safe(box), mark_safe(inner)
    )


def multiples(title: str, note: str, steps: Sequence[str], series: Series, *, unit: str = "人") -> Chart:
    """Many trends side by side, each on its own scale with its latest figure."""
    parts = format_html_join(
        "",
        '<div><span>{}</span>{}<strong class="num">{}</strong></div>',
        ((name, spark(values, f"{name}趋势"), wan(_last(values))) for name, values in series.items()),
    )
    rows = [(step, *(number(values[index]) for values in series.values())) for index, step in enumerate(steps)]
    heads = ("时间", *(f"{name}（{unit}）" for name in series))
    return Chart("multiples", title, note, format_html('<div class="trends">{}</div>', parts), heads, rows[::-1])
