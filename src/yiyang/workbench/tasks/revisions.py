"""Lists on their way."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.revisions.waiting import waiting_for as list_revisions_for
from yiyang.workbench.tasks.task import SOON, Source, Task, Waiting, needs


@needs("list.read")
def revisions_for_me(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Revisions of lists whose next step is mine."""
    return Task("待办理的清单修订", "revisions:lists", SOON, "", "file"), (len(list_revisions_for(scope)), False)


SOURCES: tuple[Source, ...] = (revisions_for_me,)
