"""Contracts and deliveries over the API: what a department needs to deliver its register without a hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from yiyang.access import sheets
from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.kit.api import (
    AreaCode,
    Key,
    Listed,
    Month,
    Paging,
    Reason,
    Said,
    Word,
    answers,
    etag_of,
    may,
    paged,
    require_version,
)
from yiyang.kit.uploads import blocks
from yiyang.registry import actions
from yiyang.registry.contracts import Contract, load_contracts
from yiyang.registry.models import CLERK, Delivery, QuarantineLine

router = Router(tags=["deliveries"])
Register = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
KINDS = {
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.apache.parquet": ".parquet",
}
DELIVERY: dict[str, Any] = {
    "id": 12,
    "register": "pensions",
    "month": "2026-11",
    "area_code": 511724000000,
    "state": "checked",
    "size": 18264021,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "done": 5,
    "steps": 5,
    "step": "计算对个人的影响",
    "counts": {"delivered": 120431, "kept": 120380, "quarantined": 51},
    "problems": [],
}


class WrongKind(UsageError):
    """A body of a kind that no register is delivered in (415)."""


class ColumnOut(Schema):
    """One column: the first heading is the one we ask for; `codes` maps what may stand in it to the fact's values."""

    name: str
    headers: list[str]
    type: str
    required: bool
    fact: str | None
    codes: dict[str, str]


class ContractOut(Schema):
    """What a register delivers. `delivery`: full = everybody it holds, delta = only what is new."""

    register_: str = Field(serialization_alias="register")
    name_zh: str
    name_en: str
    owner: str
    file: str
    rhythm: str
    delivery: str
    columns: list[ColumnOut]


class DeliveryOut(Schema):
    """One delivery. `done` of `steps`: how far its job is; `counts` are rows."""

    model_config = ConfigDict(json_schema_extra={"example": DELIVERY})
    id: int
    register_: str = Field(alias="register", serialization_alias="register")
    month: str
    area_code: int
    known: date
    state: str
    file_name: str
    size: int
    sha256: str
    source: str
    is_synthetic: bool
    delivered_by_name: str
    delivered_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    decision_reason: str
    done: int
    steps: int
    step: str
    counts: dict[str, int]
    problems: list[Said]

    @staticmethod
    def resolve_problems(each: Delivery) -> list[dict[str, str]]:
        return [{"zh": zh, "en": en} for zh, en in each.problems]


class Preview(Schema):
    """What would happen if the delivery were accepted. Nobody is named."""

    reasons: dict[str, int] = Field({}, description="待核原因 → 行数 / rows in quarantine by reason")
    facts: dict[str, int] = Field({}, description="事实 → 将改变的人数 / people whose fact would change")
    people: int = Field(0, description="涉及的人数 / people concerned")
    new_people: int = 0
    gone_people: int = 0
    encoding: str = ""
    headings_unknown: list[str] = Field(default=[])
    columns_missing: list[str] = Field(default=[])


class DeliveryWhole(DeliveryOut):
    """One delivery with its preview. Its ETag is the version that a decision may name in If-Match."""

    preview: Preview


class LineOut(Schema):
    """A row at fault: where, what, why, what to do."""

    row: int = Field(alias="source_row")
    field: str
    value: str | None
    reason: str
    remedy: str


class DeliveryFilters(Paging):
    """Narrow the list of deliveries."""

    register_: Register | None = Field(None, alias="register")
    month: Month | None = None
    within: AreaCode | None = None
    state: Literal[tuple(Delivery.State.values)] | None = None  # type: ignore[valid-type]
    sort: Literal["-id", "id"] = "-id"


class LineFilters(Paging):
    """Narrow the lines of a quarantine."""

    reason: Word | None = None
    field: Word | None = None


