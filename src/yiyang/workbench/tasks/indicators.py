"""Tables and targets of documents that wait for another pair of eyes, and what should have been published by now."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.indicators.models import PublishedTable
from yiyang.indicators.promises import workbench as promises
from yiyang.indicators.promises.reading import of_areas
from yiyang.indicators.publication.workbench_calendar import dues
from yiyang.workbench.tasks.task import CALM, URGENT, Task, Waiting, needs

MOST_FILES = 100


@needs("figure.publish")
def to_publish(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Tables that somebody else made."""
    rows = PublishedTable.objects.filter(
        scope.where("figure.publish").q("area_code"), state=PublishedTable.State.READY
    ).exclude(made_by=scope.user)
    return Task("统计表待审批公开", "indicators:tables", CALM, "看证明，公开或退回", "figures", "state=ready"), rows


@needs("figure.publish")
def late(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Data whose day of publication is past."""
    count = sum(each.line.state == "late" for each in dues(scope, "figure.publish", on))
    return Task("数据逾期未公开", "indicators:calendar", URGENT, "按公开日历应已公开", "figures"), (count, False)


@needs("figure.enter")
def to_confirm(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Targets that were read in documents and that nobody has compared with the text."""
    wanted = [file.area_code for file in promises.files()[:MOST_FILES]] if scope.may("plan.read") else []
    mine = [area for area in wanted if scope.may("figure.enter", area)]
    count = sum(each.state in promises.OPEN for each in of_areas(mine)) if mine else 0
    return Task("文件里的目标待核对", "indicators:promises", CALM, "对应指标，核对后计入", "check"), (count, False)


SOURCES = (to_publish, late, to_confirm)
