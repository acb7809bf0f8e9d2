"""What phones brought home and somebody must settle."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.field import settling
from yiyang.workbench.tasks.task import SOON, Source, Task, Waiting, needs

# The rights with which some kind of work is looked after; whoever has several gets one task, by the first of them.
RIGHTS = ("visit.plan", "assessment.plan")


def brought_home(right: str) -> Source:
    """What phones brought home twice, or could not be taken, of all kinds that somebody looks after."""

    @needs(right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        is_first = right == next(each for each in RIGHTS if scope.may(each))
        rows = settling.waiting(scope) if is_first else settling.waiting(scope).none()
        return Task("外出记录有冲突或未入库", "field:conflicts", SOON, "由办理人以外的人处理", "phone"), rows

    return waiting


SOURCES: tuple[Source, ...] = tuple(brought_home(right) for right in RIGHTS)
