"""Rounds to make, findings to act on, plans to put in force."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.kit.paging import bounded_count
from yiyang.visits import figures as visit_figures
from yiyang.visits.models import Finding, Observation, Plan, Visit
from yiyang.visits.policy import load_visits
from yiyang.workbench.figures import kept
from yiyang.workbench.tasks.task import MOST, SOON, URGENT, Source, Task, Waiting, needs

LAST_DAYS = 25


@needs("visit.do")
def my_round_today(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """The visits that I am to make today."""
    mine = Visit.objects.filter(
        visitor=scope.user or 0, on__lte=on, state__in=(Visit.State.PLANNED, Visit.State.NOT_FOUND)
    )
    late = mine.filter(on__lt=on).exists()
    return Task("今天要探访的老人", "visits:round", URGENT if late else SOON, "按顺序走，走完登记", "place"), mine


def findings_waiting(right: str, title: str, tab: str, states: tuple[str, ...]) -> Source:
    """Findings of visits on which whoever has a right takes the next step; those that are late make it urgent."""

    @needs(right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        rows = Finding.objects.filter(state__in=states)
        # Who is sent to act sees his own, wherever they lie.
        mine = Q(assigned_to=scope.user) if tab == "mine" else scope.where(right).q("area_code")
        rows = rows.filter(mine)
        late, more = bounded_count(rows.filter(due__lt=timezone.now()), MOST)
        text = f"其中 {late:,}{'+' if more else ''} 件已超时" if late else ""
        return Task(title, "visits:findings", URGENT if late else SOON, text, "warning", f"tab={tab}"), rows

    return waiting


@needs("visit.read")
def not_visited_yet(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """From the day that policy names: who has not been visited this month."""
    rows = visit_figures.not_yet(scope, f"{on:%Y-%m}")
    task = Task("本月尚未探访", "visits:not_yet", URGENT if on.day > LAST_DAYS else SOON, "月末前都要走到", "people")
    if on.day < load_visits().targets.remind_from_day:
        return task, (0, False)
    return task, kept(f"visits.not_yet.{on:%Y-%m}", scope, lambda: bounded_count(rows, MOST))


@needs("visit.plan")
def plans_to_decide(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Plans of visits that are ready and not in force."""
    rows = Plan.objects.filter(scope.where("visit.plan").q("area_code"), state=Plan.State.READY)
    return Task("待启用的探访计划", "visits:board", SOON, "看过后启用", "month"), rows


@needs("person.correct")
def observed_to_confirm(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """What visitors saw to be otherwise."""
    rows = Observation.objects.filter(scope.where("person.correct").q("area_code"), state=Observation.State.WAITING)
    return Task("探访所见变化，待确认", "visits:observed", SOON, "确认后写入档案", "check"), rows


FINDING_WORK = (
    findings_waiting("finding.verify", "待派单的异常情况", "open", (Finding.State.OPEN,)),
    findings_waiting("finding.handle", "派给我的异常情况", "mine", (Finding.State.ASSIGNED,)),
    findings_waiting("finding.verify", "待核实的异常情况", "acted", (Finding.State.ACTED,)),
)

SOURCES: tuple[Source, ...] = (
    my_round_today,
    *FINDING_WORK,
    not_visited_yet,
    plans_to_decide,
    observed_to_confirm,
)
