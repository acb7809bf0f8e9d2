"""Lists over the API: those in force, their versions, and where a revision stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from yiyang.access.scope import current
from yiyang.areas.visible import areas as visible
from yiyang.catalog.lists import list_areas
from yiyang.catalog.published import publish
from yiyang.kit.api import AreaCode, Key, Listed, Paging, answers, may, paged
from yiyang.revisions import desk, installing
from yiyang.revisions.models import Revision

router = Router(tags=["lists"])
READ = "list.read"
EXAMPLE: dict[str, Any] = {
    "id": 3,
    "area_code": 511724000000,
    "version": "2026-12-01",
    "title": "大竹县基本养老服务清单",
    "reason": "按市里的通知提高标准",
    "state": "issued",
    "starts": "2026-12-01",
    "hash": "31956c105da5552635a2b28a6788b38dbbe5e82ce9c213489cadd95e49e158f5",
    "issued_at": "2026-11-25T10:00:00+08:00",
    "filed_at": None,
}


class RevisionOut(Schema):
    """One version of an area's list, on its way or issued."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    id: int
    area_code: int
    version: str
    title: str
    reason: str
    state: str
    starts: date
    hash: str
    issued_at: datetime | None
    filed_at: datetime | None


class ActOut(Schema):
    """One step of its way."""

    slug: str
    part: str
    from_state: str
    to_state: str
    at: datetime
    by_name: str
    opinion: str
    floor_holds: bool | None
    hash: str


class RevisionWhole(RevisionOut):
    """A version with its texts, problems, comparison with the levels above, and way."""

    files: dict[str, str]
    problems: list[dict[str, Any]]
    floor: dict[str, Any]
    acts: list[ActOut]


class Wanted(Paging):
    """Narrow the list of versions."""

    area: AreaCode | None = Field(None, description="区划代码 / code of the area")
    state: str = Field("", max_length=10, pattern="^[a-z_]*$")


class ListOut(Schema):
    """A list in force as it is published; items as `yiyang list show --json` gives them."""

    area: str
    area_name: str
    title: str
    on: date
    version: str | None
    items: list[dict[str, Any]]


def _mine() -> Any:
    return Revision.objects.filter(current().where(READ).q("area_code"))


@router.get("/lists/{int:code}", response=answers(ListOut), **may(READ))
def list_in_force(request: HttpRequest, code: AreaCode, on: date | None = None) -> Any:
    """The list in force in an area on a day (today by default), with what lists above add."""
    get_object_or_404(visible(READ), code=code)
    day = on or timezone.localdate()
    policy = desk.policy_on(day)
    if not any(f"{code:012d}".startswith(area.rstrip("0")) for area in list_areas(policy)):
        raise Http404
    return publish(installing.short_code(code), day, policy=policy).json()


@router.get("/revisions", response=answers(Listed[RevisionOut]), **may(READ))
def revisions(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """Versions within one's own areas, the latest first."""
    exact = {"area_code": wanted.area, "state": wanted.state or None}
    rows = _mine().filter(**{key: value for key, value in exact.items() if value is not None})
    return paged(rows, ("-id",), wanted)


@router.get("/revisions/{int:pk}", response=answers(RevisionWhole), **may(READ))
def revision(request: HttpRequest, pk: Key) -> Any:
    """One version: where it stands, what it says, and who did what."""
    found = get_object_or_404(_mine(), pk=pk)
    fields = {name: getattr(found, name) for name in (*RevisionOut.model_fields, "files", "problems", "floor")}
    return {**fields, "acts": [ActOut.from_orm(act) for act in found.acts.all()]}
