"""What pages, reports and the API tell of figures, within the scope in force."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from yiyang.access.scope import Scope, current
from yiyang.areas import logic as areas
from yiyang.areas.models import Area
from yiyang.catalog.indicator_schema import Baseline, Indicator
from yiyang.indicators import logic
from yiyang.indicators.beside import ALONE, Beside, beside
from yiyang.indicators.logic import Interval, Point, Standing, Trend
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import GROUPS, Goal, baseline_of, goals_of, load_indicators, year_end
from yiyang.indicators.promises.reading import Read
from yiyang.indicators.summing import Coverage

RIGHT = "figure.read"
ENTER = "figure.enter"
MONTHS = 24
# The size of an area's code range, and of those one level below it.
BELOW = {10**10: 10**8, 10**8: 10**6, 10**6: 10**3, 10**3: 1, 1: 0}
HEADLINES = ("visited_monthly", "health_managed_65", "assessed_share", "destitute_unable_in_homes")


def figures() -> QuerySet[Figure]:
    """The newest figures that the scope may see."""
    return Figure.objects.filter(is_current=True)


def size_of(area: int) -> int:
    """The size of an area's range of codes: 10**6 of a county."""
    return dict(areas.SIZES)[areas.level(area)]


def top_of(scope: Scope) -> int | None:
    """The highest area whose figures the scope may see, the one with figures first; None where it may see none."""
    spans = scope.where(RIGHT).spans or scope.where(ENTER).spans
    if not spans:
        return None
    known = Area.objects.filter(valid_to=None, code__gt=0)
    tops = [known.filter(code__gte=low, code__lt=high).order_by("code").first() for low, high in spans]
    codes = [area.code for area in tops if area is not None and area.code]
    if scope.is_self or any(high - low >= 10**12 for low, high in spans):
        first = figures().order_by("-size", "area_code").values_list("area_code", flat=True).first()
        codes = [first] if first else codes
    with_figures = set(figures().filter(area_code__in=codes).values_list("area_code", flat=True))
    return next((code for code in codes if code in with_figures), codes[0] if codes else None)


def days(area: int) -> list[date]:
    """The days for which an area was measured, or else those below it, the latest first."""
    rows = figures().filter(source=Figure.Source.MEASURED).order_by("-on").values_list("on", flat=True).distinct()
    low, high = areas.span(area)
    below = rows.filter(size=BELOW.get(size_of(area), 0), area_code__gte=low, area_code__lt=high)
    return list(rows.filter(area_code=area)[:MONTHS]) or list(below[:MONTHS])


@dataclass(frozen=True)
class Line:
    """An indicator of an area on a day, with all that is said about it.

    Attributes:
        figure: measured if there is one, else reported; None = none yet.
        other: the reported figure beside a measured one, or the parts' sum beside one that was reported.
        before: the one before it of the same source.
        target, met: the target that is asked of it, and the light.
        ahead: the trend read on the target's day.
        coverage: how far the areas below have reported it, where they do.
        missing: registers that nobody has delivered and the figure needs.
        why: why there is no figure, and who has to do what about it.
        read: what documents besides those of policy promise, also what nobody has confirmed yet.
    """

    indicator: Indicator
    figure: Figure | None
    other: Figure | None
    before: Figure | None
    points: list[Point]
    target: Goal | None
    baseline: Baseline | None
    ahead: Trend | None
    light: logic.Light
    read: Sequence[Read] = ()
    coverage: Coverage | None = None
    missing: str = ""
    why: str = ""

    @property
    def value(self) -> float | None:
        """The value shown."""
        return self.figure.value if self.figure else None

    @property
    def change(self) -> float | None:
        """Against the figure before."""
        if self.figure is None or self.before is None or self.figure.value is None or self.before.value is None:
            return None
        return self.figure.value - self.before.value


def board(area: int, on: date | None = None, since: date | None = None) -> list[Line]:
    """Every indicator of an area, in the order of their numbers, as it stood on a day.

    Args:
        since: what changed is told from the last figure up to this day on; else from the one before.
    """
    day = on or timezone.localdate()
    rows = figures().filter(area_code=area, on__lte=day).order_by("on")
    found: defaultdict[str, list[Figure]] = defaultdict(list)
    for row in rows:
        found[row.indicator].append(row)
    more = beside(area, day, since)
    return [line(each, area, found[key], day, more[key]) for key, each in load_indicators().items()]


def line(indicator: Indicator, area: int, rows: Sequence[Figure], today: date, more: Beside = ALONE) -> Line:
    """What is said of an indicator, from its figures in the order of their days."""
    by_source: dict[str, list[Figure]] = defaultdict(list)
    for row in rows:
        if row.value is not None and not (more.missing and not row.numerator and row.source == Figure.Source.MEASURED):
            by_source[row.source].append(row)
    reported = _told(by_source[Figure.Source.REPORTED], by_source[Figure.Source.SUMMED])
    own = by_source[Figure.Source.MEASURED] or reported
    other = _other(own, reported, by_source[Figure.Source.SUMMED])
    points = [(row.on, row.value) for row in own if row.value is not None]
    target, start = target_of(indicator, area, today, more.read), baseline_of(indicator, area)
    due = (year_end(target.year), target.value) if target else None
    ahead = logic.trend(points, due[0]) if due and points and due[0] > points[-1][0] else None
    if ahead is not None:
        ahead = logic.within(ahead, 0.0, indicator.per if indicator.shape == "share" else math.inf)
    begun = (year_end(start.year), start.value) if start else points[0] if len(points) > 1 else None
    latest = points[-1] if points else None
    judged = logic.light(latest, due, target.at if target else "", begun, ahead, today)
    return Line(
        indicator, own[-1] if own else None, other, _before(own, more.since), points, target, start, ahead, judged,
        more.read, more.covered, more.missing, "" if own else more.why(indicator, area, rows),
    )  # fmt: skip


