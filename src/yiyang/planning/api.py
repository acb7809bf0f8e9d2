"""Projects, tasks and contradictions of plans over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.kit.api import AreaCode, Key, Listed, Paging, Word, answers, may, paged
from yiyang.planning import task_actions
from yiyang.planning.lists import seen
from yiyang.planning.models import Finding, PlanTask, Project
from yiyang.planning.project_lists import projects as with_money

router = Router(tags=["plans"])
Json = dict[str, Any]


class PlanProjectOut(Schema):
    """A project. Money in fen; `places` are beds of elderly projects and places of childcare ones."""

    id: int
    area: int = Field(alias="area_code")
    kind: str
    title: str
    stage: str
    stage_since: date
    year: int
    first_year: int
    from_year: int | None
    to_year: int | None
    place: str
    unit: str
    places: int
    places_in_use: int
    planned_fen: int
    paid_fen: int
    sources: list[Json]
    is_synthetic: bool


class PlanFindingOut(Schema):
    """Two places that do not agree, with both figures."""

    id: int
    area: int = Field(alias="area_code")
    key: str
    check: str = Field(alias="check_name")
    kind: str
    severity: str
    sure: float
    why: str
    places: list[Json]
    figures: list[Json]
    difference: str
    state: str
    reason: str


class PlanTaskOut(Schema):
    """A task; `done` in hundredths."""

    id: int
    area: int = Field(alias="area_code")
    document: str
    number: int
    title: str
    due: date | None
    state: str
    done: int
    reported_on: date | None
    lead: list[str]
    part: list[str]

    @staticmethod
    def resolve_lead(task: PlanTask) -> list[str]:
        """Units that lead."""
        return [each.name for each in task.units.all() if each.is_lead]

    @staticmethod
    def resolve_part(task: PlanTask) -> list[str]:
        """Units that take part."""
        return [each.name for each in task.units.all() if not each.is_lead]


class PlanReportIn(Schema):
    """How far a unit is with a task."""

    unit: Word
    done: int = Field(ge=0, le=100)
    words: str = Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")


class PlanReportOut(Schema):
    """A report that was taken in."""

    id: int
    task: int = Field(alias="task_id")
    unit: str
    done: int
    on: date


def _within(area: int | None) -> Q:
    if area is None:
        return Q()
    low, high = span(area) if area >= 0 else (area, area + 1)
    return Q(area_code__gte=low, area_code__lt=high)


@router.get("/projects", response=answers(Listed[PlanProjectOut]), by_alias=False, **may("project.read"))
def list_projects(request: HttpRequest, paging: Query[Paging], area: AreaCode | None = None) -> Any:
    """Projects by year; with an area, those of it and everything below."""
    record("search", what="api:projects")
    return paged(with_money().filter(_within(area)), ("year", "id"), paging)


@router.get("/projects/{int:pk}", response=answers(PlanProjectOut), by_alias=False, **may("project.read"))
def one_project(request: HttpRequest, pk: Key) -> Any:
    """One project."""
    found: Project = get_object_or_404(with_money(), pk=pk)
    record("read", what=f"project:{pk}", area=found.area_code)
    return found


@router.get("/plan-findings", response=answers(Listed[PlanFindingOut]), by_alias=False, **may("plan.read"))
def list_plan_findings(request: HttpRequest, paging: Query[Paging], area: AreaCode | None = None) -> Any:
    """Contradictions that are still there."""
    record("search", what="api:plan_findings")
    return paged(seen(Finding, "plan.read").filter(_within(area), is_gone=False), ("id",), paging)


@router.get("/plan-tasks", response=answers(Listed[PlanTaskOut]), by_alias=False, **may("task.read"))
def list_plan_tasks(request: HttpRequest, paging: Query[Paging], area: AreaCode | None = None) -> Any:
    """Tasks with their units."""
    record("search", what="api:plan_tasks")
    rows = seen(PlanTask, "task.read").filter(_within(area)).prefetch_related("units")
    return paged(rows, ("id",), paging)


REPORT: Json = {"unit": "县民政局", "done": 60, "words": "清单已印发"}


@router.post(
    "/plan-tasks/{int:pk}/reports",
    response=answers(PlanReportOut, status=201),
    by_alias=False,
    **may("task.report", "task.keep", example=REPORT),
)
def report_on_task(request: HttpRequest, pk: Key, wanted: PlanReportIn) -> Any:
    """Report on a task for one of its units."""
    found: PlanTask = get_object_or_404(seen(PlanTask, "task.read"), pk=pk)
    made = task_actions.report(by=current(), task=found, unit=wanted.unit, done=wanted.done, words=wanted.words)
    return Status(201, made)
