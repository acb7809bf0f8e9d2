"""Maps of the room on the screen: county outlines, points by minutes, facilities, suggested sites. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from yiyang.areas.logic import level
from yiyang.areas.tables import boundaries
from yiyang.kit.charts import Chart, drawing
from yiyang.kit.maps import simplified
from yiyang.kit.wording import number

WIDTH, EDGE = 640.0, 12.0
# Upper ends of the classes of minutes; nearer is darker.
MINUTES = (5, 10, 15, 30)
WORDS = ("5 分钟以内", "5–10 分钟", "10–15 分钟", "15–30 分钟", "30 分钟以上或到不了")
STATES = {1: ("now", "现在已覆盖"), 2: ("more", "建成后新覆盖"), 0: ("not", "仍未覆盖")}
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Dot:
    """A population point on a map: people, and how it looks."""

    lon: float
    lat: float
    people: int
    css: str
    title: str = ""


@dataclass(frozen=True)
class Mark:
    """A facility, or a suggested site with its number; 0: none is written."""

    lon: float
    lat: float
    title: str
    number: int = 0
    is_planned: bool = False


def class_of(minutes: float | None) -> int:
    """Which class of minutes, from 0; the last one also where no road leads anywhere."""
    return len(MINUTES) if minutes is None else sum(minutes > end for end in MINUTES)


@cache
def outlines(area: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Rings of the counties of a city or of a county, in degrees; empty for towns, which have no outline."""
    if level(area) not in ("city", "county"):
        return ()
    rings = []
    for feature in boundaries(area)["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        for ring in (ring for polygon in polygons for ring in polygon):
            rings.append(tuple(simplified([(lon, lat) for lon, lat, *_ in ring], 0.002)))
    return tuple(ring for ring in rings if len(ring) > 3)


class _Frame:
    """Degrees to the drawing, north up."""

    def __init__(self, places: Sequence[tuple[float, float]]) -> None:
        self._west, self._north = min(x for x, _ in places), max(y for _, y in places)
        east, south = max(x for x, _ in places), min(y for _, y in places)
        self._squeeze = math.cos(math.radians((self._north + south) / 2))
        self._scale = (WIDTH - 2 * EDGE) / max((east - self._west) * self._squeeze, 1e-3)
        self.height = max((self._north - south) * self._scale + 2 * EDGE, 60.0)

    def place(self, lon: float, lat: float) -> tuple[str, str]:
        x = EDGE + (lon - self._west) * self._squeeze * self._scale
        return f"{x:.1f}", f"{EDGE + (self._north - lat) * self._scale:.1f}"


def drawn(
    title: str, note: str, area: int, dots: Sequence[Dot], facilities: Iterable[Mark], sites: Iterable[Mark],
    told: tuple[tuple[str, ...], list[tuple[object, ...]]], legend: SafeString,
) -> Chart:  # fmt: skip
    """The map as a chart with its table. `told`: heads and rows of the same content."""
    rings = outlines(area)
    places = [point for ring in rings for point in ring] + [(dot.lon, dot.lat) for dot in dots]
    if not dots:
        return Chart("map", title, note, mark_safe(""))
    frame, most = _Frame(places), max(max(dot.people for dot in dots), 1)
    inside = [mark for mark in facilities if _is_near(mark, places)]
    inner = "".join(
        (
            *(_ring(frame, ring) for ring in rings),
            *(_dot(frame, dot, most) for dot in sorted(dots, key=lambda dot: -dot.people)),
            *(_facility(frame, mark) for mark in inside),
            *(_site(frame, mark) for mark in sites),
        )
    )
    box = f'viewBox="0 0 {WIDTH:.0f} {frame.height:.0f}" preserveAspectRatio="xMidYMid meet"'
    rows = "，".join(f"{row[0]} {row[1]}" for row in told[1])
    return Chart("map", title, note, drawing(title, rows, inner, attributes=box), told[0], told[1], legend)


def _is_near(mark: Mark, places: Sequence[tuple[float, float]]) -> bool:
    return (
        min(x for x, _ in places) <= mark.lon <= max(x for x, _ in places)
        and min(y for _, y in places) <= mark.lat <= max(y for _, y in places)
    )  # fmt: skip


def _ring(frame: _Frame, ring: Iterable[tuple[float, float]]) -> str:
    points = " ".join(",".join(frame.place(lon, lat)) for lon, lat in ring)
    return format_html('<polygon class="land" points="{}"/>', points)


def _dot(frame: _Frame, dot: Dot, most: int) -> str:
    x, y = frame.place(dot.lon, dot.lat)
    size = f"{2 + 5 * math.sqrt(dot.people / most):.1f}"
    return format_html(
        '<circle class="spot {}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>', dot.css, x, y, size, dot.title
    )


def _facility(frame: _Frame, mark: Mark) -> str:
    x, y = (float(each) for each in frame.place(mark.lon, mark.lat))
    return format_html(
        '<rect class="stands" x="{}" y="{}" width="6" height="6"><title>{}</title></rect>',
        f"{x - 3:.1f}", f"{y - 3:.1f}", mark.title,
    )  # fmt: skip


def _site(frame: _Frame, mark: Mark) -> str:
    x, y = (float(each) for each in frame.place(mark.lon, mark.lat))
    corners = f"{x:.1f},{y - 9:.1f} {x + 8:.1f},{y + 6:.1f} {x - 8:.1f},{y + 6:.1f}"
    return format_html(
        '<polygon class="site{}" points="{}"><title>{}</title></polygon><text x="{}" y="{}">{}</text>',
        " planned" if mark.is_planned else "", corners, mark.title, f"{x:.1f}", f"{y - 12:.1f}", mark.number or "",
    )  # fmt: skip


CIRCLE = '<circle class="spot {}" cx="10" cy="7" r="6"/>'
SQUARE = '<rect class="stands" x="6" y="3" width="8" height="8"/>'
PLAN = '<polygon class="site planned" points="10,1 17,13 3,13"/>'
STAR = '<polygon class="site" points="10,1 17,13 3,13"/>'


def minutes_legend() -> SafeString:
    """Classes of minutes, what a red ring and a square mean."""
    marks = [(format_html(CIRCLE, f"ramp-{5 - at}"), word) for at, word in enumerate(WORDS)]
    marks.append((format_html(CIRCLE, "ramp-1 not"), "超过规定时间（红圈）"))
    return _legend([*marks, (mark_safe(SQUARE), "设施")])


def states_legend() -> SafeString:
    """Covered now, by the answer, or not; facilities and sites."""
    marks = [(format_html(CIRCLE, css), word) for css, word in STATES.values()]
    return _legend(
        [
            *marks,
            (mark_safe(SQUARE), "现有设施"),
            (mark_safe(STAR), "建议选址（带序号）"),
            (mark_safe(PLAN), "规划项目"),
        ]
    )


def _legend(marks: list[tuple[SafeString, str]]) -> SafeString:
    inner = format_html_join("", '<li><svg viewBox="0 0 20 14" aria-hidden="true">{}</svg>{}</li>', marks)
    return format_html('<ul class="legend reach-legend">{}</ul>', inner)


def told_of(classes: Sequence[str], at: Iterable[tuple[int, int]]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Heads and rows of a table: points and people of each class. `at`: class and people of every point."""
    points, people = [0] * len(classes), [0] * len(classes)
    for which, many in at:
        points[which] += 1
        people[which] += many
    rows: list[tuple[object, ...]] = [
        (word, number(points[which]), number(people[which])) for which, word in enumerate(classes)
    ]
    return ("类别", "人口点", "60岁以上（人）"), rows
