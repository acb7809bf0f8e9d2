"""The area in force: somebody who answers for a city works in one of its counties for a while. It only takes away."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from yiyang.access.scope import Scope
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of

SESSION_KEY = "area"


def chosen_area(request: HttpRequest) -> Area | None:
    """The area that the user chose in the top bar, if any."""
    key = request.session.get(SESSION_KEY)
    return Area.objects.filter(pk=key).first() if key else None


def narrowed(scope: Scope, request: HttpRequest, on: date) -> Scope:
    """The scope within the chosen area. One that has been dissolved since leaves nothing to see."""
    area = chosen_area(request)
    return scope.narrowed(ranges_of(area, on)) if area else scope
