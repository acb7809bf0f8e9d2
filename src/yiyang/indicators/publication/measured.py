"""Every indicator of an area and month as one publication: its tables, and what is told of each figure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from yiyang.areas.logic import SIZES, level, span
from yiyang.base.errors import UsageError
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators.datasets import books, datasets
from yiyang.indicators.formula import aggregates
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.publication import indicator_files, source
from yiyang.indicators.publication.counting import CUTS
from yiyang.indicators.publication.indicator_files import Told
from yiyang.indicators.publication.policy import load_publication
from yiyang.indicators.publication.protecting import Secured
from yiyang.indicators.publication.sums import contributors
from yiyang.indicators.publication.tables import Counts, Dimension, Table, nested, table_of
from yiyang.indicators.publication.ways import Cells, Way, way_of
from yiyang.indicators.publication.whole_levels import Limits, Part, told
from yiyang.indicators.rows import Moment

TITLE = "养老服务指标"
# Villages are too small to be told of.
SMALLEST = 10**3
Numbers = tuple[float | None, float | None, float | None]
ByArea = dict[int, Numbers]


@dataclass(frozen=True)
class Measured:
    """An indicator's figures (numerator, denominator, value) by area, the way it is protected, and its first table."""

    indicator: Indicator
    way: Way
    figures: ByArea = field(repr=False)
    first: int = 0
    days: dict[int, date] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Release:
    """All indicators of an area and month.

    Attributes:
        places: the tree of areas as a dimension; `at`: an area's place in it.
        sums: what stands behind each place's sum, of indicators that are sums.
    """

    area: int
    on: date
    places: Dimension
    at: dict[int, int]
    measured: tuple[Measured, ...]
    reported: tuple[Measured, ...]
    tables: tuple[Table, ...]
    sums: Mapping[str, Mapping[int, Part]]

    def tell(self, secured: Sequence[Secured], about: Mapping[str, Any]) -> str:
        """Everything that is published, as JSON."""
        limits = Limits(int(about["rules"]["least"]), load_publication().dominance)
        rows = [row for each in self.measured for row in self._told(each, secured, limits)]
        rows += [row for each in self.reported for row in self._reported(each, limits)]
        known = [(each.indicator, each.way, True) for each in self.measured]
        known += [(each.indicator, each.way, False) for each in self.reported]
        return indicator_files.as_json(
            f"{self.on:%Y-%m}", f"{self.area:012d}", self.places, list(dict.fromkeys(known)), rows, about
        )

    def _told(self, each: Measured, secured: Sequence[Secured], limits: Limits) -> list[Told]:
        way = each.way
        whole = self._whole(each, secured, limits) if way.rule == "levels" else set(each.figures)
        unit = load_publication().rounded.get(each.indicator.id, 0)
        rows = []
        for code, (above, below, value) in each.figures.items():
            can_above = code in whole and (way.rule != "hide" or self._shown(each, way.above, code, secured))
            can_below = way.below is None or self._shown(each, way.below, code, secured)
            rows.append(
                Told(
                    each.indicator.id, f"{code:012d}", f"{self.on:%Y-%m}", _rounded(value, unit), _rounded(above, unit),
                    below, "measured", can_above, can_below,
                )
            )  # fmt: skip
        return rows

    def _shown(self, each: Measured, place: tuple[int, int], code: int, secured: Sequence[Secured]) -> bool:
        shown = secured[each.first + place[0]].shown[self.at[code]]
        return bool(shown.reshape(-1)[place[1]])

    def _whole(self, each: Measured, secured: Sequence[Secured], limits: Limits) -> set[int]:
        """Where a sum is told: whole levels; a mean only with the count below it, which it gives away."""
        if each.way.below is None:
            parts = dict(self.sums.get(each.indicator.id, {}))
            # Without knowing whose sum it is nothing is told.
            parts = {code: parts.get(code, Part(0)) for code in each.figures} if parts else {}
            return told(parts, self.above, limits, lambda code: True)
        below = each.way.below
        parts = {code: Part(number or 0) for code, (_, number, _) in each.figures.items()}
        return told(parts, self.above, limits, lambda code: self._shown(each, below, code, secured))

    def _reported(self, each: Measured, limits: Limits) -> list[Told]:
        parts = {code: Part(_smallest(each.indicator, numbers)) for code, numbers in each.figures.items()}
        is_of_things = each.indicator.id in load_publication().things
        whole = set(parts) if is_of_things else told(parts, self.above, limits, lambda code: True)
        return [
            Told(
                each.indicator.id, f"{code:012d}", f"{each.days[code]:%Y-%m}", value, above, below, "reported",
                code in whole, code in whole,
            )
            for code, (above, below, value) in each.figures.items()
        ]  # fmt: skip

    def above(self, code: int) -> int | None:
        """The area above one within the publication."""
        return _above(code, self.at)


