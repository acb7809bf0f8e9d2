"""Figures of a run as charts: where things changed, and what a reckoning again found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.db.models import Count, Q, Sum

from yiyang.areas import logic as areas
from yiyang.areas.tables import boundaries
from yiyang.entitlement.models import Arrear, MonthRun
from yiyang.entitlement.month_figures import AreaLine
from yiyang.kit import charts, maps
from yiyang.kit.charts import Chart, Item
from yiyang.kit.maps import Shapes, shapes_of
from yiyang.kit.parts import Figure

ON_ONE_SCREEN = 12


@cache
def shapes(code: int) -> Shapes:
    """County shapes within an area; empty where none are held."""
    collection = boundaries(code)
    for feature in collection["features"]:
        feature["properties"]["code"] = areas.normalise(feature["properties"]["code"])
    return shapes_of(collection)


def by_area(run: MonthRun, lines: Sequence[AreaLine]) -> Chart | None:
    """How many changed where: a map of counties for a city, bars of towns for a county."""
    title, note = "各地变化项数", f"单位：项，{run.month}"
    items = {line.code: Item(line.name, line.new + line.changed + line.ended + line.open) for line in lines}
    if not items:
        return None
    if areas.level(run.area_code) in ("city", "province") and (found := shapes(run.area_code)).areas:
        return maps.choropleth(title, note, found, items)
    ordered = sorted(items.values(), key=lambda item: -(item.value or 0))
    return charts.bars(title, note, ordered, unit="项", shown=ON_ONE_SCREEN)


def figures_of_arrears(run: MonthRun) -> list[Figure]:
    """Back-pay and recovery of a reckoning again, within the scope."""
    rows = Arrear.objects.filter(run=run).order_by()
    back, recovery = Q(fen__gt=0), Q(fen__lt=0)
    found = rows.aggregate(
        back=Sum("fen", filter=back), back_n=Count("pk", filter=back),
        recovery=Sum("fen", filter=recovery), recovery_n=Count("pk", filter=recovery),
    )  # fmt: skip
    return [
        Figure("补发", (found["back"] or 0) // 100, "元", f"{found['back_n']:,} 笔"),
        Figure("追回", -((found["recovery"] or 0) // 100), "元", f"{found['recovery_n']:,} 笔"),
    ]
