"""What phones brought home and somebody must settle."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.field import settling
from yiyang.workbench.tasks.task import SOON, Source, Task, Waiting, needs


def brought_home(right: str) -> Source:
    """What phones brought home twice, or could not be taken, of the kinds that a right looks after."""

    @needs(right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        rows = settling.waiting(scope, right)
        return Task("外出记录有冲突或未入库", "field:conflicts", SOON, "由办理人以外的人处理", "phone"), rows

    return waiting


SOURCES: tuple[Source, ...] = (brought_home("visit.plan"), brought_home("assessment.plan"))
