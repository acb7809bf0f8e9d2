"""A person's cases, for his page, the portal and the counter."""

from __future__ import annotations

from collections.abc import Iterable

from yiyang.cases.models import CLOSED, Case
from yiyang.registry.models import Alias


def cases_of(persons: Iterable[int], *, is_open: bool | None = None) -> list[Case]:
    """The cases of people within the scope, those under way first, then the newest. `is_open`: only those (not).

    A file that was merged into theirs keeps its cases under its own key, so that the merge can be undone.
    """
    keys = list(persons)
    keys += Alias.objects.filter(person__in=keys).values_list("key", flat=True)
    rows = Case.objects.filter(person__in=keys).select_related("ground").order_by("-state_since", "-pk")
    if is_open is not None:
        rows = rows.exclude(state__in=CLOSED) if is_open else rows.filter(state__in=CLOSED)
    return sorted(rows, key=lambda case: case.is_closed)
