"""Figures as a list: sorted, filtered, taken out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from yiyang.areas import logic as areas
from yiyang.areas.names import name
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators import logic, reading
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.policy import load_indicators, written
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty

LEVELS = ((10**8, "市"), (10**6, "县（市、区）"), (10**3, "乡镇（街道）"), (1, "村（社区）"))


class Areas(Table):
    """Figures of one indicator in the areas within one."""

    name, title, order = "indicator_areas", "各地数值", "area_code"
    carried = ("area", "on", "since")
    columns = (
        Column("area_code", "区划", is_link=True, sort="area_code", value=lambda row: name(row.area_code)),
        Column("value", "数值", kind="text", sort="value", value=lambda row: _value(row)),
        Column("limits", "95%区间", value=lambda row: _limits(row)),
        Column("numerator", "分子", kind="number", sort="numerator"),
        Column("denominator", "分母", kind="number", sort="denominator"),
        Column("source", "来源", value=lambda row: row.get_source_display()),
        Column("known", "获知日期", kind="day", is_hidden=True),
    )
    filters = (
        Filter("size", "级别", choices=LEVELS),
        Filter("least", "数值不低于", lookup=lambda rows, value: rows.filter(value__gte=float(value))),
        Filter("most", "数值不高于", lookup=lambda rows, value: rows.filter(value__lte=float(value))),
    )
    empty = Empty("还没有各地数值", "测量之后，下级区划的数值列在这里。", icon="chart")

    def row_url(self, row: Any) -> str:
        """How the figure came about."""
        return reverse("indicators:how", args=[row.indicator, areas.short(row.area_code), f"{row.on}", row.source])


def _value(row: Figure) -> str:
    return written(load_indicators()[row.indicator], row.value)


def _limits(row: Figure) -> str:
    found = load_indicators()[row.indicator]
    limits = logic.interval(found.shape, row.numerator, row.denominator, found.per)
    return f"{written(found, limits.low)}–{written(found, limits.high)}" if limits else "—"


def areas_table(request: HttpRequest, indicator: Indicator, area: int, on: date | None) -> Areas:
    """The list of the areas below one (all levels, the next one first)."""
    return Areas(request, areas_rows(indicator.id, area, on))


def areas_rows(indicator: str, area: int, on: date | None) -> QuerySet[Figure]:
    """The newest figures of the areas within one, without itself, where anything was to be counted."""
    low, high = areas.span(area)
    rows = reading.figures().filter(indicator=indicator, area_code__gte=low, area_code__lt=high)
    found: QuerySet[Figure] = rows.filter(on=on).exclude(area_code=area) if on else rows.none()
    return found


def _wide(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if not areas.is_code(value):
        raise ValueError(value)
    low, high = areas.span(areas.normalise(value))
    return rows.filter(area_code__gte=low, area_code__lt=high)


class ReportedOnes(Table):
    """What units have entered, and what became of it."""

    name, title, order = "reported", "填报", "-id"
    columns = (
        Column("indicator", "指标", is_link=True, value=lambda row: _name(row.indicator)),
        Column("area_code", "区划", kind="area", sort="area_code"),
        Column("zone", "开发区", is_hidden=True),
        Column("on", "统计日期", kind="day", sort="on"),
        Column("value", "数值", value=lambda row: _reported(row)),
        Column("state", "状态", kind="state"),
        Column("source", "来源"),
        Column("entered_by_name", "填报人"),
        Column("entered_at", "填报时间", kind="when"),
        Column("id", "编号", kind="number", sort="id", is_hidden=True),
    )
    filters = (
        Filter("indicator", "指标", choices=()),
        Filter("state", "状态", choices=Reported.State.choices),
        Filter("area", "区划代码", lookup=_wide, hint="6、9或12位"),
    )
    empty = Empty("还没有填报的数值", "平台测不到的指标，由责任单位填报。", icon="edit")

    def row_url(self, row: Any) -> str:
        """The entry itself."""
        return reverse("indicators:reported_one", args=[row.pk])


def reported_table(request: HttpRequest) -> ReportedOnes:
    """The entries of the scope."""
    table = ReportedOnes(request, Reported.objects.all())
    choices = [(each.id, each.name.zh) for each in load_indicators().values()]
    table.filters = (Filter("indicator", "指标", choices=choices), *table.filters[1:])  # type: ignore[misc]
    return table


def _name(indicator: str) -> str:
    found = load_indicators().get(indicator)
    return found.name.zh if found else indicator


def _reported(row: Reported) -> str:
    found = load_indicators().get(row.indicator)
    return f"{written(found, row.value)} {found.unit}" if found else f"{row.value:g}"
