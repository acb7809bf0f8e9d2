"""Cases over the API: what department systems ask for, take part in, and are told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from yiyang.access.ranges import Ranges
from yiyang.access.scope import current
from yiyang.accounts.models import ApiToken
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.cases import actions, feed, hooks
from yiyang.cases.models import CLOSED, Case, Decision, State, Webhook
from yiyang.kit.api import MOST, AreaCode, Key, Listed, Paging, Word, answers, may, paged
from yiyang.kit.idempotency import once
from yiyang.registry.models import Person

router = Router(tags=["cases"])
Item = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{15,24}$")]
STEP_RIGHTS = ("case.tell", "case.handle", "case.review", "case.approve")
CASE: dict[str, Any] = {
    "number": "5117242026110000123",
    "item": "old_age_allowance",
    "list_area": "511724",
    "area_code": 511724001000,
    "process": "application",
    "channel": "api",
    "state": "applied",
    "due": "2026-12-01",
    "fen": 6000,
    "every": "month",
}


class CaseOut(Schema):
    """One case. `fen`: hundredths of a yuan a period (`every`)."""

    model_config = ConfigDict(json_schema_extra={"example": CASE})
    number: str
    person: int
    item: str
    list_area: str
    area_code: int
    process: str
    channel: str
    state: str
    state_since: datetime
    due: date | None
    escalated: int
    fen: int
    fen_proposed: int | None
    every: str
    proposal: str
    effective_from: date | None
    ended_on: date | None

    @staticmethod
    def resolve_person(case: Case) -> int:
        return case.person_id


class StepOut(Schema):
    """One step that was taken."""

    slug: str
    from_state: str
    to_state: str
    at: datetime
    by_name: str
    reason: str


class DecisionOut(Schema):
    """One decision, with reasons and articles as they stood."""

    number: str
    kind: str
    fen: int
    every: str
    holds_from: date
    lines: list[dict[str, Any]]
    articles: list[dict[str, Any]]
    reason: str
    decided_at: datetime
    appeal_until: date

    @staticmethod
    def resolve_lines(decision: Decision) -> list[Any]:
        return decision.told_lines

    @staticmethod
    def resolve_articles(decision: Decision) -> list[Any]:
        return decision.told_articles


class CaseWhole(CaseOut):
    """One case with its steps and decisions."""

    steps: list[StepOut]
    decisions: list[DecisionOut]


class CaseFilters(Paging):
    """Narrow the list of cases."""

    state: Literal[tuple(State.values)] | None = None  # type: ignore[valid-type]
    item: Item | None = None
    within: AreaCode | None = None
    open: bool | None = None
    overdue: bool = False


class Applied(Schema):
    """On whose behalf, and for what. Send an `Idempotency-Key`, so that a repeated call opens no second case."""

    person: Key
    item: Item
    note: Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")] = ""


class Taken(Schema):
    """A step. `expected`: the state that the caller read; `fen` and `holds_from` of decisions."""

    step: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]
    expected: Literal[("", *State.values)] = ""  # type: ignore[valid-type]
    reason: Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")] = ""
    fen: int | None = Field(None, ge=0, lt=10**13)
    holds_from: date | None = None


class Event(Schema):
    """A step of a case. Nobody is named."""

    id: int
    at: datetime
    case: str
    item: str
    step: str
    from_state: str
    to_state: str


class Events(Schema):
    """Steps in order. `cursor`: send it with the next call, also when there was nothing new."""

    items: list[Event]
    cursor: str


class EventFilters(Schema):
    """From where on, and of what."""

    cursor: Word = ""
    item: Item | None = None
    within: AreaCode | None = None
    limit: int = Field(100, ge=1, le=MOST)


class Wanted(Schema):
    """Where events are to be posted, of which items (none = all), in which area."""

    url: Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[^\s\x00]+$")]
    items: list[Item] = Field(default=[], max_length=100)
    area: AreaCode


class WebhookOut(Schema):
    """One address. Deliveries that fail are repeated, later and later, and given up after two days."""

    id: int
    url: str
    items: list[str]
    area_code: int
    is_active: bool
    failures: int
    made_at: datetime


class WebhookMade(WebhookOut):
    """An address with the secret that signs its deliveries, shown this once."""

    secret: str


def _case(number: str) -> Case:
    found: Case = get_object_or_404(_readable(), number=number)
    return found


def _readable() -> Any:
    return Case.objects.filter(current().where("case.read").q("area_code"))


@router.get("/cases", response=answers(Listed[CaseOut]), **may("case.read"))
def cases(request: HttpRequest, filters: Query[CaseFilters]) -> Any:
    """Cases within the scope, the newest first."""
    rows = _readable()
    rows = rows.filter(state=filters.state) if filters.state else rows
    rows = rows.filter(item=filters.item) if filters.item else rows
    if filters.within is not None:
        low, high = span(filters.within) if filters.within >= 0 else (filters.within, filters.within + 1)
        rows = rows.filter(area_code__gte=low, area_code__lt=high)
    if filters.open is not None:
        rows = rows.exclude(state__in=CLOSED) if filters.open else rows.filter(state__in=CLOSED)
    rows = rows.filter(due__lt=timezone.localdate()) if filters.overdue else rows
    record("read", what="api:cases")
    return paged(rows, ("-id",), filters)


@router.get("/people/{int:person}/cases", response=answers(Listed[CaseOut]), **may("case.read"))
def cases_of_person(request: HttpRequest, person: int, paging: Query[Paging]) -> Any:
    """All cases of one person; that they were read is logged on him."""
    if not 0 <= person < 2**63:
        raise Http404
    found = get_object_or_404(Person.objects.all(), pk=person)
    record("read", what="api:cases", person=found.pk, area=found.area_code)
    return paged(_readable().filter(person=found), ("-id",), paging)


@router.get("/cases/{number}", response=answers(CaseWhole), **may("case.read"))
def case(request: HttpRequest, number: str) -> Any:
    """One case, with its steps and decisions."""
    found = _case(number)
    record("read", what=f"case:{found.pk}", person=found.person_id, area=found.area_code)
    return found


@router.post(
    "/cases",
    response=answers(CaseOut, status=201),
    **may("case.handle", example={"person": 4611686018427387904, "item": "old_age_allowance", "note": "医院代办"}),
)
def apply_for(request: HttpRequest, asked: Applied) -> Any:
    """Apply on behalf of a person."""
    person = get_object_or_404(Person.objects.all(), pk=asked.person)
    given = once(request, lambda: _applied(person, asked))
    return Status(201, _case(given["number"]))


def _applied(person: Person, asked: Applied) -> dict[str, Any]:
    made = actions.apply(by=current(), person=person, item=asked.item, channel="api", note=asked.note)
    return {"number": made.number}


@router.post(
    "/cases/{number}/steps",
    response=answers(CaseOut),
    **may(*STEP_RIGHTS, example={"step": "supply", "expected": "supplementing"}),
)
def take_step(request: HttpRequest, number: str, asked: Taken) -> Any:
    """Take a step on a case."""
    found = _case(number)
    detail: dict[str, Any] = {} if asked.fen is None else {"fen": asked.fen}
    detail |= {"holds_from": asked.holds_from.isoformat()} if asked.holds_from else {}

    def take() -> dict[str, Any]:
        moved = actions.move(
            by=current(), case=found, step=asked.step, reason=asked.reason, expected=asked.expected, detail=detail
        )
        return {"number": moved.number}

    return _case(once(request, take)["number"])


@router.get("/case-events", response=answers(Events), **may("case.read"))
def case_events(request: HttpRequest, filters: Query[EventFilters]) -> Any:
    """What happened to cases since a cursor; none is missed and none comes twice."""
    place, where = feed.read(filters.cursor), current().where("case.read")
    if filters.within is not None:
        low, high = span(filters.within) if filters.within >= 0 else (filters.within, filters.within + 1)
        where &= Ranges.of([(low, high)])
    found = feed.after(place, items=[filters.item] if filters.item else None, area=where, most=filters.limit)
    last = feed.place_of(found[-1]) if found else place
    record("read", what="api:case-events", detail={"steps": len(found)})
    return {"items": [feed.event(step) for step in found], "cursor": feed.written(last)}


def _token(request: HttpRequest) -> ApiToken:
    """The token of the call: addresses belong to one, and end with it."""
    _, _, text = request.headers.get("Authorization", "").partition(" ")
    prefix = text.strip().removeprefix("yt_").partition("_")[0][:12]
    found = ApiToken.objects.select_related("user").filter(prefix=prefix, user_id=current().user or 0).first()
    if found is None:
        raise UsageError("事件通知要用部门令牌登记。", "Webhooks are registered with a department's token.")
    return found


@router.get("/webhooks", response=answers(Listed[WebhookOut]), **may("case.read"))
def webhooks(request: HttpRequest, paging: Query[Paging]) -> Any:
    """The addresses of one's own tokens."""
    return paged(_mine(), ("-id",), paging)


WANTED = {"url": "https://health.example/events", "items": [], "area": "511724000000"}


@router.post("/webhooks", response=answers(WebhookMade, status=201), **may("case.read", example=WANTED))
def register_webhook(request: HttpRequest, wanted: Wanted) -> Any:
    """Be told of steps by POST; the secret is shown this once."""
    made, secret = hooks.register(
        by=current(), token=_token(request), url=wanted.url, items=list(wanted.items), area=wanted.area
    )
    return Status(201, {**WebhookOut.from_orm(made).dict(), "secret": secret})


@router.delete("/webhooks/{int:key}", response=answers(WebhookOut), **may("case.read"))
def remove_webhook(request: HttpRequest, key: int) -> Any:
    """Be told no longer."""
    found = get_object_or_404(_mine(), pk=key)
    told = WebhookOut.from_orm(found).dict()
    hooks.remove(by=current(), webhook=found)
    return told


def _mine() -> Any:
    return Webhook.objects.filter(token__user=current().user)
