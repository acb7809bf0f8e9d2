"""How often a telephone, an id number or an address may try, counted for all processes together."""

from __future__ import annotations

import time

from django.db import connection

from yiyang.base.errors import YiyangError

# The counter of API calls (accounts.throttle), with windows of other lengths under names of our own.
COUNT = """
INSERT INTO accounts_apicalls (caller, minute, calls) VALUES (%s, %s, 1)
ON CONFLICT (caller) DO UPDATE SET minute = excluded.minute,
    calls = CASE WHEN accounts_apicalls.minute = excluded.minute THEN accounts_apicalls.calls + 1 ELSE 1 END
RETURNING calls
"""
HOUR = 3600
# Codes an hour: a telephone is not flooded, a number not tried from many telephones; an office may share an address.
CODES = {"phone": 6, "id": 10, "address": 120}


class TooOften(YiyangError):
    """Somebody tries too often; nothing is wrong with what he typed."""


def count(caller: str, seconds: int) -> int:
    """Count one more of a caller in the running window of so many seconds, and say how many that makes."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [f"portal:{caller}"[:300], int(time.time() // seconds)])
        made: int = cursor.fetchone()[0]
    return made


def refuse_floods(**callers: str) -> None:
    """Count a code that is asked for under each caller (phone, id, address).

    Raises:
        TooOften: one of them had enough within the hour. The same words whichever it was.
    """
    made = {kind: count(f"code:{kind}:{caller}", HOUR) for kind, caller in callers.items() if caller}
    if any(number > CODES[kind] for kind, number in made.items()):
        raise TooOften(
            "获取验证码太频繁。请一小时后再试，或者到村（社区）、乡镇（街道）窗口办理。",
            "Too many codes were asked for; try again in an hour, or go to the counter.",
        )
