"""The catalogue of open data, for everybody: what there is, how often, in which formats, corrected or not; and DCAT."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, re_path, reverse
from django.utils.cache import get_conditional_response

from yiyang.access.scope import acting, platform
from yiyang.access.web import PUBLIC, page
from yiyang.indicators.publication import files
from yiyang.indicators.publication.opened import (
    FORMATS,
    KINDS,
    LICENCE,
    OpenDataset,
    all_datasets,
    as_dcat,
    found_by,
)

LISTED, WORDS = 200, 60
ID = r"(?P<name>\d{6}-[a-z][a-z0-9_]{0,89})"


def _all(**narrowed: Any) -> list[OpenDataset]:
    """What is published. Nobody is logged in here: it is the platform that reads, and only this."""
    with acting(platform("公开数据")), transaction.atomic():
        return all_datasets(**narrowed)


def _one(name: str) -> OpenDataset:
    area, _, slug = name.partition("-")
    found = [each for each in _all(slug=slug, area=int(area.ljust(12, "0"))) if each.id == name]
    if not found:
        raise Http404
    return found[0]


@page(PUBLIC)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every dataset; found by words and kind."""
    text, kind = request.GET.get("q", "")[:WORDS], request.GET.get("kind", "")
    every = _all()
    found = found_by(every, text, kind if kind in KINDS else "")
    context = {
        "datasets": found[:LISTED], "count": len(found), "shown": LISTED, "is_empty": not every, "text": text,
        "kind": kind, "kinds": KINDS.items(), "licence": LICENCE, "back": ("首页", reverse("portal:home")),
    }  # fmt: skip
    return render(request, "portal/statistics/list.html", context)


@page(PUBLIC)
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """One dataset: what it is, and every period and version of it."""
    found = _one(name)
    context = {
        "found": found, "licence": LICENCE, "formats": [(suffix, word) for suffix, (_, word) in FORMATS.items()],
        "back": ("统计数据", reverse("portal:statistics")),
    }  # fmt: skip
    return render(request, "portal/statistics/dataset.html", context)


@page(PUBLIC)
def latest(request: HttpRequest, name: str, suffix: str) -> HttpResponse:
    """The newest period's version in force: an address that stays, for programs that want what holds now."""
    found = _one(name)
    number = found.in_force[0].number if found.in_force else found.latest.number
    return redirect(reverse("portal:statistic", args=[number]).rstrip("/") + suffix)


@page(PUBLIC)
def catalogue_json(request: HttpRequest) -> HttpResponse:
    """The catalogue as DCAT in JSON-LD."""
    told = as_dcat(_all(), request.build_absolute_uri(reverse("portal:statistics")))
    body = json.dumps(told, ensure_ascii=False, indent=1)
    return answer(request, body, "application/ld+json", "catalog.jsonld")


def answer(request: HttpRequest, body: str, kind: str, name: str) -> HttpResponse:
    """A file that other sites may read, with its version; 304 to whoever has it."""
    etag = f'"{files.sha256(body)}"'
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["ETag"], response["Access-Control-Allow-Origin"] = etag, "*"
    return response


SUFFIX = "|".join(suffix.replace(".", r"\.") for suffix in FORMATS)
urlpatterns: list[URLPattern] = [
    re_path(r"^statistics/$", catalogue, name="statistics"),
    re_path(r"^statistics/catalog\.jsonld$", catalogue_json, name="statistics_json"),
    re_path(rf"^statistics/{ID}/$", dataset, name="statistics_dataset"),
    re_path(rf"^statistics/{ID}/latest(?P<suffix>{SUFFIX})$", latest, name="statistics_latest"),
]
