"""Finding lines of the log: within the auditor's areas, by time, kind, actor, person, area, request or word."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from yiyang.access.scope import current
from yiyang.audit.models import AuditIndex, AuditLine, AuditWrite

DIGITS = (2, 4, 6, 9, 12)


def lines() -> QuerySet[AuditLine]:
    """The lines that the scope in force may read."""
    return AuditLine.objects.filter(current().where("audit.read").q("area_code"))


def index() -> QuerySet[AuditIndex]:
    """Which fields of which rows were written, in the areas whose log the scope in force may read."""
    return AuditIndex.objects.filter(current().where("audit.read").q("area_code"))


def writes() -> QuerySet[AuditWrite]:
    """Writes with their values, where the scope in force sees people."""
    return AuditWrite.objects.filter(current().people.q("area_code"))


def lines_about(person: int) -> QuerySet[AuditLine]:
    """Everything that was read, revealed, exported or decided about one person, the latest first.

    For the person himself (who looked at my data?): call it within the platform's scope and hand out only what concerns
    him. The caller has to make sure who asks.
    """
    kinds = AuditLine.Kind
    looked = (kinds.READ, kinds.REVEAL, kinds.EXPORT, kinds.SEARCH, kinds.WRITE, kinds.DECIDE)
    return AuditLine.objects.filter(person=person, kind__in=looked).order_by("-seq")


def key_of(id_number: str) -> int:
    """The key under which a person's lines stand, from the id number; settings.PERSON_KEY_OF says how."""
    found: int = import_string(settings.PERSON_KEY_OF)(id_number.strip().upper())
    return found


def since(rows: QuerySet[Any], day: str) -> QuerySet[Any]:
    """From a day on."""
    return rows.filter(at__gte=_midnight(date.fromisoformat(day)))


def until(rows: QuerySet[Any], day: str) -> QuerySet[Any]:
    """Up to a day, that day included."""
    return rows.filter(at__lt=_midnight(date.fromisoformat(day) + timedelta(1)))


def by_actor(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """An account's number, or part of a name."""
    return rows.filter(actor=int(text)) if text.isdigit() else rows.filter(actor_name__icontains=text)


def in_area(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Within the area of a code of 2 to 12 digits; -1 is no area."""
    if text == "-1":
        return rows.filter(area_code=-1)
    if not text.isdigit() or len(text) not in DIGITS:
        raise ValidationError("区划代码应为 2、4、6、9 或 12 位数字。")
    low = int(text.ljust(12, "0"))
    return rows.filter(area_code__gte=low, area_code__lt=low + 10 ** (12 - len(text)))


def about(rows: QuerySet[Any], key: str) -> QuerySet[Any]:
    """One person, by key."""
    return rows.filter(person=int(key))


def with_word(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """A word in the object or the reason."""
    return rows.filter(Q(what__icontains=text) | Q(reason__icontains=text))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
