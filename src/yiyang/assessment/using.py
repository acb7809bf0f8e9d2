"""Recognition: one result serves every department; which relied on it, when and for what is kept."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.assessment import steps
from yiyang.assessment.issuing import is_standing
from yiyang.assessment.models import Result, Use
from yiyang.assessment.rules import rules
from yiyang.audit.record import record
from yiyang.base.errors import UsageError

RIGHT = "assessment.read"


def use(*, by: Scope, result: Result, purpose: str, department: str = "", about: str = "") -> Use:
    """Note that a department relied on a result.

    Args:
        purpose: a key of policy/assessment.yaml.
        department: who uses it, a key of departments.yaml; '' = the purpose's own.
        about: what it was used for, such as a case's number; never anything about health.

    Raises:
        UsageError: no such purpose, not that department's, or the result does not hold today.
        PermissionDenied: he sees no results there.
    """
    if by.citizen is not None:
        raise PermissionDenied(RIGHT)
    by.require(RIGHT, result.area_code)
    wanted = rules().purposes.get(purpose)
    if wanted is None:
        raise UsageError(f"没有用途“{purpose}”。", f"There is no purpose {purpose}.")
    if department and department != wanted.department:
        raise UsageError(
            f"“{wanted.zh}”由 {wanted.department} 采用，不是 {department}。",
            f"{purpose} is used by {wanted.department}.",
        )
    with steps.elevated(by):
        there: Result = Result.objects.get(pk=result.pk)
        if not is_standing(there, timezone.localdate()):
            word = there.get_state_display() if there.state != Result.State.VALID else "不在有效期内"
            raise UsageError(f"这份结果{word}，不能采用。", "The result does not hold today.")
        made: Use = Use.objects.create(
            result=there, purpose=purpose, department=wanted.department, about=about.strip()[:60], by_name=by.name[:150]
        )
        record(
            "decide", what=f"result:{there.number}", person=there.person_id, area=there.area_code,
            detail={"act": "used", "purpose": purpose, "department": wanted.department},
        )  # fmt: skip
    return made
