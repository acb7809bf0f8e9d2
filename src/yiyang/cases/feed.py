"""Steps in the order in which they may be read by a cursor, and none is missed.

A step's number is given before its transaction commits, so numbers alone would let a reader pass one by. Read is what
is older than every transaction under way; the cursor is time and number.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from yiyang.cases.models import Case, Step
from yiyang.kit.api import BadCursor

CURSOR = re.compile(r"(\d{1,17})-(\d{1,18})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Place = tuple[datetime, int]


def settled() -> datetime:
    """Before when no more step will appear: the begin of the oldest transaction under way, this one included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(now(), min(xact_start)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found: datetime = cursor.fetchone()[0]
    return found


def after(place: Place, *, items: list[str] | None = None, area: Any = None, most: int = 200) -> list[Step]:
    """The next steps within the scope in force.

    Args:
        items: only of these; None or empty = all.
        area: ranges of areas; None = wherever the scope reaches.
    """
    at, number = place
    cases = Case.objects.filter(pk=OuterRef("case_id"))
    cases = cases.filter(item__in=items) if items else cases
    cases = cases.filter(area.q("area_code")) if area is not None else cases
    later = Q(at__gt=at) | Q(at=at, pk__gt=number)
    rows = Step.objects.filter(Exists(cases), later, at__gte=at, at__lt=settled())
    return list(rows.select_related("case").order_by("at", "pk")[:most])


def event(step: Step) -> dict[str, Any]:
    """What is said of a step: the case, never the person."""
    return {
        "id": step.pk,
        "at": step.at.isoformat(),
        "case": step.case.number,
        "item": step.case.item,
        "step": step.slug,
        "from_state": step.from_state,
        "to_state": step.to_state,
    }


def place_of(step: Step) -> Place:
    """Where a step stands in the feed."""
    return step.at, step.pk


def written(place: Place) -> str:
    """A place as a cursor."""
    return f"{(place[0] - EPOCH) // timedelta(microseconds=1)}-{place[1]}"


def read(cursor: str) -> Place:
    """A cursor as a place; '' = the beginning. Raises BadCursor."""
    if not cursor:
        return EPOCH, 0
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise BadCursor("游标无效，请从头读取。", "The cursor is not ours; begin anew.")
    try:
        return EPOCH + timedelta(microseconds=int(found[1])), int(found[2])
    except OverflowError as error:
        raise BadCursor("游标无效，请从头读取。", "The cursor is not ours; begin anew.") from error
