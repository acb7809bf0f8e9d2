"""The form: filled in by one of the two, signed by both under the very same answers. Scoring is the platform's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.assessment import scales, steps
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.models import Form, Request, Signature
from yiyang.base.errors import UsageError

State = Request.State
# The clock of a phone may be ahead of ours by a little.
AHEAD = timedelta(minutes=5)


class FilledAlready(steps.MovedOn):
    """Somebody has filled in the form of this request meanwhile."""

    def __init__(self, request: Request, form: Form | None) -> None:
        who = form.filled_by.user.name if form else "别人"
        super().__init__(
            f"{who}已经填了这次评估的表（{request.get_state_display()}）。",
            f"The form was filled in by another; the assessment is {request.state}.",
        )
        self.form = form


def file_form(
    *,
    by: Scope,
    request: Request,
    answers: Mapping[str, Any],
    began_at: datetime,
    ended_at: datetime,
    entry: UUID | None = None,
) -> Form:
    """Keep a form as it was filled in; it then waits for both signatures.

    Args:
        answers: item → option, every item of the scale's version of the day on which it ended.
        entry: the outbox entry with which it came; the same one twice is one form.

    Raises:
        UsageError: items are missing or impossible (each named), the times cannot be, or his qualification had ended.
        FilledAlready: somebody else was first. MovedOn: it is not planned, or was called off.
        PermissionDenied: he is neither of the two.
    """
    with steps.elevated(by):
        if entry is not None and (there := Form.objects.filter(entry=entry).first()):
            return there
        there_ = steps.held(request)
        assessor = steps.assessor_in(by, there_)
        _refuse_state(there_)
        scale = scales.current(there_.instrument, timezone.localtime(ended_at).date())
        _refuse_times(there_, began_at, ended_at)
        if not steps.qualified(assessor, timezone.localtime(ended_at).date()):
            raise UsageError("您的评估资格在那一天不在有效期内。", "The qualification had ended on that day.")
        made = _kept(there_, scale, scales.tidy(scale, answers), assessor.pk, began_at, ended_at, entry)
        steps.move(there_, State.FILLED, "")
    return made


def _refuse_state(request: Request) -> None:
    if request.state in (State.FILLED, State.SIGNED, State.ISSUED):
        raise FilledAlready(request, request.forms.filter(is_current=True).select_related("filled_by__user").first())
    if request.state not in (State.PLANNED, State.RETURNED):
        now = request.get_state_display()
        raise steps.MovedOn(f"这次评估现在是“{now}”，不能填表。", f"The assessment is {request.state} now.")


def _refuse_times(request: Request, began_at: datetime, ended_at: datetime) -> None:
    """A result counts from the month in which it was made: one made before anybody asked would pay backwards."""
    if began_at > ended_at:
        raise UsageError("完成时间早于开始时间。", "It ended before it began.")
    if ended_at > timezone.now() + AHEAD:
        raise UsageError("完成时间在将来，请检查手机的时间。", "It ended in the future: look at the clock.")
    asked, ended = timezone.localtime(request.asked_at), timezone.localtime(ended_at)
    # A request may be typed in after the visit, on its day; one to assess again is not.
    if ended.date() < asked.date() or (request.contested_id and ended < asked):
        raise UsageError(
            f"评估完成于 {ended:%Y-%m-%d %H:%M}，早于提出这次评估的 {asked:%Y-%m-%d %H:%M}；请核对日期，"
            "以前的评估不能用于这次申请。",
            f"It ended at {ended:%Y-%m-%d %H:%M}, before it was asked for at {asked:%Y-%m-%d %H:%M}.",
        )


def _kept(
    request: Request,
    scale: Instrument,
    answers: dict[str, str],
    assessor: int,
    began_at: datetime,
    ended_at: datetime,
    entry: UUID | None,
) -> Form:
    Form.objects.filter(request=request, is_current=True).update(is_current=False)
    made: Form = Form.objects.create(
        request=request,
        version=scale.version,
        answers=json.dumps(answers, ensure_ascii=False),
        sha256=fingerprint(request, scale.version, answers),
        filled_by_id=assessor,
        entry=entry,
        began_at=began_at,
        ended_at=ended_at,
    )
    return made


def fingerprint(request: Request, version: str, answers: Mapping[str, str]) -> str:
    """SHA-256 over what the two sign: whose assessment, by which version of which scale, every answer."""
    return print_of(request.number, request.instrument, version, answers)


def print_of(number: str, instrument: str, version: str, answers: Mapping[str, str]) -> str:
    """The same, of a request by its number."""
    whole = {"request": number, "instrument": instrument, "version": version, "answers": answers}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def answers_of(form: Form) -> dict[str, str]:
    """The answers of a form. For whoever may see them: the two, the checker, who answers objections."""
    found: dict[str, str] = json.loads(str(form.answers))
    return found


def sign(*, by: Scope, form: Form, at: datetime | None = None) -> Signature:
    """Sign a form under exactly its answers; with both signatures it goes to be checked. Signing twice is signing once.

    Args:
        at: when it was signed away from the desk; None = now.

    Raises:
        UsageError: the answers are not those of the fingerprint. MovedOn: the form was sent back or replaced.
        PermissionDenied: he is neither of the two.
    """
    with steps.elevated(by):
        request = steps.held(form.request)
        assessor = steps.assessor_in(by, request)
        there = Form.objects.get(pk=form.pk)
        mine = Signature.objects.filter(form=there, assessor=assessor).first()
        if not there.is_current or (mine is None and request.state != State.FILLED):
            raise steps.MovedOn("这份表已退回或已被替换，请看最新的一份。", "The form was sent back or replaced.")
        if mine is not None:
            return mine
        if fingerprint(request, there.version, answers_of(there)) != there.sha256:
            raise UsageError(
                "评估内容与指纹不符，不能签字，请报告管理员。", "The answers are not those that were kept."
            )
        when = min(at or timezone.now(), timezone.now())
        made: Signature = Signature.objects.create(
            form=there, assessor=assessor, sha256=there.sha256, signed_at=max(when, there.ended_at)
        )
        steps.note(request, {"act": "signed", "form": there.pk})
        if Signature.objects.filter(form=there, assessor__in=(request.lead_id, request.second_id)).count() == 2:
            steps.move(request, State.SIGNED, "")
    return made


def withdraw(*, by: Scope, form: Form, reason: str) -> Request:
    """One of the two takes the form back before both have signed: it is filled in again.

    Raises:
        UsageError: without a reason, or MovedOn. PermissionDenied: he is neither of the two.
    """
    why = steps.require_words(reason, "请写明要重填什么。", "Say what is to be filled in again.")
    with steps.elevated(by):
        there = steps.held(form.request, State.FILLED)
        steps.assessor_in(by, there)
        steps.move(there, State.RETURNED, why)
    return there
