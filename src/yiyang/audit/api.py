"""The audit log over the API, within the auditor's areas."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from yiyang.audit import search
from yiyang.audit.models import AuditLine
from yiyang.kit.api import AreaCode, Key, Listed, Paging, Word, answers, may, paged

router = Router(tags=["audit"])


class AuditLineOut(Schema):
    """One line. Whom it is about is said by a key that means nothing to an auditor, and as text: it has 63 bits."""

    seq: int
    at: datetime
    kind: str
    actor: int | None
    actor_name: str
    address: str
    request: str
    what: str
    person: str | None
    area_code: int
    reason: str
    detail: dict[str, Any]
    previous: str
    hash: str

    @staticmethod
    def resolve_person(line: AuditLine) -> str | None:
        return None if line.person is None else str(line.person)

    @staticmethod
    def resolve_previous(line: AuditLine) -> str:
        return bytes(line.previous).hex()

    @staticmethod
    def resolve_hash(line: AuditLine) -> str:
        return bytes(line.hash).hex()


class LineFilters(Paging):
    """Narrow the log."""

    kind: Literal[tuple(AuditLine.Kind.values)] | None = None  # type: ignore[valid-type]
    since: datetime | None = None
    until: datetime | None = None
    actor: Key | None = None
    person: Key | None = None
    area: AreaCode | None = None
    request: Word | None = Field(None, description="请求编号 / number of a request")


@router.get("/audit/lines", response=answers(Listed[AuditLineOut]), **may("audit.read"))
def lines(request: HttpRequest, wanted: Query[LineFilters]) -> Any:
    """Lines, the latest first."""
    named = {
        "kind": wanted.kind,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "actor": wanted.actor,
        "person": wanted.person,
        "area_code": wanted.area,
        "request": wanted.request,
    }
    rows = search.lines().filter(**{lookup: value for lookup, value in named.items() if value is not None})
    return paged(rows, ("-seq",), wanted)


@router.get("/audit/lines/{int:seq}", response=answers(AuditLineOut), **may("audit.read"))
def line(request: HttpRequest, seq: Key) -> Any:
    """One line of the chain."""
    return get_object_or_404(search.lines(), seq=seq)
