"""Which codes an administered area answers for: its range, without what a jurisdiction has taken over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q

from yiyang.access.ranges import NOWHERE, Ranges
from yiyang.areas.logic import span
from yiyang.areas.models import Area, Membership


def ranges_of(area: Area, on: date) -> Ranges:
    """The codes that an area answers for on a day. An area that has been dissolved answers for none."""
    if area.valid_to is not None and area.valid_to < on:
        return NOWHERE
    if area.code is None:
        return _spans(m.member for m in _members(on).filter(jurisdiction=area))
    own = Ranges.of([span(area.code)]) if area.code >= 0 else Ranges.of([(area.code, area.code + 1)])
    if area.level != "county":
        return own
    # A city still answers for its jurisdictions; only the county that a town was taken from does not.
    low, high = span(area.code)
    taken = _members(on).filter(member__code__gte=low, member__code__lt=high)
    return own - _spans(m.member for m in taken)


def _members(on: date) -> models.QuerySet[Membership]:
    return Membership.objects.filter(Q(ends__isnull=True) | Q(ends__gte=on), starts__lte=on).select_related("member")


def _spans(areas: Iterable[Area]) -> Ranges:
    return Ranges.of(span(area.code) for area in areas if area.code is not None)
