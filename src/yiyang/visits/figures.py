"""How many of those who are to be visited were, and who was not: within the scope in force, quick for a city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.visits.models import Visit
from yiyang.visits.overview_figures import AreaLine, of_month
from yiyang.visits.policy import load_visits

State = Visit.State
WAITING = (State.OWED, State.PLANNED, State.NOT_FOUND)
OWED_CAUSES = (Visit.Cause.MONTHLY, Visit.Cause.RISK)


def rate(scope: Scope, month: str, size: int) -> Sequence[AreaLine]:
    """月探访率: of the people registered in hardship, who was visited in a month, by areas of a size.

    Args:
        month: as 2026-12.
        size: 10**6 counties, 10**3 towns, 1 villages.
    """
    return of_month(scope, month, size).lines


def share(lines: Sequence[AreaLine]) -> float | None:
    """Of a hundred who are to be visited, so many were; None where nobody is."""
    owed = sum(line.owed for line in lines)
    return round(100 * sum(line.visited for line in lines) / owed, 1) if owed else None


def not_yet(scope: Scope, month: str) -> Any:
    """Visits of people whom nobody has met in a month so far, the most urgent first: one row a person.

    They are those whom the rate counts as not visited.
    """
    of_month = Visit.objects.filter(month=month)
    waiting = of_month.filter(cause__in=OWED_CAUSES, state__in=(*WAITING, State.MISSED))
    his = {"person": OuterRef("person")}
    rows = waiting.filter(
        ~Exists(of_month.filter(state=State.DONE, **his)),
        ~Exists(waiting.filter(number__lt=OuterRef("number"), **his)),
        scope.where("visit.read").q("area_code"),
    )
    return rows.select_related("person", "visitor").order_by("last", "pk")


def is_time_to_remind() -> bool:
    """Whether it is late enough in the month that home pages show who was not visited yet."""
    return timezone.localdate().day >= load_visits().targets.remind_from_day
