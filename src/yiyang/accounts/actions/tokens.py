"""Issue and revoke a department's key to the API."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from yiyang.access.ranges import ALL, NO_AREA
from yiyang.accounts.authority import Authority, NotAllowed, Problem, authority_of, refuse
from yiyang.accounts.models import ApiToken, User
from yiyang.accounts.scopes import scope_of
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of
from yiyang.audit.record import record

LONGEST = timedelta(days=366)


def digest_of(secret: str) -> bytes:
    """How a token's secret is kept. A plain hash suffices: the secret is 256 random bits, no password to guess."""
    return hashlib.sha256(secret.encode()).digest()


@transaction.atomic
def issue_token(
    *,
    user: User,
    name: str,
    rights: Iterable[str],
    expires: datetime,
    by: User | None,
    area: Area | None = None,
    registers: Iterable[str] | None = None,
) -> tuple[ApiToken, str]:
    """A token, and its text `yt_<prefix>_<secret>`, which is shown once and nowhere kept.

    Args:
        area: narrows the account's areas; None = all of them.
        registers: narrows the account's registers; None = all of them.

    Raises:
        NotAllowed: more than the account may, more than the issuer may hand on, or longer than a year.
    """
    wanted = sorted(set(rights))
    named = None if registers is None else sorted(set(registers))
    authority = authority_of(by, timezone.localdate())
    refuse(token_problems(authority, user, name, wanted, named, area, expires))
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32).replace("_", "-")
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=prefix,
        digest=digest_of(secret),
        rights=wanted,
        registers=named,
        area=area,
        expires=expires,
        created_by=by,
    )
    _note("issue_token", token)
    return token, f"yt_{prefix}_{secret}"


def token_problems(
    authority: Authority,
    user: User,
    name: str,
    rights: list[str],
    registers: list[str] | None,
    area: Area | None,
    expires: datetime,
) -> list[Problem]:
    """Everything that forbids this token."""
    found: list[Problem] = []
    scope = scope_of(user, authority.on)
    within = ALL if area is None else ranges_of(area, authority.on)
    if not name.strip():
        found.append(("请写明用途。", "Say what it is for."))
    if not rights or any(not scope.where(right) & within for right in rights):
        found.append(("令牌的权限须是该账户在该区划已有的权限。", "A token's rights are its account's, in its area."))
    if not timezone.now() < expires <= timezone.now() + LONGEST:
        found.append(("有效期须在今天之后、一年之内。", "It expires after today and within a year."))
    own = scope.registers
    if own is not None and registers is not None and not set(registers) <= own:
        found.append(("登记册须是该账户已有的登记册。", "A token's registers are its account's."))
    for right in rights:
        there = scope.where(right) & within
        if not authority.holds("token.manage").covers(there) or not authority.covers(
            [right], there, authority.on, authority.on
        ):
            found.append((f"权限“{right}”超出您自己的范围。", f"{right} goes beyond your own scope."))
    return found


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None, reason: str = "") -> None:
    """It opens nothing from now on. Its own account may always give it up. Raises NotAllowed."""
    authority = authority_of(by, timezone.localdate())
    area = token.area or token.user.area
    where = ALL if area is None else ranges_of(area, authority.on)
    is_own = by is not None and by.pk == token.user_id
    if not is_own and not authority.holds("token.manage").covers(where):
        raise NotAllowed("此令牌不在您的管理范围内。", "This token is not yours to manage.")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    _note("revoke_token", token, reason)


def _note(act: str, token: ApiToken, reason: str = "") -> None:
    area = token.area or token.user.area
    code = area.code if area is not None and area.code is not None else NO_AREA
    told = {"act": act, "token": token.prefix, "user": token.user_id, "rights": token.rights}
    dates = {"registers": token.registers, "expires": token.expires.isoformat()}
    record("permit", what=f"accounts_apitoken:{token.pk}", area=code, reason=reason, detail=told | dates)
