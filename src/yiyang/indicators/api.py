"""Indicators over the API: what they mean, what was promised, and every figure by area and time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.indicator_schema import Indicator, Target
from yiyang.indicators import actions, reading
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import formula_hash, load_indicators, targets
from yiyang.kit.api import AreaCode, Listed, Paging, Word, answers, may, paged

router = Router(tags=["indicators"])
IndicatorId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
SIZES = {"city": 10**8, "county": 10**6, "town": 10**3, "village": 1}
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
# What a plan or a census can hold; beyond it lies a slip of the pen.
Number = Annotated[float, Field(ge=0, le=1e15)]
ENTERED: dict[str, Any] = {
    "indicator": "nursing_beds",
    "area_code": 511724000000,
    "on": "2025-12-31",
    "numerator": 1620,
    "denominator": 4900,
    "source": "养老机构统计台账",
    "note": "年末在用床位",
}


class IndicatorOut(Schema):
    """What an indicator means. `formula`: the fingerprint of how it is measured, empty where it is reported."""

    id: str
    name: str
    group: str
    definition: str
    numerator: str
    denominator: str | None
    shape: str
    per: int
    unit: str
    moment: str
    direction: str
    measured: bool
    formula: str


class TargetOut(Schema):
    """A figure that a document promises for the end of a year."""

    indicator: str
    area_code: int
    year: int
    value: float
    at: Literal["least", "most", "exactly"]
    kind: Literal["binding", "expected", "stated", "forecast"]
    document: str
    article: str


class IndicatorFigureOut(Schema):
    """A figure of an area on a day.

    `source`: measured by the platform, reported by a unit, or summed from what all areas below have reported.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "indicator": "visited_monthly",
                "area_code": 511724000000,
                "on": "2026-10-31",
                "known": "2026-11-02",
                "source": "measured",
                "numerator": 91234,
                "denominator": 95001,
                "value": 96.03,
                "is_synthetic": True,
            }
        }
    )
    indicator: str
    area_code: int
    on: date
    known: date
    source: str
    numerator: float | None
    denominator: float | None
    value: float | None
    is_synthetic: bool


class IndicatorFigureFilters(Paging):
    """Narrow the list of figures."""

    indicator: IndicatorId | None = None
    within: AreaCode | None = Field(None, description="这个区划和它以下 / an area and all below it")
    level: Literal["city", "county", "town", "village"] | None = None
    on: date | None = None
    since: date | None = None
    source: Literal["measured", "reported", "summed"] | None = None


class IndicatorFigureIn(Schema):
    """A figure that a unit reports: its parts, or its value."""

    indicator: IndicatorId
    area_code: AreaCode
    on: date
    source: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    ]
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    note: Word = ""
    reason: Word = Field("", description="更正理由 / why the figure in force was wrong")


@router.get("/indicators", response=answers(list[IndicatorOut]), **may("figure.read", "figure.enter"))
def list_indicators(request: HttpRequest) -> Any:
    """Every indicator with its meaning."""
    return [_told(each) for each in load_indicators().values()]


def _told(each: Indicator) -> dict[str, Any]:
    kept = each.model_dump(
        include={"id", "group", "definition", "numerator", "denominator", "shape", "per", "unit", "moment", "direction"}
    )
    return kept | {"name": each.name.zh, "measured": each.measure is not None, "formula": formula_hash(each)}


@router.get("/indicators/targets", response=answers(list[TargetOut]), **may("figure.read", "figure.enter"))
def list_targets(request: HttpRequest, area_code: AreaCode, on: date | None = None) -> Any:
    """The targets in force for an area: its own, else those of the nearest area above."""
    return [_promised(key, each) for key, found in targets(area_code, on).items() for each in found]


def _promised(indicator: str, each: Target) -> dict[str, Any]:
    from yiyang.areas.logic import normalise

    kept = each.model_dump(include={"year", "value", "at", "kind"})
    source = {"document": each.source.document, "article": each.source.article}
    return kept | source | {"indicator": indicator, "area_code": normalise(each.area)}


@router.get("/figures", response=answers(Listed[IndicatorFigureOut]), **may("figure.read"))
def list_figures(request: HttpRequest, filters: Query[IndicatorFigureFilters]) -> Any:
    """The newest figures of the scope, by area and time."""
    record("search", what="figures", detail={"indicator": filters.indicator or "", "within": filters.within})
    return paged(_narrowed(filters), ("id",), filters)


def _narrowed(filters: IndicatorFigureFilters) -> Any:
    rows = reading.figures().filter(current().where("figure.read").q("area_code"))
    if filters.within is not None and filters.within >= 0:
        low, high = span(filters.within)
        rows = rows.filter(area_code__gte=low, area_code__lt=high)
    if filters.level:
        rows = rows.filter(size=SIZES[filters.level])
    given = {"indicator": filters.indicator, "on": filters.on, "on__gte": filters.since, "source": filters.source}
    return rows.filter(**{key: value for key, value in given.items() if value is not None})


@router.post("/figures", response=answers(IndicatorFigureOut), **may("figure.enter", example=ENTERED))
def enter_figure(request: HttpRequest, body: IndicatorFigureIn) -> Any:
    """Report a figure. The same one again changes nothing; another one for the same day needs a `reason`."""
    given = body.model_dump(exclude={"area_code", "reason"})
    said = actions.Said(area=body.area_code, **given)
    made, _ = actions.enter(by=current(), said=said, reason=body.reason)
    found = reading.figure_of(made.indicator, made.area_code, made.on, Figure.Source.REPORTED)
    if found is None:
        raise UsageError("数值没有入库。", "The figure was not kept.")
    return found
