"""The pages of the forecast: an area to 2035, how good it is, how it is made."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.base.errors import UsageError
from yiyang.forecast import asked, check, demand, drawn, exports, lists, policy, projections, units
from yiyang.forecast.asked import Asked
from yiyang.forecast.logic import ELDERS
from yiyang.forecast.projections import Projection
from yiyang.forecast.registry_people import RIGHT, counted
from yiyang.kit.parts import Figure

TOP = "人口预测"
STEP = 5


@page(RIGHT)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """An area under a scenario: elders with fans, ages, disability, what is needed."""
    scope = current()
    try:
        wanted = asked.of(request.GET, scope)
        projection = wanted.projection
    except UsageError as problem:
        context = {"title": TOP, "problem": problem.zh, "choices": asked.choices()}
        return render(request, "forecast/nothing.html", context)
    context = _shown(wanted, projection) | {"tables": lists.of_area(request, wanted, projection, _now(projection))}
    return render(request, "forecast/overview.html", context)


def _shown(wanted: Asked, projection: Projection) -> dict[str, Any]:
    today = timezone.localdate()
    name = units.name_of(wanted.area)
    people = counted(wanted.area, today)
    now = _now(projection)
    return {
        "title": f"{TOP}：{name}",
        "name": name,
        "asked": wanted,
        "choices": asked.choices(),
        "switches": asked.switches(wanted),
        "years": range(policy.parameters().base_year + STEP, policy.parameters().latest + 1, STEP),
        "below": asked.said_area(wanted),
        "is_matched": units.is_matched(wanted.area),
        "figures": _figures(projection, now),
        "fans": [drawn.elders(projection, age, name, people, today) for age in ELDERS],
        "charts": drawn.around(projection, now, name),
        "series": policy.disability().series,
        "chosen": demand.series_of(wanted.series),
        "disabled": drawn.disabled(projection, wanted.series, now),
        "needs_series": demand.series_of(policy.demand().series),
        "has_supply": bool(demand.supply(wanted.area, projection.years[-1])),
        "people": people,
        "on_register": people.get(60, 0),
        "is_whole": drawn.is_whole(projection, people, today.year),
        "made_from": projection.made_from,
    }


def _now(projection: Projection) -> int:
    """This year, or the projection's year that is nearest to it."""
    return min(max(timezone.localdate().year, projection.years[0]), projection.years[-1])


def _figures(projection: Projection, now: int) -> list[Figure]:
    last = projection.years[-1]
    found = []
    for age in (60, 80):
        line = projection.over(age)
        then, here = line[-1], line[projection.years.index(now)]
        growth = f"比 {now} 年{'增加' if then >= here else '减少'} {abs(100 * (then / here - 1)):.0f}%"
        found.append(Figure(f"{last} 年 {age} 岁以上", round(float(then)), "人", growth))
    everybody = projection.total.sum(axis=(1, 2))
    share = 100 * projection.over(60)[-1] / everybody[-1]
    before = 100 * projection.over(60)[0] / everybody[0]
    found.append(Figure(f"{last} 年 60 岁以上占比", f"{share:.1f}", "%", f"2020 年 {before:.1f}%"))
    found.append(
        Figure(f"{last} 年总人口", round(float(everybody[-1])), "人", f"2020 年 {everybody[0] / 1e4:,.1f} 万人")
    )
    return found


@page(RIGHT)
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """How good it is: against the UN, against the census of 2020, against documents and statisticians."""
    made_from = projections.made_from()
    joined = [each for each in units.matched() if each.why]
    context = {
        "title": "预测有多准",
        "crumbs": [(TOP, reverse("forecast:overview")), ("预测有多准", "")],
        "tables": lists.of_quality(request),
        "covered": check.coverage(),
        "made_from": made_from,
        "joined": joined,
        "uncertainty": policy.parameters().uncertainty,
    }
    return render(request, "forecast/quality.html", context)


@page(RIGHT)
@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How it is made, in plain words, with sources."""
    made_from = projections.made_from()
    rule = policy.parameters()
    kinds = (("迁移", rule.scenarios.migration), ("生育", rule.scenarios.fertility), ("死亡", rule.scenarios.mortality))
    context = {
        "title": "预测方法和来源",
        "crumbs": [(TOP, reverse("forecast:overview")), ("方法和来源", "")],
        "rule": rule,
        "levels": units.said_levels(),
        "ages": [f"{age}—{age + 4}岁" for age in units.MOVES_AT],
        "kinds": kinds,
        "series": policy.disability().series,
        "needs": policy.demand().needs,
        "made_from": made_from,
    }
    return render(request, "forecast/method.html", context)


@page(RIGHT)
@require_safe
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The whole projection as a workbook or as CSV."""
    try:
        wanted = asked.of(request.GET, current())
        body = exports.FORMS[form](wanted, wanted.projection)
    except UsageError as problem:
        context = {"title": TOP, "problem": problem.zh, "choices": asked.choices()}
        return render(request, "forecast/nothing.html", context, status=400)
    return exports.answer(body, form, f"{units.name_of(wanted.area)}人口预测")


@page(RIGHT)
@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table of a page as a workbook, filtered and ordered as it was."""
    if name not in lists.NAMES:
        raise Http404
    if name in lists.OF_QUALITY:
        return lists.of_quality(request)[name].workbook(f"forecast_{name}")
    try:
        wanted = asked.of(request.GET, current())
        projection = wanted.projection
    except UsageError as problem:
        context = {"title": TOP, "problem": problem.zh, "choices": asked.choices()}
        return render(request, "forecast/nothing.html", context, status=400)
    found = lists.of_area(request, wanted, projection, _now(projection))
    return found[name].workbook(f"forecast_{name}_{wanted.area:012d}")
