"""Somebody's results and requests, merged files included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from yiyang.assessment.issuing import STANDING
from yiyang.assessment.models import Request, Result
from yiyang.registry.models import Person
from yiyang.registry.stating import keys_of


def valid_result(person: int | Person, instrument: str, on: date | None = None) -> Result | None:
    """The result that every department relies on, on a day (today); None where there is none.

    Args:
        person: his key, or his file (then with what was merged into it).
    """
    on = on or timezone.localdate()
    keys = keys_of(person) if isinstance(person, Person) else [person]
    rows = Result.objects.filter(
        person__in=keys, instrument=instrument, state__in=STANDING, valid_from__lte=on, valid_to__gte=on
    )
    found: Result | None = rows.order_by("-assessed_on", "-pk").first()
    return found


def results_of(keys: Iterable[int]) -> QuerySet[Result]:
    """Every result under some keys of people, the newest first."""
    return (
        Result.objects.filter(person__in=list(keys)).select_related("request__agency").order_by("-assessed_on", "-pk")
    )


def requests_of(keys: Iterable[int]) -> QuerySet[Request]:
    """Every request under some keys of people, the newest first."""
    return Request.objects.filter(person__in=list(keys)).select_related("agency").order_by("-pk")
