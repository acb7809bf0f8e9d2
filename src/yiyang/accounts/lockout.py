"""Wrong passwords lock an account's login for a while. The counting is allauth's, on the shared cache.

Its functions are internal ones of allauth; the version is locked, and `tests/test_login.py` guards what is used here.
"""

from __future__ import annotations

import time

from allauth.core.internal import ratelimit
from django.core.cache import cache

from yiyang.accounts.models import User

APP, ACTION = "allauth.account", "login_failed"


def key_of(username: str) -> str:
    """What failures are counted under: the account, whichever host name was used."""
    return f"login:{username.strip().lower()}"


def _cache_keys(names: tuple[str, ...]) -> list[tuple[ratelimit.Rate, str]]:
    rates = [rate for rate in ratelimit.get_rates(app=APP, action=ACTION) if rate.per == "key"]
    # A rate per key asks nothing of the request.
    return [
        (rate, ratelimit.get_cache_key(None, app=APP, action=ACTION, rate=rate, key=name))
        for rate in rates
        for name in names
    ]


def _names(user: User) -> tuple[str, str]:
    return key_of(user.username), f"mfa-auth-user-{user.pk}"


def seconds_left(user: User) -> int:
    """How long an account stays locked, for wrong passwords or codes; 0 = it is open."""
    return _longest(_names(user))


def seconds_left_for(username: str) -> int:
    """The same for a username as typed, whether or not there is such an account."""
    return _longest((key_of(username),))


def _longest(names: tuple[str, ...]) -> int:
    left = 0.0
    for rate, key in _cache_keys(names):
        history = cache.get(key, [])
        if len(history) >= rate.amount:
            left = max(left, history[-1] + rate.duration - time.time())
    return max(0, round(left))


def clear(user: User) -> None:
    """Forget the failures of an account."""
    cache.delete_many([key for _, key in _cache_keys(_names(user))])
