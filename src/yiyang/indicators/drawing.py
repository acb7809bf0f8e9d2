"""The way of a figure to its targets as a drawing: true to time, with the figures as a table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.html import conditional_escape

from yiyang.indicators.logic import Point, Trend
from yiyang.kit.charts import NOTHING, STRETCHED, TALL, Chart, drawing, nice_ticks

Write = Callable[[float | None], str]
WIDE = 88


@dataclass(frozen=True)
class Way:
    """What is drawn: figures of each source, the way from the baseline to the targets, and where the trend leads."""

    measured: Sequence[Point] = ()
    reported: Sequence[Point] = ()
    needed: Sequence[Point] = ()
    targets: Sequence[Point] = ()
    ahead: tuple[date, Trend] | None = None
    whole: Sequence[Point] = field(default=())

    @property
    def points(self) -> list[Point]:
        """Everything that must lie within the drawing."""
        found = [*self.measured, *self.reported, *self.needed, *self.targets]
        if self.ahead:
            day, trend = self.ahead
            found += [(day, trend.low), (day, trend.high)]
        return found


def way_chart(title: str, note: str, way: Way, unit: str, write: Write) -> Chart:
    """The drawing. Dots are figures, the thin line is the way that the targets ask for, the band the forecast."""
    points = way.points
    if not (way.measured or way.reported):
        return Chart("line", title, note, NOTHING)
    ticks = nice_ticks(min(value for _, value in points), max(value for _, value in points))
    frame = _Frame(min(day for day, _ in points), max(day for day, _ in points), ticks)
    inner = _grid(ticks, write) + _lines(way, frame) + _dots(way, frame, write) + _years(frame)
    desc = "；".join(f"{day} {write(value)}{unit}" for day, value in [*way.measured, *way.reported][-6:])
    svg = drawing(title, desc, inner, attributes=f'height="{TALL + 3:.2f}em"')
    return Chart("line", title, note, svg, ("日期", "种类", unit), _rows(way, write))


@dataclass(frozen=True)
class _Frame:
    first: date
    last: date
    ticks: list[float]

    def x(self, day: date) -> float:
        """0 to 100 across."""
        return 100 * (day - self.first).days / max((self.last - self.first).days, 1)

    def y(self, value: float) -> float:
        """0 to 1 down."""
        return 1 - (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])

    def points(self, found: Sequence[Point]) -> str:
        """As an attribute of a polyline in a box of a hundred by a hundred."""
        return " ".join(f"{self.x(day):.2f},{100 * self.y(value):.2f}" for day, value in found)


def _grid(ticks: Sequence[float], write: Write) -> str:
    lines = ""
    for tick in ticks:
        y = 1.5 + (1 - (tick - ticks[0]) / (ticks[-1] - ticks[0])) * TALL
        css = "axis" if tick == ticks[0] else "grid-line"
        lines += f'<line class="{css}" x1="0" x2="100%" y1="{y:.2f}em" y2="{y:.2f}em"/>'
        lines += f'<text class="soft" x="0" y="{y - 0.3:.2f}em">{conditional_escape(write(tick))}</text>'
    return lines


def _lines(way: Way, frame: _Frame) -> str:
    inner = _band(way, frame)
    inner += f'<polyline class="line category-2" points="{frame.points(way.needed)}"/>' if way.needed else ""
    for css, found in (("line category-5", way.reported), ("line", way.measured)):
        inner += f'<polyline class="{css}" points="{frame.points(found)}"/>' if len(found) > 1 else ""
    return f'<svg x="0" y="1.5em" width="{WIDE}%" height="{TALL}em" overflow="visible" {STRETCHED}>{inner}</svg>'


def _band(way: Way, frame: _Frame) -> str:
    last = (way.measured or way.reported)[-1:]
    if way.ahead is None or not last or way.ahead[0] <= last[0][0]:
        return ""
    day, trend = way.ahead
    edges = [*last, (day, trend.high), (day, trend.low)]
    return f'<polygon class="band" points="{frame.points(edges)}"/>'


def _dots(way: Way, frame: _Frame, write: Write) -> str:
    inner = ""
    for css, found in (("category-5", way.reported), ("mark", way.measured)):
        inner += "".join(_dot(css, frame, point) for point in found)
        if found:
            inner += _word(frame, found[-1], write(found[-1][1]))
    for target in way.targets:
        inner += _dot("category-2", frame, target) + _word(frame, target, f"目标 {write(target[1])}")
    return inner


def _dot(css: str, frame: _Frame, point: Point) -> str:
    x, y = frame.x(point[0]) * WIDE / 100, 1.5 + frame.y(point[1]) * TALL
    return f'<circle class="{css}" cx="{x:.2f}%" cy="{y:.2f}em" r=".3em"/>'


def _word(frame: _Frame, point: Point, word: str) -> str:
    x, y = frame.x(point[0]) * WIDE / 100, 1.5 + frame.y(point[1]) * TALL
    anchor = "start" if x < 8 else "end" if x > 80 else "middle"
    # On the far left stand the figures of the grid.
    dx = "3em" if x < 4 else "0"
    place = f'x="{x:.2f}%" y="{y:.2f}em" dx="{dx}" dy="-.6em"'
    return f'<text {place} text-anchor="{anchor}">{conditional_escape(word)}</text>'


def _years(frame: _Frame) -> str:
    """The first, the middle and the last day as months."""
    middle = date.fromordinal((frame.first.toordinal() + frame.last.toordinal()) // 2)
    shown = [(frame.first, "start"), (frame.last, "end")]
    shown += [(middle, "middle")] if (frame.last - frame.first).days > 180 else []
    y = f"{TALL + 2.75:.2f}em"
    return "".join(
        f'<text class="soft" x="{frame.x(day) * WIDE / 100:.2f}%" y="{y}" text-anchor="{anchor}">{day:%Y-%m}</text>'
        for day, anchor in shown
    )


def _rows(way: Way, write: Write) -> list[tuple[object, ...]]:
    found: list[tuple[date, str, float]] = [(day, "实测", value) for day, value in way.measured]
    found += [(day, "填报", value) for day, value in way.reported]
    found += [(day, "目标", value) for day, value in way.targets]
    if way.ahead:
        day, trend = way.ahead
        found += [(day, "趋势推算", trend.value)]
    rows: list[tuple[object, ...]] = [
        (f"{day}", kind, write(value)) for day, kind, value in sorted(found, reverse=True)
    ]
    return rows
