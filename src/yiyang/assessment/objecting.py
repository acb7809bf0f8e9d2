"""Objections: within the limit, assessed again by others; upheld where they come to the same, else changed."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.assessment import letters, steps
from yiyang.assessment.models import Check, Objection, Request, Result
from yiyang.assessment.rules import rules
from yiyang.audit.record import record
from yiyang.base.errors import UsageError

RIGHT = "assessment.object"
OPEN = (Objection.State.OPEN, Objection.State.AGAIN)


def object_to(*, by: Scope, result: Result, reason: str) -> Objection:
    """Object to a result: the person, who acts for him, or staff who write it down for him.

    Raises:
        UsageError: no reason, too late, an objection is open, or the result does not stand any more.
        PermissionDenied: neither the person nor staff who may ask for assessments there.
    """
    _authorise(by, result)
    why = steps.require_words(reason, "请写明异议理由。", "An objection needs a reason.")
    with steps.elevated(by):
        there: Result = Result.objects.select_for_update().get(pk=result.pk)
        _refuse(there)
        made = _kept(by, there, why)
        Result.objects.filter(pk=there.pk).update(state=Result.State.CONTESTED)
        _note(there, "objected", why)
    return made


def _authorise(by: Scope, result: Result) -> None:
    if by.citizen is None:
        by.require(steps.ASK, result.area_code)
    elif result.person_id not in by.persons:
        raise PermissionDenied(steps.ASK)


def _refuse(result: Result) -> None:
    if result.state == Result.State.CONTESTED:
        raise UsageError("对这份结果的异议正在办理。", "An objection to this result is open already.")
    if result.state != Result.State.VALID:
        raise UsageError("这份结果已不是有效结果。", "The result does not stand any more.")
    until = timezone.localtime(result.issued_at).date() + timedelta(days=rules().limits.object_)
    if timezone.localdate() > until:
        raise UsageError(
            f"异议期限是 {until}，已经过了；情况有变化可以申请即时评估。",
            f"Objections were possible until {until}; ask for an immediate assessment if things have changed.",
        )


def _kept(by: Scope, result: Result, why: str) -> Objection:
    try:
        with transaction.atomic():
            made: Objection = Objection.objects.create(
                result=result,
                reason=why[:1000],
                raised_by_name=by.name[:150],
                due=timezone.localdate() + timedelta(days=rules().limits.answer_objection),
            )
    except IntegrityError as error:
        raise UsageError("对这份结果的异议正在办理。", "An objection to this result is open already.") from error
    return made


def answer_objection(*, by: Scope, objection: Objection, again: bool, answer: str) -> Objection:
    """Have somebody assessed again by others, or uphold the result and say why.

    Args:
        again: True opens the second assessment; what it comes to answers the objection.

    Raises:
        UsageError: no words, answered already, or he had a part in the first assessment.
        PermissionDenied: he may not answer objections there.
    """
    by.require(RIGHT, objection.result.area_code)
    words = steps.require_words(answer, "请写明处理意见。", "An answer has words.")
    with steps.elevated(by):
        there: Objection = Objection.objects.select_for_update().select_related("result__request").get(pk=objection.pk)
        if there.state != Objection.State.OPEN:
            raise steps.MovedOn("这份异议已经处理。", "The objection has been dealt with already.")
        _refuse_partial(by, there.result)
        if again:
            there.state, there.answer = Objection.State.AGAIN, words[:1000]
            there.request = _again(by, there, words)
            there.save()
        else:
            _close(by, there, Objection.State.UPHELD, words)
            _stands_again(there.result_id)
        _note(there.result, there.state, words)
    return there


def _refuse_partial(by: Scope, result: Result) -> None:
    """Whoever assessed or passed it does not answer."""
    if by.user is not None and by.user in part_in(result.request):
        raise UsageError(
            "作出这份结果的评估人员和质控人员不能处理对它的异议。",
            "Whoever made or passed a result does not answer for it.",
        )


def part_in(request: Request) -> set[int]:
    """Accounts of those who assessed, and who passed it."""
    pair = {each.user_id for each in (request.lead, request.second) if each}
    return pair | set(Check.objects.filter(form__request=request, passed=True).values_list("by", flat=True))


def _again(by: Scope, objection: Objection, words: str) -> Request:
    result = objection.result
    # Above this room's objections: a request that is called off comes back to them.
    from yiyang.assessment import requesting

    return requesting.opened(
        person=result.person,
        by=by,
        instrument=result.instrument,
        kind=Request.Kind.DISPUTE,
        channel=result.request.channel,
        purposes=result.request.purposes,
        reason=objection.reason[:400],
        again_because=words[:400],
        provider_code=result.request.provider_code,
        contested=result,
    )


def _close(by: Scope, objection: Objection, state: str, words: str) -> None:
    objection.state, objection.answer = state, words[:1000]
    objection.answered_by_name, objection.answered_at = by.name[:150], timezone.now()
    objection.save()
    letters.tell_answered(objection)


def _stands_again(result: int) -> None:
    """Unless it was withdrawn or replaced meanwhile: then the objection ends and the result stays what it became."""
    Result.objects.filter(pk=result, state=Result.State.CONTESTED).update(state=Result.State.VALID)


def upheld(by: Scope, request: Request, result: Result) -> None:
    """Others came to the same level: the result stands."""
    _stands_again(result.pk)
    for objection in _of(request):
        _close(by, objection, Objection.State.UPHELD, "由未参加原评估的人员复评，等级与原结果一致，维持原结果。")


def changed(by: Scope, request: Request, result: Result, made: Result) -> None:
    """Others came to another level: theirs replaces it."""
    for objection in _of(request):
        _close(
            by, objection, Objection.State.CHANGED, f"由未参加原评估的人员复评，等级有变，以新证书 {made.number} 为准。"
        )


def called_off(request: Request) -> None:
    """The second assessment was called off or not taken: the objection is open again."""
    for objection in _of(request):
        objection.state, objection.request = Objection.State.OPEN, None
        objection.save()


def _of(request: Request) -> list[Objection]:
    found = Objection.objects.select_related("result").filter(request=request, state=Objection.State.AGAIN)
    return list(found.select_for_update(of=("self",)))


def withdraw(*, by: Scope, objection: Objection) -> Objection:
    """Take an objection back before anybody has dealt with it. Raises MovedOn, PermissionDenied."""
    _authorise(by, objection.result)
    with steps.elevated(by):
        there: Objection = Objection.objects.select_for_update().get(pk=objection.pk)
        if there.state != Objection.State.OPEN:
            raise steps.MovedOn("这份异议已经处理。", "The objection has been dealt with already.")
        there.state, there.answered_at = Objection.State.WITHDRAWN, timezone.now()
        there.save()
        _stands_again(there.result_id)
        _note(there.result, "objection withdrawn", "")
    return there


def _note(result: Result, act: str, why: str) -> None:
    record(
        "decide", what=f"result:{result.number}", person=result.person_id, area=result.area_code, reason=why[:400],
        detail={"act": str(act)},
    )  # fmt: skip
