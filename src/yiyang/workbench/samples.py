"""Made-up figures for the page of components."""

from __future__ import annotations

from typing import Any

from yiyang.areas import logic
from yiyang.kit import charts, maps
from yiyang.kit.charts import Item
from yiyang.kit.funnel_plot import Point, funnel_plot
from yiyang.workbench.boundaries import shapes

MONTHS = [f"2026-{month:02d}" for month in range(1, 12)]
CITY = 511700000000
DOTS = [
    Point(f"评估员{index}", 12 + 9 * index, round((12 + 9 * index) * (0.22 + 0.02 * (index % 9))))
    for index in range(1, 20)
]
DOTS.append(Point("评估员甲", 90, 58))


def drawn() -> dict[str, Any]:
    """Every chart and map, with figures and without."""
    counties = list(logic.counties(CITY))
    figures = {area.code: Item(area.name, 40000 + 31000 * index) for index, area in enumerate(counties)}
    figures[counties[2].code] = Item(counties[2].name, None)
    alone = [1180.0 + 12 * index - 4 * (index % 3) for index in range(11)]
    note = "单位：人，2026年11月，虚构数字"
    many: charts.Series = {
        "独居": alone,
        "空巢": [900 + 20 * i for i in range(11)],
        "留守": [None, None, *(700 - 9 * i for i in range(9))],
    }
    drawn = [
        maps.choropleth("各县（市、区）老年人", note, shapes(CITY), figures),
        charts.bars("各县（市、区）老年人", note, list(figures.values())),
        charts.line("独居老年人", note, MONTHS, {"独居": alone}, band=[(v - 40, v + 40) for v in alone]),
        charts.line("重点人群", note, MONTHS, many),
        charts.multiples("重点人群逐月", note, MONTHS, many),
        funnel_plot("各评估人员的重度占比", "虚构数字", DOTS, 0.3, head="评估人员", of="评估人数"),
        charts.bars("本月发放", "单位：元，2026年11月", []),
    ]
    return {"charts": drawn, "spark": charts.spark(alone, "独居人数逐月上升")}
