"""Open data over the API: what is published, and its figures, narrowed and page by page.

The same files lie without a token under /portal/statistics/; here programs that hold one ask for parts of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from yiyang.access.scope import acting, platform
from yiyang.indicators.models import PublishedTable
from yiyang.indicators.publication import files, indicator_files
from yiyang.indicators.publication.opened import FORMATS, LICENCE, OpenDataset, all_datasets, found_by
from yiyang.kit.api import BadCursor, Listed, Month, Paging, Word, answers, etag_of, may

router = Router(tags=["open-data"])
DatasetId = Annotated[str, StringConstraints(pattern=r"^\d{6}-[a-z][a-z0-9_]{0,89}$")]
FILES = "/portal/statistics/"
DATASET: dict[str, Any] = {
    "id": "511724-indicators", "title": "养老服务指标", "area_code": 511724000000, "kind": "indicators",
    "description": "大竹县各项养老服务指标。", "publisher": "大竹县民政部门", "licence": LICENCE, "every": "month",
    "next_on": "2026-12-15", "first": "2026-10", "last": "2026-10", "corrections": 0,
    "releases": [
        {
            "number": "511724-indicators-2026-10-v1", "month": "2026-10", "version": 1, "correction": "",
            "in_force": True, "published_at": "2026-11-14T09:30:00+08:00", "sha256": "", "synthetic": True,
            "files": {"CSV": "/portal/statistics/511724-indicators-2026-10-v1.csv"},
        }
    ],
}  # fmt: skip


class OpenRelease(Schema):
    """One version of one period. Its files stay where they are."""

    number: str
    month: str
    version: int
    in_force: bool
    correction: str
    published_at: datetime | None
    sha256: str
    synthetic: bool
    files: dict[str, str]


class OpenDatasetOut(Schema):
    """What is published again and again under one name."""

    model_config = ConfigDict(json_schema_extra={"example": DATASET})
    id: str
    title: str
    area_code: int
    kind: Literal["indicators", "services", "people"]
    description: str
    publisher: str
    licence: str
    every: str
    next_on: date | None
    first: str
    last: str
    corrections: int
    releases: list[OpenRelease]


class OpenFigure(Schema):
    """One figure: its codes by dimension, and what is told; `status` A told, M nothing to divide by, Q withheld."""

    keys: dict[str, str]
    labels: dict[str, str]
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    status: Literal["A", "M", "Q"]


class OpenFigures(Listed[OpenFigure]):
    """Figures of one release, and how it is cited."""

    number: str
    title: str
    licence: str


class OpenDatasetFilters(Paging):
    """Narrow the catalogue."""

    q: Word = Field("", description="表名、地名、说明里的词 / words of name, place or description")
    kind: Literal["indicators", "services", "people"] | None = None


class OpenFigureFilters(Paging):
    """Narrow the figures of a dataset."""

    month: Month | None = Field(None, description="缺省为最新一期 / the newest by default")
    version: int | None = Field(None, ge=1, le=9999)
    area: Word = Field("", description="区划代码（12位）/ an area's code")
    indicator: Word = ""


def _all(**narrowed: Any) -> list[OpenDataset]:
    """What is published is everybody's, wherever the caller's own areas lie."""
    with acting(platform("公开数据")):
        return all_datasets(**narrowed)


def _one(name: str) -> OpenDataset:
    area, _, slug = name.partition("-")
    found = [each for each in _all(slug=slug, area=int(area.ljust(12, "0"))) if each.id == name]
    if not found:
        raise Http404
    return found[0]


def _told(each: OpenDataset) -> dict[str, Any]:
    first, last = each.months
    return {
        "id": each.id, "title": each.title, "area_code": each.area, "kind": each.kind, "description": each.description,
        "publisher": each.publisher, "licence": LICENCE, "every": each.every, "next_on": each.next_on, "first": first,
        "last": last, "corrections": each.corrections, "releases": [_release(one) for one in each.releases],
    }  # fmt: skip


def _release(each: PublishedTable) -> dict[str, Any]:
    return {
        "number": each.number, "month": each.month, "version": each.version, "correction": each.correction,
        "in_force": each.state == PublishedTable.State.PUBLISHED, "published_at": each.decided_at,
        "sha256": each.sha256, "synthetic": each.is_synthetic,
        "files": {word: f"{FILES}{each.number}{suffix}" for suffix, (_, word) in FORMATS.items()},
    }  # fmt: skip


def _page(rows: Sequence[Any], paging: Paging) -> tuple[Sequence[Any], str | None]:
    """What is published never changes, so the place of a row may stand in the cursor."""
    if paging.cursor and not (paging.cursor.isascii() and paging.cursor.isdigit() and len(paging.cursor) < 9):
        raise BadCursor("游标无效，请从第一页开始。", "The cursor is not ours; begin anew.")
    start = int(paging.cursor or 0)
    end = start + paging.limit
    return rows[start:end], str(end) if end < len(rows) else None


@router.get("/open-data", response=answers(Listed[OpenDatasetOut]), **may())
def list_open_data(request: HttpRequest, filters: Query[OpenDatasetFilters]) -> Any:
    """The catalogue of open data."""
    rows, following = _page(found_by(_all(), filters.q, filters.kind or ""), filters)
    return {"items": [_told(each) for each in rows], "next": following}


@router.get("/open-data/{dataset}", response=answers(OpenDatasetOut), **may())
def get_open_data(request: HttpRequest, dataset: DatasetId) -> Any:
    """One dataset with all its periods and versions."""
    return _told(_one(dataset))


@router.get("/open-data/{dataset}/figures", response={**answers(OpenFigures), 304: None}, **may())
def list_open_figures(
    request: HttpRequest, response: HttpResponse, dataset: DatasetId, filters: Query[OpenFigureFilters]
) -> Any:
    """The figures of a period, of an area or an indicator. 304 to whoever sends the ETag that he has."""
    found = _chosen(_one(dataset), filters)
    etag = etag_of(found.sha256, filters.model_dump_json())
    since = int(found.decided_at.timestamp()) if found.decided_at else None
    if unchanged := get_conditional_response(request, etag=etag, last_modified=since):
        return unchanged
    response["ETag"] = etag
    if found.decided_at:
        response["Last-Modified"] = found.decided_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    told = json.loads(found.body)
    rows = _figures(told)
    wanted = {"area": filters.area, "indicator": filters.indicator}
    rows = [row for row in rows if all(not want or row["keys"].get(key) == want for key, want in wanted.items())]
    page, following = _page(rows, filters)
    return {
        "items": page, "next": following, "number": found.number, "title": found.title, "licence": told["licence"],
    }  # fmt: skip


def _chosen(found: OpenDataset, filters: OpenFigureFilters) -> PublishedTable:
    """The version asked for; without one that in force, of the newest period. Within the platform's scope."""
    month = filters.month or found.months[1]
    rows = [each for each in found.releases if each.month == month]
    if filters.version is not None:
        rows = [each for each in rows if each.version == filters.version]
    if not rows:
        raise Http404
    with acting(platform("公开数据")):
        return PublishedTable.objects.get(pk=rows[0].pk)


def _figures(told: dict[str, Any]) -> list[dict[str, Any]]:
    if files.is_indicators(told):
        return [_indicator(each) for each in indicator_files.records_of(told)]
    names = [each["name"] for each in told["dimensions"]]
    found = []
    for row, value in zip(files.rows_of(told), told["values"], strict=True):
        keys, labels = row[1:-2:2], row[2:-2:2]
        found.append(
            {
                "keys": {"period": row[0], **dict(zip(names, keys, strict=True))},
                "labels": dict(zip(names, labels, strict=True)), "value": value,
                "status": indicator_files.WITHHELD if value is None else indicator_files.NORMAL,
            }
        )  # fmt: skip
    return found


def _indicator(each: dict[str, Any]) -> dict[str, Any]:
    keys = {"period": each["period"], "area": each["area"], "indicator": each["indicator"], "source": each["source"]}
    labels = {"area": each["place"], "indicator": each["name"], "unit": each["unit"]}
    return {"keys": keys, "labels": labels} | {
        key: each[key] for key in ("value", "numerator", "denominator", "status")
    }
