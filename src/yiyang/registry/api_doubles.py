"""Suspected doubles over the API: the questions linkage asks, and a clerk's answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from yiyang.access.scope import current
from yiyang.audit.record import record
from yiyang.kit.api import Key, Listed, Paging, Reason, answers, etag_of, may, paged, require_version
from yiyang.registry import judging
from yiyang.registry.api_people import PersonOut
from yiyang.registry.models import PossibleDouble

router = Router(tags=["doubles"])


class QuestionOut(Schema):
    """Two files, or a file and a row without an id number (`register`), that may be one person."""

    id: int
    person: str
    other: str | None
    register_: str = Field(serialization_alias="register")
    probability: float
    levels: dict[str, Any]
    is_automatic: bool
    state: str
    judged_by_name: str
    judged_at: datetime | None
    reason: str

    @staticmethod
    def resolve_person(each: PossibleDouble) -> str:
        return str(each.person_id)

    @staticmethod
    def resolve_other(each: PossibleDouble) -> str | None:
        return None if each.other_id is None else str(each.other_id)

    @staticmethod
    def resolve_register_(each: PossibleDouble) -> str:
        return str(each.register)


class QuestionWhole(QuestionOut):
    """The question with both files, masked."""

    one: PersonOut
    two: PersonOut | None

    @staticmethod
    def resolve_one(each: PossibleDouble) -> Any:
        return each.person

    @staticmethod
    def resolve_two(each: PossibleDouble) -> Any:
        return each.other


class QuestionFilters(Paging):
    """Narrow the questions."""

    state: Literal[tuple(PossibleDouble.State.values)] = "open"  # type: ignore[valid-type]


class Answer(Schema):
    """What the clerk says. `undo` takes an answer back."""

    answer: Literal["same", "different", "later", "undo"]
    reason: Reason


@router.get("/doubles", response=answers(Listed[QuestionOut]), by_alias=True, **may("link.judge"))
def doubles(request: HttpRequest, wanted: Query[QuestionFilters]) -> Any:
    """Questions of which one sees both sides, the most probable first."""
    page = paged(judging.questions(current()).filter(state=wanted.state), ("-probability",), wanted)
    record("search", what="api:doubles", detail={"found": len(page["items"])})
    return page


def _find(pk: int) -> PossibleDouble:
    return get_object_or_404(judging.questions(current()).select_related("person", "other"), pk=pk)


def version_of(question: PossibleDouble) -> str:
    """The version that If-Match names."""
    return etag_of(question.pk, question.state, question.judged_at)


@router.get("/doubles/{int:pk}", response=answers(QuestionWhole), by_alias=True, **may("link.judge"))
def double(request: HttpRequest, pk: Key, response: HttpResponse) -> Any:
    """One question with both files."""
    found = _find(pk)
    record("read", what=f"double:{pk}", person=found.person_id, area=found.area_code, detail={"other": found.other_id})
    response["ETag"] = version_of(found)
    return found


@router.post(
    "/doubles/{int:pk}/judge",
    response=answers(QuestionOut, 409, 412),
    by_alias=True,
    **may("link.judge", example={"answer": "different", "reason": "两人是同名堂兄弟，已电话核实"}),
)
def judge(request: HttpRequest, pk: Key, given: Answer) -> Any:
    """Answer a question, or take an answer back. Of two who answer at once the second is told (409)."""
    found = _find(pk)
    require_version(request, version_of(found))
    acts: dict[str, Any] = {
        "same": judging.same,
        "different": judging.different,
        "later": judging.later,
        "undo": judging.undo,
    }
    acts[given.answer](by=current(), question=found, reason=given.reason)
    found.refresh_from_db()
    return found
