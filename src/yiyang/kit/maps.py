"""Maps of figures by area, drawn on the server from boundaries, without tiles. Pure.

One pine ramp of at most five classes with their limits written; hatching where there is no figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zlib import crc32

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from yiyang.kit.charts import Chart, Item, Write, drawing
from yiyang.kit.wording import number, wan

Point = tuple[float, float]
CLASSES = 5
WIDTH = 480


@dataclass(frozen=True)
class Shape:
    """One area on the screen: its path, where its label stands, and how wide it is there."""

    name: str
    path: str
    middle: Point
    width: float


@dataclass(frozen=True)
class Shapes:
    """Areas by code, in a box of `WIDTH` by `height`."""

    height: float
    areas: Mapping[int, Shape]


def shapes_of(collection: Mapping[str, Any], tolerance: float = 0.6) -> Shapes:
    """A GeoJSON collection (properties code, name; degrees) simplified to the screen.

    Args:
        tolerance: pixels by which an outline may be moved.
    """
    features = {int(f["properties"]["code"]): f for f in collection["features"]}
    rings = {code: _rings(f["geometry"]) for code, f in features.items()}
    points = [point for found in rings.values() for ring in found for point in ring]
    if not points:
        return Shapes(0, {})
    west, north = min(x for x, _ in points), max(y for _, y in points)
    east, south = max(x for x, _ in points), min(y for _, y in points)
    squeeze = math.cos(math.radians((north + south) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def place(point: Point) -> Point:
        return (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    areas = {
        code: _shape(features[code]["properties"]["name"], [[place(p) for p in ring] for ring in found], tolerance)
        for code, found in rings.items()
    }
    return Shapes((north - south) * scale, areas)


def _rings(geometry: Mapping[str, Any]) -> list[list[Point]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[(p[0], p[1]) for p in ring] for polygon in polygons for ring in polygon]


def _shape(name: str, rings: list[list[Point]], tolerance: float) -> Shape:
    kept = [simplified(ring, tolerance) for ring in rings]
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in kept if len(ring) > 3)
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    xs = [x for x, _ in largest]
    return Shape(name, path, _middle(largest), max(xs) - min(xs))


def simplified(points: Sequence[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker's: no point that is left out lay further than `tolerance` from the line."""
    if len(points) < 3:
        return list(points)
    first, last = points[0], points[-1]
    far, index = max((_distance(point, first, last), i) for i, point in enumerate(points[1:-1], 1))
    if far <= tolerance:
        return [first, last]
    return simplified(points[: index + 1], tolerance)[:-1] + simplified(points[index:], tolerance)


def _distance(point: Point, a: Point, b: Point) -> float:
    length = math.dist(a, b)
    if length == 0:
        return math.dist(point, a)
    return abs((b[0] - a[0]) * (a[1] - point[1]) - (a[0] - point[0]) * (b[1] - a[1])) / length


def _area(ring: Sequence[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _middle(ring: Sequence[Point]) -> Point:
    area = _area(ring)
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    if not area:
        return ring[0]
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    return x, y


def classes(values: Sequence[float], most: int = CLASSES) -> list[tuple[float, float]]:
    """Lowest and highest figure of at most five classes of about equal size; equal figures share a class.

    Nothing is a class of its own: an area without anybody must not look like one with many.
    """
    some = [value for value in values if value]
    if some and len(some) < len(values):
        return sorted([(0.0, 0.0), *classes(some, most - 1)])
    ordered = sorted(values)
    size = len(ordered)
    cuts = sorted({ordered[min(size * part // most, size - 1)] for part in range(most)})
    edges = [*cuts, math.inf]
    found = [[v for v in ordered if low <= v < high] for low, high in pairwise(edges)]
    return [(group[0], group[-1]) for group in found if group]


def choropleth(
    title: str,
    note: str,
    shapes: Shapes,
    figures: Mapping[int, Item],
    *,
    unit: str = "人",
    write: Write = wan,
) -> Chart:
    """A map of figures: code → item. Codes without a shape stand in the table only."""
    known = [item.value for code, item in figures.items() if item.value is not None and code in shapes.areas]
    if not known:
        return Chart("map", title, note, mark_safe(""))
    limits = classes(known)
    mark = f"hatch-{crc32((title + note).encode())}"
    inner = _hatch(mark) + "".join(_drawn(code, shape, figures, limits, mark) for code, shape in shapes.areas.items())
    inner += "".join(_label(shape, figures.get(code), write) for code, shape in shapes.areas.items())
    box = f'viewBox="-2 -2 {WIDTH + 4} {shapes.height + 4:.0f}" preserveAspectRatio="xMidYMid meet"'
    told = "，".join(f"{item.label} {write(item.value)}" for item in figures.values())
    rows = [(item.linked, number(item.value)) for item in sorted(figures.values(), key=lambda item: -(item.value or 0))]
    is_gappy = any(figures.get(code) is None or figures[code].value is None for code in shapes.areas)
    legend = _legend(limits, unit, write, mark if is_gappy else "")
    return Chart(
        "map", title, note, drawing(title, f"单位：{unit}。{told}", inner, attributes=box), ("区划", unit), rows, legend
    )


def _class_of(value: float, limits: list[tuple[float, float]]) -> int:
    """1 to 5, spread over the ramp when there are fewer classes."""
    index = next(i for i, (_, high) in enumerate(limits) if value <= high)
    return _ramp(index, len(limits))


def _ramp(index: int, count: int) -> int:
    return 1 + round(index * (CLASSES - 1) / (count - 1)) if count > 1 else 3


def _drawn(code: int, shape: Shape, figures: Mapping[int, Item], limits: list[tuple[float, float]], mark: str) -> str:
    item = figures.get(code)
    if item is None or item.value is None:
        return format_html('<path class="area" fill="url(#{})" d="{}"/>', mark, shape.path)
    return format_html('<path class="area ramp-{}" d="{}"/>', _class_of(item.value, limits), shape.path)


def _label(shape: Shape, item: Item | None, write: Write) -> SafeString:
    if shape.width < 34:
        return mark_safe("")
    x, y = (f"{part:.0f}" for part in shape.middle)
    value = "无数字" if item is None or item.value is None else write(item.value)
    return format_html('<text x="{}" y="{}">{}<tspan x="{}" dy="1.2em">{}</tspan></text>', x, y, shape.name, x, value)


def _hatch(mark: str) -> str:
    return (
        f'<defs><pattern id="{mark}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="hatch-ground" width="6" height="6"/>'
        '<line class="hatch-line" x1="0" x2="0" y1="0" y2="6"/></pattern></defs>'
    )


def _legend(limits: list[tuple[float, float]], unit: str, write: Write, mark: str) -> SafeString:
    lines = [
        (format_html('<rect class="ramp-{}" width="20" height="14"/>', _ramp(index, len(limits))), _limits(pair, write))
        for index, pair in enumerate(limits)
    ]
    if mark:
        lines.append((format_html('<rect fill="url(#{})" width="20" height="14"/>', mark), "没有数字"))
    inner = format_html_join("", '<li><svg viewBox="0 0 20 14" aria-hidden="true">{}</svg>{}</li>', lines)
    return format_html('<ul class="legend"><li class="muted">{}</li>{}</ul>', unit, inner)


def _limits(pair: tuple[float, float], write: Write) -> str:
    low, high = pair
    return write(low) if low == high else f"{write(low)} – {write(high)}"
