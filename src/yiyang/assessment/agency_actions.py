"""The only code that writes agencies and assessors."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope, acting
from yiyang.accounts.models import Grant, User
from yiyang.assessment.models import Agency, Assessor
from yiyang.audit.record import record
from yiyang.base.errors import UsageError

RIGHT = "agency.manage"
# GB 32100: eighteen characters, of which I, O, S, V, Z are none; the last one checks the others.
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [pow(3, place, 31) for place in range(17)]


def is_credit_code(text: str) -> bool:
    """Whether a text is a unified social credit code, its check character included."""
    if len(text) != 18 or any(each not in CHARACTERS for each in text):
        return False
    total = sum(CHARACTERS.index(each) * weight for each, weight in zip(text, WEIGHTS, strict=False))
    return CHARACTERS[-total % 31] == text[-1]


def keep_agency(*, by: Scope, agency: Agency, area: int, seat: int | None, related: list[str], **fields: Any) -> Agency:
    """Register an agency, or write down what has changed of it.

    Args:
        agency: the row, new or there.
        area: for which area it assesses; seat: where it sits, None = not said.
        related: credit codes of providers of one house with it.
        fields: further fields of the model.

    Raises:
        UsageError: no credit code, one that is registered already, or days that do not follow.
        PermissionDenied: he manages no agencies there, or none where it assessed so far.
    """
    by.require(RIGHT, area)
    if agency.pk:
        by.require(RIGHT, agency.area_code)
    for name, value in fields.items():
        setattr(agency, name, value)
    agency.area_code, agency.related_codes = area, related
    agency.seat_code = NO_AREA if seat is None else seat
    agency.credit_code = agency.credit_code.strip().upper()
    _refuse(agency)
    try:
        with acting(by), transaction.atomic():
            agency.save()
            record("write", what=f"agency:{agency.pk}", area=area)
    except IntegrityError as error:
        raise UsageError("这个统一社会信用代码已登记过。", "This credit code is registered already.") from error
    return agency


def _refuse(agency: Agency) -> None:
    problems = []
    for code in (agency.credit_code, *agency.related_codes):
        if not is_credit_code(code):
            problems.append((f"{code} 不是统一社会信用代码（18 位，末位是校验位）。", f"{code} is no credit code."))
    if agency.valid_to < agency.valid_from:
        problems.append(("资质截止日早于起始日。", "The licence ends before it begins."))
    if agency.a_month < 1:
        problems.append(("每月可评估人次至少为 1。", "An agency assesses at least one a month."))
    if problems:
        raise UsageError("机构资料有误。", "The agency cannot be kept like this.", tuple(problems))


def keep_assessor(*, by: Scope, assessor: Assessor, username: str = "", **fields: Any) -> Assessor:
    """Register somebody who assesses for an agency, or write down what has changed of him.

    Args:
        assessor: the row with its agency, new or there.
        username: of his account, where the row is new.

    Raises:
        UsageError: no such account, it has no role of an assessor, assesses for another agency, or days do not follow.
        PermissionDenied: he manages no agencies there.
    """
    by.require(RIGHT, assessor.agency.area_code)
    if not assessor.pk:
        assessor.user = _account(username)
    for name, value in fields.items():
        setattr(assessor, name, value)
    _refuse_days(assessor.valid_from, assessor.valid_to)
    try:
        with acting(by), transaction.atomic():
            assessor.save()
            record("write", what=f"assessor:{assessor.pk}", area=assessor.agency.area_code)
    except IntegrityError as error:
        raise UsageError("这个账户已登记为评估人员。", "This account is an assessor's already.") from error
    return assessor


def _account(username: str) -> User:
    found = User.objects.filter(username=username.strip(), kind=User.Kind.STAFF, is_active=True).first()
    grants = Grant.objects.filter(user=found, role="assessor", revoked_at=None) if found else Grant.objects.none()
    if found is None or not grants.exists():
        # The same words for both, so that nobody learns which accounts there are.
        raise UsageError(
            "没有这个用户名，或者账户还没有授予“能力评估人员”角色。",
            "No such account, or it has no role of an assessor.",
        )
    return found


def _refuse_days(first: date, last: date) -> None:
    if last < first:
        raise UsageError("资格截止日早于起始日。", "The qualification ends before it begins.")
