"""Months over the API: runs, what somebody is entitled to, and who changed since one last asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.entitlement import month_actions, months
from yiyang.entitlement.models import Change, MonthRun
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
from yiyang.kit.idempotency import once
from yiyang.registry.identity import person_of
from yiyang.registry.models import Alias, Person

router = Router(tags=["months"])
Item = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
# Runs in the order in which they were put in force: a run made early may begin late.
ORDER = ("run__decided_at", "id")
RUN: dict[str, Any] = {
    "id": 3, "area_code": 511724000000, "month": "2026-11", "purpose": "month", "known": "2026-11-30",
    "state": "in_force", "is_baseline": False, "people": 191020, "changes": 4211, "done": 32, "steps": 32,
}  # fmt: skip
CHANGE: dict[str, Any] = {
    "id": 88, "run": 3, "month": "2026-11", "person": "4611686018427387904", "item": "old_age_allowance",
    "list_area": "511724", "kind": "new", "cause": "birthday", "fen_before": 0, "fen": 6000, "every": "month",
    "area_code": 511724001001,
}  # fmt: skip


class RunOut(Schema):
    """One run. `done` of `steps`: how far its job is."""

    model_config = ConfigDict(json_schema_extra={"example": RUN})
    id: int
    area_code: int
    month: str
    purpose: str
    known: date
    state: str
    is_baseline: bool
    is_scheduled: bool
    people: int | None
    changes: int | None
    list_hash: str
    snapshot_hash: str
    done: int
    steps: int
    step: str
    ordered_at: datetime
    ready_at: datetime | None
    decided_at: datetime | None
    problems: list[Said]

    @staticmethod
    def resolve_people(run: MonthRun) -> int | None:
        return run.summary.get("people")

    @staticmethod
    def resolve_changes(run: MonthRun) -> int | None:
        return run.changes.get("changes", run.changes.get("arrears"))

    @staticmethod
    def resolve_problems(run: MonthRun) -> list[dict[str, str]]:
        return [{"zh": zh, "en": en} for zh, en in run.problems]


class RunFilters(Paging):
    """Narrow the list of runs."""

    month: Month | None = None
    state: Literal[tuple(MonthRun.State.values)] | None = None  # type: ignore[valid-type]


class OrderIn(Schema):
    """Which area, which month, as known when (today if absent)."""

    area: AreaCode
    month: Month
    known: date | None = None


class ReasonIn(Schema):
    """Why, if it needs saying."""

    reason: Word = ""


class ChangeOut(Schema):
    """A person × item whose entitlement began, has another amount, or ended. Money in fen a period."""

    model_config = ConfigDict(json_schema_extra={"example": CHANGE})
    id: int
    run: int = Field(alias="run_id")
    month: str
    person: str
    item: str
    list_area: str
    kind: str
    cause: str
    fen_before: int
    fen: int
    every: str
    area_code: int

    @staticmethod
    def resolve_month(change: Change) -> str:
        return change.run.month

    @staticmethod
    def resolve_person(change: Change) -> str:
        return str(change.person)


class ChangeFilters(Paging):
    """Changes since a cursor: keep the `cursor` of the last answer and send it when you ask again."""

    within: AreaCode | None = None
    item: Item | None = None
    kind: Literal[tuple(Change.Kind.values)] | None = None  # type: ignore[valid-type]


class Changed(Listed[ChangeOut]):
    """One page. `cursor` marks its end, even on the last page: later changes come after it."""

    cursor: str = ""


class Asked(Schema):
    """On what legal basis somebody is asked about, and under which consent or case."""

    basis: Reason = Field(description="法律依据，例如 社会救助暂行办法第十条 / the legal basis")
    consent: Reason = Field(description="本人授权书编号或业务编号 / reference of the consent, or of the case")


class ByNumber(Asked):
    """Somebody by his id number, which never stands in an address."""

    id_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{17}[0-9Xx]$")]


class ConditionOut(Schema):
    """One condition and how it stands: met, not_met or unknown."""

    says: str
    state: str


class SourceOut(Schema):
    """Where it is written."""

    document: str
    title: str
    article: str


class EntitlementOut(Schema):
    """One item's answer for a person. `amount_fen`: what is paid a period, null where open."""

    item: str
    name_zh: str
    name_en: str
    list_area: str
    answer: Literal["entitled", "not_entitled", "undecided"]
    amount_fen: int | None
    low_fen: int
    high_fen: int
    every: str
    payee: bool
    conditions: list[ConditionOut]
    source: SourceOut


