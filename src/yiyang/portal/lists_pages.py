"""Public pages of the published lists: choose a place, read its list, an item, its history; print; open data."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

import yiyang
from yiyang.access.sheets import harmless
from yiyang.access.web import PUBLIC, page
from yiyang.areas.visible import shapes
from yiyang.base.clock import today
from yiyang.base.errors import MissingPart
from yiyang.catalog import issued, pdf
from yiyang.catalog.labels import FORMS, say
from yiyang.catalog.published import Published, Row
from yiyang.kit import wording
from yiyang.portal import lists
from yiyang.portal.lists import Place
from yiyang.portal.look import look_of

Json = dict[str, Any]
FORM_CHOICES = [(form.value, say(words)) for form, words in FORMS.items()]
LICENCE = (
    "按 Apache-2.0 许可提供，可自由使用、转载，请注明区划、版本和取得日期。清单据公开文件整理，以正式印发的文件为准。"
)
View = Callable[..., HttpResponse]


def policy() -> Path | None:
    """The lists in force on this platform."""
    return issued.current(Path(settings.DATA))


def kept(view: View) -> View:
    """Answer 304 to whoever has the page: it hangs on the address, the lists, the day, the program and the look."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        etag = _etag(request)
        if found := get_conditional_response(request, etag=etag):
            return found
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and not request.user.is_authenticated:
            response["ETag"] = etag
            patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
            patch_vary_headers(response, ("Cookie", "HX-Request"))
        return response

    return answered


def _etag(request: HttpRequest) -> str:
    parts = (
        request.get_full_path(),
        request.headers.get("HX-Request", ""),
        policy() or "",
        today(),
        yiyang.__version__,
        look_of(request),
        _templates(),
    )
    return '"' + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32] + '"'


@cache
def _templates() -> str:
    """The fingerprint of what the pages are made of."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "templates" / "portal").rglob("*.html")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _place(code: str) -> Place:
    found = lists.place_of(code, policy())
    if found is None:
        raise Http404
    return found


def _day(request: HttpRequest, name: str = "on") -> date:
    """The day asked for; today where none, or none that can be, is given."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return today()


def _listed(place: Place, on: date) -> Published:
    found = lists.listed(place.code, on, policy())
    if found is None:
        raise Http404
    return found


@page(PUBLIC)
@kept
def choose(request: HttpRequest) -> HttpResponse:
    """Which place? By name, by the list of places, by the map."""
    text = request.GET.get("q", "").strip()[:40]
    context: Json = {"text": text, "tops": lists.places(policy()), "back": ("首页", reverse("portal:home"))}
    if text:
        context["found"] = lists.found(text, policy())
    if request.headers.get("HX-Request"):
        return render(request, "portal/lists/places.html", context)
    context["maps"] = [(top, _map(top)) for top in lists.places(policy()) if len(top.below) > 1]
    return render(request, "portal/lists/choose.html", context)


@lru_cache(maxsize=16)
def _map(top: Place) -> Json:
    """Outlines of a city's counties, to press on."""
    found = shapes(int(top.code.ljust(12, "0")))
    named = {place.code: place for place in top.below}
    areas = [
        (named[lists.short(code)], shape, f"{shape.middle[0]:.0f}", f"{shape.middle[1]:.0f}")
        for code, shape in found.areas.items()
        if lists.short(code) in named
    ]
    return {"height": f"{found.height:.0f}", "areas": areas}


@page(PUBLIC)
@kept
def one(request: HttpRequest, area: str) -> HttpResponse:
    """The list in force for an area: by form, searched, filtered, for print."""
    place, on = _place(area), _day(request)
    published = _listed(place, on)
    text, form = request.GET.get("q", "").strip()[:60], request.GET.get("form", "")
    form = form if form in dict(FORM_CHOICES) else ""
    rows = lists.matching(published, text, form)
    context: Json = {
        "place": place,
        "published": published,
        "text": text,
        "form": form,
        "forms": FORM_CHOICES,
        "groups": _groups(rows),
        "count": len(rows),
        "is_today": on == today(),
        "versions": len(lists.versions(place.code, today(), policy())),
        "back": ("换一个地方", reverse("portal:lists")),
    }
    template = "portal/lists/rows.html" if request.headers.get("HX-Request") else "portal/lists/one.html"
    return render(request, template, context)


