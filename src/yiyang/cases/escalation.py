"""What is overdue goes up: to the county on the first day, to the city some days later. What is due begins."""

from __future__ import annotations

from datetime import date

from django.db import connection

from yiyang.cases import steps
from yiyang.cases.processes import limits

# 0 = the township, 1 = the county, 2 = the city.
TOP = 2
ESCALATE = """
UPDATE cases_case SET escalated = least(%(top)s, 1 + (%(on)s::date - due - 1) / %(days)s), changed_at = now()
WHERE due < %(on)s AND escalated < least(%(top)s, 1 + (%(on)s::date - due - 1) / %(days)s)
"""
BEGIN = "UPDATE cases_case SET state = 'in_effect', changed_at = now() WHERE state = 'granted' AND effective_from <= %s"


def escalate(on: date) -> int:
    """Raise every overdue case to the level that should see it by a day; asked again it changes nothing.

    Returns:
        How many rose.
    """
    with connection.cursor() as cursor:
        cursor.execute(ESCALATE, {"on": on, "days": limits().escalate_days, "top": TOP})
        return int(cursor.rowcount)


def begin(on: date) -> int:
    """What was granted and has come to its day is in effect. Returns how many."""
    with steps.taking("start"), connection.cursor() as cursor:
        cursor.execute(BEGIN, [on])
        return int(cursor.rowcount)
