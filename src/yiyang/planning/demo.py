"""Projects and tasks of the documents, under way: what they plan is the documents', how far they are is made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from yiyang.access.scope import Scope, platform
from yiyang.areas.models import Area
from yiyang.audit.record import work
from yiyang.base.paths import policy_dir
from yiyang.planning import file_actions, logic, plans, project_actions, task_actions
from yiyang.planning import tasks as jobs
from yiyang.planning.models import (
    Estate,
    Evaluation,
    Milestone,
    Money,
    Payment,
    PlanTask,
    Progress,
    Project,
    ProjectStep,
)

BY = "演示数据"
# Days between one stage and the next, and how far a project of a year is, by its number: the rest is late.
PACE = (75, 90, 120, 420, 60, 60)
# Name, homes, square metres provided, how many of the four steps were taken.
ESTATES = (
    ("东湖新城一期", 850, "255", 4),
    ("竹阳首府", 1200, "300", 3),
    ("滨河印象", 420, "0", 1),
    ("城南雅苑", 640, "192", 2),
)
DUE = date(2025, 12, 31)


def make(area: int, today: date) -> int:
    """Lay out the documents of an area and of those above it. Returns how many projects and tasks.

    Args:
        today: nothing made up lies after it.
    """
    with work(platform(BY)) as by:
        count = 0
        for plan in plans.load_plans().values():
            code = plans.code_of(plan.area)
            if code in _line(area):
                count += _projects(by, [plans.new_project(plan, row) for row in plan.projects], today)
                count += _tasks(by, code, plan.document, [plans.new_task(row) for row in plan.tasks], today)
        _judged(by, today.year - 1)
        _estates(by, area, today)
        _lottery(by, area, today)
    _documents(area)
    return count


def _documents(area: int) -> None:
    """Two small documents of the house's own that contradict each other, so that there is something to look at."""
    for path in sorted((policy_dir() / plans.FOLDER / "demo").glob("*.txt")):
        with work(platform(BY)) as by:
            made = file_actions.give(by=by, area_code=area, name=path.name, blocks=[path.read_bytes()])
        jobs.read_plan.func(file=made.pk, request="demo")


def _line(area: int) -> set[int]:
    """An area and the two levels above it."""
    return {area, area - area % 10**8, area - area % 10**10}


def _projects(by: Scope, rows: list[project_actions.NewProject], today: date) -> int:
    there = set(Area.objects.values_list("code", flat=True))
    known = [row for row in rows if row.area_code in there]
    dated = [replace(row, is_synthetic=True, on=min(_begun(row.from_year or row.year), today)) for row in known]
    new, _ = project_actions.take_over(by=by, rows=dated)
    made = list(Project.objects.filter(is_synthetic=True, stage=Project.Stage.PROPOSED).order_by("pk"))
    steps: list[ProjectStep] = []
    payments: list[Payment] = []
    for number, project in enumerate(made):
        way = list(_way(project, number, _begun(project.from_year or project.year), today))
        steps += way
        payments += _paid(project, way)
    ProjectStep.objects.bulk_create(steps)
    Payment.objects.bulk_create(payments)
    Project.objects.bulk_update(made, ["stage", "stage_since", "places_in_use"])
    return new


def _begun(year: int) -> date:
    """When a project of a year was first thought of."""
    return date(year, 1, 10) - timedelta(days=60)


def _way(project: Project, number: int, begun: date, today: date) -> Iterable[ProjectStep]:
    """The stages that a project went through by today; some wait for money, some for a builder."""
    stop = 2 if number % 9 == 4 else 3 if number % 11 == 6 else len(PACE)
    on = begun
    for stage, days in zip(logic.STAGES[1:], PACE[:stop], strict=False):
        on += timedelta(days=days + number % 7 * 9)
        if on > today:
            return
        project.stage, project.stage_since = stage, on
        if stage == "operating":
            project.places_in_use = project.places * (60 + number % 5 * 8) // 100
        yield ProjectStep(project=project, stage=stage, on=on, by_name=BY)


def _paid(project: Project, way: list[ProjectStep]) -> Iterable[Payment]:
    """Half of each source with the money's stage, the rest when it is accepted."""
    shares = {"funded": 50, "accepted": 50}
    for step in way:
        for money in Money.objects.filter(project=project) if step.stage in shares else ():
            if money.source != Money.Source.OPEN:
                fen = money.planned_fen * shares[step.stage] // 100
                voucher = f"演示-{project.pk}-{step.stage}"
                yield Payment(project=project, source=money.source, fen=fen, on=step.on, voucher=voucher, by_name=BY)


def _tasks(by: Scope, area: int, document: str, rows: list[task_actions.NewTask], today: date) -> int:
    if not rows:
        return 0
    dated = [replace(row, due=DUE if row.number % 5 else today + timedelta(days=30)) for row in rows]
    new, _ = task_actions.divide(by=by, area_code=area, document=document, tasks=dated, is_synthetic=True)
    made = list(PlanTask.objects.filter(area_code=area, document=document).prefetch_related("units"))
    reports, steps = [], []
    for task in made:
        task.done = (100, 100, 80, 60, 100, 40, 90)[task.number % 7]
        task.state = PlanTask.State.DONE if task.done == 100 else PlanTask.State.OPEN
        task.reported_on = min(DUE + timedelta(days=task.number * 6), today) if task.number % 4 else DUE
        unit = next(each.name for each in task.units.all() if each.is_lead)
        words = f"演示进展：已完成 {task.done}%"
        reports.append(Progress(task=task, unit=unit, done=task.done, words=words, on=task.reported_on, by_name=BY))
        done_on = DUE - timedelta(days=200) if task.done >= 60 else None
        steps.append(Milestone(task=task, title="印发实施办法", due=DUE - timedelta(days=180), done_on=done_on))
    Progress.objects.bulk_create(reports)
    Milestone.objects.bulk_create(steps)
    PlanTask.objects.bulk_update(made, ["done", "state", "reported_on"])
    return new


def _judged(by: Scope, year: int) -> None:
    """Every task but each tenth is judged for a year, by how far it is."""
    tasks = PlanTask.objects.filter(is_synthetic=True).exclude(number__in=range(10, 100, 10))
    Evaluation.objects.bulk_create(
        Evaluation(task=task, year=year, grade=grade, words="演示" if grade == "poor" else "", by_name=BY)
        for task in tasks
        for grade in ("good" if task.done == 100 else "fair" if task.done >= 80 else "poor",)
    )


def _estates(by: Scope, area: int, today: date) -> None:
    names = ("planned_on", "built_on", "accepted_on", "handed_over_on")
    for number, (title, homes, space, done) in enumerate(ESTATES):
        accepted = today - timedelta(days=400 - number * 60)
        days = {name: accepted - timedelta(days=(3 - at) * 120 + 5) for at, name in enumerate(names[:done])}
        row = Estate(
            area_code=area, title=f"{title}（演示）", homes=homes, provided_m2=Decimal(space), is_synthetic=True,
            homes_accepted_on=accepted, **days,
        )  # fmt: skip
        project_actions.keep_estate(by=by, estate=row)


def _lottery(by: Scope, area: int, today: date) -> None:
    for number, year in enumerate(range(today.year - 4, today.year)):
        total = (820 + number * 45) * plans.FEN_A_WAN
        project_actions.keep_lottery(
            by=by, area_code=area, year=year, is_plan=False, total_fen=total,
            elderly_fen=total * (53 + number * 2) // 100, source=f"演示数据（{year} 年）",
        )  # fmt: skip
