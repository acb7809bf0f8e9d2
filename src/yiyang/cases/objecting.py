"""Objections: raised within the limit, answered by somebody who had no part in the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.same_case import may_act
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.cases import steps
from yiyang.cases.models import Appeal, Case, Decision
from yiyang.cases.processes import limits
from yiyang.notices import actions as notices

Json = dict[str, Any]
RIGHT = "case.appeal"


def raise_one(*, by: Scope, case: Case, reason: str, channel: str, decision: Decision | None) -> Appeal:
    """Object to a decision.

    Raises:
        UsageError: no reason, nothing decided, too late, or an objection is open already.
        PermissionDenied: not his case.
    """
    from yiyang.cases.actions import require_near

    require_near(by, case)
    if not reason.strip():
        raise UsageError("请写明异议理由。", "An objection needs a reason.")
    today = timezone.localdate()
    with acting(by), transaction.atomic():
        against = decision or Decision.objects.filter(case=case).order_by("-pk").first()
        _refuse(case, against, today)
        return _keep(by, case, against, reason, channel)


def _refuse(case: Case, against: Decision | None, today: Any) -> None:
    if against is None or against.case_id != case.pk:
        raise UsageError("这件事还没有作出决定。", "Nothing has been decided on this case yet.")
    if against.appeal_until < today:
        raise UsageError(
            f"异议期限是 {against.appeal_until}，已经过了；情况有变可重新申请。",
            f"Objections were possible until {against.appeal_until}; apply again if things have changed.",
        )


def _keep(by: Scope, case: Case, against: Any, reason: str, channel: str) -> Appeal:
    try:
        with transaction.atomic():
            made: Appeal = Appeal.objects.create(
                case=case,
                decision=against,
                channel=channel,
                reason=reason.strip()[:1000],
                raised_by_name=by.name,
                due=timezone.localdate() + timedelta(days=limits().appeal_answer_days),
            )
    except IntegrityError as error:
        raise UsageError("对这个决定的异议正在办理。", "An objection to this decision is open already.") from error
    record("write", what=f"case:{case.pk}", person=case.person_id, area=case.area_code, detail={"appeal": made.pk})
    return made


def answer(*, by: Scope, appeal: Appeal, upheld: bool, answer: str, detail: Json | None = None) -> Appeal:
    """Answer an objection: the decision is upheld, or the case gets a new one and the old one is kept.

    Args:
        detail: of the new decision: `fen`, `holds_from`.

    Raises:
        UsageError: no answer, answered already, he had a part in the case, or it has moved where no new decision fits.
        PermissionDenied: without the right there.
    """
    if not answer.strip():
        raise UsageError("请写明复核意见。", "An answer has words.")
    with acting(by), transaction.atomic():
        case = Case.objects.select_for_update().get(pk=appeal.case_id)
        held = Appeal.objects.select_for_update().get(pk=appeal.pk)
        _authorise(by, case, held)
        if not upheld:
            _decide_anew(by, case, answer, detail or {})
        held.state = Appeal.State.UPHELD if upheld else Appeal.State.CHANGED
        held.answer, held.decided_at = answer.strip()[:1000], timezone.now()
        held.decided_by, held.decided_by_name = by.user, by.name
        held.save()
        _tell(case, held)
        said = {"appeal": held.pk, "upheld": upheld}
        record("decide", what=f"case:{case.pk}", person=case.person_id, area=case.area_code, reason=answer, detail=said)
    return held


def _authorise(by: Scope, case: Case, appeal: Appeal) -> None:
    by.require(RIGHT, case.area_code)
    acts = steps.earlier_acts(case)
    if not may_act(by, RIGHT, acts, case.area_code) or (by.user and appeal.decision.decided_by == by.user):
        raise steps.NotTwice(steps.TWICE, "Whoever had a part in the case does not answer objections to it.")
    if appeal.state != Appeal.State.OPEN:
        raise steps.MovedOn("这份异议已经答复。", "The objection has been answered already.")


def _decide_anew(by: Scope, case: Case, reason: str, detail: Json) -> None:
    from yiyang.cases.actions import take

    rule = next((each for each in steps.steps_from(case) if each.right == RIGHT), None)
    if rule is None:
        raise UsageError(
            f"这件事现在是“{case.get_state_display()}”，不能再改正原决定；请维持并重新办理。",
            f"No new decision fits a case that is {case.state}: uphold, and let it be applied for anew.",
        )
    if not steps.may_take(by, case, rule):
        raise PermissionDenied(RIGHT)
    take(by, case, rule, reason, detail)


def _tell(case: Case, appeal: Appeal) -> None:
    data = {
        "item": case.item,
        "list_area": case.list_area,
        "result": appeal.get_state_display(),
        "answer": appeal.answer[:200],
    }
    notices.tell(
        by=platform("异议答复"),
        person=case.person_id,
        area=case.area_code,
        template="appeal_answered",
        about=f"cases_appeal:{appeal.pk}",
        data=data,
    )