def release(area: int, on: date) -> Release:
    """What an area's indicators of a month are. Errors: UsageError where nothing was measured."""
    if level(area) not in ("county", "city"):
        raise UsageError("指标只按市、县公开。", "Indicators are published by city or county.")
    figures = _figures(area, on)
    elders = figures.get(source.UNIVERSE)
    if not elders or area not in elders:
        raise UsageError("这个月还没有测量指标。", "Nothing was measured for that month.")
    reference, groupings, known = Moment(area, on).reference, source.groupings(), load_indicators()
    measured: list[Measured] = []
    first = 0
    for name, by_area in figures.items():
        indicator = known[name]
        numbers = aggregates(indicator, books(), on)
        has_people = datasets()[numbers[0].dataset].has_people
        way = way_of(indicator, numbers, groupings, reference) if has_people else Way("open")
        measured.append(Measured(indicator, way, by_area, first))
        first += len(way.tables)
    places, at = _places(area, measured, elders)
    tables = tuple(
        _table(each, cells, places, at, elders, f"{on:%Y-%m}") for each in measured for cells in each.way.tables
    )
    sums = {each.indicator.id: contributors(area, on, each.indicator) for each in measured if _is_sum(each.way)}
    return Release(area, on, places, at, tuple(measured), tuple(_reported(area, on)), tables, sums)


def _is_sum(way: Way) -> bool:
    return way.rule == "levels" and way.below is None


def _figures(area: int, on: date) -> dict[str, ByArea]:
    """The newest measured figures: indicator → area → (numerator, denominator, value), towns and above."""
    low, high = span(area)
    rows = Figure.objects.filter(
        is_current=True, on=on, source=Figure.Source.MEASURED, area_code__gte=low, area_code__lt=high,
        size__gte=SMALLEST, indicator__in=[each.id for each in load_indicators().values() if each.measure],
    )  # fmt: skip
    found: dict[str, ByArea] = {}
    for name, code, *numbers in rows.order_by("indicator", "area_code").values_list(
        "indicator", "area_code", "numerator", "denominator", "value"
    ):
        found.setdefault(name, {})[code] = (numbers[0], numbers[1], numbers[2])
    return found


def _reported(area: int, on: date) -> list[Measured]:
    """The latest that units reported up to the month's end."""
    low, high = span(area)
    last = on.replace(day=calendar.monthrange(on.year, on.month)[1])
    rows = Figure.objects.filter(
        is_current=True, on__lte=last, source=Figure.Source.REPORTED, area_code__gte=low, area_code__lt=high,
        size__gte=SMALLEST,
    )  # fmt: skip
    columns = ("indicator", "area_code", "on", "numerator", "denominator", "value")
    found: dict[str, Measured] = {}
    known = load_indicators()
    for name, code, day, *numbers in rows.order_by("indicator", "area_code", "on").values_list(*columns):
        if name in known:
            each = found.setdefault(name, Measured(known[name], Way("levels"), {}))
            each.figures[code], each.days[code] = (numbers[0], numbers[1], numbers[2]), day
    return list(found.values())


