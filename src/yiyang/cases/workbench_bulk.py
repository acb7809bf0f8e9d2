"""One step on many cases: chosen rows or all that the filters leave; confirmed once, and told what was left and why."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.cases import actions, letters
from yiyang.cases.models import Case, Transition
from yiyang.cases.moving import MOST
from yiyang.cases.workbench import pdf_answer
from yiyang.cases.worklists import Cases, work_table
from yiyang.kit.paging import bounded_count
from yiyang.registry.models import Person

ROUND_MOST = 300
LEFT_SHOWN = 100
ACTING = ("case.handle", "case.review", "case.approve")


@page("case.tell", also=ACTING)
@require_POST
def bulk(request: HttpRequest, step: str) -> HttpResponse:
    """Confirm, then take the step."""
    rule = Transition.objects.filter(slug=step).first()
    table = _table(request)
    back = f"{reverse('cases:work')}?{table.filter_query}"
    if rule is None or not rule.right or not current().may(rule.right):
        messages.error(request, "您不能办理这一步。")
        return redirect(back)
    rows = _chosen(request, table)
    count, is_more = bounded_count(rows, MOST)
    if not count or is_more:
        messages.error(request, f"一次最多办理 {MOST:,} 件，请先筛选。" if is_more else "请先选择个案。")
        return redirect(back)
    context = {"rule": rule, "count": count, "table": table, "back": back, "title": rule.zh, "rows": _keys(request)}
    context |= {"crumbs": [("个案", back), (rule.zh, "")], "is_danger": step in ("refuse", "end", "decline")}
    if "confirmed" not in request.POST:
        return render(request, "cases/bulk.html", context)
    reason = request.POST.get("reason", "").strip()
    try:
        moved = actions.move_many(by=current(), cases=rows, step=step, reason=reason)
    except YiyangError as error:
        return render(request, "cases/bulk.html", context | {"problem": error.zh, "reason": reason}, status=200)
    left = {"left": moved.left[:LEFT_SHOWN], "left_count": len(moved.left)}
    return render(request, "cases/bulk_done.html", context | {"moved": moved} | left)


def _table(request: HttpRequest) -> Cases:
    """The list whose filters were sent along."""
    filters = request.POST.get("filters", "")
    if not filters and "?" in request.headers.get("Referer", ""):
        filters = request.headers["Referer"].partition("?")[2]
    asked = HttpRequest()
    asked.GET = QueryDict(urlencode(parse_qsl(filters)))
    return work_table(asked)


def _keys(request: HttpRequest) -> list[int]:
    return [int(key) for key in request.POST.getlist("rows") if key.isdigit() and len(key) < 19]


def _chosen(request: HttpRequest, table: Cases) -> QuerySet[Any]:
    """The rows that were ticked, or all that the filters leave; an empty choice is none."""
    if request.POST.get("all"):
        return table.rows
    return Case.objects.filter(pk__in=_keys(request))


@page("case.tell", also=ACTING)
@require_POST
def rounds(request: HttpRequest) -> HttpResponse:
    """The list for going from door to door, as PDF; noted, for addresses and telephones stand on it."""
    table = _table(request)
    within = current().where("case.tell").q("area_code")
    cases = list(table.rows.filter(within).order_by("area_code", "pk")[: ROUND_MOST + 1])
    back = f"{reverse('cases:work')}?{table.filter_query}"
    if not cases or len(cases) > ROUND_MOST:
        many = f"一次最多打印 {ROUND_MOST} 件，请按村（社区）筛选后再打印。"
        messages.error(request, many if cases else "没有可打印的个案。")
        return redirect(back)
    detail = {"list": table.work.slug, "cases": len(cases)}
    record("export", what="cases:rounds", area=cases[0].area_code, detail=detail)
    people = {case.person_id for case in cases}
    for person in Person.objects.filter(pk__in=people):
        record("reveal", what="cases:rounds", person=person.pk, area=person.area_code, reason="打印入户名单")
    title = f"入户名单（{table.work.title}）"
    return pdf_answer(letters.rounds_pdf(cases, title, current().name, timezone.localdate()), "rounds")
