"""From the header of an API call to a scope."""

from __future__ import annotations

import hmac
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.accounts.actions.tokens import digest_of
from yiyang.accounts.models import ApiToken
from yiyang.accounts.scopes import scope_of_token
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError

FAILURES, WINDOW = 20, 600
SEEN_EVERY = timedelta(minutes=5)
NO_DIGEST = bytes(32)


class TokenRefused(YiyangError):
    """No, an unknown, an expired or a revoked token; or too many wrong ones from that address.

    Attributes:
        status: the HTTP status to answer, 401 or 429.
    """

    def __init__(self, zh: str, en: str, status: int = 401) -> None:
        super().__init__(zh, en)
        self.status = status


def authenticate(header: str, address: str, request: str = "") -> Scope:
    """The scope of `Authorization: Bearer yt_<prefix>_<secret>`; a use is noted at most every five minutes.

    Call it inside a unit of work: a failure is noted in the audit log, up to the limit of an address.

    Raises:
        TokenRefused: with one sentence for every kind of wrong token, so that nothing is learned from it.
    """
    failures = cache.get(_key(address), 0)
    if failures >= FAILURES:
        raise TokenRefused("错误令牌过多，请十分钟后再试。", "Too many wrong tokens; wait ten minutes.", 429)
    token = _find(header)
    if token is None:
        cache.set(_key(address), failures + 1, WINDOW)
        record("deny", what="api:token", detail={"failures": failures + 1})
        raise TokenRefused("令牌无效、已过期或已吊销。", "The token is unknown, expired or revoked.")
    _seen(token, address)
    return scope_of_token(token, timezone.localdate(), request=request, address=address)


def _key(address: str) -> str:
    return f"token-failures:{address}"


def _find(header: str) -> ApiToken | None:
    """The token in force, compared in constant time, with a comparison even where there is none of that prefix."""
    scheme, _, text = header.partition(" ")
    kind, _, rest = text.strip().partition("_")
    prefix, _, secret = rest.partition("_")
    if scheme.lower() != "bearer" or kind != "yt":
        return None
    token = ApiToken.objects.select_related("user", "area").filter(prefix=prefix[:12]).first()
    is_right = hmac.compare_digest(bytes(token.digest) if token else NO_DIGEST, digest_of(secret))
    if token is None or not is_right or token.revoked_at or token.expires <= timezone.now() or not token.user.is_active:
        return None
    return token


def _seen(token: ApiToken, address: str) -> None:
    now = timezone.now()
    if token.last_used_at and token.last_used_at >= now - SEEN_EVERY and token.last_address == address:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - SEEN_EVERY) | ~Q(last_address=address)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now, last_address=address)
