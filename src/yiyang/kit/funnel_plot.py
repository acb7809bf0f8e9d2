"""A funnel plot: shares against how many they rest on, within the limits that chance alone would draw. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from yiyang.kit.charts import NOTHING, STRETCHED, TALL, Chart, drawing, nice_ticks
from yiyang.kit.wording import number

# Beyond each side of the limits by chance: one in forty, and one in a thousand.
INNER, OUTER = 0.025, 0.001
STEPS = 60


@dataclass(frozen=True)
class Point:
    """One dot: how many were judged, how many of them count, and where its rows stand."""

    label: str
    of: int
    count: int
    url: str = ""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.count / self.of if self.of else 0.0


def limits(centre: float, of: int, tail: float) -> tuple[float, float]:
    """Between which a share of `of` judged lies by chance: low and high, 0 to 1.

    Exact binomial limits, interpolated between whole counts as Spiegelhalter (2005) draws them.

    Args:
        tail: what may lie beyond each of them.
    """
    # The upper one as the lower one of whoever does not count, so that both are cut alike.
    return _quantile(centre, of, tail), 1 - _quantile(1 - centre, of, tail)


def _quantile(centre: float, of: int, wanted: float) -> float:
    if not 0 < centre < 1:
        return centre
    below = 0.0
    for count in range(of + 1):
        here = exp(_log_chance(centre, of, count))
        if below + here > wanted:
            return max(count - (below + here - wanted) / here, 0.0) / of
        below += here
    return 1.0


def _log_chance(centre: float, of: int, count: int) -> float:
    ways = lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)
    return ways + count * log(centre) + (of - count) * log(1 - centre)


def is_outside(point: Point, centre: float, tail: float = OUTER) -> bool:
    """Whether chance alone hardly explains a point."""
    if not point.of:
        return False
    low, high = limits(centre, point.of, tail)
    return not low <= point.share <= high


def funnel_plot(title: str, note: str, points: Sequence[Point], centre: float, *, head: str, of: str) -> Chart:
    """Dots around a centre with both limits drawn; what lies outside is named.

    Args:
        centre: the share of all, 0 to 1.
        head: what a dot is; `of`: what its number counts, both for the table.
    """
    drawn = [point for point in points if point.of]
    if not drawn:
        return Chart("funnel", title, note, NOTHING)
    most = max(nice_ticks(0, max(point.of for point in drawn))[-1], 1)
    ticks = _ticks(drawn, centre)
    inner = (
        _grid(ticks, most) + _bands(centre, most, ticks) + "".join(_dot(each, centre, most, ticks) for each in drawn)
    )
    outside = [point.label for point in drawn if is_outside(point, centre)]
    desc = f"总体 {centre:.1%}。" + (f"超出界限：{'、'.join(outside)}。" if outside else "都在界限以内。")
    svg = drawing(title, desc, inner, attributes=f'height="{TALL + 3:.2f}em"')
    rows = [_row(point, centre) for point in sorted(drawn, key=lambda each: -each.of)]
    heads = (head, of, "占比", "界限（99.8%）", "判断")
    return Chart("funnel", title, note, svg, heads, rows, legend=_legend(of))


def _row(point: Point, centre: float) -> tuple[object, ...]:
    low, high = limits(centre, point.of, OUTER)
    label = format_html('<a href="{}">{}</a>', point.url, point.label) if point.url else point.label
    word = "超出界限" if is_outside(point, centre) else "界限以内"
    return label, number(point.of), f"{point.share:.1%}", f"{low:.1%}–{high:.1%}", word


def _ticks(points: Sequence[Point], centre: float) -> list[float]:
    """Shares from zero to a round one above everything drawn, at most one."""
    top = max([centre, *(point.share for point in points), limits(centre, 20, OUTER)[1]])
    return [tick for tick in nice_ticks(0, min(top, 1.0)) if tick <= 1.0001]


def _y(share: float, ticks: list[float]) -> float:
    """How far down, 0 to 1."""
    return 1 - min(share, ticks[-1]) / ticks[-1]


def _grid(ticks: list[float], most: float) -> str:
    inner = ""
    for tick in ticks:
        y = 1.5 + _y(tick, ticks) * TALL
        css = "axis" if tick == ticks[0] else "grid-line"
        inner += f'<line class="{css}" x1="0" x2="100%" y1="{y:.2f}em" y2="{y:.2f}em"/>'
        inner += f'<text class="soft" x="0" y="{y - 0.3:.2f}em">{tick:.0%}</text>'
    for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end")):
        words, below = number(round(most * share)), TALL + 2.75
        inner += f'<text class="soft" x="{share * 100:.0f}%" y="{below:.2f}em" text-anchor="{anchor}">{words}</text>'
    return inner


def _bands(centre: float, most: float, ticks: list[float]) -> str:
    """Both limits as areas, one within the other, and the centre as a line."""
    inner = "".join(_band(centre, most, ticks, tail) for tail in (OUTER, INNER))
    y = 100 * _y(centre, ticks)
    inner += f'<polyline class="line" points="0,{y:.2f} 100,{y:.2f}"/>'
    return f'<svg x="0" y="1.5em" width="100%" height="{TALL}em" {STRETCHED}>{inner}</svg>'


def _band(centre: float, most: float, ticks: list[float], tail: float) -> str:
    # Denser on the left, where the curve is steep.
    sizes = sorted({max(round(most * (step / STEPS) ** 2), 1) for step in range(1, STEPS + 1)})
    edges = [(size, *limits(centre, size, tail)) for size in sizes]
    lower = [f"{100 * size / most:.2f},{100 * _y(low, ticks):.2f}" for size, low, _ in edges]
    upper = [f"{100 * size / most:.2f},{100 * _y(high, ticks):.2f}" for size, _, high in edges]
    return f'<polygon class="band" points="{" ".join(lower + upper[::-1])}"/>'


def _dot(point: Point, centre: float, most: float, ticks: list[float]) -> str:
    x, y = 100 * point.of / most, 1.5 + _y(point.share, ticks) * TALL
    outside = is_outside(point, centre)
    dot = f'<circle class="{"alarm" if outside else "mark"}" cx="{x:.2f}%" cy="{y:.2f}em" r=".35em"/>'
    if not outside:
        return dot
    anchor, dx = ("end", "-.6em") if x > 70 else ("start", ".6em")
    words = conditional_escape(point.label)
    return dot + f'<text x="{x:.2f}%" y="{y:.2f}em" dx="{dx}" dy=".35em" text-anchor="{anchor}">{words}</text>'


def _legend(of: str) -> SafeString:
    lines = (
        ("横轴", of),
        ("纵轴", "占比"),
        ("深色带", "95% 界限"),
        ("浅色带", "99.8% 界限"),
        ("红点", "超出界限，值得看一看"),
    )
    return format_html('<ul class="legend">{}</ul>', format_html_join("", "<li>{}：{}</li>", lines))