def _before(own: Sequence[Figure], since: date | None) -> Figure | None:
    """The figure before the last one; or the last one up to a day, if that is another."""
    earlier = [row for row in own[:-1] if since is None or row.on <= since]
    return earlier[-1] if earlier else None


def _told(reported: Sequence[Figure], summed: Sequence[Figure]) -> list[Figure]:
    """What an area reported itself, and for other days what its parts add up to."""
    days = {row.on for row in reported}
    return sorted([*reported, *(row for row in summed if row.on not in days)], key=lambda row: row.on)


def _other(own: Sequence[Figure], reported: Sequence[Figure], summed: Sequence[Figure]) -> Figure | None:
    """What stands beside the figure shown: the reported one, or what the parts add up to for the same day."""
    if own is not reported:
        return reported[-1] if reported else None
    return next((row for row in summed if own and row.on == own[-1].on and row.source != own[-1].source), None)


def target_of(indicator: Indicator, area: int, today: date, read: Sequence[Read] = ()) -> Goal | None:
    """The target that counts on a day: the next one due, of several the stricter; else the last one.

    Of what was read in documents only what a person confirmed is asked of anybody.
    """
    goals = goals_of(indicator, area, [each for each in read if each.counts])
    asked = [each for each in goals if each.kind != "forecast"]
    to_come = [each for each in asked if each.year >= today.year]
    if to_come:
        year = min(each.year for each in to_come)
        return _stricter([each for each in to_come if each.year == year])
    return _stricter([each for each in asked if each.year == asked[-1].year]) if asked else None


def _stricter(found: Sequence[Goal]) -> Goal:
    return (min if found[0].at == "most" else max)(found, key=lambda each: each.value)


def lights(lines: Iterable[Line]) -> dict[str, int]:
    """How many indicators show which light."""
    found: dict[str, int] = dict.fromkeys(logic.LIGHTS, 0)
    for each in lines:
        found[each.light] += 1
    return found


def by_group(lines: Iterable[Line]) -> list[tuple[str, str, list[Line]]]:
    """Slug, name and lines of each group that has any."""
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for each in lines:
        found[each.indicator.group].append(each)
    return [(key, name, found[key]) for key, name in GROUPS.items() if found[key]]


def changed(lines: Iterable[Line], most: int = 6) -> list[Line]:
    """What has changed most since the figure before, measured against that figure."""
    moved = [each for each in lines if each.change]
    return sorted(moved, key=lambda each: -abs((each.change or 0) / ((each.before and each.before.value) or 1)))[:most]


def day_of(indicator: Indicator, area: int, on: date | None) -> date | None:
    """The day for which an indicator's areas are compared: that of the page, of a reported one its own latest."""
    if indicator.measure is not None:
        return on
    low, high = areas.span(area)
    rows = figures().filter(indicator=indicator.id, area_code__gte=low, area_code__lt=high).exclude(area_code=area)
    found = rows.filter(on__lte=on or timezone.localdate()).order_by("-on").values_list("on", flat=True).first()
    return found or on


def below(area: int, indicator: str, on: date) -> list[Figure]:
    """Figures of the areas one level below, by code."""
    low, high = areas.span(area)
    size = BELOW.get(size_of(area), 0)
    rows = figures().filter(indicator=indicator, on=on, size=size, area_code__gte=low, area_code__lt=high)
    measured = {row.area_code: row for row in rows.order_by("-source", "area_code")}
    return [measured[code] for code in sorted(measured)]


@dataclass(frozen=True)
class Ranked:
    """An area among its neighbours: its interval, and whether it differs from the whole by more than chance."""

    figure: Figure
    interval: Interval | None
    standing: Standing


def ranking(indicator: Indicator, whole: Figure | None, parts: Sequence[Figure]) -> list[Ranked]:
    """Areas with their intervals, the best first; those without a figure last."""
    value = whole.value if whole else None
    found = []
    for part in parts:
        limits = logic.interval(indicator.shape, part.numerator, part.denominator, indicator.per)
        above = part.value is not None and value is not None and part.value > value
        found.append(Ranked(part, limits, logic.standing(limits, value, indicator.direction, above)))
    down = indicator.direction != "down"
    known = sorted((each for each in found if each.figure.value is not None), key=_value, reverse=down)
    return known + [each for each in found if each.figure.value is None]


def _value(each: Ranked) -> float:
    return each.figure.value or 0.0


def figure_of(indicator: str, area: int, on: date, source: str = "") -> Figure | None:
    """The newest figure of an area on a day, the measured one first."""
    rows = figures().filter(indicator=indicator, area_code=area, on=on)
    if source:
        rows = rows.filter(source=source)
    return rows.select_related("measurement", "reported").order_by("source").first()


def names(codes: Iterable[int]) -> Mapping[int, str]:
    """Names of areas by code."""
    from yiyang.areas.names import name

    return {code: name(code) for code in codes}


def may_see(area: int) -> bool:
    """Whether the scope in force may see the figures of an area."""
    scope = current()
    return scope.may(RIGHT, area) or scope.may(ENTER, area)
