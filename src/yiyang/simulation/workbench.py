"""The simulation page: levers, the result redrawn as they move, conditions checked as they are typed."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas.models import Area
from yiyang.areas.visible import shapes
from yiyang.base.errors import ConditionError, NoEffect, PolicyError, UsageError
from yiyang.catalog.published import speaker
from yiyang.engine.language import parse
from yiyang.kit import wording
from yiyang.kit.parts import Figure
from yiyang.simulation import asked, bases, charts, logic
from yiyang.simulation.actions import RIGHT, visible
from yiyang.simulation.bases import Base
from yiyang.simulation.floor import floor_of

Json = dict[str, Any]
WRONG = (NoEffect, PolicyError, UsageError)
TOP = "清单测算"


@page(RIGHT)
def board(request: HttpRequest) -> HttpResponse:
    """Levers of the list in force and, beside them, what moving them comes to."""
    scenario = None
    if given := request.GET.get("scenario", ""):
        scenario = get_object_or_404(visible(current()), pk=int(given) if given.isdigit() else 0)
    area = _area_of(scenario) if scenario else asked.area_of(request)
    base = bases.base_of(area)
    context: Json = {"title": TOP, "area": area, "areas": asked.areas()[:100], "base": base, "scenario": scenario}
    if base is None:
        return render(request, "simulation/nothing.html", context)
    posted = logic.posted_of(scenario.changes) if scenario else request.POST.dict()
    blocks = [(block, _filled(block, posted)) for block in base.blocks]
    is_freed = any(filled["is_open"] for block, filled in blocks if not block.levers)
    context |= {"blocks": blocks, "is_freed": is_freed}
    if request.method == "POST":
        context |= _result(request, base)
    return render(request, "simulation/board.html", context)


def _area_of(scenario: Any) -> Area:
    found = asked.areas().filter(code=scenario.area_code).first()
    if found is None:
        raise Http404
    return found


def _filled(block: logic.Block, posted: dict[str, str]) -> Json:
    """What the fields of an item hold."""
    parts = {part: posted.get(f"{part}:{block.name}", "") for part in (logic.END, logic.WHEN, logic.FEN)}
    levers = [(lever, posted.get(lever.name) or lever.now) for lever in block.levers]
    is_moved = any(parts.values()) or any(now != lever.now for lever, now in levers)
    who = posted.get(f"{logic.WHO}:{block.name}") or block.who
    return {**parts, "who": who, "levers": levers, "is_open": is_moved or who != block.who}


@page(RIGHT)
@require_POST
def result(request: HttpRequest) -> HttpResponse:
    """What the levers come to, as a part of the page."""
    base = _base(request)
    return render(request, "simulation/result.html", {"base": base, **_result(request, base)})


def _base(request: HttpRequest) -> Base:
    base = bases.base_of(asked.area_of(request))
    if base is None:
        raise Http404
    return base


def _result(request: HttpRequest, base: Base) -> Json:
    """Context of a result: figures and charts; or that nothing is moved; or what is wrong."""
    base.open()
    try:
        changes = asked.changes_of(request, base)
        if not changes:
            return {"is_still": True}
        found = bases.reckon(base, changes)
    except WRONG as problem:
        return {"problems": bases.why_not(problem)}
    return {"changes": json.dumps(changes, ensure_ascii=False), "base_area": f"{base.area:0<12}", **shown(found)}


def shown(found: Json) -> Json:
    """A result, fresh or kept, as the templates show it."""
    month = wording.month(found["month"])
    budget = found["budget_year_fen"]
    return {
        "result": found,
        "figures": [
            Figure("一年增减", charts.told(charts.yuan(budget)), "元", f"精确值 {wording.money(budget)}"),
            Figure("每月增减", charts.told(charts.yuan(round(budget / 12))), "元", "按年平均"),
            Figure("增加的人", found["winners"], "人"),
            Figure("减少的人", found["losers"], "人"),
        ],
        "charts": charts.of_result(found, shapes(int(found["area"].ljust(12, "0"))), month),
    }


@page(RIGHT)
@require_POST
def floor(request: HttpRequest) -> HttpResponse:
    """Whether the change falls below the list of the level above; asked for after the result stands."""
    base = _base(request)
    try:
        found = floor_of(base, asked.changes_of(request, base))
    except WRONG as problem:
        return render(request, "simulation/floor.html", {"problems": bases.why_not(problem)})
    return render(request, "simulation/floor.html", {"floor": found})


@page(RIGHT)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """A condition as it is typed: the Chinese sentence, or what is wrong with it."""
    base, name = _base(request), request.POST.get("item", "")
    info = next((info for info in base.bound.infos if f"{info.list_area}/{info.item.id}" == name), None)
    if info is None:
        raise Http404
    text = request.POST.get(f"{logic.WHO}:{name}") or request.POST.get(f"{logic.WHEN}:{name}") or ""
    context: Json = {}
    if text.strip():
        try:
            context["sentence"] = speaker().say(parse(text, base.bound.book, info.values))
        except ConditionError as problem:
            context["problem"] = problem.zh
    return render(request, "simulation/checked.html", context)
