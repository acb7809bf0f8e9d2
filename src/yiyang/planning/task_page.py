"""What stands on the pages of tasks: what is due, what is overdue by unit, the yearly evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from yiyang.access.scope import current
from yiyang.areas.names import name as area_name
from yiyang.catalog.lists import documents as sources
from yiyang.kit.parts import Event
from yiyang.planning.models import Evaluation, Milestone, PlanFile, PlanTask, TaskUnit
from yiyang.planning.policy import load_planning

STATES = (("overdue", "已逾期"), ("silent", "久未填报"), ("soon", "临近节点"))


def overdue_q(today: date) -> Q:
    """Tasks past their day, or with a milestone past its day."""
    missed = Milestone.objects.filter(task=OuterRef("pk"), done_on=None, due__lt=today)
    return Q(state=PlanTask.State.OPEN) & (Q(due__lt=today) | Q(Exists(missed)))


def silent_q(today: date) -> Q:
    """Open tasks on which nobody reported for longer than policy allows."""
    since = today - timedelta(days=load_planning().tasks.report_every_days)
    return Q(state=PlanTask.State.OPEN) & (Q(reported_on=None) | Q(reported_on__lt=since))


def soon_q(today: date) -> Q:
    """Open tasks with a milestone, or their own day, within the days of policy."""
    until = today + timedelta(days=load_planning().tasks.remind_days_before)
    near = Milestone.objects.filter(task=OuterRef("pk"), done_on=None, due__range=(today, until))
    return Q(state=PlanTask.State.OPEN) & (Q(due__range=(today, until)) | Q(Exists(near)))


def waiting(tasks: QuerySet[Any], state: str, today: date) -> QuerySet[Any]:
    """Tasks that are overdue, silent or near a day."""
    return tasks.filter({"overdue": overdue_q, "silent": silent_q, "soon": soon_q}[state](today))


def unit_names(tasks: QuerySet[Any]) -> list[str]:
    """Names of the units that have a part in tasks."""
    return list(
        TaskUnit.objects.filter(task__in=tasks.values("pk")).order_by("name").values_list("name", flat=True).distinct()
    )


@dataclass
class UnitLine:
    """A unit's tasks; `area` is named where units of several areas stand side by side."""

    unit: str
    area: str = ""
    leads: int = 0
    parts: int = 0
    done: int = 0
    overdue: int = 0
    silent: int = 0
    progress: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What it is called in a list."""
        return f"{self.area}：{self.unit}" if self.area else self.unit

    @property
    def mean(self) -> int | None:
        """The mean progress of the tasks it leads, in hundredths."""
        return round(sum(self.progress) / len(self.progress)) if self.progress else None


def by_unit(tasks: QuerySet[Any], today: date) -> list[UnitLine]:
    """Each unit's tasks, those with most overdue first; what it leads counts for overdue and silent."""
    late = set(waiting(tasks, "overdue", today).values_list("pk", flat=True))
    silent = set(waiting(tasks, "silent", today).values_list("pk", flat=True))
    rows = TaskUnit.objects.filter(task__in=tasks.values("pk")).values_list(
        "name", "is_lead", "task_id", "task__done", "task__state", "task__area_code"
    )
    is_one_area = len({row[-1] for row in rows}) < 2
    found: dict[tuple[str, int], UnitLine] = {}
    for name, is_lead, task, done, state, area in rows:
        # Each county has a bureau of the same name.
        line = found.setdefault((name, area), UnitLine(name, "" if is_one_area else area_name(area)))
        if not is_lead:
            line.parts += 1
            continue
        line.leads += 1
        line.progress.append(done)
        line.done += state == PlanTask.State.DONE
        line.overdue += task in late
        line.silent += task in silent
    return sorted(found.values(), key=lambda line: (-line.overdue, -line.silent, -line.leads, line.name))


@dataclass(frozen=True)
class Judged:
    """A task in the yearly evaluation."""

    task: PlanTask
    lead: str
    grade: str
    word: str
    words: str
    is_overdue: bool


def evaluation(tasks: QuerySet[Any], year: int, today: date) -> list[Judged]:
    """Tasks with the last grade that each got for a year; without one the word says so."""
    late = set(waiting(tasks, "overdue", today).values_list("pk", flat=True))
    grades: dict[int, Evaluation] = {}
    for each in Evaluation.objects.filter(task__in=tasks.values("pk"), year=year).order_by("id"):
        grades[each.task_id] = each
    leads: dict[int, list[str]] = {}
    for task, name in TaskUnit.objects.filter(task__in=tasks.values("pk"), is_lead=True).values_list("task", "name"):
        leads.setdefault(task, []).append(name)
    return [
        Judged(
            task, "、".join(leads.get(task.pk, ())), grade.grade if grade else "",
            grade.get_grade_display() if grade else "未评价", grade.words if grade else "", task.pk in late,
        )
        for task in tasks.order_by("document", "number")
        for grade in (grades.get(task.pk),)
    ]  # fmt: skip


def documents(tasks: QuerySet[Any]) -> list[tuple[str, str]]:
    """Documents that divide tasks here: slug and title."""
    slugs = list(tasks.order_by("document").values_list("document", flat=True).distinct())
    reach = current().where("task.read").q("area_code")
    titles = dict(PlanFile.objects.filter(reach, slug__in=slugs, is_current=True).values_list("slug", "title"))
    return [(slug, titles.get(slug) or title_of(slug)) for slug in slugs]


def title_of(slug: str) -> str:
    """The title of a document of `policy/documents.yaml`, else its name for programs."""
    known = sources()
    return known[slug].title if slug in known else slug


def way(task: PlanTask) -> list[Event]:
    """What was reported, the latest first."""
    return [Event(each.on, f"{each.unit}：{each.done}%", each.words, each.by_name) for each in task.reports.all()]


def grades(task: PlanTask) -> Sequence[Evaluation]:
    """Its evaluations, the last of each year first."""
    return list(task.evaluations.order_by("-year", "-id"))
