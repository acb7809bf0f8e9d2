"""People over the API: found, read with every fact's source, revealed with a reason, corrected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from yiyang.access import masks
from yiyang.access.scope import current
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.kit.api import AreaCode, Key, Listed, Paging, Reason, Word, answers, may, paged
from yiyang.registry import corrections, person_page, search
from yiyang.registry.models import STILL, Contact, Correction, Person
from yiyang.registry.reach import require

router = Router(tags=["people"])
SEALED = Literal["id_number", "phone", "address"]
PERSON: dict[str, Any] = {
    "id": "4611686018427387904",
    "name": "王春兰",
    "id_number": "5130********0013",
    "phone": "138****5678",
    "address": "四川省达州市大竹县竹阳街道****",
    "sex": 0,
    "birth_date": 19400101,
    "alive": 1,
    "area_code": 511724001001,
    "registered_code": 511724001001,
    "groups": ["living_alone"],
    "contested": [],
    "is_current": True,
    "month": "2026-11",
    "merged_into": None,
}


class PersonOut(Schema):
    """One person, numbers and address masked. `id` is a text: it has 63 bits."""

    model_config = ConfigDict(json_schema_extra={"example": PERSON})
    id: str
    name: str
    id_number: str
    phone: str
    address: str
    sex: int | None = Field(description="0 男 male, 1 女 female")
    birth_date: int | None = Field(description="yyyymmdd")
    alive: int | None
    area_code: int
    registered_code: int
    groups: list[str]
    contested: list[str]
    is_current: bool
    month: str
    merged_into: str | None

    @staticmethod
    def resolve_id(person: Person) -> str:
        return str(person.pk)

    @staticmethod
    def resolve_id_number(person: Person) -> str:
        return masks.id_number(person.id_number or "")

    @staticmethod
    def resolve_phone(person: Person) -> str:
        return masks.telephone(person.phone or "")

    @staticmethod
    def resolve_address(person: Person) -> str:
        return masks.address(person.address or "")

    @staticmethod
    def resolve_merged_into(person: Person) -> str | None:
        return None if person.merged_into_id is None else str(person.merged_into_id)


class FactOut(Schema):
    """A fact as the file says it now: as stored, and in words."""

    name: str
    title: str
    value: int | None
    says: str
    owner: str
    is_contested: bool
    is_corrected: bool


class MembershipOut(Schema):
    """A hardship group somebody is or was in, and by which fact."""

    group: str
    name: str
    entered: date
    entered_because: str
    left: date | None
    left_because: str


class PersonWhole(PersonOut):
    """One person with current facts and groups."""

    facts: list[FactOut]
    memberships: list[MembershipOut]

    @staticmethod
    def resolve_facts(person: Person) -> list[person_page.FactLine]:
        return person_page.facts_of(person)

    @staticmethod
    def resolve_memberships(person: Person) -> list[person_page.InGroup]:
        return person_page.groups_of(person)


class SaidOut(Schema):
    """What a register stated, in two times (yyyymmdd; null = still)."""

    says: str
    holds_from: int
    holds_to: int | None
    known_from: int
    known_to: int | None
    register_: str = Field(alias="register", serialization_alias="register")
    source: str
    state: str
    delivery: int | None

    @staticmethod
    def resolve_holds_to(said: person_page.Said) -> int | None:
        return None if said.holds_to == STILL else said.holds_to

    @staticmethod
    def resolve_known_to(said: person_page.Said) -> int | None:
        return None if said.known_to == STILL else said.known_to


class HistoryOut(Schema):
    """One fact and everything that was ever stated of it."""

    fact: FactOut
    said: list[SaidOut]


class ContactOut(Schema):
    """Somebody to call; the telephone is masked."""

    id: int
    kind: str
    name: str
    relation: str
    phone: str
    note: str
    ended_at: datetime | None

    @staticmethod
    def resolve_phone(contact: Contact) -> str:
        return masks.telephone(contact.phone or "")


class CorrectionOut(Schema):
    """A clerk's statement against a register's."""

    id: int
    fact: str
    value: int | None
    stated: int | None
    valid_from: date
    reason: str
    made_by_name: str
    made_at: datetime
    withdrawn_at: datetime | None


class Asked(Paging):
    """Whom to find. `text`: a name's beginning, pinyin, initials, a whole id number or telephone."""

    text: Word = ""
    area: AreaCode | None = None
    place: Literal["both", "resident", "registered"] = "both"
    group: Word = ""
    sex: Literal[0, 1] | None = None
    age_from: int | None = Field(None, ge=0, le=search.OLDEST)
    age_to: int | None = Field(None, ge=0, le=search.OLDEST)
    alive: bool | None = None
    current: bool | None = None
    contested: bool = False


class Reveal(Schema):
    """Which masked field, and why."""

    field: SEALED
    reason: Reason


