"""Charts of a change: bars to both sides of nothing, and a result laid out as charts. Pure: figures in, markup out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html

from yiyang.kit import charts, maps
from yiyang.kit.charts import ROW, Chart, Item, drawing
from yiyang.kit.maps import Shapes
from yiyang.kit.wording import number, wan

Json = Mapping[str, Any]
MANY = 10**6  # yuan from which a chart counts in 万


def yuan(fen: int) -> float:
    return round(fen / 100, 2)


def told(value: float | None) -> str:
    """Yuan with a sign, in 万 where large."""
    if value is None:
        return "—"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + wan(abs(value))


def both_ways(title: str, note: str, items: Sequence[Item], *, head: str, unit: str = "元", shown: int = 16) -> Chart:
    """Horizontal bars from a line in the middle: more to the right, less to the left, each with its figure."""
    if not any(item.value for item in items):
        return Chart("bars", title, note, charts.NOTHING)
    drawn = sorted(items, key=lambda item: -abs(item.value or 0))[:shown]
    most = max(abs(item.value or 0) for item in drawn)
    is_two_sided = any((item.value or 0) < 0 for item in drawn) and any((item.value or 0) > 0 for item in drawn)
    inner = "".join(_bar(index, item, most, is_two_sided) for index, item in enumerate(drawn))
    said = f"单位：{unit}。" + "，".join(f"{item.label} {told(item.value)}" for item in drawn)
    svg = drawing(title, said, inner, attributes=f'height="{len(drawn) * ROW:.2f}em"')
    rows = [(item.label, told(item.value)) for item in items]
    return Chart("bars", title, note, svg, (head, unit), rows)


def _bar(index: int, item: Item, most: float, is_two_sided: bool) -> str:
    top, value = index * ROW, item.value or 0
    room = 50 if is_two_sided else 100
    width = room * abs(value) / most
    start = (50 - width if value < 0 else 50) if is_two_sided else 0
    return format_html(
        '<text x="0" y="{}em">{}</text><text class="num" x="100%" y="{}em" text-anchor="end">{}</text>'
        '<rect class="{}" x="{}%" y="{}em" width="{}%" height="{}em"/>',
        f"{top + 1:.2f}",
        item.label,
        f"{top + 1:.2f}",
        told(value),
        "mark less" if value < 0 else "mark",
        f"{start:.2f}",
        f"{top + 1.4:.2f}",
        f"{width:.2f}",
        charts.BAR,
    )


def of_result(result: Json, shapes: Shapes, month: str) -> list[Chart]:
    """The charts of one result: where, what, how old, in which hardship, by how much, and the coming years."""
    note = f"单位：元/年，按{month}在册人员；负数为减少"
    found = []
    if len(shapes.areas) > 1 and any(_code(row) in shapes.areas for row in result["by_area"]):
        figures = {_code(row): Item(row["name"], yuan(row["budget_year_fen"])) for row in result["by_area"]}
        found.append(maps.choropleth("各县（市、区）资金变化", note, shapes, figures, unit="元", write=told))
    else:
        found.append(both_ways("各地资金变化", note, _items(result["by_area"], "name"), head="区划"))
    if len(result["items"]) > 1:
        found.append(both_ways("各项目资金变化", note, _items(result["items"], "name_zh"), head="项目"))
    found.append(both_ways("各年龄段资金变化", note, _items(result["by_age"], "group"), head="年龄"))
    found.append(both_ways("各类对象资金变化", note, _items(result["by_hardship"], "group"), head="对象"))
    found.append(histogram(result["histogram"], month))
    if line := coming_years(result.get("outlook", {})):
        found.append(line)
    return [chart for chart in found if not chart.is_empty]


def _code(row: Json) -> int:
    return int(str(row["area"] or "0").ljust(12, "0"))


def _items(rows: Sequence[Json], name: str) -> list[Item]:
    return [Item(row[name], yuan(row["budget_year_fen"])) for row in rows]


def histogram(rows: Sequence[Json], month: str) -> Chart:
    """How many people by how much each gets more a year."""
    items = [Item(_span(row), row["people"]) for row in rows]
    return charts.bars("每人每年增减", f"单位：人，{month}", items, head="每人每年增减", shown=20)


def _span(row: Json) -> str:
    low, high = row["from_fen"], row["to_fen"]
    words = [f"{'+' if fen > 0 else '−'}¥{number(abs(fen) / 100)}" for fen in (low, high)]
    return words[0] if low == high else f"{words[0]} 至 {words[1]}"


def coming_years(outlook: Json) -> Chart | None:
    """The touched items' cost in the coming years, now and changed."""
    rows = outlook.get("rows")
    if not rows or not any(row[1] or row[2] for row in rows):
        return None
    is_large = max(max(abs(row[1]), abs(row[2])) for row in rows) >= 100 * MANY
    per, unit = (10**6, "万元") if is_large else (100, "元")
    series = {name: [round(row[place] / per, 2) for row in rows] for place, name in ((1, "现行清单"), (2, "改动后"))}
    return charts.line(
        "今后五年（所涉项目）", f"单位：{unit}/年；{basis(outlook)}", [str(row[0]) for row in rows], series, unit=unit
    )


def basis(outlook: Json) -> str:
    """On what the coming years rest, in a few words."""
    return "按人口预测的年龄组增长" if "人口预测" in outlook.get("method", "") else "仅推算老龄化"


def side_by_side(results: Mapping[str, Json]) -> list[Chart]:
    """Up to four results beside each other."""
    budget = [Item(title, yuan(result["budget_year_fen"])) for title, result in results.items()]
    found = [both_ways("每年资金变化", "单位：元/年；负数为减少", budget, head="方案")]
    outlooks = {title: result["outlook"]["rows"] for title, result in results.items() if result.get("outlook")}
    if outlooks:
        first = next(iter(outlooks.values()))
        series = {title: [round(row[3] / 10**6, 2) for row in rows] for title, rows in outlooks.items()}
        years = [str(row[0]) for row in first]
        found.append(charts.line("今后五年每年增减", "单位：万元/年；推算方法见各方案", years, series, unit="万元"))
    return found


__all__ = ["both_ways", "of_result", "side_by_side", "told"]
