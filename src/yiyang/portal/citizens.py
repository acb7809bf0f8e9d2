"""At the portal's door: a code is asked for, typed, and opens a session; sessions end; a telephone changes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone

from yiyang.access import cleaning
from yiyang.access.scope import Scope, acting, current, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.portal import codes, limits, real_name
from yiyang.portal.models import Citizen
from yiyang.portal.scopes import name_of
from yiyang.registry.identity import check_character, person_of

MOBILE = re.compile(r"1[3-9][0-9]{9}")
ITSELF = "群众登录"


def clean_number(raw: str) -> str:
    """An id number by GB 11643: 18 characters, a real birth date, the right check character; 15 digits are lifted.

    Raises:
        UsageError: it is none.
    """
    number = cleaning.id_number(raw)
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        raise UsageError("身份证号码应为 18 位，请对照身份证再看一遍。", "An id number has 18 characters.")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = date.max
    if not date(1880, 1, 1) <= born <= timezone.localdate() or check_character(number[:17]) != number[17]:
        raise UsageError("身份证号码有误，请对照身份证再看一遍。", "The id number is not a right one.")
    return number


def clean_phone(raw: str) -> str:
    """A mobile number of eleven digits. Raises UsageError."""
    phone = cleaning.telephone(raw)
    if not MOBILE.fullmatch(phone):
        raise UsageError("请填写 11 位手机号码。", "A mobile number has eleven digits.")
    return phone


def purpose_of(id_number: str) -> str:
    """What a login's code is for: this number and no other."""
    return f"login:{person_of(id_number)}"


def ask_code(*, id_number: str, phone: str, address: str) -> str:
    """Send a code to whoever wants to log in. The registry is not asked: there is nothing to find out here.

    Returns:
        The code in a demo installation.

    Raises:
        TooOften: the telephone, the number or the address had enough codes.
    """
    limits.refuse_floods(phone=codes.hash_of(phone).hex(), id=str(person_of(id_number)), address=address)
    return codes.send(phone, purpose_of(id_number))


def log_in(*, id_number: str, name: str, phone: str, code: str) -> Citizen | None:
    """The citizen, if the code is right and he is not locked; None otherwise, and the log says so."""
    if not codes.is_right(phone, purpose_of(id_number), code):
        record("login", what="portal_citizen:unknown", detail={"act": "wrong_code"})
        return None
    proof = real_name.proof_of(id_number, name, phone)
    with acting(platform(ITSELF)):
        citizen = _known(id_number, name, phone, proof)
    # Under the scope of the request, whose actor it is, though by another name: a staff session may just be ending.
    with acting(replace(current(), name=name_of(citizen.pk))):
        detail = {"act": "locked" if citizen.is_locked else "login", "proof": citizen.verified_by}
        record("login", what=f"portal_citizen:{citizen.pk}", detail=detail)
    return None if citizen.is_locked else citizen


def _known(id_number: str, name: str, phone: str, proof: str) -> Citizen:
    """His row, made at the first login. What was proved once stays proved: a register may lose a telephone again."""
    now = timezone.now()
    fields: dict[str, Any] = {"name": name, "person": person_of(id_number), "verified_by": proof, "verified_at": now}
    there = Citizen.objects.select_for_update().filter(id_hash=id_number, phone_hash=phone).first()
    if there is None:
        return Citizen.objects.create(id_number=id_number, phone=phone, last_at=now, **fields)
    if not there.opens_own_file:
        there.verified_by, there.verified_at, there.name = proof, now, name
    there.last_at = now
    there.save(update_fields=["verified_by", "verified_at", "name", "last_at"])
    return there


def end_everywhere(*, by: Scope, citizen: Citizen) -> None:
    """All sessions of a citizen are over, this one too."""
    _require_himself(by, citizen)
    with acting(platform(name_of(citizen.pk), by.request)):
        Citizen.objects.filter(pk=citizen.pk).update(epoch=F("epoch") + 1)
    record("login", what=f"portal_citizen:{citizen.pk}", detail={"act": "ended_everywhere"})


def lock(*, by: Scope, citizen: int, reason: str) -> None:
    """Nobody logs in as this citizen until he is let in again (`unlock`); for whoever supports accounts.

    Raises:
        PermissionDenied: no such right. UsageError: no reason.
    """
    _set_locked(by, citizen, reason, True)


def unlock(*, by: Scope, citizen: int, reason: str) -> None:
    """He may log in again."""
    _set_locked(by, citizen, reason, False)


def _set_locked(by: Scope, citizen: int, reason: str, is_locked: bool) -> None:
    by.require("account.support")
    if not reason.strip():
        raise UsageError("请写明理由。", "A reason is needed.")
    with acting(platform(f"{by.name}（停用群众账户）"[:150], by.request)):
        Citizen.objects.filter(pk=citizen).update(is_locked=is_locked, epoch=F("epoch") + 1)
    act = "locked" if is_locked else "unlocked"
    record("permit", what=f"portal_citizen:{citizen}", reason=reason, detail={"act": act})


def confirm_at_counter(*, by: Scope, citizen: int) -> None:
    """A clerk saw the id card: the file under this number is his.

    Raises:
        PermissionDenied: the clerk does not handle cases where that person lives, or there is no such file.
    """
    from yiyang.registry.models import Person
    from yiyang.registry.reach import require

    with acting(platform(f"{by.name}（窗口核验）"[:150], by.request)):
        there = Citizen.objects.get(pk=citizen)
    person = Person.objects.filter(pk=there.person).first()
    if person is None:
        by.require("case.handle", -2)
        return
    require(by, "case.handle", person)
    with acting(platform(f"{by.name}（窗口核验）"[:150], by.request)):
        proof = Citizen.Proof.COUNTER
        Citizen.objects.filter(pk=citizen).update(verified_by=proof, verified_at=timezone.now())
    what = f"portal_citizen:{citizen}"
    record("permit", what=what, person=person.pk, area=person.area_code, detail={"act": "confirmed_at_counter"})


def ask_code_for_phone(*, by: Scope, citizen: Citizen, phone: str) -> str:
    """Send a code to the telephone that shall take the old one's place; the code itself in a demo installation."""
    _require_himself(by, citizen)
    limits.refuse_floods(phone=codes.hash_of(phone).hex(), address=by.address)
    return codes.send(phone, f"phone:{citizen.pk}")


def change_phone(*, by: Scope, citizen: Citizen, phone: str, code: str) -> Citizen:
    """Log in with another telephone from now on; other sessions end.

    Raises:
        UsageError: wrong code, or the number is in use with that telephone already.
    """
    _require_himself(by, citizen)
    if not codes.is_right(phone, f"phone:{citizen.pk}", code):
        raise UsageError(WRONG_CODE, "The code is wrong or has expired.")
    with acting(platform(name_of(citizen.pk), by.request)):
        there = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if Citizen.objects.filter(id_hash="".join(there.id_number), phone_hash=phone).exclude(pk=there.pk).exists():
            raise UsageError("这个手机号码已经登记在您名下，请直接用它登录。", "That telephone is in use already.")
        there.phone, there.epoch = phone, there.epoch + 1
        there.save(update_fields=["phone", "epoch"])
    record("write", what=f"portal_citizen:{citizen.pk}", person=citizen.person, detail={"act": "phone_changed"})
    return there


WRONG_CODE = "验证码不对，或者已经过期。请再看一遍短信；也可以重新获取。"


def _require_himself(by: Scope, citizen: Citizen) -> None:
    from django.core.exceptions import PermissionDenied

    if by.citizen != citizen.pk:
        raise PermissionDenied("citizen")