class Revealed(Schema):
    """The field in full."""

    field: SEALED
    value: str | None


class Wrong(Schema):
    """A fact that the registers have wrong: its value as stored, since when, and why."""

    fact: Word
    value: int = Field(ge=0, lt=10**12)
    valid_from: date
    reason: Reason


class Withdrawn(Schema):
    """Why a correction is taken back."""

    reason: Reason


@router.post(
    "/people/search",
    response=answers(Listed[PersonOut]),
    **may("person.search", example={"text": "wangchunlan", "area": 511724000000, "age_from": 80}),
)
def people(request: HttpRequest, asked: Asked) -> Any:
    """Find people. A POST, so that no number stands in an address; the log keeps that one searched, not for what."""
    scope = current()
    words = {name: value for name, value in asked.dict().items() if name not in ("cursor", "limit")}
    wanted = search.Asked(**words)
    try:
        rows = search.people(wanted, timezone.localdate())
    except ValidationError as problem:
        raise UsageError(problem.messages[0], "An area or age that cannot be.") from problem
    rows = rows.filter(scope.where("person.search").q("area_code", "registered_code")).select_related(None)
    order = search.text_q(wanted.text).order if wanted.text else ""
    page = paged(rows, (order or "area_code",), asked)
    record("search", what="api:people", detail={**search.kinds(wanted), "found": len(page["items"])})
    return page


def _find(pk: int) -> Person:
    found: Person = get_object_or_404(Person.objects.all(), pk=pk)
    return found


def _read(pk: int, part: str) -> Person:
    found = _find(pk)
    record("read", what=f"person:{part}", person=found.pk, area=found.area_code)
    return found


@router.get("/people/{int:pk}", response=answers(PersonWhole), **may("person.read"))
def person(request: HttpRequest, pk: Key) -> Any:
    """One person: who, where, current facts, groups."""
    return _read(pk, "file")


@router.get("/people/{int:pk}/history", response=answers(list[HistoryOut]), by_alias=True, **may("person.read"))
def person_history(request: HttpRequest, pk: Key) -> Any:
    """Fact by fact what registers and clerks stated: when it held, when it was known, from which file and row."""
    return person_page.history_of(_read(pk, "history"))


@router.get("/people/{int:pk}/contacts", response=answers(Listed[ContactOut]), **may("person.read"))
def contacts(request: HttpRequest, pk: Key, paging: Query[Paging]) -> Any:
    """Family, guardians, neighbours."""
    return paged(Contact.objects.filter(person=_read(pk, "contacts")), ("id",), paging)


@router.get("/people/{int:pk}/corrections", response=answers(Listed[CorrectionOut]), **may("person.read"))
def corrections_of(request: HttpRequest, pk: Key, paging: Query[Paging]) -> Any:
    """Corrections by clerks, the latest first, withdrawn ones too."""
    return paged(Correction.objects.filter(person=_read(pk, "corrections")), ("-id",), paging)


@router.post(
    "/people/{int:pk}/reveal",
    response=answers(Revealed),
    **may("person.reveal", example={"field": "phone", "reason": "电话核实独居情况"}),
)
def reveal(request: HttpRequest, pk: Key, given: Reveal) -> Any:
    """A masked field in full, once, for a stated reason, which the log keeps."""
    found = _find(pk)
    require(current(), "person.reveal", found)
    detail = {"field": given.field}
    record("reveal", what=f"person:{given.field}", person=pk, area=found.area_code, reason=given.reason, detail=detail)
    return {"field": given.field, "value": getattr(found, given.field)}


@router.post(
    "/people/{int:pk}/corrections",
    response=answers(CorrectionOut, status=201),
    **may(
        "person.correct",
        example={"fact": "living_arrangement", "value": 0, "valid_from": "2026-11-01", "reason": "入户走访核实"},
    ),
)
def correct(request: HttpRequest, pk: Key, given: Wrong) -> Any:
    """State a fact against what the registers say; it counts at once."""
    found = _find(pk)
    if given.fact not in load_facts().facts:
        raise UsageError(f"没有事实“{given.fact}”。", f"There is no fact {given.fact}.")
    words = {"fact": given.fact, "value": given.value, "valid_from": given.valid_from, "reason": given.reason}
    return Status(201, corrections.correct(by=current(), person=found, **words))  # type: ignore[arg-type]


@router.post(
    "/corrections/{int:pk}/withdraw",
    response=answers(CorrectionOut),
    **may("person.correct", example={"reason": "登记册已改正"}),
)
def withdraw(request: HttpRequest, pk: Key, given: Withdrawn) -> Any:
    """Take a correction back: the registers speak again."""
    # Corrections lie with their person: found only where he is.
    found = get_object_or_404(Correction.objects.filter(person__in=Person.objects.values("pk")), pk=pk)
    corrections.withdraw(by=current(), correction=found, reason=given.reason)
    found.refresh_from_db()
    return found
