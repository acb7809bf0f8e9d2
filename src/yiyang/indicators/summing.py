"""Reported figures added up: what an area's parts come to once all of them have reported, and who has not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from yiyang.access.scope import acting, current, platform
from yiyang.areas import logic as areas
from yiyang.areas.models import Area
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.store import value_of

# The level that is added up into another, and what its areas are called.
PARTS = {"city": ("county", "县（市、区）"), "county": ("town", "乡镇（街道）")}
ZONES = ("development_zone", "jurisdiction")
TOLD = (Figure.Source.REPORTED, Figure.Source.SUMMED)


@dataclass(frozen=True)
class Parts:
    """What an area consists of on a day.

    Attributes:
        codes: those that must have reported before their sum is the area's figure.
        zones: development zones, with or without a code of their own: added up where they report apart from their
            counties, else taken to be in their counties' figures.
    """

    word: str
    codes: tuple[int, ...]
    zones: Mapping[str, int | None]

    @property
    def all_codes(self) -> list[int]:
        """Also those of zones that have one."""
        return [*self.codes, *(code for code in self.zones.values() if code is not None)]


def parts_of(area: int, on: date) -> Parts | None:
    """The parts of a city or county on a day; None of what is not added up (a town, a province)."""
    if area <= 0 or areas.level(area) not in PARTS:
        return None
    level, word = PARTS[areas.level(area)]
    low, high = areas.span(area)
    standing = Q(valid_from__lte=timezone.localdate()) & (Q(valid_to=None) | Q(valid_to__gte=on))
    here = Q(code__gte=low, code__lt=high) | Q(code=None, parent__code=area)
    rows = list(Area.objects.filter(standing & here, level=level).exclude(kind="placeholder").order_by("code"))
    codes = tuple(int(row.code or 0) for row in rows if row.kind not in ZONES)
    return Parts(word, codes, {row.name: row.code for row in rows if row.kind in ZONES})


@dataclass(frozen=True)
class Coverage:
    """How many parts of an area have reported an indicator for a day, and what these come to.

    Attributes:
        numerator, denominator, value: of those that have reported; None where they do not add up.
        missing: those that have not.
        apart: zones that reported by themselves and are added. unnamed: zones that did not.
    """

    on: date
    word: str
    reported: tuple[int, ...]
    missing: tuple[int, ...]
    apart: tuple[str, ...]
    unnamed: tuple[str, ...]
    numerator: float | None
    denominator: float | None
    value: float | None

    @property
    def is_whole(self) -> bool:
        """Whether all have reported, in such a way that it can be added up."""
        return bool(self.reported) and not self.missing and self.value is not None


Row = Figure | Reported


def coverage(
    indicator: Indicator, parts: Parts, rows: Iterable[Figure], zones: Iterable[Reported], on: date
) -> Coverage:
    """Of the parts' figures of a day and what zones without a code reported."""
    best: dict[int, Figure] = {}
    for row in sorted(rows, key=lambda row: row.source, reverse=True):
        best[row.area_code] = row
    apart = [each for each in zones if each.within is None]
    by_code = {code: name for name, code in parts.zones.items() if code is not None}
    reported = tuple(code for code in parts.codes if code in best)
    own_zones = [best[code] for code in by_code if code in best]
    added: list[Row] = [*(best[code] for code in reported), *(row for row in own_zones if _is_apart(row)), *apart]
    named = {by_code[row.area_code] for row in own_zones} | {each.zone for each in zones}
    sums = _sum(indicator, added)
    return Coverage(
        on, parts.word, reported, tuple(code for code in parts.codes if code not in best),
        tuple(by_code[row.area_code] for row in own_zones if _is_apart(row)) + tuple(each.zone for each in apart),
        tuple(name for name in parts.zones if name not in named), *sums,
    )  # fmt: skip


def _is_apart(row: Figure) -> bool:
    return row.reported is None or row.reported.within is None


def _sum(indicator: Indicator, rows: Sequence[Row]) -> tuple[float | None, float | None, float | None]:
    """Numerator, denominator and value of the sum. Counts add up where policy says so; all else by its parts."""
    if indicator.shape == "count":
        if not indicator.adds_up or any(row.value is None for row in rows):
            return None, None, None
        total = sum(row.value or 0.0 for row in rows)
        return total, None, total
    if any(row.numerator is None or row.denominator is None for row in rows):
        return None, None, None
    above, below = (sum(getattr(row, part) or 0.0 for row in rows) for part in ("numerator", "denominator"))
    return above, below, value_of(indicator, above, below)


def coverages(area: int, on: date, indicator: str = "") -> dict[str, Coverage]:
    """Indicator → how far its parts have reported the last day up to `on` for which any did; of what is reported."""
    parts = parts_of(area, on)
    if parts is None:
        return {}
    rows, zones = _told(area, parts, on, indicator)
    found = {}
    for key in sorted({*rows, *zones} & set(load_indicators())):
        last = max([*rows.get(key, {}), *zones.get(key, {})])
        here, apart = rows.get(key, {}).get(last, []), zones.get(key, {}).get(last, [])
        found[key] = coverage(load_indicators()[key], parts, here, apart, last)
    return found


ByDay = dict[str, dict[date, list[Any]]]


def _told(area: int, parts: Parts, on: date, indicator: str) -> tuple[ByDay, ByDay]:
    """Indicator → day → figures of the parts; and the same of zones without a code."""
    one = {"indicator": indicator} if indicator else {}
    figures = Figure.objects.filter(
        area_code__in=parts.all_codes, is_current=True, source__in=TOLD, on__lte=on, value__isnull=False, **one
    )
    return _by_day(figures.select_related("reported")), _by_day(zone_entries(area).filter(on__lte=on, **one))


def _by_day(rows: Iterable[Any]) -> ByDay:
    found: ByDay = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.indicator][row.on].append(row)
    return found


def zone_entries(area: int) -> QuerySet[Reported]:
    """What zones of a city without a code have reported, in force."""
    rows: QuerySet[Reported] = Reported.objects.filter(area_code=area, state=Reported.State.IN_FORCE)
    return rows.exclude(zone="").order_by("zone", "-on")


def refresh(indicator: Indicator, area: int, on: date, *, is_zone: bool = False) -> None:
    """After an area's report changed: the sums of the areas above it, each kept where all of its parts have reported.

    Args:
        is_zone: it was a zone's report, which `area`, its city, adds up itself.
    """
    with acting(platform("汇总填报指标", current().request)):
        for above in [*([area] if is_zone else []), *areas.ancestors(area)]:
            parts = parts_of(above, on)
            if parts is not None:
                _keep(indicator, above, on, parts)


def _keep(indicator: Indicator, area: int, on: date, parts: Parts) -> None:
    same: dict[str, Any] = {"indicator": indicator.id, "on": on}
    rows = Figure.objects.filter(**same, area_code__in=parts.all_codes, is_current=True, source__in=TOLD)
    zones = zone_entries(area).filter(**same)
    found = coverage(indicator, parts, rows.select_related("reported"), zones, on)
    same |= {"area_code": area, "source": Figure.Source.SUMMED}
    Figure.objects.filter(**same).update(is_current=False)
    if found.is_whole:
        is_synthetic = any(row.is_synthetic for row in rows)
        values = {"numerator": found.numerator, "denominator": found.denominator, "value": found.value}
        size = dict(areas.SIZES)[areas.level(area)]
        Figure.objects.update_or_create(
            **same, known=timezone.localdate(),
            defaults={**values, "size": size, "is_current": True, "is_synthetic": is_synthetic},
        )  # fmt: skip