class EntitledOut(Schema):
    """What a person is entitled to by the run in force."""

    person: str
    run: int
    month: str
    known: date
    items: list[EntitlementOut]


def _etag(run: MonthRun) -> str:
    return etag_of(run.pk, run.state, run.decided_at, run.ready_at)


@router.get("/runs", response=answers(Listed[RunOut]), **may("run.read"))
def runs(request: HttpRequest, wanted: Query[RunFilters]) -> Any:
    """Runs of one's areas, the latest first."""
    exact = {"month": wanted.month, "state": wanted.state}
    rows = MonthRun.objects.filter(**{name: value for name, value in exact.items() if value is not None})
    return paged(rows, ("-id",), wanted)


def _find(pk: int) -> MonthRun:
    found: MonthRun = get_object_or_404(MonthRun.objects.all(), pk=pk)
    return found


@router.get("/runs/{pk}", response=answers(RunOut), **may("run.read"))
def run(request: HttpRequest, pk: Key, response: HttpResponse) -> Any:
    """One run. Its ETag is the version that starting it may name in If-Match."""
    found = _find(pk)
    response["ETag"] = _etag(found)
    return found


@router.post(
    "/runs",
    response=answers(RunOut, 409, status=202),
    **may("run.decide", example={"area": "511724000000", "month": "2026-11"}),
)
def order_run(request: HttpRequest, wanted: OrderIn) -> Any:
    """Order the run of a month. Send an `Idempotency-Key`: the same order again is then the same run."""

    def make() -> dict[str, Any]:
        made = month_actions.order(by=current(), area=wanted.area, month=wanted.month, known=wanted.known)
        return {"run": made.pk}

    return Status(202, _find(once(request, make)["run"]))


@router.post(
    "/runs/{pk}/start",
    response=answers(RunOut, 409, 412, status=202),
    **may("run.decide", example={"reason": "已核对本月变化"}),
)
def start_run(request: HttpRequest, pk: Key, wanted: ReasonIn) -> Any:
    """Put a ready run in force. State its ETag as If-Match."""
    found = _find(pk)
    current().require("run.decide", found.area_code)
    require_version(request, _etag(found))
    month_actions.start(by=current(), run=found, reason=wanted.reason)
    return Status(202, found)


@router.get("/changes", response=answers(Changed), **may("case.read"))
def entitlement_changes(request: HttpRequest, wanted: Query[ChangeFilters]) -> Any:
    """Who changed, in the order in which runs were put in force."""
    rows = Change.objects.filter(run__state=MonthRun.State.IN_FORCE).select_related("run")
    if wanted.within is not None:
        low, high = span(wanted.within) if wanted.within >= 0 else (-1, 0)
        rows = rows.filter(area_code__gte=low, area_code__lt=high)
    exact = {"item": wanted.item, "kind": wanted.kind}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    page = paged(rows, ORDER, wanted)
    record("search", what="change:list", detail={"rows": len(page["items"]), "filters": sorted(exact)})
    # The mark of the page's end, also where nothing follows yet.
    last = page["items"][-1] if page["items"] else None
    return page | {"cursor": _mark(last) if last else wanted.cursor}


def _mark(last: Change) -> str:
    return signing.dumps(str(last.pk), salt="kit.paging", compress=False)


@router.get("/people/{pk}/entitlements", response=answers(EntitledOut), **may("case.read"))
def entitlements(request: HttpRequest, pk: Key, asked: Query[Asked]) -> Any:
    """What a person is entitled to, and why. Legal basis and consent go into the log."""
    return _entitled(get_object_or_404(Person.objects.all(), pk=pk), asked)


BY_NUMBER = {"id_number": "511724194001011234", "basis": "社会救助暂行办法第十条", "consent": "SQ-2026-0001"}


@router.post("/entitlements", response=answers(EntitledOut), **may("case.read", example=BY_NUMBER))
def entitlements_by_number(request: HttpRequest, asked: ByNumber) -> Any:
    """The same by id number."""
    key = person_of(asked.id_number.upper())
    merged = Alias.objects.filter(key=key).values_list("person_id", flat=True).first()
    return _entitled(get_object_or_404(Person.objects.all(), pk=merged or key), asked)


def _entitled(person: Person, asked: Asked) -> dict[str, Any]:
    detail = {"basis": asked.basis, "consent": asked.consent}
    record("read", what="entitlements", person=person.pk, area=person.area_code, reason=asked.basis, detail=detail)
    found = months.of_person(person)
    if found is None:
        raise Http404
    items = months.answers_of(found, person.pk)
    return {"person": str(person.pk), "run": found.pk, "month": found.month, "known": found.known, "items": items}