class Arriving(Schema):
    """What a delivery is about. Without `file_name` the kind of file is told by the Content-Type."""

    area: AreaCode
    known: date | None = Field(None, description="获知日期，缺省为今天 / the day it became known, today if absent")
    file_name: Word = ""
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-fA-F]{64})?$")] = Field(
        "", description="文件指纹，用于核对传输 / of the file, to check that it arrived whole"
    )
    synthetic: bool = False


class Decision(Schema):
    """Why. Accepting needs a reason only above the limits."""

    reason: Reason


class Acceptance(Schema):
    """Why, where the delivery is above the limits."""

    reason: Word = ""


def _mine() -> dict[str, Contract]:
    named = current().registers
    return {slug: each for slug, each in load_contracts().items() if named is None or slug in named}


def _told(contract: Contract) -> dict[str, Any]:
    columns = [
        {
            "name": name,
            "headers": list(column.headers),
            "type": column.type,
            "required": column.required,
            "fact": column.fact,
            "codes": column.codes,
        }
        for name, column in contract.columns.items()
    ]
    words = {name: getattr(contract, name) for name in ("register_", "owner", "file", "rhythm", "delivery")}
    return words | {"name_zh": contract.name.zh, "name_en": contract.name.en, "columns": columns}


@router.get("/registers", response=answers(list[ContractOut]), by_alias=True, **may("delivery.read", "delivery.upload"))
def registers(request: HttpRequest) -> Any:
    """The contracts of one's registers: columns, headings, codes, rhythm."""
    return [_told(contract) for contract in _mine().values()]


@router.get(
    "/registers/{name}", response=answers(ContractOut), by_alias=True, **may("delivery.read", "delivery.upload")
)
def register(request: HttpRequest, name: Register) -> Any:
    """One contract."""
    if name not in _mine():
        raise Http404
    return _told(_mine()[name])


def _from_departments() -> QuerySet[Delivery]:
    """Deliveries in scope; clerks' corrections are told on the person's file, not here."""
    return Delivery.objects.exclude(source=CLERK)


@router.get("/deliveries", response=answers(Listed[DeliveryOut]), by_alias=True, **may("delivery.read"))
def deliveries(request: HttpRequest, wanted: Query[DeliveryFilters]) -> Any:
    """Deliveries of one's areas and registers, the latest first."""
    rows = _from_departments()
    if wanted.within is not None:
        low, high = span(wanted.within) if wanted.within >= 0 else (-1, 0)
        rows = rows.filter(area_code__gte=low, area_code__lt=high)
    exact = {"register": wanted.register_, "month": wanted.month, "state": wanted.state}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    return paged(rows, (wanted.sort,), wanted)


def _find(pk: int) -> Delivery:
    found: Delivery = get_object_or_404(_from_departments(), pk=pk)
    return found


def version_of(delivery: Delivery) -> str:
    """The version that If-Match names. Progress does not change it, a decision does."""
    return etag_of(delivery.pk, delivery.state, delivery.decided_at)


@router.get("/deliveries/{int:pk}", response=answers(DeliveryWhole), by_alias=True, **may("delivery.read"))
def delivery(request: HttpRequest, pk: Key, response: HttpResponse) -> Any:
    """One delivery: how far it is, what it would change."""
    found = _find(pk)
    response["ETag"] = version_of(found)
    return found


@router.get("/deliveries/{int:pk}/quarantine", response=answers(Listed[LineOut]), **may("delivery.read"))
def quarantine(request: HttpRequest, pk: Key, wanted: Query[LineFilters]) -> Any:
    """Its rows at fault, in the order of the file; numbers of people are masked."""
    return paged(_lines(_find(pk), wanted.reason, wanted.field), ("source_row",), wanted)


def _lines(delivery: Delivery, reason: str | None = None, field: str | None = None) -> Any:
    exact = {"reason": reason, "field": field}
    rows = QuarantineLine.objects.filter(delivery=delivery)
    return rows.filter(**{name: value for name, value in exact.items() if value is not None})


