"""The only code that writes tasks: divided among units, reported on, judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.planning import files
from yiyang.planning.models import Evaluation, Milestone, PlanTask, Progress, TaskUnit

KEEP, REPORT = "task.keep", "task.report"
State = PlanTask.State


@dataclass(frozen=True)
class NewTask:
    """A task as a document divides it. `lead` and `part`: (name, department) pairs, department "" where it is none."""

    number: int
    title: str
    lead: tuple[tuple[str, str], ...]
    part: tuple[tuple[str, str], ...] = ()
    local: tuple[str, ...] = ()
    group: str = ""
    due: date | None = None


def divide(
    *, by: Scope, area_code: int, document: str, tasks: Sequence[NewTask], is_synthetic: bool = False
) -> tuple[int, int]:
    """Lay out a document's tasks: how many are new, how many were there and left as they are.

    Raises:
        UsageError: a task without title or leading unit. PermissionDenied.
    """
    by.require(KEEP, area_code)
    for task in tasks:
        if not task.title.strip() or not task.lead:
            raise UsageError(f"第 {task.number} 项任务没有名称或牵头单位。", f"Task {task.number} lacks title or lead.")
    tasks = numbered(tasks)
    with acting(by), transaction.atomic():
        known = set(PlanTask.objects.filter(area_code=area_code, document=document).values_list("number", flat=True))
        fresh = [task for task in tasks if task.number not in known]
        for task in fresh:
            made: PlanTask = PlanTask.objects.create(
                area_code=area_code, document=document, number=task.number, title=task.title.strip()[:200],
                group=task.group, due=task.due, local=list(task.local), is_synthetic=is_synthetic,
            )  # fmt: skip
            TaskUnit.objects.bulk_create(_units(made, task))
        record("write", what=f"tasks:{document}", area=area_code, detail={"new": len(fresh)})
    return len(fresh), len(tasks) - len(fresh)


def numbered(tasks: Sequence[NewTask]) -> list[NewTask]:
    """Each with a number of its own: what has none, or one that is taken, is counted on from the last.

    A document may divide its tasks in several tables, each of which begins at 1.
    """
    taken, last, found = set[int](), max((task.number for task in tasks), default=0), list[NewTask]()
    for task in tasks:
        if task.number < 1 or task.number in taken:
            last += 1
            task = replace(task, number=last)
        taken.add(task.number)
        found.append(task)
    return found


def _units(made: PlanTask, task: NewTask) -> list[TaskUnit]:
    lead, part = dict(task.lead), dict(task.part)
    return [
        *(TaskUnit(task=made, name=name, department=unit, is_lead=True) for name, unit in lead.items()),
        *(TaskUnit(task=made, name=name, department=unit) for name, unit in part.items() if name not in lead),
    ]


def add_milestone(*, by: Scope, task: PlanTask, title: str, due: date) -> Milestone:
    """Add a step with its day. Raises UsageError, PermissionDenied."""
    by.require(KEEP, task.area_code)
    if not title.strip():
        raise UsageError("请填写节点名称。", "A milestone needs a title.")
    with acting(by), transaction.atomic():
        if PlanTask.objects.select_for_update().get(pk=task.pk).state != State.OPEN:
            raise UsageError("这项任务已办结，不再增加节点。", "The task is closed.")
        made: Milestone = Milestone.objects.create(task=task, title=title.strip()[:200], due=due)
        record("write", what=f"task:{task.pk}", area=task.area_code, detail={"milestone": made.pk})
    return made


def reach(*, by: Scope, milestone: Milestone, on: date) -> None:
    """A milestone was reached; the first day that was said stays. Raises UsageError, PermissionDenied."""
    _may_report(by, milestone.task)
    if on > timezone.localdate():
        raise UsageError("完成日期不能晚于今天。", "Not in the future.")
    with acting(by), transaction.atomic():
        if not Milestone.objects.filter(pk=milestone.pk, done_on=None).update(done_on=on):
            return
        record(
            "write", what=f"task:{milestone.task_id}", area=milestone.task.area_code, detail={"reached": milestone.pk}
        )


def report(
    *, by: Scope, task: PlanTask, unit: str, done: int, words: str, file: tuple[str, bytes] | None = None
) -> Progress:
    """A unit says how far it is. `file`: name and content of its evidence, kept only with a report that is taken.

    Raises:
        UsageError: not a unit of the task, no words, not 0–100, or the task is closed. PermissionDenied.
    """
    _may_report(by, task)
    if not words.strip() or not 0 <= done <= 100:
        raise UsageError("请写明进展，进度在 0–100 之间。", "Say what was done; progress lies between 0 and 100.")
    with acting(by), transaction.atomic():
        found: PlanTask = PlanTask.objects.select_for_update().get(pk=task.pk)
        if found.state != State.OPEN:
            raise UsageError("这项任务已办结，不再填报。", "The task is closed.")
        if not found.units.filter(name=unit).exists():
            raise UsageError(f"“{unit}”不是这项任务的责任单位。", f"{unit} has no part in the task.")
        today = timezone.localdate()
        evidence = {"file_name": file[0], "file_sha256": files.keep_evidence(file[1])} if file else {}
        made: Progress = Progress.objects.create(
            task=found, unit=unit, done=done, words=words.strip()[:2000], on=today, by_name=by.name, **evidence
        )
        # How far the task is, its leading units say.
        if found.units.filter(name=unit, is_lead=True).exists():
            found.done = done
        found.reported_on, found.version = today, found.version + 1
        found.save()
        record("write", what=f"task:{found.pk}", area=found.area_code, detail={"done": done})
    return made


def _may_report(by: Scope, task: PlanTask) -> None:
    if not (by.may(REPORT, task.area_code) or by.may(KEEP, task.area_code)):
        raise PermissionDenied(REPORT)


def close(*, by: Scope, task: PlanTask, state: str) -> None:
    """Say that a task is done, not pursued any more, or open again. Raises UsageError, PermissionDenied."""
    by.require(KEEP, task.area_code)
    if state not in State.values:
        raise UsageError("没有这种状态。", "There is no such state.")
    with acting(by), transaction.atomic():
        found: PlanTask = PlanTask.objects.select_for_update().get(pk=task.pk)
        if state == State.DONE and found.milestones.filter(done_on=None).exists():
            raise UsageError("还有未完成的节点，不能办结。", "Milestones are left to be reached.")
        found.state, found.version = state, found.version + 1
        found.done = 100 if state == State.DONE else _said_last(found)
        found.save()
        record("write", what=f"task:{found.pk}", area=found.area_code, detail={"state": state})


def _said_last(task: PlanTask) -> int:
    """How far its leading units said last that it is."""
    leads = task.units.filter(is_lead=True).values("name")
    return task.reports.filter(unit__in=leads).order_by("-id").values_list("done", flat=True).first() or 0


def judge(*, by: Scope, task: PlanTask, year: int, grade: str, words: str = "") -> Evaluation:
    """Judge a task for a year; a poor grade says why. Raises UsageError, PermissionDenied."""
    by.require(KEEP, task.area_code)
    if grade not in Evaluation.Grade.values or (grade == Evaluation.Grade.POOR and not words.strip()):
        raise UsageError("请选择评价；评为未达进度的，请写明原因。", "Choose a grade; a poor one needs words.")
    with acting(by), transaction.atomic():
        made: Evaluation = Evaluation.objects.create(
            task=task, year=year, grade=grade, words=words.strip()[:1000], by_name=by.name
        )
        record("write", what=f"task:{task.pk}", area=task.area_code, detail={"year": year, "grade": grade})
    return made
