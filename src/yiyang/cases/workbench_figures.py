"""The funnel in figures: where cases stand, by area and item; how long steps take; what is overdue."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.cases import figures
from yiyang.cases.figures import Cell
from yiyang.cases.models import State, Transition
from yiyang.cases.worklists import cases
from yiyang.kit import charts
from yiyang.kit.charts import Chart, Item
from yiyang.kit.parts import Figure
from yiyang.notices.words import item_name

SHOWN, LATE_SHOWN = 30, 20
SIZES = (10**6, 10**3, 1)
# The funnel in its order; the states of a bar together.
FUNNEL = (
    ("新发现", (State.FOUND,)),
    ("已告知", (State.TOLD, State.AGREED)),
    ("已申请", (State.APPLIED, State.SUPPLEMENTING)),
    ("已审核", (State.CHECKED,)),
    ("已批准", (State.GRANTED,)),
    ("享受中", (State.IN_EFFECT, State.SUSPENDED)),
)
CLOSED = ("未享受而结束", (State.DECLINED, State.REFUSED, State.WITHDRAWN, State.VOID))
ENDED = ("已终止", (State.ENDED,))


def size_below(scope: Scope) -> int:
    """The areas by which a scope is counted: counties of a city, towns of a county, villages of a town."""
    widest = max((high - low for low, high in scope.where("case.read").spans), default=0)
    return next((size for size in SIZES if size < widest), 1)


@page("case.read", also=("figure.read",))
def funnel(request: HttpRequest) -> HttpResponse:
    """Where cases stand."""
    scope = current()
    cells = figures.funnel(scope, size_below(scope))
    item = request.GET.get("item", "")
    chosen = [cell for cell in cells if not item or cell.item == item]
    late = figures.overdue(scope)
    rows = cases().filter(pk__in=late.values("pk")[:LATE_SHOWN]).order_by("due", "pk")
    context = {
        "title": "进度统计",
        "lead": "从发现到享受，各有多少件；五分钟更新一次。",
        "figures": _figures(chosen),
        "charts": drawn(chosen),
        "items": sorted({(cell.item, item_name(cell.item)) for cell in cells}, key=lambda pair: pair[1]),
        "item": item,
        "heads": [name for name, _ in (*FUNNEL, CLOSED, ENDED)],
        "by_area": _matrix(chosen, "area"),
        "by_item": _matrix(chosen, "item"),
        "late": [(each, item_name(each.item, each.list_area)) for each in rows] if scope.may("person.read") else [],
        "pace": _pace(scope),
        "crumbs": [("个案", reverse("cases:work")), ("进度统计", "")],
    }
    return render(request, "cases/funnel.html", context)


def _figures(cells: list[Cell]) -> list[Figure]:
    counts = figures.by_state(cells)
    open_ones = sum(counts.get(state, 0) for _, states in FUNNEL[:4] for state in states)
    in_effect = counts.get(State.IN_EFFECT, 0)
    overdue = sum(cell.overdue for cell in cells)
    url = f"{reverse('cases:work')}?tab=overdue"
    return [
        Figure("在办", open_ones, "件"),
        Figure("享受中", in_effect, "件"),
        Figure("已超期", overdue, "件", "在办与拟办中超过期限的", url),
    ]


def drawn(cells: list[Cell]) -> list[Chart]:
    """The funnel as bars: the steps before it takes effect, which would vanish beside those in effect."""
    counts = figures.by_state(cells)
    items = [Item(name, sum(counts.get(state, 0) for state in states)) for name, states in FUNNEL[:5]]
    if not any(item.value for item in items):
        return []
    return [charts.bars("在办个案到了哪一步", "单位：件", items, unit="件", head="环节", shown=len(items))]


def _matrix(cells: list[Cell], by: str) -> list[tuple[str, list[tuple[str, int]], int]]:
    """Rows of the table: name, each part of the funnel and its cases, overdue."""
    found: dict[Any, list[Cell]] = {}
    for cell in cells:
        found.setdefault(getattr(cell, by), []).append(cell)
    rows = []
    for key, mine in found.items():
        counts = figures.by_state(mine)
        name = item_name(key) if by == "item" else areas.name(key) if key > 0 else "未落区划"
        parts = [(head, sum(counts.get(state, 0) for state in states)) for head, states in (*FUNNEL, CLOSED, ENDED)]
        rows.append((key, (name, parts, sum(cell.overdue for cell in mine))))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])][: SHOWN * 20]


def _pace(scope: Scope) -> list[tuple[str, float, int]]:
    words = dict(Transition.objects.values_list("slug", "zh"))
    return [(words.get(each.step, each.step), each.days, each.steps) for each in figures.pace(scope)]
