"""Asking for an assessment: by the person, a township, from the list of unknowns, by a hospital or home, in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.assessment import letters, objecting, scales, steps
from yiyang.assessment.models import Request, Result
from yiyang.assessment.rules import instrument_of, rules
from yiyang.base.errors import UsageError, YiyangError
from yiyang.catalog.facts import load_facts
from yiyang.entitlement.models import Unknown
from yiyang.registry.models import Person
from yiyang.registry.stating import keys_of

RIGHT = steps.ASK
Kind, Channel = Request.Kind, Request.Channel
# Asked for by anybody; a dispute and a sample come by their own ways (objecting, drawing).
ASKED = (Kind.FIRST, Kind.ROUTINE, Kind.IMMEDIATE)
STANDING = (Result.State.VALID, Result.State.CONTESTED)


@dataclass
class Asked:
    """What came of asking for many: what was opened, and (person, why not) of the others."""

    requests: list[Request] = field(default_factory=list)
    left: list[tuple[int, str]] = field(default_factory=list)


def ask(
    *,
    by: Scope,
    person: Person,
    instrument: str,
    channel: str,
    kind: str = Kind.FIRST,
    purposes: Iterable[str] = (),
    reason: str = "",
    again_because: str = "",
    provider: str = "",
) -> Request:
    """Ask for an assessment of a person.

    Args:
        instrument: id of a scale.
        kind: first, routine or immediate; `first` of somebody who has an old result becomes `routine`.
        purposes: keys of policy/assessment.yaml.
        again_because: why again, while a result is valid. Not needed near its end, nor for an immediate one, whose
            `reason` says what changed.
        provider: credit code of the home or provider that would care for him.

    Raises:
        UsageError: a result is valid and nothing says why again, one is on its way, no such scale or purpose, or a
            file of somebody dead or merged.
        PermissionDenied: neither the person himself nor staff who may ask there.
    """
    _authorise(by, person)
    purposes = list(dict.fromkeys(purposes))
    _check(person, instrument, kind, purposes)
    with steps.elevated(by):
        # What stands under a file that became part of this one is his as well.
        rows = Result.objects.filter(person__in=keys_of(person), instrument=instrument)
        _refuse_again(rows.filter(state__in=STANDING).order_by("-valid_to").first(), kind, reason, again_because)
        fields: dict[str, Any] = {
            "instrument": instrument,
            "kind": Kind.ROUTINE if kind == Kind.FIRST and rows.exists() else kind,
            "channel": channel,
            "purposes": purposes,
            "reason": reason.strip()[:400],
            "again_because": again_because.strip()[:400],
            "provider_code": provider.strip().upper()[:18],
        }
        return opened(person=person, by=by, **fields)


def opened(*, person: Person, by: Scope, **fields: Any) -> Request:
    """A new request, while elevated. Raises UsageError where one of the person by this scale is on its way."""
    _refuse_second(person, fields)
    request = Request(
        number=steps.new_number("SQ", person.area_code),
        person=person,
        area_code=person.area_code,
        due=steps.due_in(Request.State.REQUESTED),
        asked_by=by.user,
        asked_by_name=by.name[:150],
        **fields,
    )
    try:
        with transaction.atomic(), steps.said(request.reason):
            request.save(force_insert=True)
    except IntegrityError as error:
        raise UsageError(
            "这位老人的评估正在办理，不用重复申请。", "An assessment of this person is on its way."
        ) from error
    steps.note(request, {"act": "asked", "kind": request.kind, "channel": request.channel}, request.reason)
    return request


def _refuse_second(person: Person, fields: dict[str, Any]) -> None:
    """The database refuses two under one file; here those under files that became part of it."""
    if fields["kind"] != Kind.SAMPLE and _open_of(person, fields["instrument"]).exists():
        raise UsageError("这位老人的评估正在办理，不用重复申请。", "An assessment of this person is on its way.")


def _open_of(person: Person, instrument: str) -> QuerySet[Request]:
    rows = Request.objects.filter(person__in=keys_of(person), instrument=instrument, state__in=steps.OPEN)
    return rows.exclude(kind=Kind.SAMPLE)


def under_way(person: Person, fact: str) -> str:
    """That an assessment which finds out a fact is on its way, as a sentence (settings.UNKNOWN_WAYS); '' if none is."""
    found = _open_of(person, instrument_of(fact)).order_by("pk").first()
    return f"评估申请 {found.number} 正在办理（{found.get_state_display()}）。" if found else ""


def _authorise(by: Scope, person: Person) -> None:
    if by.citizen is not None:
        if person.pk not in by.persons:
            raise PermissionDenied(RIGHT)
        return
    by.require(RIGHT, person.area_code)


def _check(person: Person, instrument: str, kind: str, purposes: list[str]) -> None:
    scale, problems = scales.current(instrument, timezone.localdate()), []
    if scale.kind != "levels":
        problems.append((f"“{scale.name}”不用于评估。", f"{instrument} is not assessed by."))
    if kind not in ASKED:
        problems.append(("评估类型应为首次、常规或即时。", "The kind is first, routine or immediate."))
    problems += [
        (f"没有用途“{each}”。", f"There is no purpose {each}.") for each in purposes if each not in rules().purposes
    ]
    if person.alive == 0 or person.merged_into_id is not None:
        problems.append(("这份档案的老人已去世，或已并入另一份档案。", "The file is of somebody dead, or was merged."))
    if problems:
        raise UsageError("不能申请评估：", "No assessment can be asked for:", problems)


def _refuse_again(standing: Result | None, kind: str, reason: str, again_because: str) -> None:
    """One valid result serves everybody; another one only near its end, on a change, or with a reason."""
    if kind == Kind.IMMEDIATE:
        steps.require_words(
            reason or again_because,
            "即时评估请写明情况有什么变化。",
            "An immediate assessment says what has changed.",
        )
        return
    today = timezone.localdate()
    if standing is None or standing.valid_to < today:
        return
    is_near = standing.valid_to - timedelta(days=rules().routine.asked_before) <= today
    if not is_near and not again_because.strip():
        raise UsageError(
            f"已有有效的评估结果（证书编号 {standing.number}，有效期至 {standing.valid_to}），各部门都可以采用；"
            "确需再评的，请写明理由。",
            f"Result {standing.number} is valid until {standing.valid_to} and serves every department; say why again.",
        )


def ask_about(*, by: Scope, unknown: Unknown, purposes: Iterable[str] = ()) -> Request:
    """Ask for the assessment that finds out what is unknown of somebody (fact ability, self_care, ltci_grade).

    Raises:
        UsageError: an assessment does not find this out, or as of `ask`.
        PermissionDenied: as of `ask`.
    """
    instrument = instrument_of(unknown.fact)
    if not instrument:
        raise UsageError("这一项不由评估得出，请上门了解。", f"No assessment finds out {unknown.fact}.")
    person = Person.objects.get(pk=unknown.person)
    reason = f"待了解：登记册里没有“{load_facts()[unknown.fact].zh}”"
    return ask(by=by, person=person, instrument=instrument, channel=Channel.UNKNOWN, purposes=purposes, reason=reason)


def ask_unknowns(*, by: Scope, unknowns: Iterable[Unknown]) -> Asked:
    """The same for many rows of the list; one that cannot be asked for is left with the reason."""
    found = Asked()
    for unknown in unknowns:
        try:
            found.requests.append(ask_about(by=by, unknown=unknown))
        except (YiyangError, PermissionDenied, Person.DoesNotExist) as error:
            found.left.append((unknown.person, error.zh if isinstance(error, YiyangError) else "不在您的范围内。"))
    return found


def refuse(*, by: Scope, request: Request, reason: str) -> Request:
    """Do not take a request. Raises UsageError without a reason, MovedOn, PermissionDenied."""
    by.require(steps.PLAN, request.area_code)
    why = steps.require_words(reason, "不予受理请写明理由。", "Refusing needs a reason.")
    return _end(by, request, Request.State.REFUSED, why)


def cancel(*, by: Scope, request: Request, reason: str) -> Request:
    """Call a request off: who asked changed his mind, or it is no longer needed.

    Raises:
        UsageError: without a reason, or MovedOn: the form is filled in already.
        PermissionDenied: neither the person nor staff who may ask or plan there.
    """
    why = steps.require_words(reason, "取消请写明理由。", "Cancelling needs a reason.")
    if by.citizen is not None:
        if request.person_id not in by.persons or request.channel != Channel.SELF:
            raise PermissionDenied(RIGHT)
    elif not by.may(steps.PLAN, request.area_code):
        by.require(RIGHT, request.area_code)
    return _end(by, request, Request.State.CANCELLED, why)


def _end(by: Scope, request: Request, to: str, why: str) -> Request:
    with steps.elevated(by):
        there = steps.held(request, Request.State.REQUESTED, Request.State.PLANNED)
        steps.move(there, to, why)
        objecting.called_off(there)
        letters.tell_ended(there, why)
    return there
