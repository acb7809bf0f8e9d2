"""Made-up reports of the demo area, so that what no room measures yet has figures and trends; marked as such."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.areas import logic as areas
from yiyang.areas.models import Area
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators import summing
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.policy import baseline_of, load_indicators, targets_of, year_end
from yiyang.indicators.reading import size_of
from yiyang.indicators.summing import parts_of

YEARS = range(2021, 2026)
SOURCE = "演示数据（虚构，非真实统计）"
# Where no document states a target: what the last made-up year says.
WITHOUT_TARGET = {"share": 60.0, "rate": 1.0, "mean": 30.0, "count": 12.0}
# How far of its target an indicator gets, by its number: some reach it, some do not.
# How other counties compare with the demo's, and what all of them come to.
WEIGHTS = (0.7, 1.1, 1.3, 0.6, 1.2, 0.9)
WHOLE = 1 + sum(WEIGHTS)
REACHED = (1.04, 0.97, 0.9, 1.0, 0.82, 1.02)


def make(by: Scope, area: int) -> int:
    """Enter five years for an area and the city above it, beside the documents' own figures. Returns how many."""
    wanted = {area, city_of(area)}
    there = Area.objects.filter(code__in=wanted, valid_to=None).values_list("code", flat=True)
    parts = parts_of(city_of(area), timezone.localdate())
    others = [code for code in (parts.codes if parts else ()) if code != area]
    said = Reported.objects.filter(area_code__in=[*wanted, *others], state=Reported.State.IN_FORCE)
    known = set(said.values_list("indicator", "area_code", "on"))
    rows = [
        Reported(
            area_code=int(code or 0), indicator=indicator.id, on=on, value=value, source=SOURCE, is_synthetic=True,
            entered_by_name=by.name,
        )
        for code in there
        for indicator in load_indicators().values()
        if indicator.reported is not None and not (indicator.adds_up and areas.level(int(code or 0)) == "city")
        for on, value in own_values(indicator, int(code or 0))
        if (indicator.id, code, on) not in known and on <= timezone.localdate()
    ]  # fmt: skip
    rows += _counties(by, area, others, known)
    made = Reported.objects.bulk_create(rows, batch_size=500)
    Figure.objects.bulk_create([_figure(each) for each in made], batch_size=500)
    _sum(made)
    return len(made)


def _counties(by: Scope, area: int, others: list[int], known: set[tuple[str, int, date]]) -> list[Reported]:
    """What the other counties of the city report of counts that add up; some have not reported the last year yet."""
    return [
        Reported(
            area_code=code, indicator=indicator.id, on=on, value=round(value * WEIGHTS[place % len(WEIGHTS)] / WHOLE),
            source=SOURCE, is_synthetic=True, entered_by_name=by.name,
        )
        for place, code in enumerate(others)
        for indicator in load_indicators().values()
        if indicator.adds_up
        for on, value in values(indicator, city_of(area))
        if (indicator.id, code, on) not in known and not (on.year == YEARS[-1] and (indicator.number + place) % 19 == 0)
    ]  # fmt: skip


def _sum(made: list[Reported]) -> None:
    """Once a county of each indicator and day: its city follows."""
    once = {(each.indicator, each.on): each for each in made if areas.level(each.area_code) == "county"}
    for each in once.values():
        if load_indicators()[each.indicator].adds_up:
            summing.refresh(load_indicators()[each.indicator], each.area_code, each.on)


def own_values(indicator: Indicator, area: int) -> list[tuple[date, float]]:
    """The same of the demo area itself: of a count for which it has no target, its part of its city's."""
    if not indicator.adds_up or targets_of(indicator, area) or areas.level(area) != "county":
        return values(indicator, area)
    return [(on, max(float(round(value / WHOLE)), 1.0)) for on, value in values(indicator, city_of(area))]


def city_of(area: int) -> int:
    """The city in which an area lies.

    >>> city_of(511724000000)
    511700000000
    """
    return area - area % 10**8


def values(indicator: Indicator, area: int) -> list[tuple[date, float]]:
    """Ends of years and made-up values: from the documents' beginning towards their target."""
    targets = targets_of(indicator, area)
    goal = float(targets[-1].value) if targets else WITHOUT_TARGET[indicator.shape] * max(indicator.per / 100, 1)
    if not targets and indicator.shape == "count":
        goal *= 1 if areas.level(area) == "county" else 7
    baseline = baseline_of(indicator, area)
    begin = float(baseline.value) if baseline else goal * (1.25 if indicator.direction == "down" else 0.72)
    end = goal * REACHED[indicator.number % len(REACHED)]
    most = 100.0 if indicator.shape == "share" else float("inf")
    found = []
    for number, year in enumerate(YEARS):
        value = begin + (end - begin) * (number + 1) / len(YEARS)
        found.append((year_end(year), round(min(value, most), indicator.decimals)))
    return found


def _figure(made: Reported) -> Figure:
    return Figure(
        area_code=made.area_code, indicator=made.indicator, on=made.on, known=timezone.localdate(), value=made.value,
        source=Figure.Source.REPORTED, size=size_of(made.area_code), reported=made, is_current=True, is_synthetic=True,
    )  # fmt: skip
