"""Contradictions to look at, tasks to report on, tasks past their day."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.planning import task_page
from yiyang.planning.models import Finding, PlanTask
from yiyang.workbench.tasks.task import CALM, SOON, URGENT, Task, Waiting, needs


@needs("plan.keep")
def contradictions(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Contradictions of plans that nobody has judged."""
    rows = Finding.objects.filter(scope.where("plan.keep").q("area_code"), is_gone=False, state=Finding.State.OPEN)
    return Task(
        "规划文件不一致，待核实", "planning:findings", CALM, "看两处原文，确认或排除", "warning", "state=open"
    ), rows


@needs("task.keep")
def overdue(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Tasks past their day, for whoever divides them."""
    mine = PlanTask.objects.filter(scope.where("task.keep").q("area_code"))
    rows = task_page.waiting(mine, "overdue", on)
    return Task("任务已逾期", "planning:tasks", URGENT, "督促牵头单位", "warning", "late=overdue"), rows


@needs("task.report")
def silent(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Tasks on which nobody has reported for long."""
    mine = PlanTask.objects.filter(scope.where("task.report").q("area_code"))
    rows = task_page.waiting(mine, "silent", on)
    return Task("任务久未填报进展", "planning:tasks", SOON, "请牵头单位填报", "edit", "late=silent"), rows


@needs("task.report")
def near(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Tasks with a day or milestone that is near."""
    mine = PlanTask.objects.filter(scope.where("task.report").q("area_code"))
    rows = task_page.waiting(mine, "soon", on)
    return Task("任务节点临近", "planning:tasks", SOON, "请按期完成", "waiting", "late=soon"), rows


SOURCES = (contradictions, overdue, silent, near)
