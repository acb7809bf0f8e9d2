"""How often a token, an account or an address may call the API in a minute, counted for all processes together."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from yiyang.access.scope import Scope

# One row a caller: the minute it last called in, and how often. Counted outside of the unit of work, in a transaction
# of its own, so that callers do not wait for each other and a refused call counts.
COUNT = """
INSERT INTO accounts_apicalls (caller, minute, calls) VALUES (%s, %s, 1)
ON CONFLICT (caller) DO UPDATE SET minute = excluded.minute,
    calls = CASE WHEN accounts_apicalls.minute = excluded.minute THEN accounts_apicalls.calls + 1 ELSE 1 END
RETURNING calls
"""
# Rows of the portal count in windows of other lengths under names of its own (`portal.limits`).
FORGET = "DELETE FROM accounts_apicalls WHERE minute < %s AND caller NOT LIKE 'portal:%%'"


@dataclass(frozen=True)
class Allowance:
    """What is left of this minute. `reset`: seconds until the next one."""

    limit: int
    left: int
    reset: int

    @property
    def is_spent(self) -> bool:
        """Whether this call is one too many."""
        return self.left < 0

    def tell(self, response: HttpResponse) -> None:
        """Say it in the headers of the answer."""
        response["RateLimit-Limit"] = str(self.limit)
        response["RateLimit-Remaining"] = str(max(self.left, 0))
        response["RateLimit-Reset"] = str(self.reset)
        if self.is_spent:
            response["Retry-After"] = str(self.reset)


def count(request: HttpRequest, scope: Scope) -> Allowance:
    """Count one call of whoever sent it. People are looked at more slowly than the rest."""
    kind = "people" if "/people" in request.path else "any"
    limit: int = settings.API_CALLS_A_MINUTE[kind]
    now = time.time()
    who = f"address:{scope.address}" if scope.user is None else f"user:{scope.user}:{scope.name}"
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [f"{kind}:{who}"[:300], int(now // 60)])
        calls = cursor.fetchone()[0]
    return Allowance(limit, limit - calls, 60 - int(now % 60))


def forget() -> int:
    """Remove the counts of minutes that are over; returns how many callers were forgotten."""
    with connection.cursor() as cursor:
        # One minute of grace: whoever counts right now may have begun it.
        cursor.execute(FORGET, [int(time.time() // 60) - 1])
        return int(cursor.rowcount)
