"""The job of a plan: problem, search, check, stops. It appears whole or not at all; a killed job is made again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.areas.logic import span
from yiyang.audit.record import record, work
from yiyang.base.errors import YiyangError
from yiyang.registry import store
from yiyang.registry.progress import Progress
from yiyang.visits import owing, plan_tables
from yiyang.visits.models import Plan
from yiyang.visits.owing_sql import month_days
from yiyang.visits.planning.problem import Fault, Problem, Solution

State = Plan.State
STEPS = 100
# Of a hundred steps so many lie before the search, and it ends so far.
BEFORE, SEARCHED = 5, 90
SHOWN = 1000


def make(scope: Scope, plan: Plan) -> None:
    """Make an ordered plan, whole: its stops and figures, READY; or FAILED with what is wrong."""
    with acting(scope), Progress(plan.pk, STEPS, "visits_plan") as progress:
        # A job that was thought dead, or a command beside the worker: one after the other.
        progress.hold(f"yiyang.plan.{plan.pk}")
        with work(scope):
            waiting = Plan.objects.filter(pk=plan.pk, state__in=(State.ORDERED, State.RUNNING))
            if not waiting.update(state=State.RUNNING, problems=[]):
                return
        _make(scope, plan, progress)


def _make(scope: Scope, plan: Plan, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(prefix="yiyang-plan-") as folder:
        try:
            progress("列出应探访")
            with work(scope) as by:
                owing.owe(by=by, area_code=plan.area_code, month=plan.month)
            progress("读取探访与探访员")
            problem = _problem(scope, plan, Path(folder))
            solution, faults = _solve(plan, problem, progress)
            if faults:
                _fail(scope, plan, [{"zh": each.zh, "en": each.en, "visit": each.visit} for each in faults])
                return
            progress("保存计划")
            with work(scope):
                _finish(plan, problem, solution, Path(folder))
        except YiyangError as error:
            _fail(scope, plan, [{"zh": zh, "en": en} for zh, en in ((error.zh, error.en), *error.problems)])


def _problem(scope: Scope, plan: Plan, scratch: Path) -> Problem:
    first, last = month_days(plan.month)
    start = max(plan.starts or first, first, min(timezone.localdate(), last))
    with work(scope):
        return plan_tables.month_problem(*span(plan.area_code), plan.month, start, last, scratch)


def _solve(plan: Plan, problem: Problem, progress: Progress) -> tuple[Solution, list[Fault]]:
    # Loaded on use: whoever serves pages needs no solver.
    from yiyang.visits.planning.checking import check
    from yiyang.visits.planning.month import plan_month

    def tell(done: int, total: int, words: str) -> None:
        at = BEFORE + (SEARCHED - BEFORE) * done // max(total, 1)
        if at > progress.done:
            progress.done = at - 1
            progress(words)

    solution = plan_month(problem, seconds=plan.seconds, tell=tell)
    progress.done = SEARCHED
    progress("核对计划")
    return solution, check(problem, solution)


def _finish(plan: Plan, problem: Problem, solution: Solution, scratch: Path) -> None:
    """One unit of work: all stops of the plan and its state, or nothing."""
    plan.stops.all().delete()
    stops = plan_tables.put_stops(plan, solution, scratch)
    if stops > 1000:
        # Without it the next statement takes a plan that is new for one without stops, and never ends.
        store.execute("SELECT visits_analyze()")
    problems = plan_tables.problems_of(solution, problem.visits)
    figures = _plain(solution.figures) | {"unserved": len(problems), "made_up": _made_up(problem.visits)}
    record("system", what=f"plan:{plan.pk}", area=plan.area_code, detail={"stops": stops, "unserved": len(problems)})
    # Last: progress is told through another connection, which must not wait for this row. Dropped meanwhile: nothing.
    running = Plan.objects.filter(pk=plan.pk, state=State.RUNNING)
    if not running.update(state=State.READY, figures=figures, problems=problems, done=STEPS, steps=STEPS, step="完成"):
        plan.stops.all().delete()


def _made_up(visits: pa.Table) -> int:
    """How many visits lie at a place that was made up."""
    return sum(visits["made_up"].to_pylist())


def _plain(figures: Any) -> dict[str, Any]:
    """Numbers that JSON can hold."""
    return {name: value.item() if hasattr(value, "item") else value for name, value in figures.items()}


def _fail(scope: Scope, plan: Plan, problems: list[dict[str, Any]]) -> None:
    with work(scope):
        running = Plan.objects.filter(pk=plan.pk, state=State.RUNNING)
        running.update(state=State.FAILED, problems=problems[:SHOWN])
