"""Which codes an administered area answers for, which code answers for a former one, and what was where on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import models
from django.db.models import Q

from yiyang.access.ranges import NOWHERE, Ranges
from yiyang.areas import logic
from yiyang.areas.logic import span
from yiyang.areas.models import Area, FormerArea, Membership


def ranges_of(area: Area, on: date) -> Ranges:
    """The codes that an area answers for on a day, today or later.

    A dissolved area answers for what it consisted of on its last day, wherever that lies now, and for nothing else: who
    was responsible for a town keeps its villages after a merger and gets none of the other town's (decision 0420).
    """
    if area.valid_to is not None and area.valid_to < on:
        return _parts(area, on)
    if area.code is None:
        return _split(area, _members(on).filter(jurisdiction=area))[0]
    own = Ranges.of([span(area.code)]) if area.code >= 0 else Ranges.of([(area.code, area.code + 1)])
    concerned = Q(jurisdiction=area)
    if area.level == "county":
        # A city still answers for its jurisdictions; only the county that a town was taken from does not.
        low, high = span(area.code)
        concerned |= Q(member__code__gte=low, member__code__lt=high)
    members, taken = _split(area, _members(on).filter(concerned))
    return (own - taken) | members


def _parts(area: Area, on: date) -> Ranges:
    found, last = NOWHERE, area.valid_to
    if last is None:
        return found
    former = FormerArea.objects.filter(parent=area, valid_to=last).select_related("area")
    for part in {each.area for each in former}:
        found |= ranges_of(part, on)
    return found


def _members(on: date) -> models.QuerySet[Membership]:
    return Membership.objects.filter(Q(ends__isnull=True) | Q(ends__gte=on), starts__lte=on)


def _split(area: Area, memberships: models.QuerySet[Membership]) -> tuple[Ranges, Ranges]:
    """Where an area's own members lie, and those of others."""
    # Codes and nothing else, and one query: this is asked for every grant, at every request.
    rows = memberships.values_list("member__code", "jurisdiction")
    mine, others = [
        Ranges.of(span(code) for code, pk in rows if code is not None and (pk == area.pk) is is_mine)
        for is_mine in (True, False)
    ]
    return mine, others


def jurisdiction_of(code: int, on: date) -> Area | None:
    """The jurisdiction that administers where a code lies on a day; None where the county itself does."""
    above = [code - code % size for _, size in logic.SIZES]
    found = _members(on).filter(member__code__in=above).select_related("jurisdiction").order_by("-member__code").first()
    return found.jurisdiction if found else None


def current_codes() -> dict[int, int]:
    """Every former code that no area in force bears → the code that answers today: the file's table and all changes."""
    rows = Area.objects.filter(code__isnull=False).values_list("pk", "code", "valid_to", "successor")
    areas = {pk: (code, ended is not None, successor) for pk, code, ended, successor in rows}
    in_force = {code for code, is_ended, _ in areas.values() if not is_ended}
    found = {code: _answers(areas, pk) for pk, (code, is_ended, _) in areas.items() if is_ended and code is not None}
    # Newest last, so that a code that two areas bore one after the other stands for the later one.
    former = FormerArea.objects.filter(code__isnull=False).order_by("valid_to", "pk").values_list("code", "area")
    found |= {code: _answers(areas, pk) for code, pk in former if code is not None}
    changed = {code: now for code, now in found.items() if code not in in_force and now is not None}
    listed = {code: changed.get(now, now) for code, now in logic.former_codes().items() if code not in in_force}
    return {**listed, **changed}


def _answers(areas: Mapping[int, tuple[int | None, bool, int | None]], pk: int) -> int | None:
    """The code of an area, or of what it was merged into, and so on."""
    while pk in areas:
        code, is_ended, successor = areas[pk]
        if not is_ended:
            return code
        if successor is None:
            return None
        pk = successor
    return None


def current(code: int, codes: Mapping[int, int]) -> int:
    """Today's code for a delivered one, by the table of `current_codes`.

    A town or village that the table does not name goes with the county or town above it: it keeps its last digits where
    such an area exists, otherwise it becomes what is above.
    """
    if code in codes:
        return codes[code]
    for _, size in logic.SIZES[1:4]:
        above = code - code % size
        if above in codes and above != code:
            now = codes[above]
            moved = now + code % size
            fits = span(now)[1] - now == size
            return moved if fits and logic.find(moved) is not None else now
    return code


def as_of(on: date) -> models.QuerySet[FormerArea]:
    """What areas were on a past day, as far as they were something else than now."""
    return FormerArea.objects.filter(valid_from__lte=on, valid_to__gte=on)
