"""Visits over the API: findings for police and health, signs of life from devices, figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.cases import feed
from yiyang.kit.api import MOST, AreaCode, Key, Listed, Month, Paging, Word, answers, may, paged
from yiyang.kit.idempotency import once
from yiyang.registry.identity import person_of
from yiyang.registry.models import Person
from yiyang.visits import figures, finding_feed, findings
from yiyang.visits.models import Finding, SignOfLife, Visit
from yiyang.visits.policy import load_visits

router = Router(tags=["visits"])
FindingNumber = Annotated[str, StringConstraints(pattern=r"^YC[0-9]{12,24}$")]
KindId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
SEE = ("visit.read", "finding.handle", "finding.verify")
# So long after it happened a sign of life says nothing any more.
OLDEST = timedelta(days=31)
SIZES = {"county": 10**6, "town": 10**3, "village": 1}
FINDING: dict[str, Any] = {
    "number": "YC511724202611000017",
    "person": 4611686018427387904,
    "area_code": 511724001001,
    "kind": "fallen",
    "severity": "urgent",
    "state": "assigned",
    "unit": "health",
    "words": "在院里摔倒，胯骨痛",
    "due": "2026-11-23T12:00:00+08:00",
    "escalated": 0,
}


class VisitOut(Schema):
    """One visit that is owed, planned or done."""

    id: int
    person: int = Field(alias="person_id")
    area_code: int
    month: str
    cause: str
    groups: list[str]
    means: str
    first: date
    last: date
    on: date | None
    state: str
    done_on: date | None
    tries: int


class VisitFilters(Paging):
    """Narrow the list of visits."""

    month: Month | None = None
    state: Literal[tuple(Visit.State.values)] | None = None  # type: ignore[valid-type]
    within: AreaCode | None = None


class FindingOut(Schema):
    """Something wrong that was found. `due`: until when its next step is to be taken."""

    model_config = ConfigDict(json_schema_extra={"example": FINDING})
    number: str
    person: int = Field(alias="person_id")
    area_code: int
    kind: str
    severity: str
    state: str
    unit: str
    words: str
    due: datetime | None
    escalated: int
    found_at: datetime
    closed_at: datetime | None


class FindingStepOut(Schema):
    """What was done about it."""

    slug: str
    from_state: str
    to_state: str
    at: datetime
    by_name: str
    words: str


class FindingWhole(FindingOut):
    """One finding with its steps."""

    steps: list[FindingStepOut]


class FindingFilters(Paging):
    """Narrow the list of findings."""

    state: Literal[tuple(Finding.State.values)] | None = None  # type: ignore[valid-type]
    unit: Literal[tuple(Finding.Unit.values)] | None = None  # type: ignore[valid-type]
    within: AreaCode | None = None
    open: bool = False


class FindingRaised(Schema):
    """What is wrong with whom. Send an `Idempotency-Key`, so that a repeated call says it once."""

    person: Key
    kind: KindId
    severity: Literal[("", *Finding.Severity.values)] = ""  # type: ignore[valid-type]
    words: Told


class FindingActed(Schema):
    """What was done. `expected`: the state that the caller read."""

    words: Told
    expected: Literal[("", *Finding.State.values)] = ""  # type: ignore[valid-type]


class FindingEvent(Schema):
    """A step on a finding. Nobody is named."""

    id: int
    at: datetime
    finding: str
    kind: str
    severity: str
    unit: str
    step: str
    from_state: str
    to_state: str


class FindingEvents(Schema):
    """Steps in order. `cursor`: send it with the next call, also when there was nothing new."""

    items: list[FindingEvent]
    cursor: str


class FindingEventFilters(Schema):
    """From where on, and for which unit."""

    cursor: Word = ""
    unit: Literal[tuple(Finding.Unit.values)] | None = None  # type: ignore[valid-type]
    limit: int = Field(100, ge=1, le=MOST)


class SignIn(Schema):
    """Somebody is up and about. The same `key` of one sender counts once, whenever it is sent again."""

    person: Key | None = None
    id_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{17}[0-9Xx]$")] | None = None
    kind: KindId
    at: datetime
    key: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,80}$")]


class SignOut(Schema):
    """Whether it is new, and of whom it speaks."""

    person: int
    is_new: bool


class VisitRateFilters(Schema):
    """Which month, by which areas."""

    month: Month
    by: Literal["county", "town", "village"] = "town"


class VisitRateLine(Schema):
    """People of one area who are to be visited in a month, and who were."""

    area_code: int
    owed: int
    visited: int
    on_time: int
    share: float | None


class VisitRate(Schema):
    """月探访率 by area, and of all of them; `share` of a hundred."""

    month: str
    share: float | None
    areas: list[VisitRateLine]


def _within(rows: Any, area: int | None) -> Any:
    if area is None:
        return rows
    low, high = span(area) if area >= 0 else (area, area + 1)
    return rows.filter(area_code__gte=low, area_code__lt=high)


@router.get("/visits", response=answers(Listed[VisitOut]), **may("visit.read"))
def visits(request: HttpRequest, filters: Query[VisitFilters]) -> Any:
    """Visits within the scope."""
    rows = Visit.objects.filter(current().where("visit.read").q("area_code"))
    rows = rows.filter(month=filters.month) if filters.month else rows
    rows = rows.filter(state=filters.state) if filters.state else rows
    record("read", what="api:visits")
    return paged(_within(rows, filters.within), ("id",), filters)


@router.get("/visit-rate", response=answers(VisitRate), **may("visit.read"))
def visit_rate(request: HttpRequest, filters: Query[VisitRateFilters]) -> Any:
    """Of those who are to be visited in a month, how many were."""
    lines = figures.rate(current(), filters.month, SIZES[filters.by])
    record("read", what="api:visit-rate")
    areas = [
        {
            "area_code": each.code,
            "owed": each.owed,
            "visited": each.visited,
            "on_time": each.on_time,
            "share": each.share,
        }
        for each in lines
    ]
    return {"month": filters.month, "share": figures.share(lines), "areas": areas}


def _readable() -> Any:
    return Finding.objects.all()


def _finding(number: str) -> Finding:
    found: Finding = get_object_or_404(_readable(), number=number)
    return found


@router.get("/findings", response=answers(Listed[FindingOut]), **may(*SEE))
def list_findings(request: HttpRequest, filters: Query[FindingFilters]) -> Any:
    """Findings within the scope, the newest first; and those that the caller was sent to act on."""
    rows = _readable()
    rows = rows.filter(state=filters.state) if filters.state else rows
    rows = rows.filter(unit=filters.unit) if filters.unit else rows
    rows = rows.filter(state__in=findings.OPEN) if filters.open else rows
    record("read", what="api:findings")
    return paged(_within(rows, filters.within), ("-id",), filters)


@router.get("/findings/{number}", response=answers(FindingWhole), **may(*SEE))
def one_finding(request: HttpRequest, number: str) -> Any:
    """One finding with its steps."""
    found = _finding(number)
    record("read", what=f"finding:{found.pk}", person=found.person_id, area=found.area_code)
    return found


RAISED = {"person": 4611686018427387904, "kind": "fallen", "severity": "", "words": "一键呼叫：在家摔倒"}


@router.post("/findings", response=answers(FindingOut, status=201), **may("finding.handle", "visit.do", example=RAISED))
def raise_finding(request: HttpRequest, raised: FindingRaised) -> Any:
    """Say that something is wrong; an open finding of the kind is added to."""
    person = get_object_or_404(Person.objects.all(), pk=raised.person)

    def make() -> dict[str, Any]:
        made = findings.raise_by_hand(
            by=current(), person=person, kind=raised.kind, severity=raised.severity, words=raised.words
        )
        return {"number": made.number}

    return Status(201, _finding(once(request, make)["number"]))


@router.post(
    "/findings/{number}/acts",
    response=answers(FindingOut),
    **may("finding.handle", example={"words": "已送医，家属陪同"}),
)
def act_on_finding(request: HttpRequest, number: str, acted: FindingActed) -> Any:
    """Say what was done. Another than the caller then says that it is well."""
    found = _finding(number)

    def make() -> dict[str, Any]:
        findings.act(by=current(), finding=found, words=acted.words, expected=acted.expected)
        return {"number": found.number}

    return _finding(once(request, make)["number"])


@router.get("/finding-events", response=answers(FindingEvents), **may(*SEE))
def finding_events(request: HttpRequest, filters: Query[FindingEventFilters]) -> Any:
    """What happened to findings since a cursor; none is missed and none comes twice."""
    place = feed.read(filters.cursor)
    found = finding_feed.after(place, unit=filters.unit or "", most=filters.limit)
    last = (found[-1].at, found[-1].pk) if found else place
    record("read", what="api:finding-events", detail={"steps": len(found)})
    return {"items": [finding_feed.event(step) for step in found], "cursor": feed.written(last)}


SIGN = {
    "person": 4611686018427387904,
    "kind": "motion",
    "at": "2026-11-23T08:05:00+08:00",
    "key": "dev-8812-20261123-1",
}


@router.post("/signs", response=answers(SignOut, status=201), **may("visit.sign", example=SIGN))
def send_sign(request: HttpRequest, sign: SignIn) -> Any:
    """A sign of life from a device or a neighbour's app; where policy lets it, it stands for a visit."""
    person = _person_of(sign)
    current().require("visit.sign", person.area_code)
    _refuse_sign(sign)
    _, is_new = SignOfLife.objects.get_or_create(
        source=current().name[:60], key=sign.key, defaults={"person": person, "kind": sign.kind, "at": sign.at}
    )
    record("write", what="visits:sign", person=person.pk, area=person.area_code, detail={"kind": sign.kind})
    return Status(201, {"person": person.pk, "is_new": is_new})


def _person_of(sign: SignIn) -> Person:
    if (sign.person is None) == (sign.id_number is None):
        raise UsageError("请给出 person 或 id_number 之一。", "Give either person or id_number.")
    key = sign.person if sign.person is not None else person_of((sign.id_number or "").upper())
    found: Person = get_object_or_404(Person.objects.all(), pk=key)
    if not current().may("visit.sign", found.area_code):
        raise Http404
    return found


def _refuse_sign(sign: SignIn) -> None:
    kinds = load_visits().signs.kinds
    if sign.kind not in kinds:
        raise UsageError("没有这种信号。", "There is no such kind of sign.", [(slug, slug) for slug in kinds])
    at = sign.at if timezone.is_aware(sign.at) else timezone.make_aware(sign.at)
    if not timezone.now() - OLDEST <= at <= timezone.now() + timedelta(minutes=10):
        raise UsageError("时间不对：不晚于现在，不早于 31 天前。", "The time is ahead or older than 31 days.")
