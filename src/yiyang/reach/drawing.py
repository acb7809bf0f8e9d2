"""A map as one file (SVG, or a page around it): boundaries, who is covered, what stands, what is suggested. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from yiyang.reach.network.graph import Flags, Real
from yiyang.reach.network.places import Facilities, Points
from yiyang.reach.suggesting import Site

WIDTH = 900.0
EDGE = 20.0
# Covered, not covered, what stands, what is suggested: told apart by shape as well as by colour.
COLOURS = {
    "land": "#f4f1ea",
    "line": "#8a8f98",
    "yes": "#2f6f5e",
    "no": "#b4432f",
    "stands": "#33415c",
    "new": "#c77700",
}


@dataclass(frozen=True)
class _Frame:
    west: float
    north: float
    scale: float
    squeeze: float
    height: float

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        x = EDGE + (lon - self.west) * self.squeeze * self.scale
        return round(x, 1), round(EDGE + (self.north - lat) * self.scale, 1)


def _frame(lon: Real, lat: Real) -> _Frame:
    squeeze = math.cos(math.radians(float(lat.mean())))
    width = max(float(np.ptp(lon)) * squeeze, 1e-6)
    scale = (WIDTH - 2 * EDGE) / width
    height = float(np.ptp(lat)) * scale + 2 * EDGE
    return _Frame(float(lon.min()), float(lat.max()), scale, squeeze, height)


def svg(
    title: str, note: str, borders: dict[str, Any], points: Points, covered: Flags, facilities: Facilities,
    sites: Sequence[Site],
) -> str:  # fmt: skip
    """The map as SVG text. `note` says what is made up and how well the answer is proved."""
    rings = [np.array(ring, float)[:, :2] for ring in _rings(borders)]
    corners = np.concatenate([*rings, np.stack([points.lon, points.lat], axis=1)])
    frame = _frame(corners[:, 0], corners[:, 1])
    height = frame.height + 70
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img">',
        f'<g font-family="sans-serif"><title>{escape(title)}</title><desc>{escape(note)}</desc>',
        *(_ring(frame, ring) for ring in rings),
        *_people(frame, points, covered),
        *_standing(frame, facilities),
        *_new(frame, sites),
        *_legend(frame.height, note),
        "</g></svg>",
    ]
    return "\n".join(lines) + "\n"


def page(title: str, note: str, drawing: str) -> str:
    """A page of its own around the map."""
    return (
        f'<!doctype html>\n<html lang="zh-Hans"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body><h1>{escape(title)}</h1><p>{escape(note)}</p>\n{drawing}</body></html>\n"
    )


def _rings(borders: dict[str, Any]) -> Iterator[Any]:
    for feature in borders["features"]:
        geometry = feature["geometry"]
        for polygon in [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]:
            yield from polygon


def _ring(frame: _Frame, ring: Real) -> str:
    path = " ".join("{},{}".format(*frame.place(float(lon), float(lat))) for lon, lat in ring)
    return f'<polygon points="{path}" fill="{COLOURS["land"]}" stroke="{COLOURS["line"]}"/>'


def _people(frame: _Frame, points: Points, covered: Flags) -> Iterator[str]:
    most = max(float(points.people["elders"].max(initial=1)), 1.0)
    for row in range(len(points)):
        x, y = frame.place(float(points.lon[row]), float(points.lat[row]))
        elders = int(points.people["elders"][row])
        size = 1.5 + 5 * math.sqrt(elders / most)
        colour = COLOURS["yes" if covered[row] else "no"]
        # Not covered is a ring, so that it is seen without colours, too.
        fill = f'fill="{colour}"' if covered[row] else f'fill="none" stroke="{colour}" stroke-width="1.6"'
        yield (
            f'<circle cx="{x}" cy="{y}" r="{size:.1f}" {fill} opacity="0.8"><title>{escape(points.name[row])} '
            f"{elders}</title></circle>"
        )


def _standing(frame: _Frame, facilities: Facilities) -> Iterator[str]:
    for row in range(len(facilities)):
        x, y = frame.place(float(facilities.lon[row]), float(facilities.lat[row]))
        name = escape(facilities.name[row])
        yield (
            f'<rect x="{x - 2.5:.1f}" y="{y - 2.5:.1f}" width="5" height="5" fill="{COLOURS["stands"]}">'
            f"<title>{name}</title></rect>"
        )


def _new(frame: _Frame, sites: Sequence[Site]) -> Iterator[str]:
    for number, site in enumerate(sites, start=1):
        x, y = frame.place(site.lon, site.lat)
        star = f"{x},{y - 9} {x + 8},{y + 6} {x - 8},{y + 6}"
        yield (
            f'<polygon points="{star}" fill="{COLOURS["new"]}" stroke="#fff"><title>{escape(site.name)} +{site.adds}'
            f'</title></polygon><text x="{x + 9}" y="{y + 5}" font-size="13">{number}</text>'
        )


def _legend(top: float, note: str) -> Iterator[str]:
    yes, no, stands, new = (COLOURS[name] for name in ("yes", "no", "stands", "new"))
    y = top + 20
    yield (
        f'<g font-size="13"><circle cx="30" cy="{y - 4}" r="5" fill="{yes}"/><text x="42" y="{y}">已覆盖</text>'
        f'<circle cx="130" cy="{y - 4}" r="5" fill="none" stroke="{no}" stroke-width="1.6"/>'
        f'<text x="142" y="{y}">未覆盖</text><rect x="228" y="{y - 8}" width="6" height="6" fill="{stands}"/>'
        f'<text x="242" y="{y}">现有设施</text><polygon points="340,{y - 10} 346,{y + 1} 334,{y + 1}" fill="{new}"/>'
        f'<text x="352" y="{y}">建议选址</text><text x="30" y="{y + 26}">{escape(note)}</text></g>'
    )