@router.get("/deliveries/{int:pk}/quarantine.csv", response=answers(None), **may("delivery.read", file="text/csv"))
def quarantine_csv(request: HttpRequest, pk: Key) -> Any:
    """All of them as CSV, to mend them at the source."""
    found, scope = _find(pk), current()
    columns = [sheets.Column(word) for word in ("行号", "栏目", "内容", "原因", "处理办法")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quarantine.csv"
        mark = sheets.Mark(scope.name, timezone.localtime(), f"数据交付 {found.pk}", scope.request[:12])
        count = sheets.write(path, columns, _cells(found), mark)
        file = path.open("rb")
    record("export", what=f"delivery:{found.pk}", area=found.area_code, detail={"quarantine": count})
    name = f"quarantine-{found.register}-{found.month}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _cells(delivery: Delivery) -> Iterator[list[sheets.Cell]]:
    for line in _lines(delivery).order_by("source_row", "pk").iterator(5000):
        yield [line.source_row, line.field, line.value, line.reason, line.remedy]


def _decided(request: HttpRequest, pk: int, act: Any, reason: str) -> Delivery:
    found = _find(pk)
    require_version(request, version_of(found))
    act(by=current(), delivery=found, reason=reason)
    return found


@router.post(
    "/deliveries/{int:pk}/accept",
    response=answers(DeliveryOut, 412),
    by_alias=True,
    **may("delivery.decide", example={"reason": ""}),
)
def accept(request: HttpRequest, pk: Key, given: Acceptance) -> Any:
    """Take it into the registry, in the background."""
    return _decided(request, pk, actions.accept, given.reason)


@router.post(
    "/deliveries/{int:pk}/refuse",
    response=answers(DeliveryOut, 412),
    by_alias=True,
    **may("delivery.decide", example={"reason": "缺少出生日期一列"}),
)
def refuse(request: HttpRequest, pk: Key, given: Decision) -> Any:
    """Send it back."""
    return _decided(request, pk, actions.refuse, given.reason)


@router.post(
    "/deliveries/{int:pk}/take-back",
    response=answers(DeliveryOut, 412),
    by_alias=True,
    **may("delivery.decide", example={"reason": "部门来函：导出时选错了月份"}),
)
def take_back(request: HttpRequest, pk: Key, given: Decision) -> Any:
    """Undo an accepted delivery, in the background."""
    return _decided(request, pk, actions.take_back, given.reason)


# Last: its address would swallow those above.
@router.put(
    "/deliveries/{name}/{month}",
    response=answers(DeliveryOut, 411, 413, 415, status=202),
    by_alias=True,
    **may("delivery.upload"),
)
def deliver(request: HttpRequest, name: Register, month: Month, wanted: Query[Arriving]) -> Any:
    """Deliver one file of a register for a month: the body is the file. It is checked in the background.

    The same file again is the same delivery: repeat without worry after a broken connection.
    """
    scope = current()
    scope.require("delivery.read", wanted.area)
    file = request.upload  # type: ignore[attr-defined]
    found = actions.receive(
        by=scope,
        register=name,
        month=month,
        area=wanted.area,
        known=wanted.known or timezone.localdate(),
        file_name=_named(wanted.file_name, request.content_type or ""),
        blocks=blocks(file),
        source="api",
        is_synthetic=wanted.synthetic,
        sha256=wanted.sha256.lower(),
    )
    return Status(202, found)


def _named(stated: str, kind: str) -> str:
    """A plain file name, whatever path a sender puts in front of it."""
    name = PurePosixPath(stated.replace("\\", "/")).name
    if name:
        return name
    if kind not in KINDS:
        known = "、".join(KINDS)
        raise WrongKind(
            f"请写明 file_name，或用这些 Content-Type 之一：{known}。",
            f"State file_name, or one of these as Content-Type: {', '.join(KINDS)}.",
        )
    return "delivery" + KINDS[kind]
