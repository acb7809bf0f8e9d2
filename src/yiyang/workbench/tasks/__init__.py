"""What needs me today? One small function a kind of work; each says which right it is for and counts within the scope.

A room that brings work of its own has a file here with its `SOURCES`, and its place in `ROOMS`. Counts are bounded:
above a thousand it is 1,000+.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from yiyang.access.scope import Scope
from yiyang.kit.paging import bounded_count
from yiyang.workbench.tasks import (
    accounts,
    assessment,
    cases,
    entitlement,
    field,
    indicators,
    notices,
    planning,
    portal,
    registry,
    revisions,
    running,
    visits,
)
from yiyang.workbench.tasks.task import MOST, ORDER, Source, Task

__all__ = ["SOURCES", "Task", "tasks_for"]

# In the order of the page, among what is equally urgent.
ROOMS = (
    registry,
    notices,
    portal,
    entitlement,
    accounts,
    running,
    revisions,
    visits,
    cases,
    field,
    assessment,
    planning,
    indicators,
)
SOURCES: tuple[Source, ...] = tuple(source for room in ROOMS for source in room.SOURCES)


def tasks_for(scope: Scope, on: date) -> list[Task]:
    """The tasks of a scope with anything in them, the most urgent first."""
    found = []
    for source in SOURCES:
        right: str = source.right  # type: ignore[attr-defined]
        if scope.may(right):
            task, rows = source(scope, on)
            count, more = rows if isinstance(rows, tuple) else bounded_count(rows, MOST)
            found.append(replace(task, count=count, is_more=more, right=right))
    return sorted((task for task in found if task.count and task.address), key=lambda task: ORDER[task.urgency])
