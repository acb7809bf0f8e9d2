"""Back-pay and recovery decided on: confirmed, or waived with a reason."""

from __future__ import annotations

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.entitlement.models import Arrear

State = Arrear.State


def decide(*, by: Scope, arrear: Arrear, is_confirmed: bool, reason: str) -> None:
    """Confirm what is owed, or waive it.

    Raises:
        UsageError: decided already, or waived without a reason.
        PermissionDenied: not in his area.
    """
    by.require("case.handle", arrear.area_code)
    if not is_confirmed and not reason.strip():
        raise UsageError("不予补追须写明理由。", "Waiving needs a reason.")
    state = State.CONFIRMED if is_confirmed else State.WAIVED
    moved = Arrear.objects.filter(pk=arrear.pk, state=State.OPEN).update(
        state=state, decided_by_name=by.name, decided_at=timezone.now(), reason=reason.strip()[:400]
    )
    if not moved:
        raise UsageError("这一笔已经处理。", "It has been decided already.")
    detail = {"state": state, "fen": arrear.fen}
    record(
        "decide", what=f"arrear:{arrear.pk}", person=arrear.person, area=arrear.area_code, reason=reason, detail=detail
    )
