"""Statistical tables that wait for a second pair of eyes."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.indicators.models import PublishedTable
from yiyang.workbench.tasks.task import CALM, Task, Waiting, needs


@needs("figure.publish")
def to_publish(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Tables that somebody else made."""
    rows = PublishedTable.objects.filter(
        scope.where("figure.publish").q("area_code"), state=PublishedTable.State.READY
    ).exclude(made_by=scope.user)
    return Task("统计表待审批公开", "indicators:tables", CALM, "看证明，公开或退回", "figures", "state=ready"), rows


SOURCES = (to_publish,)
