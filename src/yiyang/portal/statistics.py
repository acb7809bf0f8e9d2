"""Published statistics, for everybody: the list, one table, and its files at addresses that stay."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, re_path, reverse
from django.utils.cache import get_conditional_response

from yiyang.access.scope import acting, platform
from yiyang.access.web import PUBLIC, page
from yiyang.areas.names import full_name
from yiyang.indicators.models import PublishedTable
from yiyang.indicators.publication import files
from yiyang.indicators.publication.actions import LICENCE, OPEN_STATES

Json = dict[str, Any]
SHOWN = 400
LISTED = 200


def _open() -> list[PublishedTable]:
    """What is published, the newest first. Nobody is logged in here: it is the platform that reads, and only this."""
    with acting(platform("公开数据")), transaction.atomic():
        rows = (
            PublishedTable.objects.filter(state__in=OPEN_STATES).defer("body").order_by("-month", "area_code", "slug")
        )
        return list(rows[:LISTED])


def _one(number: str) -> PublishedTable:
    area, slug, *month, version = number.split("-")
    with acting(platform("公开数据")), transaction.atomic():
        found: PublishedTable | None = PublishedTable.objects.filter(
            area_code=int(area.ljust(12, "0")), slug=slug, month="-".join(month), version=int(version[1:]),
            state__in=OPEN_STATES,
        ).first()  # fmt: skip
    if found is None or found.number != number:
        raise Http404
    return found


@page(PUBLIC)
def statistics(request: HttpRequest) -> HttpResponse:
    """Which tables there are."""
    context = {
        "tables": [(each, full_name(each.area_code)) for each in _open()], "licence": LICENCE,
        "back": ("首页", reverse("portal:home")),
    }  # fmt: skip
    return render(request, "portal/statistics/list.html", context)


@page(PUBLIC)
def statistic(request: HttpRequest, number: str) -> HttpResponse:
    """One table: filtered, sorted, with bars; what is hidden and why; its files."""
    found = _one(number)
    told = json.loads(found.body)
    chosen = {each["name"]: request.GET.get(each["name"], "") for each in told["dimensions"]}
    rows = _filtered(told, chosen)
    by_count = request.GET.get("sort") == "count"
    if by_count:
        rows.sort(key=lambda row: -1 if row[1] is None else -row[1])
    largest = max((row[1] or 0 for row in rows), default=0) or 1
    context: Json = {
        "found": found, "told": told, "area": full_name(found.area_code), "by_count": by_count, "count": len(rows),
        "heads": [each["title"] for each in told["dimensions"]], "choices": _choices(told, chosen), "shown": SHOWN,
        "rows": [(words, value, round(100 * (value or 0) / largest)) for words, value in rows[:SHOWN]],
        "sums": [("JSON", found.sha256), ("CSV", files.sha256(files.as_csv(told)))],
        "back": ("统计数据", reverse("portal:statistics")),
    }  # fmt: skip
    return render(request, "portal/statistics/one.html", context)


def _filtered(told: Json, chosen: Json) -> list[tuple[list[str], int | None]]:
    """Cells of the chosen codes; of a dimension where none is chosen, all."""
    wanted = [chosen[each["name"]] for each in told["dimensions"]]
    found = []
    for row, value in zip(files.rows_of(told), told["values"], strict=True):
        codes = row[1:-2:2]
        if all(not want or want == code for want, code in zip(wanted, codes, strict=True)):
            found.append((row[2:-2:2], value))
    return found


def _choices(told: Json, chosen: Json) -> list[Json]:
    return [
        {
            "name": each["name"], "title": each["title"], "value": chosen[each["name"]],
            "options": list(zip(each["codes"], each["labels"], strict=True)),
        }
        for each in told["dimensions"]
    ]  # fmt: skip


def _file(request: HttpRequest, found: PublishedTable, body: str, kind: str, name: str) -> HttpResponse:
    etag = f'"{files.sha256(body)}"'
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["ETag"], response["Access-Control-Allow-Origin"] = etag, "*"
    return response


@page(PUBLIC)
def statistic_json(request: HttpRequest, number: str) -> HttpResponse:
    """The table as JSON, byte for byte as published."""
    found = _one(number)
    return _file(request, found, found.body, "application/json", f"{number}.json")


@page(PUBLIC)
def statistic_csv(request: HttpRequest, number: str) -> HttpResponse:
    """The table as CSV in SDMX's words."""
    found = _one(number)
    return _file(request, found, files.as_csv(json.loads(found.body)), "text/csv", f"{number}.csv")


@page(PUBLIC)
def statistic_csvw(request: HttpRequest, number: str) -> HttpResponse:
    """What the columns of the CSV mean, as CSVW."""
    found = _one(number)
    said = json.loads(found.body) | {"published": f"{found.decided_at:%Y-%m-%d}"}
    body = files.as_csvw(said, f"{number}.csv")
    return _file(request, found, body, "application/csvm+json", f"{number}.csv-metadata.json")


NUMBER = r"statistics/(?P<number>\d{6}-[a-z][a-z0-9_]{0,59}-20\d\d-\d\d-v[1-9]\d{0,3})"
urlpatterns: list[URLPattern] = [
    re_path(r"^statistics/$", statistics, name="statistics"),
    re_path(rf"^{NUMBER}/$", statistic, name="statistic"),
    re_path(rf"^{NUMBER}\.json$", statistic_json, name="statistic_json"),
    re_path(rf"^{NUMBER}\.csv$", statistic_csv, name="statistic_csv"),
    re_path(rf"^{NUMBER}\.csv-metadata\.json$", statistic_csvw, name="statistic_csvw"),
]
