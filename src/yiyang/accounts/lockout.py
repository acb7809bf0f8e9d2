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


def _cache_keys(user: User) -> list[tuple[ratelimit.Rate, str]]:
    names = (key_of(user.username), f"mfa-auth-user-{user.pk}")
    rates = [rate for rate in ratelimit.get_rates(app=APP, action=ACTION) if rate.per == "key"]
    # A rate per key asks nothing of the request.
    found = [
        (rate, ratelimit.get_cache_key(None, app=APP, action=ACTION, rate=rate, key=name))
        for rate in rates
        for name in names
    ]
    return found


def seconds_left(user: User | None) -> int:
    """How long the login stays locked; 0 = it is open."""
    left = 0.0
    for rate, key in _cache_keys(user) if user else []:
        history = cache.get(key, [])
        if len(history) >= rate.amount:
            left = max(left, history[-1] + rate.duration - time.time())
    return max(0, round(left))


def clear(user: User) -> None:
    """Forget the failures of an account."""
    cache.delete_many([key for _, key in _cache_keys(user)])
