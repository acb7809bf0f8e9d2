"""What the public asked for."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.portal.models import CorrectionRequest
from yiyang.workbench.tasks.task import SOON, Source, Task, Waiting, needs


@needs("person.correct")
def corrections_asked(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People who say in the portal that what is held about them is wrong."""
    rows = CorrectionRequest.objects.filter(state=CorrectionRequest.State.OPEN)
    return Task("群众提出的更正申请", "portal:requests", SOON, "核实、更正、答复", "edit", "state=open"), rows


SOURCES: tuple[Source, ...] = (corrections_asked,)
