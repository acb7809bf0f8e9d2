"""Hardship groups over the API: which there are, how many belong, and the trend. Nobody is named here."""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.catalog.groups import Definition, load_groups
from yiyang.kit.api import AreaCode, Month, Word, answers, may
from yiyang.registry.models import GroupFigure

router = Router(tags=["groups"])
SIZES = {"village": 1, "town": 10**3, "county": 10**6, "city": 10**8}
MOST = 5000
FIGURE: dict[str, Any] = {
    "month": "2026-11",
    "group": "living_alone",
    "area": 511724001000,
    "people": 812,
    "entered": 14,
    "left": 9,
}


class GroupOut(Schema):
    """A group. `who` is its condition in the condition language, over and above being alive."""

    id: str
    zh: str
    en: str
    who: str
    visited: bool

    @staticmethod
    def resolve_zh(each: Definition) -> str:
        return each.group.name.zh

    @staticmethod
    def resolve_en(each: Definition) -> str:
        return each.group.name.en

    @staticmethod
    def resolve_who(each: Definition) -> str:
        return each.group.who

    @staticmethod
    def resolve_visited(each: Definition) -> bool:
        return each.group.visited


class FigureOut(Schema):
    """How many people of an area are in a group in a month, and how many entered and left."""

    model_config = ConfigDict(json_schema_extra={"example": FIGURE})
    month: str
    group: str
    area: int = Field(description="-1：尚无区划 / no area yet")
    people: int
    entered: int
    left: int


class FigureFilters(Schema):
    """Which figures. `by`: villages, or added up by town, county or city."""

    month: Month | None = None
    group: Word = ""
    within: AreaCode | None = None
    by: Literal["village", "town", "county", "city"] = "town"


@router.get("/groups", response=answers(list[GroupOut]), **may("group.read", "figure.read"))
def groups(request: HttpRequest) -> Any:
    """The hardship groups as policy defines them."""
    return list(load_groups())


@router.get("/groups/figures", response=answers(list[FigureOut]), **may("figure.read", "group.read"))
def figures(request: HttpRequest, wanted: Query[FigureFilters]) -> Any:
    """Figures within one's areas, at most 5,000 of them: narrow by month, group or area."""
    size = SIZES[wanted.by]
    rows = _narrowed(wanted).annotate(unit=F("area_code") / size).order_by("-month", "group", "unit")
    summed = rows.values("month", "group", "unit").annotate(
        sum_people=Sum("people"), sum_entered=Sum("entered"), sum_left=Sum("left")
    )
    return [
        {
            "month": row["month"],
            "group": row["group"],
            "area": row["unit"] * size if row["unit"] else -1,
            "people": row["sum_people"],
            "entered": row["sum_entered"],
            "left": row["sum_left"],
        }
        for row in summed[:MOST]
    ]


def _narrowed(wanted: FigureFilters) -> QuerySet[GroupFigure]:
    scope = current()
    rows: QuerySet[GroupFigure] = GroupFigure.objects.filter(
        (scope.where("figure.read") | scope.where("group.read")).q("area_code")
    )
    if wanted.within is not None:
        low, high = span(wanted.within) if wanted.within >= 0 else (-1, 0)
        rows = rows.filter(area_code__gte=low, area_code__lt=high)
    exact = {"month": wanted.month, "group": wanted.group or None}
    return rows.filter(**{name: value for name, value in exact.items() if value is not None})
