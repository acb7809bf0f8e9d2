"""Which run is in force where and when, and its answers opened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from yiyang.areas.logic import ancestors
from yiyang.catalog.issued import current as issued
from yiyang.entitlement.actions import reference_day
from yiyang.entitlement.direct import direct_items
from yiyang.entitlement.explain import explain
from yiyang.entitlement.models import MonthRun
from yiyang.entitlement.store import RunFolder
from yiyang.registry.models import Person

Json = dict[str, Any]
State = MonthRun.State
KEPT_OPEN = 4


def in_force(area_code: int, on: date | None = None) -> MonthRun | None:
    """The newest run in force that answers for an area: its own, or that of an area above it.

    Args:
        on: the run of this day's month or, if that has none, of the latest month before it.
    """
    rows = MonthRun.objects.filter(
        area_code__in=[area_code, *ancestors(area_code)], state=State.IN_FORCE, purpose=MonthRun.Purpose.MONTH
    )
    if on is not None:
        rows = rows.filter(month__lte=f"{on:%Y-%m}")
    found: MonthRun | None = rows.order_by("-month", "-id").first()
    return found


def newest() -> list[MonthRun]:
    """The newest run in force of every area that the scope sees, one an area."""
    rows = MonthRun.objects.filter(state=State.IN_FORCE, purpose=MonthRun.Purpose.MONTH)
    return list(rows.order_by("area_code", "-month", "-id").distinct("area_code"))


def current(rows: Any, runs: Iterable[MonthRun] | None = None) -> Any:
    """Narrow rows of `Change` or `Unknown` to the newest runs in force."""
    chosen = newest() if runs is None else runs
    return rows.filter(Q(run__in=[run.pk for run in chosen]))


def folder_of(run: MonthRun) -> Path:
    """Where a run's answers lie."""
    return Path(settings.DATA) / run.folder


def opened(run: MonthRun) -> RunFolder:
    """A run's answers for everybody; kept open in the process, for a run never changes. Errors: SnapshotError."""
    return _opened(str(folder_of(run)), run.list_hash)


@lru_cache(maxsize=KEPT_OPEN)
def _opened(folder: str, list_hash: str) -> RunFolder:
    del list_hash  # A folder made again has another.
    return RunFolder(Path(folder))


def direct_of(run: MonthRun) -> frozenset[str]:
    """The items of a run's month that are used without a decision: nothing is asked for their sake."""
    return direct_items(issued(Path(settings.DATA), reference_day(run.month)))


def answers_of(run: MonthRun, person: int) -> list[Json]:
    """What a run says of a person, item by item as `explain` tells it; nothing if he was not in it."""
    folder = opened(run)
    items: list[Json] = explain(folder, person)["items"] if person in folder else []
    return items


def of_person(person: Person) -> MonthRun | None:
    """The newest run in force that holds a person: by where he lives, else by where he is registered."""
    runs = [in_force(code) for code in (person.area_code, person.registered_code) if code >= 0]
    there = [run for run in runs if run is not None and person.pk in opened(run)]
    return there[0] if there else None


def month_of(day: date) -> str:
    """A day's month as runs write it."""
    return f"{day:%Y-%m}"
