"""The board of projects: totals with lights, a map or bars by area, stages, and years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from yiyang.areas.names import name as area_name
from yiyang.areas.visible import shapes
from yiyang.kit import charts, maps
from yiyang.kit.charts import Chart, Item
from yiyang.kit.parts import Figure
from yiyang.planning import logic, project_page, zones
from yiyang.planning.models import Project
from yiyang.planning.policy import load_planning
from yiyang.planning.project_page import Row

TOWN, COUNTY, CITY = 10**3, 10**6, 10**8
MEASURES = (("places", "床位（托位）"), ("money", "计划投资"), ("late", "滞后项目"))
LIGHTS = {"good": "正常", "wait": "个别滞后", "bad": "滞后较多"}
# Bars over years that are drawn; the totals count all projects.
SHOWN = 300
UNITS = {"places": "张", "money": "万元", "late": "个"}


@dataclass(frozen=True)
class Line:
    """A row of a table of totals with its light: good, wait or bad, and the light in words."""

    name: str
    sum: logic.Sum
    url: str
    light: str
    word: str


def context(rows: Sequence[Row], kind: str, measure: str) -> dict[str, Any]:
    """What the board shows. `measure`: what the map tells, one of `MEASURES`."""
    measure = measure if measure in UNITS else MEASURES[0][0]
    years, spans = project_page.gantt(rows)
    totals = logic.summed(("all", row.sum) for row in rows).get("all", logic.Sum())
    here = reverse("planning:projects")
    return {
        "title": "项目总览", "lead": "各年度、各地的床位、资金和进度；滞后按规则由系统算出。",
        "kind": kind, "rows": rows,
        "crumbs": [("规划与项目", reverse("planning:documents")), ("项目", here), ("总览", "")],
        "kinds": Project.Kind.choices, "measures": MEASURES, "measure": measure, "years": years,
        "spans": spans[:SHOWN], "left": max(len(spans) - SHOWN, 0),
        "chart": project_page.stages(rows), "map": by_area(rows, measure), "sources": project_page.by_source(rows),
        "tables": _tables(rows, here), "late_percent": load_planning().lights.late_percent,
        "figures": [
            Figure("项目", totals.count, "个", note=f"已开工 {totals.begun} 个"),
            Figure("床位（托位）", totals.places, "张", note=f"已投用 {totals.in_use:,} 张"),
            Figure("已到位资金", round(totals.paid_fen / 100), "元", note=f"计划的 {_percent(totals)}"),
            Figure("已滞后", totals.late, "个", url=f"{here}?late=yes"),
        ],
    }  # fmt: skip


def _percent(totals: logic.Sum) -> str:
    return f"{totals.paid_fen * 100 // totals.planned_fen}%" if totals.planned_fen else "—"


def _tables(rows: Sequence[Row], here: str) -> list[tuple[str, str, list[Line]]]:
    kinds = {word: slug for slug, word in Project.Kind.choices}
    by_year, by_kind = project_page.by_year(rows), project_page.by_kind(rows)
    return [
        ("按年度", "年度", [_line(name, each, f"{here}?year={name[:4]}") for name, each in by_year]),
        ("按区划", "区划", [_line(name, each, url) for name, each, url in _by_place(rows, here)]),
        ("按类别", "类别", [_line(name, each, f"{here}?kind={kinds[name]}") for name, each in by_kind]),
    ]


def _by_place(rows: Sequence[Row], here: str) -> list[tuple[str, logic.Sum, str]]:
    """Totals by area; zones without a code of their own stand below their city, whose own projects they are not."""
    apart = [(row, zone) for row in rows if (zone := zones.zone_of(row.project))]
    rest = [row for row in rows if not zones.zone_of(row.project)]
    found = [(_named(code), each, _below(here, code)) for code, each in areas(rest)]
    summed = logic.summed((zone, row.sum) for row, zone in apart)
    return found + [(f"{zone}（没有区划代码）", each, "") for zone, each in summed.items()]


def _named(code: int) -> str:
    """A city's own projects are told from those of its counties."""
    return area_name(code) + ("本级" if code % CITY == 0 else "")


def _below(here: str, code: int) -> str:
    """The list of an area's projects; of a city's own there is none, for the filter takes the counties with it."""
    return "" if code % CITY == 0 else f"{here}?area={code}"


def _line(name: str, each: logic.Sum, url: str) -> Line:
    light = logic.light(each, load_planning().lights.late_percent)
    return Line(name, each, url, light, LIGHTS[light])


def areas(rows: Sequence[Row]) -> list[tuple[int, logic.Sum]]:
    """Totals by county; where all lie in one county, by township."""
    codes = {_at(row, COUNTY) for row in rows}
    size = COUNTY if len(codes) > 1 else TOWN
    found = logic.summed((_at(row, size), row.sum) for row in rows)
    return sorted((int(str(code)), each) for code, each in found.items())


def _at(row: Row, size: int) -> int:
    return row.project.area_code - row.project.area_code % size


def by_area(rows: Sequence[Row], measure: str) -> Chart:
    """A map of a city's counties, or bars where outlines are not held or projects lie in several cities."""
    here, unit = reverse("planning:projects"), UNITS[measure]
    items = {code: Item(_named(code), _value(each, measure), _below(here, code)) for code, each in areas(rows)}
    title, note = f"各地{dict(MEASURES)[measure]}", f"单位：{unit}，按项目所在地；市级项目只列在表里"
    cities = {_at(row, CITY) for row in rows}
    found = shapes(cities.pop()) if len(cities) == 1 else None
    if found and any(code in found.areas for code in items) and len(items) > 1:
        return maps.choropleth(title, note, found, items, unit=unit)
    note = f"单位：{unit}，按项目所在地"
    return charts.bars(title, note, sorted(items.values(), key=lambda item: -(item.value or 0)), unit=unit)


def _value(each: logic.Sum, measure: str) -> int:
    return {"places": each.places, "money": round(each.planned_fen / 1_000_000), "late": each.late}[measure]
