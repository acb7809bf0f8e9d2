"""A late step: whoever is responsible has it on his list at once, the county and the city after policy's days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from yiyang.access.ranges import ALL
from yiyang.access.scope import Scope
from yiyang.assessment import steps
from yiyang.assessment.models import Request
from yiyang.assessment.rules import rules

# 0 = who is responsible alone, 1 = the county, 2 = the city.
LEVELS = {"county": 1, "city": 2}
COUNTY = 10**6

# One level after the other, so that each is noted by itself with its own words; none is told twice of the same step.
ESCALATE = """
UPDATE assessment_request SET escalated = %(level)s
WHERE state = ANY(%(open)s) AND due + %(days)s <= %(on)s AND escalated < %(level)s
"""


def escalate(on: date) -> int:
    """Show every late request to the levels that should see it by a day, as the platform.

    Asked again it changes nothing.

    Returns:
        How often a level was told.
    """
    return sum(_raise(on, each.level, each.days, each.zh) for each in rules().escalation)


def _raise(on: date, level: str, days: int, words: str) -> int:
    given: dict[str, Any] = {"on": on, "level": LEVELS[level], "days": days, "open": [str(each) for each in steps.OPEN]}
    with steps.said(f"超过办理期限 {days} 天以上，{words}"), connection.cursor() as cursor:
        cursor.execute(ESCALATE, given)
        return int(cursor.rowcount)


def word(level: int) -> str:
    """What a level is called on lists; '' where nobody above was told."""
    return next((each.zh for each in rules().escalation if LEVELS[each.level] == level), "")


def level_of(scope: Scope, right: str) -> int:
    """At which level somebody follows things up: 2 who answers for more than a county, 1 for one, 0 for less."""
    where = scope.where(right)
    widest = max((high - low for low, high in where.spans), default=0)
    if where == ALL or widest > COUNTY:
        return LEVELS["city"]
    return LEVELS["county"] if widest == COUNTY else 0


def risen(scope: Scope, on: date) -> QuerySet[Request]:
    """Late requests that have risen to the level at which somebody follows things up, the latest first."""
    level = level_of(scope, "assessment.read")
    there = Request.objects.filter(scope.where("assessment.read").q("area_code"), state__in=steps.OPEN, due__lt=on)
    return there.filter(escalated__gte=level).order_by("due", "pk") if level else there.none()
