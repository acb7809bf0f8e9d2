"""Assessments over the API: departments rely on a result, hospitals and homes ask for one, agencies hand forms in.

Level and validity only: no answer of a form leaves by this door.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.assessment import actions, importing, in_words
from yiyang.assessment.issuing import is_standing
from yiyang.assessment.models import Request, Result
from yiyang.audit.record import record
from yiyang.kit.api import AreaCode, Key, Listed, Paging, answers, may, paged
from yiyang.kit.idempotency import once
from yiyang.registry.models import Person

router = Router(tags=["assessments"])
ScaleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
PurposeId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Said = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")]
About = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]
CreditCode = Annotated[str, StringConstraints(pattern=r"^([0-9A-Z]{18})?$")]
RESULT: dict[str, Any] = {
    "number": "PG5117242026110000123",
    "person": 4611686018427387904,
    "instrument": "gbt_42195_2022",
    "version": "2022.1",
    "level": 3,
    "level_name": "重度失能",
    "assessed_on": "2026-11-23",
    "valid_from": "2026-11-01",
    "valid_to": "2027-11-22",
    "state": "valid",
    "holds": True,
    "agency": "安康评估",
}


class AssessmentOut(Schema):
    """One result: level and validity. `holds`: whether it may be relied on today."""

    model_config = ConfigDict(json_schema_extra={"example": RESULT})
    number: str
    person: int
    instrument: str
    version: str
    level: int
    level_name: str
    assessed_on: date
    valid_from: date
    valid_to: date
    state: str
    holds: bool
    agency: str

    @staticmethod
    def resolve_person(result: Result) -> int:
        return int(result.person_id)

    @staticmethod
    def resolve_level_name(result: Result) -> str:
        return in_words.level_word(result)

    @staticmethod
    def resolve_holds(result: Result) -> bool:
        return is_standing(result, timezone.localdate())

    @staticmethod
    def resolve_agency(result: Result) -> str:
        return in_words.agency_of(result)


class AssessmentUse(Schema):
    """Which department relied on a result, when, for what."""

    purpose: str
    department: str
    about: str
    at: datetime
    by_name: str


class AssessmentWhole(AssessmentOut):
    """One result with everybody who relied on it."""

    uses: list[AssessmentUse]

    @staticmethod
    def resolve_uses(result: Result) -> list[Any]:
        return list(result.uses.all())


class AssessmentFilters(Paging):
    """Narrow the list of results."""

    person: Key | None = None
    instrument: ScaleId | None = None
    state: Literal[tuple(Result.State.values)] | None = None  # type: ignore[valid-type]
    within: AreaCode | None = None


class UseIn(Schema):
    """For what a result was relied on: a purpose of policy/assessment.yaml, and the case's number."""

    purpose: PurposeId
    about: About = ""


class AssessmentAsked(Schema):
    """An assessment asked for. Send an `Idempotency-Key`, so that a repeated call asks once.

    `again_because`: needed while a result is valid. `provider`: credit code of the home that would care for the person.
    """

    person: Key
    instrument: ScaleId = "gbt_42195_2022"
    kind: Literal["first", "routine", "immediate"] = "first"
    channel: Literal["hospital", "home"] = "hospital"
    purposes: list[PurposeId] = Field(default=[], max_length=20)
    reason: Said = ""
    again_because: Said = ""
    provider: CreditCode = ""


class AssessmentRequestOut(Schema):
    """A request on its way. `result`: the certificate's number, once there is one."""

    number: str
    person: int
    instrument: str
    kind: str
    channel: str
    state: str
    due: date | None
    appointed: datetime | None
    result: str

    @staticmethod
    def resolve_person(request: Request) -> int:
        return int(request.person_id)

    @staticmethod
    def resolve_result(request: Request) -> str:
        return Result.objects.filter(request=request.pk).values_list("number", flat=True).first() or ""


class RequestFilters(Paging):
    """Narrow the list of requests."""

    state: Literal[tuple(Request.State.values)] | None = None  # type: ignore[valid-type]
    instrument: ScaleId | None = None


class FormIn(Schema):
    """A form as a FHIR QuestionnaireResponse; `began_at`: when the assessment began."""

    resource: dict[str, Any]
    began_at: datetime | None = None


def _results() -> Any:
    seen = current().where("assessment.read").q("area_code")
    return Result.objects.filter(seen).select_related("request__agency")


