"""The day's round as a small drawing, without tiles: the seat, the stops in their order, the ways between. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, EDGE = 480, 300, 34
DEGREE = 111_320.0
DOT = '<circle class="stop{}" cx="{}" cy="{}" r="13"/><text x="{}" y="{}">{}</text>'
WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


@dataclass(frozen=True)
class Stop:
    """One place on the way: its number, what it is called, where, and whether one has been there."""

    number: int
    name: str
    lon: float
    lat: float
    is_done: bool = False


def way(here: tuple[float, float], there: tuple[float, float], detour: float = 1.41) -> tuple[str, int]:
    """Direction and metres by road (estimated) from one place to another, each (lon, lat).

    >>> way((107.0, 30.0), (107.0, 30.01))
    ('北', 1570)
    """
    north = (there[1] - here[1]) * DEGREE
    east = (there[0] - here[0]) * DEGREE * math.cos(math.radians(here[1]))
    wind = WINDS[round(math.degrees(math.atan2(east, north)) / 45) % 8]
    return wind, int(round(math.hypot(east, north) * detour, -1))


def said(metres: int) -> str:
    """A length as one says it.

    >>> said(870), said(2340)
    ('870 米', '2.3 公里')
    """
    return f"{metres} 米" if metres < 1000 else f"{metres / 1000:.1f} 公里"


def drawn(seat: tuple[float, float] | None, stops: Sequence[Stop]) -> SafeString:
    """The drawing; nothing where no place is known. `seat`: where the day begins."""
    if not stops:
        return mark_safe("")
    places = [*([seat] if seat else []), *((stop.lon, stop.lat) for stop in stops)]
    points = _fitted(places)
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    marks = (
        format_html('<rect class="seat" x="{}" y="{}" width="16" height="16"/>', *_corner(points[0])) if seat else ""
    )
    found = points[1:] if seat else points
    dots = format_html_join("", DOT, (_dot(stop, point) for stop, point in zip(stops, found, strict=True)))
    told = "，".join(f"{stop.number} {stop.name}" for stop in stops)
    return format_html(
        '<svg class="round-map" role="img" viewBox="0 0 {} {}"><title>今天的路线</title><desc>{}</desc>'
        '<polyline class="way" points="{}"/>{}{}</svg>',
        WIDTH, HEIGHT, told, line, marks, dots,
    )  # fmt: skip


def _dot(stop: Stop, point: tuple[float, float]) -> tuple[str, int, int, int, int, int]:
    x, y = round(point[0]), round(point[1])
    return " done" if stop.is_done else "", x, y, x, y, stop.number


def _corner(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0]) - 8, round(point[1]) - 8


def _fitted(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Degrees → the drawing, north up, as large as fits."""
    squeeze = math.cos(math.radians(places[0][1]))
    xs, ys = [lon * squeeze for lon, _ in places], [-lat for _, lat in places]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min((WIDTH - 2 * EDGE) / (wide or 1e-9), (HEIGHT - 2 * EDGE) / (high or 1e-9), 1e6)
    left, top = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2
    return [(left + (x - min(xs)) * scale, top + (y - min(ys)) * scale) for x, y in zip(xs, ys, strict=True)]