def _smallest(indicator: Indicator, numbers: Numbers) -> float:
    """The smallest number of people that a reported figure tells, be it by subtracting; 0 where it tells of nobody."""
    above, below, value = numbers
    told_of = [above, below, value if indicator.shape == "count" else None]
    if indicator.shape == "share" and above is not None and below is not None:
        told_of.append(below - above)
    return min((number for number in told_of if number is not None and number > 0), default=0)


def _above(code: int, within: Mapping[int, Any]) -> int | None:
    """The area above one that is there, nearest first; None of the topmost."""
    higher = (code - code % size for _, size in SIZES)
    return next((up for up in higher if up != code and up in within), None)


def _places(area: int, measured: Sequence[Measured], elders: ByArea) -> tuple[Dimension, dict[int, int]]:
    """The tree of areas. Who is known to live in a county but in none of its towns stands beside them."""
    below: dict[int, list[int]] = {}
    for code in elders:
        up = _above(code, elders)
        if up is not None:
            below.setdefault(up, []).append(code)
    leaves = {code for code in elders if code not in below}
    for up, parts in below.items():
        if any(_rest(each.figures, up, parts) for each in measured):
            leaves.add(source.lowest(up))
    labels = {f"{code:012d}": source.place_name(code) for code in {*elders, *leaves}}
    places = nested("area", "区划", [f"{code:012d}" for code in leaves], CUTS, labels, f"{area:012d}")
    return places, {int(code): place for place, code in enumerate(places.codes)}


def _rest(figures: ByArea, up: int, parts: Sequence[int]) -> bool:
    def number(code: int, which: int) -> float:
        return (figures.get(code) or (0, 0, 0))[which] or 0

    return any(number(up, which) != sum(number(code, which) for code in parts) for which in (0, 1))


def _table(each: Measured, cells: Cells, places: Dimension, at: dict[int, int], elders: ByArea, moment: str) -> Table:
    """One table of an indicator, from the lowest areas up."""
    numbers = {
        "all": _column(elders, 0, at), "above": _column(each.figures, 0, at), "below": _column(each.figures, 1, at),
    }  # fmt: skip
    codes = [numbers[plus] - (numbers[minus] if minus else 0) for plus, minus in cells.numbers]
    chosen = codes if cells.codes is None else [codes[leaf] for leaf in cells.codes.leaves]
    leaves = np.stack([_lowest(column, places) for column in chosen], axis=-1)
    if (leaves < 0).any():
        raise UsageError(
            f"“{each.indicator.name.zh}”的下级之和大于上级，请重新测量。",
            f"{each.indicator.id}: parts are more than their whole; measure again.",
        )
    dimensions = (places,) if cells.codes is None else (places, cells.codes)
    return table_of(
        each.indicator.id, each.indicator.name.zh, cells.universe, moment, dimensions,
        leaves[:, 0] if cells.codes is None else leaves,
    )  # fmt: skip


def _column(figures: ByArea, which: int, at: dict[int, int]) -> Counts:
    """One number of every place; of those that live in no known town what their county has more than its towns."""
    found = np.zeros(len(at), np.int64)
    for code, place in at.items():
        found[place] = round((figures.get(code) or (0, 0, 0))[which] or 0)
    return found


def _lowest(column: Counts, places: Dimension) -> Counts:
    """The numbers of the lowest places, the rests of their parents among them."""
    found = column.copy()
    for up, parts in reversed(places.children()):
        rests = [part for part in parts if _is_rest(places.codes[part])]
        for rest in rests:
            found[rest] = found[up] - sum(found[part] for part in parts if part != rest)
    return found[list(places.leaves)]


def _is_rest(code: str) -> bool:
    return code[6:9] == f"{source.NO_TOWN:03d}" or code[4:6] == "99"


def _rounded(value: float | None, unit: int) -> float | None:
    return value if value is None or not unit else float(round(value / unit) * unit)
