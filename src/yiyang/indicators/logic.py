"""From figures to a judgement: the way to a target, where it leads, and what chance alone explains. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist, median
from typing import Literal

Point = tuple[date, float]
Light = Literal["reached", "on_the_way", "behind", "missed", "stale", "no_target", "no_figure"]
Direction = Literal["up", "down", "none"]
# Fewer points than this, or all within a shorter time, and no trend is drawn from them.
FEWEST, SHORTEST_DAYS = 4, 80
# A trend is read at most so many times its own length ahead.
FURTHEST = 3
CONFIDENCE = 0.8
_Z = NormalDist().inv_cdf(0.975)
YEAR = 365.25
LIGHTS: dict[Light, tuple[str, str]] = {
    "reached": ("good", "已达到目标"),
    "on_the_way": ("info", "按进度推进"),
    "behind": ("wait", "落后于进度"),
    "missed": ("bad", "到期未达到"),
    "stale": ("unknown", "缺到期时的数值"),
    "no_target": ("plain", "没有目标"),
    "no_figure": ("unknown", "还没有数值"),
}


@dataclass(frozen=True)
class Trend:
    """A robust line through points: what it says for a day, and between which it lies with 80 % confidence."""

    value: float
    low: float
    high: float
    a_year: float


def trend(points: Sequence[Point], on: date) -> Trend | None:
    """Theil and Sen's line through the points, read on a day; None where they are too few, too close or too long ago.

    The band comes from Sen's interval of the slope (Kendall's variance, without ties) around the middle of the points.
    """
    days = [(day - points[0][0]).days for day, _ in points]
    length = max(days, default=0) - min(days, default=0)
    if len(points) < FEWEST or length < SHORTEST_DAYS or (on - points[-1][0]).days > FURTHEST * length:
        return None
    slopes = sorted(
        (points[j][1] - points[i][1]) / (days[j] - days[i])
        for i in range(len(points))
        for j in range(i + 1, len(points))
        if days[j] != days[i]
    )
    middle, at = median(slopes), (on - points[0][0]).days
    base, mid_day = median(value - middle * day for day, (_, value) in zip(days, points, strict=True)), median(days)
    low, high = _slope_limits(slopes, len(points))
    spread = _spread(points, days, base, middle)
    centre, ahead = base + middle * mid_day, at - mid_day
    edges = sorted((centre + low * ahead, centre + high * ahead))
    return Trend(base + middle * at, edges[0] - spread, edges[1] + spread, middle * YEAR)


def within(found: Trend, low: float, high: float) -> Trend:
    """A trend that does not leave what can be: a share never passes its whole."""
    value, least, most = (min(max(each, low), high) for each in (found.value, found.low, found.high))
    return Trend(value, least, most, found.a_year)


def _slope_limits(slopes: Sequence[float], n: int) -> tuple[float, float]:
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    reach = z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    first = max(round((len(slopes) - reach) / 2), 0)
    last = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    return slopes[first], slopes[last]


def _spread(points: Sequence[Point], days: Sequence[int], base: float, slope: float) -> float:
    """How far points lie from the line, as the normal distribution would have it (1.4826 × median deviation)."""
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    off = [abs(value - base - slope * day) for day, (_, value) in zip(days, points, strict=True)]
    return z * 1.4826 * median(off)


def needed(start: Point, target: Point, on: date) -> float:
    """Where the straight way from a baseline to a target stands on a day; before and after it, its ends."""
    whole = (target[0] - start[0]).days
    share = 1.0 if whole <= 0 else min(max((on - start[0]).days / whole, 0.0), 1.0)
    return start[1] + (target[1] - start[1]) * share


def is_met(value: float, target: float, at: str) -> bool:
    """Whether a figure meets a target (least, most, exactly); what rounding adds or takes away does not count."""
    close = math.isclose(value, target, rel_tol=1e-9, abs_tol=1e-9)
    return close or (value > target if at == "least" else value < target if at == "most" else False)


def light(
    latest: Point | None, target: Point | None, at: str, start: Point | None, ahead: Trend | None, today: date
) -> Light:
    """The traffic light of a figure against its target.

    Args:
        latest: day and value. target: the day it is due, and its value. at: least, most, exactly.
        start: the baseline. ahead: the trend read on the target's day.
        today: a target due before it and not met is missed; a figure from before that day says nothing of it.
    """
    if target is None:
        return "no_target" if latest is not None else "no_figure"
    if latest is None:
        return "no_figure"
    if is_met(latest[1], target[1], at):
        return "reached"
    if latest[0] >= target[0]:
        return "missed"
    if target[0] < today:
        return "stale"
    if ahead is not None:
        return "on_the_way" if is_met(ahead.value, target[1], at) else "behind"
    if start is None or start[0] >= target[0]:
        return "behind"
    way = needed(start, target, latest[0])
    return "on_the_way" if is_met(latest[1], way, "least" if target[1] >= start[1] else "most") else "behind"


@dataclass(frozen=True)
class Interval:
    """Between which a figure lies with 95 % confidence, if what was counted is taken as one draw of chance."""

    low: float
    high: float


def wilson(count: float, of: float, per: float = 1) -> Interval:
    """Wilson's interval of a share."""
    if of <= 0:
        return Interval(0.0, float(per))
    share, square = count / of, _Z * _Z
    centre = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return Interval(max(centre - half, 0.0) * per, min(centre + half, 1.0) * per)


def byar(count: float, of: float, per: float = 1) -> Interval:
    """Byar's approximation to Poisson's interval of a rate; good to a percent from a count of about five."""
    if of <= 0:
        return Interval(0.0, math.inf)
    above = count + 1
    low = 0.0 if count <= 0 else count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3
    high = above * (1 - 1 / (9 * above) + _Z / (3 * math.sqrt(above))) ** 3
    return Interval(max(low, 0.0) * per / of, high * per / of)


def interval(shape: str, numerator: float | None, denominator: float | None, per: float) -> Interval | None:
    """The interval of a figure; None of what is no draw of chance (a count, a mean, a figure without its parts)."""
    if numerator is None or not denominator or shape not in ("share", "rate"):
        return None
    if shape == "share" and numerator <= denominator:
        return wilson(numerator, denominator, per)
    return byar(numerator, denominator, per)


Standing = Literal["better", "worse", "same", "other", "unknown"]
STANDINGS: dict[Standing, tuple[str, str]] = {
    "better": ("good", "好于总体"),
    "worse": ("wait", "差于总体"),
    "same": ("plain", "与总体无显著差别"),
    "other": ("info", "与总体有差别"),
    "unknown": ("unknown", "不可比"),
}


def standing(found: Interval | None, whole: float | None, direction: str, above: bool) -> Standing:
    """How an area stands to the whole: only what chance hardly explains is said to differ.

    Args:
        above: whether the area's own figure lies above the whole's.
    """
    if found is None or whole is None:
        return "unknown"
    if found.low <= whole <= found.high:
        return "same"
    if direction == "none":
        return "other"
    return "better" if above == (direction == "up") else "worse"
