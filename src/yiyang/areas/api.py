"""Areas over the API: find them, walk the tree, see what they were."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from yiyang.areas.logic import span
from yiyang.areas.models import Area, FormerArea
from yiyang.areas.visible import areas as visible
from yiyang.kit.api import AreaCode, Key, Listed, Paging, Word, answers, may, paged

router = Router(tags=["areas"])
EXAMPLE: dict[str, Any] = {
    "id": 5217,
    "code": 511724001000,
    "name": "竹阳街道",
    "level": "town",
    "kind": "subdistrict",
    "urban_rural": "",
    "parent": 5216,
    "valid_from": "2020-01-01",
    "valid_to": None,
    "successor": None,
}
Level = Literal["province", "city", "county", "town", "village"]


class AreaOut(Schema):
    """One area. `code` is null for a jurisdiction without a standard code, which has members instead."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    id: int
    code: int | None
    name: str
    level: str
    kind: str
    urban_rural: str
    parent: int | None = Field(None, alias="parent_id")
    valid_from: date
    valid_to: date | None
    successor: int | None = Field(None, alias="successor_id")


class Branch(AreaOut):
    """An area and what lies below it."""

    children: list[Branch] = Field(default=[])


class FormerOut(Schema):
    """What an area was until a change."""

    code: int | None
    name: str
    parent: int | None = Field(None, alias="parent_id")
    valid_from: date
    valid_to: date
    change: str = Field(alias="change.says")
    document: str = Field(alias="change.document")


class AreaFilters(Paging):
    """Narrow the list of areas."""

    within: AreaCode | None = Field(None, description="只看此代码以内 / within this code")
    level: Level | None = None
    name: Word = Field("", description="名称中的字 / part of the name")
    code: AreaCode | None = None
    ended: bool = Field(False, description="包括已撤销的 / those that have ended too")


class Depth(Schema):
    """How far down."""

    depth: int = Field(1, ge=1, le=2)


def _find(pk: int) -> Area:
    return get_object_or_404(visible(), pk=pk)


def _filtered(rows: QuerySet[Area], wanted: AreaFilters) -> QuerySet[Area]:
    if wanted.within is not None and wanted.within >= 0:
        low, high = span(wanted.within)
        rows = rows.filter(code__gte=low, code__lt=high)
    if not wanted.ended:
        rows = rows.filter(valid_to__isnull=True)
    exact = {"level": wanted.level, "code": wanted.code, "name__contains": wanted.name or None}
    return rows.filter(**{lookup: value for lookup, value in exact.items() if value is not None})


@router.get("/areas", response=answers(Listed[AreaOut]), by_alias=False, **may("area.read"))
def areas(request: HttpRequest, wanted: Query[AreaFilters]) -> Any:
    """Areas within one's own, in the order of their codes."""
    return paged(_filtered(visible(), wanted), ("code",), wanted)


@router.get("/areas/{int:pk}", response=answers(AreaOut), **may("area.read"))
def area(request: HttpRequest, pk: Key) -> Any:
    """One area."""
    return _find(pk)


@router.get("/areas/{int:pk}/children", response=answers(Listed[AreaOut]), **may("area.read"))
def children(request: HttpRequest, pk: Key, paging: Query[Paging]) -> Any:
    """The areas in force straight below."""
    return paged(visible().filter(parent=_find(pk), valid_to__isnull=True), ("code",), paging)


@router.get("/areas/{int:pk}/tree", response=answers(Branch), **may("area.read"))
def tree(request: HttpRequest, pk: Key, wanted: Query[Depth]) -> Any:
    """An area with one or two levels below it."""
    top = _find(pk)
    found = {0: [top]}
    for level in range(1, wanted.depth + 1):
        below = visible().filter(parent__in=[each.pk for each in found[level - 1]], valid_to__isnull=True)
        found[level] = list(below.order_by("code"))
    below_of: dict[int | None, list[Area]] = {}
    for each in (area for level in found if level for area in found[level]):
        below_of.setdefault(each.parent_id, []).append(each)
    return _branch(top, below_of)


def _branch(top: Area, below_of: dict[int | None, list[Area]]) -> dict[str, Any]:
    own = AreaOut.from_orm(top).model_dump(by_alias=True)
    return own | {"children": [_branch(each, below_of) for each in below_of.get(top.pk, [])]}


@router.get("/areas/{int:pk}/history", response=answers(Listed[FormerOut]), **may("area.read"))
def history(request: HttpRequest, pk: Key, paging: Query[Paging]) -> Any:
    """What the area was before each change, the latest first."""
    rows = FormerArea.objects.filter(area=_find(pk)).select_related("change")
    return paged(rows, ("-valid_to",), paging)
