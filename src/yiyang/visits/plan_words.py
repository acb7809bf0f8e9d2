"""A plan in words: its figures beside those of village order, and each promise that it cannot keep, with whom."""

from __future__ import annotations

from typing import Any

from yiyang.kit.parts import Definition, Figure
from yiyang.kit.wording import number
from yiyang.registry.models import Person
from yiyang.visits.models import Plan


def figures(plan: Plan) -> list[Figure]:
    """The key figures on top."""
    known: dict[str, Any] = plan.figures or {}
    if not known:
        return []
    placed = known.get("served", known.get("planned", 0))
    found = [
        Figure("应探访", known.get("visits", 0), "次", f"{number(known.get('visitors', 0))} 名探访员"),
        Figure("已排定", placed, "次"),
        Figure("不能安排", len(plan.problems), "次", "每次写明是谁、为什么"),
    ]
    if known.get("usual_share") is not None:
        found.append(Figure("由平时的探访员去", f"{known['usual_share']:.0%}", "", "不换生面孔"))
    return found


def lines(plan: Plan) -> list[Definition]:
    """The other figures: ways beside village order, loads."""
    known: dict[str, Any] = plan.figures or {}
    rows = []
    if known.get("way_minutes") is not None:
        rows.append(
            Definition(
                "路上用时", f"{number(known['way_minutes'] // 60)} 小时，{number(known['way_metres'] // 1000)} 公里"
            )
        )
    if before := known.get("village_way_minutes"):
        less = 1 - known["way_minutes"] / before
        rows.append(
            Definition(
                "比按村逐户走",
                f"路上{'少' if less >= 0 else '多'} {abs(less):.0%}",
                f"按村逐户走要 {number(before // 60)} 小时",
            )
        )
    if load := known.get("load"):
        rows.append(
            Definition(
                "每名探访员当月",
                f"平均 {_hours(load['mean'])}，最少 {_hours(load['least'])}，最多 {_hours(load['most'])}",
            )
        )
    if known.get("rounds"):
        rows.append(Definition("出行", f"{number(known['rounds'])} 人天"))
    if known.get("made_up"):
        rows.append(
            Definition("住处位置", f"{number(known['made_up'])} 次用的是推算的示意位置", "没有登记坐标的，按村推算")
        )
    return rows


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.0f} 小时"


def problems(plan: Plan, most: int) -> list[tuple[int | None, str, str]]:
    """Each promise that cannot be kept: its visit, whose, and why. At most `most`; names within the scope only."""
    rows = [each for each in plan.problems if isinstance(each, dict)][:most]
    names = dict(
        Person.objects.filter(pk__in=[each["person"] for each in rows if each.get("person")]).values_list("pk", "name")
    )
    return [(each.get("visit"), names.get(each.get("person"), ""), each.get("zh", "")) for each in rows]
