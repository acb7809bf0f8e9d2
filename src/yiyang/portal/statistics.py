"""One release of open data, for everybody: looked at, and its files at addresses that stay."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, re_path, reverse

from yiyang.access.scope import acting, platform
from yiyang.access.web import PUBLIC, page
from yiyang.areas.names import full_name
from yiyang.indicators.models import PublishedTable
from yiyang.indicators.publication import files, indicator_files, methods, sdmx
from yiyang.indicators.publication.opened import OPEN_STATES
from yiyang.kit import wording
from yiyang.portal.open_data import answer

Json = dict[str, Any]
SHOWN = 400


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
def statistic(request: HttpRequest, number: str) -> HttpResponse:
    """One release: filtered, sorted, with bars; what is hidden and why; its files."""
    found = _one(number)
    told = json.loads(found.body)
    name = number.rsplit("-", 3)[0]
    context: Json = {
        "found": found, "told": told, "area": full_name(found.area_code), "shown": SHOWN, "dataset": name,
        "mixed": methods.mixed_of(found), "levels": methods.levels_of(found),
        "sums": [("JSON", found.sha256), ("CSV", files.sha256(files.as_csv(told)))],
        "back": (found.title, reverse("portal:statistics_dataset", args=[name])),
    }  # fmt: skip
    context |= _indicators(request, told) if files.is_indicators(told) else _table(request, told)
    page_ = "indicators" if files.is_indicators(told) else "one"
    return render(request, f"portal/statistics/{page_}.html", context)


def _table(request: HttpRequest, told: Json) -> Json:
    chosen = {each["name"]: request.GET.get(each["name"], "") for each in told["dimensions"]}
    rows = _filtered(told, chosen)
    by_count = request.GET.get("sort") == "count"
    if by_count:
        rows.sort(key=lambda row: -1 if row[1] is None else -row[1])
    largest = max((row[1] or 0 for row in rows), default=0) or 1
    return {
        "by_count": by_count, "count": len(rows), "heads": [each["title"] for each in told["dimensions"]],
        "choices": _choices(told, chosen),
        "rows": [(words, value, round(100 * (value or 0) / largest)) for words, value in rows[:SHOWN]],
    }  # fmt: skip


def _indicators(request: HttpRequest, told: Json) -> Json:
    """Of one area all its figures; of one indicator those of all areas."""
    codes = [each["code"] for each in told["areas"] if not each["label"].endswith("未落到乡镇")]
    names = {each["id"]: each for each in told["indicators"]}
    indicator = request.GET.get("indicator", "") if request.GET.get("indicator", "") in names else ""
    area = request.GET.get("area", codes[0] if codes and not indicator else "")
    found = [
        each | {"meant": names[each["indicator"]], "said": _said(each), "is_reported_whole": _is_whole(each)}
        for each in indicator_files.records_of(told)
        if (not indicator or each["indicator"] == indicator) and (not area or each["area"] == area)
    ]
    return {
        "figures": found[:SHOWN], "count": len(found), "indicator": indicator, "chosen_area": area,
        "areas": [each for each in told["areas"] if each["code"] in codes], "meant": names.get(indicator),
    }  # fmt: skip


def _is_whole(each: Json) -> bool:
    """Whether a unit reported a value and nothing of what it is made of."""
    is_told = each["status"] != indicator_files.WITHHELD
    return bool(is_told and each["source"] == "reported" and each["numerator"] is None)


def _said(each: Json) -> str:
    """A figure with its unit; — where there is nothing to divide by; '' where it is withheld."""
    if each["status"] == indicator_files.NORMAL:
        return f"{each['value']:,.{each['decimals']}f} {each['unit']}"
    return "—" if each["status"] == indicator_files.IMPOSSIBLE else ""


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


@page(PUBLIC)
def statistic_json(request: HttpRequest, number: str) -> HttpResponse:
    """The release as JSON, byte for byte as published."""
    found = _one(number)
    return answer(request, found.body, "application/json", f"{number}.json")


@page(PUBLIC)
def statistic_csv(request: HttpRequest, number: str) -> HttpResponse:
    """The release as CSV in SDMX's words."""
    found = _one(number)
    return answer(request, files.as_csv(json.loads(found.body)), "text/csv", f"{number}.csv")


@page(PUBLIC)
def statistic_sdmx_csv(request: HttpRequest, number: str) -> HttpResponse:
    """The release as SDMX-CSV 2.0."""
    found = _one(number)
    return answer(request, sdmx.as_csv(json.loads(found.body)), "application/vnd.sdmx.data+csv", f"{number}.sdmx.csv")


@page(PUBLIC)
def statistic_csvw(request: HttpRequest, number: str) -> HttpResponse:
    """What the columns of the CSV mean, as CSVW."""
    found = _one(number)
    said = json.loads(found.body) | {"published": wording.day(found.decided_at)}
    body = files.as_csvw(said, f"{number}.csv")
    return answer(request, body, "application/csvm+json", f"{number}.csv-metadata.json")


NUMBER = r"statistics/(?P<number>\d{6}-[a-z][a-z0-9_]{0,89}-20\d\d-\d\d-v[1-9]\d{0,3})"
urlpatterns: list[URLPattern] = [
    re_path(rf"^{NUMBER}/$", statistic, name="statistic"),
    re_path(rf"^{NUMBER}\.json$", statistic_json, name="statistic_json"),
    re_path(rf"^{NUMBER}\.csv$", statistic_csv, name="statistic_csv"),
    re_path(rf"^{NUMBER}\.sdmx\.csv$", statistic_sdmx_csv, name="statistic_sdmx_csv"),
    re_path(rf"^{NUMBER}\.csv-metadata\.json$", statistic_csvw, name="statistic_csvw"),
]
