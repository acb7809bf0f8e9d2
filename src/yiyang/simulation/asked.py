"""What a request asks to be simulated: for which area, and what is moved."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from yiyang.access.scope import current
from yiyang.areas.models import Area
from yiyang.base.errors import UsageError
from yiyang.simulation import logic
from yiyang.simulation.actions import RIGHT
from yiyang.simulation.bases import Base

Json = dict[str, Any]
LONGEST = 60_000  # characters of a change


def areas() -> QuerySet[Area]:
    """Cities and counties for which one may simulate."""
    within = current().where(RIGHT).q("code")
    found: QuerySet[Area] = Area.objects.filter(within, level__in=("city", "county"), valid_to=None)
    return found.order_by("code")


def area_of(request: HttpRequest) -> Area:
    """The area asked for, or the highest one open to the user. Raises Http404 where there is none."""
    given = request.POST.get("area") or request.GET.get("area") or ""
    rows = areas()
    if given:
        rows = rows.filter(code=int(given[:6].ljust(12, "0"))) if given.isdigit() else rows.none()
    found = rows.first()
    if found is None:
        raise Http404
    return found


def changes_of(request: HttpRequest, base: Base) -> Json:
    """The change in a form: of the levers, or one that a result carries along. Errors: UsageError."""
    text = request.POST.get("changes", "")
    if not text:
        return logic.changes_of(request.POST.dict(), base.bound, base.blocks)
    return parsed(text)


def parsed(text: str) -> Json:
    """A change that was written out as JSON. Errors: UsageError."""
    try:
        found = json.loads(text[:LONGEST])
    except ValueError:
        raise UsageError("改动的写法不对，请从测算页重新开始。", "this is no change of a list") from None
    if not isinstance(found, dict):
        raise UsageError("改动的写法不对，请从测算页重新开始。", "this is no change of a list")
    return found
