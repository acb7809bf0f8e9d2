"""Pages of hardship groups: figures and trends for whoever sees figures, people for whoever sees people."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.audit.record import record
from yiyang.kit import charts, wording
from yiyang.kit.charts import Chart, Item
from yiyang.kit.parts import Figure
from yiyang.registry import group_pages, search
from yiyang.registry.group_pages import GroupLine
from yiyang.registry.models import Person
from yiyang.registry.people_list import People

TOP = "重点人群"


class Members(People):
    """The people of one group: the list of people under another name, so that its columns are remembered apart."""

    name, title = "members", "名单"


@page("figure.read", also=("group.read",))
def listing(request: HttpRequest) -> HttpResponse:
    """All groups: how many now, who entered and left, and the last months."""
    scope = current()
    months, found = group_pages.lines(scope)
    series = {line.short: line.trend for line in found if line.is_visited and any(line.trend)}
    note = f"单位：人，{wording.month(months[0])}至{wording.month(months[-1])}" if months else ""
    context = {
        "groups": found,
        "month": months[-1] if months else "",
        "chart": charts.multiples("探访关爱人群逐月", note, months, series) if series else None,
        "lead": f"{wording.month(months[-1])}，按居住地" if months else "",
    }
    return render(request, "registry/groups.html", context)


@page("figure.read", also=("group.read",))
def one(request: HttpRequest, group: str) -> HttpResponse:
    """One group: its trend, where its people live, who entered and left and why, and who they are."""
    scope = current()
    months, found = group_pages.lines(scope)
    line = next((each for each in found if each.id == group), None)
    if line is None:
        raise Http404
    month = months[-1] if months else ""
    context = {
        "group": line,
        "title": line.name,
        "crumbs": [(TOP, reverse("registry:groups")), (line.short, "")],
        "figures": [
            Figure("人数", line.people, "人", wording.month(month) if month else ""),
            Figure("本月进入", line.entered, "人次"),
            Figure("本月退出", line.left, "人次"),
        ],
        "charts": _charts(scope, line, months) if month else [],
    }
    return render(request, "registry/group.html", context | _people(request, scope, line, month))


def _charts(scope: Scope, line: GroupLine, months: list[str]) -> list[Chart]:
    reach = scope.where("figure.read") | scope.where("group.read")
    size = group_pages.size_below(reach)
    found = group_pages.by_area(scope, line.id, months[-1], size)
    items = [
        Item(areas.name(code) if code > 0 else "未落区划", number, f"?area={areas.short(code)}" if code > 0 else "")
        for code, number in sorted(found.items(), key=lambda pair: -pair[1])
    ]
    note = f"单位：人，{wording.month(months[-1])}，按居住地"
    bars = charts.bars(f"各地{line.short}老年人", note, items, shown=12)
    if len(months) < 2:
        return [bars]
    span = f"单位：人，{wording.month(months[0])}至{wording.month(months[-1])}"
    return [bars, charts.line(f"{line.short}老年人逐月", span, months, {line.short: line.trend})]


def _people(request: HttpRequest, scope: Scope, line: GroupLine, month: str) -> dict[str, Any]:
    """Names only for whoever may see both people and their groups."""
    if not (scope.may("group.read") and scope.may("person.read") and month):
        return {}
    reach = scope.where("group.read").q("area_code", "registered_code")
    rows = Person.objects.filter(reach, merged_into=None, pk__in=search.members(line.id))
    table = Members(request, rows)
    entered, left = group_pages.moves(scope, line.id, month)
    why_entered, why_left = group_pages.causes(scope, line.id, month)
    record("search", what="person:group", detail={"group": line.id} | table.asked)
    return {
        "table": table,
        "entered": entered,
        "left": left,
        "why_entered": why_entered,
        "why_left": why_left,
        "list_url": f"{reverse('registry:people')}?group={line.id}",
    }