def _requests() -> Any:
    return Request.objects.filter(current().where("assessment.read").q("area_code"))


@router.get("/assessments", response=answers(Listed[AssessmentOut]), **may("assessment.read"))
def assessments(request: HttpRequest, filters: Query[AssessmentFilters]) -> Any:
    """Results within the scope, the newest first; those of one person are logged on him."""
    rows = _results()
    exact = {"person": filters.person, "instrument": filters.instrument, "state": filters.state}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if filters.within is not None:
        low, high = span(filters.within) if filters.within >= 0 else (filters.within, filters.within + 1)
        rows = rows.filter(area_code__gte=low, area_code__lt=high)
    person = Person.objects.filter(pk=filters.person).first() if filters.person is not None else None
    where = {"person": person.pk, "area": person.area_code} if person else {}
    record("read" if person else "search", what="api:assessments", **where)
    return paged(rows, ("-id",), filters)


@router.get("/assessments/{number}", response=answers(AssessmentWhole), **may("assessment.read"))
def assessment(request: HttpRequest, number: str) -> Any:
    """One result, with who relied on it."""
    return _result(number)


def _result(number: str) -> Result:
    found: Result = get_object_or_404(_results(), number=number[:24].replace("\x00", ""))
    record("read", what=f"result:{found.number}", person=found.person_id, area=found.area_code)
    return found


USED = {"purpose": "long_term_care_insurance", "about": "CHX-2026-0001"}


@router.post(
    "/assessments/{number}/uses",
    response=answers(AssessmentWhole, status=201),
    **may("assessment.read", example=USED),
)
def use_assessment(request: HttpRequest, number: str, given: UseIn) -> Any:
    """Note that a department relied on a result."""
    found = _result(number)

    def make() -> dict[str, Any]:
        made = actions.use(by=current(), result=found, purpose=given.purpose, about=given.about)
        return {"use": made.pk}

    once(request, make)
    return Status(201, _results().get(pk=found.pk))


@router.get("/assessment-requests", response=answers(Listed[AssessmentRequestOut]), **may("assessment.read"))
def assessment_requests(request: HttpRequest, filters: Query[RequestFilters]) -> Any:
    """Requests within the scope, the newest first."""
    exact = {"state": filters.state, "instrument": filters.instrument}
    rows = _requests().filter(**{name: value for name, value in exact.items() if value is not None})
    record("search", what="api:assessment-requests")
    return paged(rows, ("-id",), filters)


@router.get("/assessment-requests/{number}", response=answers(AssessmentRequestOut), **may("assessment.read"))
def assessment_request(request: HttpRequest, number: str) -> Any:
    """One request."""
    return _request(number)


def _request(number: str) -> Request:
    found: Request = get_object_or_404(_requests(), number=number[:24].replace("\x00", ""))
    record("read", what=f"assessment:{found.pk}", person=found.person_id, area=found.area_code)
    return found


ASKED = {"person": 4611686018427387904, "channel": "hospital", "purposes": ["nursing_subsidy"], "reason": "脑卒中出院"}


@router.post(
    "/assessment-requests",
    response=answers(AssessmentRequestOut, status=201),
    **may("assessment.request", example=ASKED),
)
def ask_assessment(request: HttpRequest, asked: AssessmentAsked) -> Any:
    """Ask for an assessment on behalf of a person."""
    person = get_object_or_404(Person.objects.all(), pk=asked.person)

    def make() -> dict[str, Any]:
        made = actions.ask(by=current(), person=person, **asked.model_dump(exclude={"person"}))
        return {"number": made.number}

    # A village's visitor may ask and does not read what others asked for; his own he is told of.
    return Status(201, Request.objects.get(number=once(request, make)["number"]))


FILLED = {"resource": {"resourceType": "QuestionnaireResponse", "status": "completed"}, "began_at": None}


@router.post(
    "/assessment-requests/{number}/form",
    response=answers(AssessmentRequestOut, 409, status=201),
    **may("assessment.do", example=FILLED),
)
def file_assessment(request: HttpRequest, number: str, given: FormIn) -> Any:
    """Hand in the form of an assessment as FHIR; the caller is one of the two, and both still sign."""
    found = _request(number)

    def make() -> dict[str, Any]:
        made = importing.fhir(by=current(), request=found, resource=given.resource, began_at=given.began_at)
        return {"form": made.pk}

    once(request, make)
    return Status(201, _requests().get(pk=found.pk))
