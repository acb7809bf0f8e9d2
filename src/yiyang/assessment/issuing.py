"""From a checked form to a result: certificate, validity, the fact in the registry, what it changes, and being told."""

from __future__ import annotations

import secrets
from datetime import date

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.assessment import effects, hints, letters, objecting, scales, steps
from yiyang.assessment.filling import answers_of
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.logic import Scored
from yiyang.assessment.models import Form, Request, Result
from yiyang.assessment.rules import plus_months, rules
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.entitlement.models import Unknown
from yiyang.registry import stating
from yiyang.registry.models import Delivery

REGISTER = "platform_assessments"
Kind, State = Request.Kind, Request.State
STANDING = (Result.State.VALID, Result.State.CONTESTED)


def issue(*, by: Scope, request: Request, form: Form) -> Result | None:
    """Issue the result of a signed form, within the caller's elevated transaction.

    A dispute or sample that comes to the same level leaves the first result standing and makes no second one.

    Returns:
        The new result; None where the first one stands.
    """
    scale = scales.version_of(request.instrument, form.version)
    scored = scales.score(scale, answers_of(form))
    contested = request.contested
    if contested is not None and contested.state in STANDING and contested.level == scored.level:
        steps.move(request, State.ISSUED, f"与证书 {contested.number} 的等级一致")
        objecting.upheld(by, request, contested)
        return None
    made = _made(by, request, form, scored)
    _replace(made)
    _state_fact(by, made, scale)
    _settle_unknown(by, made, scale)
    steps.move(request, State.ISSUED, f"证书 {made.number}")
    record("decide", what=f"result:{made.number}", person=made.person_id, area=made.area_code, detail={"act": "issued"})
    letters.tell_issued(made)
    if contested is not None:
        objecting.changed(by, request, contested, made)
    return made


def _made(by: Scope, request: Request, form: Form, scored: Scored) -> Result:
    on = timezone.localtime(form.ended_at).date()
    return Result(
        number=steps.new_number("PG", request.area_code),
        token=secrets.token_urlsafe(24)[:32],
        request=request,
        person=request.person,
        area_code=request.area_code,
        instrument=scored.instrument,
        version=scored.version,
        level=scored.level,
        level_by_points=scored.level_by_points,
        points=scored.points,
        parts=scored.parts,
        rules=scored.rules,
        assessed_on=on,
        valid_from=rules().counts_as_of(on),
        known=hints.known_of(request.person),
        valid_to=plus_months(on, rules().months_of(scored.instrument)),
        issued_by_name=by.name[:150],
    )


def _replace(made: Result) -> None:
    """One result of a person and scale stands: the older one gives way, and says to which."""
    older = list(
        Result.objects.select_for_update().filter(
            person__in=stating.keys_of(made.person), instrument=made.instrument, state__in=STANDING
        )
    )
    Result.objects.filter(pk__in=[each.pk for each in older]).update(state=Result.State.REPLACED)
    made.save(force_insert=True)
    Result.objects.filter(pk__in=[each.pk for each in older]).update(replaced_by=made)


def _state_fact(by: Scope, made: Result, scale: Instrument) -> None:
    """The level as the registry stores it; a scale without a fact leaves the registry as it is."""
    if scale.fact is None:
        return
    fact, value = scale.fact.name, scale.fact.stored[made.level]
    made.effect = effects.of(made.person, {fact: value})
    stated = stating.state(
        by=by,
        register=REGISTER,
        person=made.person,
        facts={fact: value},
        valid_from=made.valid_from,
        valid_to=made.valid_to,
        title=f"评估证书 {made.number}",
        reason=f"{scale.name}，{made.assessed_on} 评估",
    )
    made.delivery = stated.pk
    made.save(update_fields=["delivery", "effect"])


def _settle_unknown(by: Scope, made: Result, scale: Instrument) -> None:
    if scale.fact is None:
        return
    words = {
        "state": Unknown.State.SETTLED,
        "value": scale.fact.stored[made.level],
        "note": f"评估证书 {made.number}",
        "settled_by_name": by.name[:150],
        "settled_at": timezone.now(),
    }
    open_ = Unknown.objects.filter(person__in=stating.keys_of(made.person), fact=scale.fact.name)
    open_.exclude(state=Unknown.State.SETTLED).update(**words)


def withdraw(*, by: Scope, result: Result, reason: str) -> Result:
    """Take back a result that was wrong from the beginning, and its fact with it; what it replaced stands again.

    Raises:
        UsageError: without a reason, or it does not stand any more. PermissionDenied: he may not check there.
    """
    by.require("assessment.check", result.area_code)
    why = steps.require_words(reason, "撤销请写明理由。", "Withdrawing needs a reason.")
    with steps.elevated(by):
        there: Result = Result.objects.select_for_update().get(pk=result.pk)
        if there.state not in STANDING:
            raise UsageError("这份结果已不是有效结果。", "The result does not stand any more.")
        Result.objects.filter(pk=there.pk).update(state=Result.State.WITHDRAWN)
        if there.delivery is not None:
            stating.take_back(Delivery.objects.get(pk=there.delivery), by=by, reason=why)
        _restore(there)
        record("decide", what=f"result:{there.number}", person=there.person_id, area=there.area_code, reason=why,
               detail={"act": "withdrawn"})  # fmt: skip
        there.refresh_from_db()
    return there


def _restore(withdrawn: Result) -> None:
    """What it replaced, and what has not ended, stands again, as its fact does."""
    before = Result.objects.filter(
        replaced_by=withdrawn, state=Result.State.REPLACED, valid_to__gte=timezone.localdate()
    )
    last = before.order_by("-assessed_on", "-pk").first()
    if last is not None:
        Result.objects.filter(pk=last.pk).update(state=Result.State.VALID, replaced_by=None)


def is_standing(result: Result, on: date) -> bool:
    """Whether a result may be relied on, on a day."""
    return result.state in STANDING and result.valid_from <= on <= result.valid_to