def _groups(rows: list[Row]) -> dict[str, list[tuple[Row, list[lists.Mark]]]]:
    found: dict[str, list[tuple[Row, list[lists.Mark]]]] = {}
    for row in rows:
        found.setdefault(row.form, []).append((row, lists.marks(row)))
    return found


@page(PUBLIC)
@kept
def item(request: HttpRequest, area: str, name: str) -> HttpResponse:
    """One item: who, what, how much, from whom, how, what to bring, on what grounds, and how its figures came about."""
    place, on = _place(area), _day(request)
    row = lists.row_of(_listed(place, on), name)
    if row is None:
        raise Http404
    figures = lists.figures(row.list_area, name, policy())
    context: Json = {
        "place": place,
        "row": row,
        "on": on,
        "marks": lists.marks(row),
        "papers": lists.papers(row, policy()),
        "figures": figures,
        "is_today": on == today(),
        "back": (f"{place.name}服务清单", reverse("portal:list", args=[place.code])),
    }
    return render(request, "portal/lists/item.html", context)


@page(PUBLIC)
@kept
def versions(request: HttpRequest, area: str) -> HttpResponse:
    """The days on which the list changed, and what differs between two of them."""
    place, now = _place(area), today()
    days = lists.versions(place.code, now, policy())
    usual = days[0] if days else now
    before = _day(request, "from") if request.GET.get("from") else (days[1] if len(days) > 1 else usual)
    after = _day(request, "to") if request.GET.get("to") else usual
    context: Json = {
        "place": place,
        "days": [(day, days[n + 1] if n + 1 < len(days) else None) for n, day in enumerate(days)],
        "before": min(before, after),
        "after": max(before, after),
        "back": (f"{place.name}服务清单", reverse("portal:list", args=[place.code])),
    }
    context["difference"] = lists.difference(place.code, context["before"], context["after"], policy())
    if context["difference"]:
        context["changes"] = _by_item(context["difference"].changes)
    return render(request, "portal/lists/versions.html", context)


def _by_item(changes: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for change in changes:
        found.setdefault(change.name, []).append(change)
    return found


@page(PUBLIC)
@kept
def open_data(request: HttpRequest) -> HttpResponse:
    """Where the lists can be had by machines: addresses, layout, licence."""
    context = {
        "tops": lists.places(policy()),
        "licence": LICENCE,
        "columns": lists.OPEN_COLUMNS,
        "back": ("服务清单", reverse("portal:lists")),
    }
    return render(request, "portal/lists/data.html", context)


@page(PUBLIC)
@kept
def as_json(request: HttpRequest, area: str) -> HttpResponse:
    """The list as JSON, at an address that stays."""
    published = _listed(_place(area), _day(request))
    address = request.build_absolute_uri(request.path)
    said = json.dumps(lists.open_json(published, LICENCE, address), ensure_ascii=False, indent=1, default=str)
    return _open(HttpResponse(said, content_type="application/json; charset=utf-8"), published, "json")


@page(PUBLIC)
@kept
def as_csv(request: HttpRequest, area: str) -> HttpResponse:
    """The list as CSV, at an address that stays."""
    published = _listed(_place(area), _day(request))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(lists.OPEN_COLUMNS)
    writer.writerows([harmless(str(cell)) for cell in row] for row in lists.open_rows(published))
    # The byte-order mark: without it Excel reads Chinese as rubbish.
    body = "\ufeff" + out.getvalue()
    return _open(HttpResponse(body, content_type="text/csv; charset=utf-8"), published, "csv")


@page(PUBLIC)
@kept
def as_pdf(request: HttpRequest, area: str) -> HttpResponse:
    """The list as a PDF to print."""
    published = _listed(_place(area), _day(request))
    try:
        body = _pdf(published.area, published.on, policy())
    except MissingPart as problem:
        return render(request, "portal/lists/no_pdf.html", {"said": problem.zh, "title": published.title}, status=503)
    return _open(HttpResponse(body, content_type="application/pdf"), published, "pdf")


@lru_cache(maxsize=16)
def _pdf(area: str, on: date, policy: Path | None) -> bytes:
    published = lists.listed(area, on, policy)
    assert published is not None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.pdf"
        pdf.pdf(published, path)
        return path.read_bytes()


def _open(response: HttpResponse, published: Published, kind: str) -> HttpResponse:
    name = f"list-{published.area}-{wording.day(published.on)}.{kind}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    # Open data may be read by pages of others.
    response["Access-Control-Allow-Origin"] = "*"
    return response
