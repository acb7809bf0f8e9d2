"""Codes sent to a telephone: six digits, ten minutes, more time on request, five tries. Only a digest is kept."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from yiyang.access.scope import acting, platform
from yiyang.access.secrets import index_of
from yiyang.notices import actions as notices
from yiyang.notices import templates, words
from yiyang.notices.outbox import is_demo
from yiyang.portal.models import LoginCode

MINUTES = 10
LASTS = timedelta(minutes=MINUTES)
TRIES = 5
PROLONGED = 6  # times ten minutes: an hour in all, for whoever needs it
LABEL = "portal_citizen.phone"
ITSELF = "群众登录"


def hash_of(phone: str) -> bytes:
    """What a telephone's codes are kept under."""
    return index_of(phone, LABEL) or b""


def send(phone: str, purpose: str, *, template: str = "login_code", is_real: bool = True, **data: str) -> str:
    """Make a code for a purpose and send it; an earlier one for the same purpose ends.

    Args:
        template: of policy/notices, with what it names besides the code and its minutes.
        is_real: False does the same work and sends nothing: whoever asks cannot tell whether we know the telephone.

    Returns:
        The code in a demo installation, to show on the page; elsewhere ''.
    """
    code = f"{secrets.randbelow(10**6):06d}"
    phone_hash, now = hash_of(phone), timezone.now()
    with acting(platform(ITSELF)):
        _open(phone_hash, purpose).update(expires_at=now)
        LoginCode.objects.create(
            phone_hash=phone_hash,
            purpose=purpose,
            digest=_digest(phone_hash, purpose, code),
            expires_at=now + LASTS,
        )
        if is_real:
            said = words.said(templates.template(template), {**data, "code": code, "minutes": MINUTES})
            notices.send_code(phone, said.sms, lasts=LASTS)
    return code if is_real and is_demo() else ""


def is_right(phone: str, purpose: str, code: str) -> bool:
    """Whether this is the code that was sent; it counts once. A wrong one is counted, and the fifth ends the code."""
    phone_hash, typed = hash_of(phone), "".join(code.split())
    with acting(platform(ITSELF)):
        kept = _open(phone_hash, purpose).select_for_update().order_by("-id").first()
        if kept is None:
            _digest(phone_hash, purpose, typed)
            return False
        if constant_time_compare(kept.digest, _digest(phone_hash, purpose, typed)):
            LoginCode.objects.filter(pk=kept.pk).update(used_at=timezone.now())
            return True
        LoginCode.objects.filter(pk=kept.pk).update(tries=F("tries") + 1)
    return False


def prolong(phone: str, purpose: str) -> bool:
    """Ten minutes more from now; whether there was a code to prolong."""
    with acting(platform(ITSELF)):
        given = _open(hash_of(phone), purpose).filter(prolonged__lt=PROLONGED)
        return bool(given.update(expires_at=timezone.now() + LASTS, prolonged=F("prolonged") + 1))


def _open(phone_hash: bytes, purpose: str) -> QuerySet[LoginCode]:
    rows = LoginCode.objects.filter(phone_hash=phone_hash, purpose=purpose, used_at=None)
    return rows.filter(expires_at__gt=timezone.now(), tries__lt=TRIES)


def _digest(phone_hash: bytes, purpose: str, code: str) -> str:
    return salted_hmac(f"yiyang.portal.code:{purpose}:{phone_hash.hex()}", code, algorithm="sha256").hexdigest()
