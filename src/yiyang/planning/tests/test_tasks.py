"""Tasks: divided among units, reported on by those units only, judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.timezone import localdate as today

from conftest import DAZHU, TONGCHUAN
from yiyang.access.scope import Scope
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.planning import task_actions as actions
from yiyang.planning.models import Evaluation, PlanTask, Progress
from yiyang.planning.task_actions import NewTask
from yiyang.planning.tests.town import scope

pytestmark = pytest.mark.django_db
TASKS = (
    NewTask(
        1, "发布服务清单", (("县民政局", "civil_affairs"),), (("县财政局", "finance"), ("县民政局", "civil_affairs"))
    ),
    NewTask(2, "能力评估", (("县民政局", "civil_affairs"),), (("县卫生健康局", "health"),)),
)


@pytest.fixture
def liaison(grant: Callable[..., Any]) -> Scope:
    """春兰 reports for a unit."""
    return scope(grant("春兰", "liaison", DAZHU))


def divided(by: Scope) -> PlanTask:
    with work(by):
        actions.divide(by=by, area_code=DAZHU, document="plan", tasks=TASKS)
        return PlanTask.objects.get(number=1)


def test_dividing_twice_changes_nothing(clerk: Scope) -> None:
    divided(clerk)
    with work(clerk):
        assert actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=TASKS) == (0, 2)


def test_a_unit_that_leads_is_not_named_twice(clerk: Scope) -> None:
    task = divided(clerk)
    with work(clerk):
        assert list(task.units.values_list("name", "is_lead")) == [("县民政局", True), ("县财政局", False)]


def test_a_task_without_lead_is_refused_by_number(clerk: Scope) -> None:
    with work(clerk), pytest.raises(UsageError, match="Task 7"):
        actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=[NewTask(7, "没人管", ())])


def test_how_far_a_task_is_its_leading_units_say(clerk: Scope, liaison: Scope) -> None:
    task = divided(clerk)
    with work(liaison):
        actions.report(by=liaison, task=task, unit="县财政局", done=80, words="资金已下达")
        task.refresh_from_db()
        assert (task.done, task.reported_on) == (0, today())
        actions.report(by=liaison, task=task, unit="县民政局", done=40, words="清单已报批")
        task.refresh_from_db()
        assert task.done == 40


def test_only_units_of_the_task_report(clerk: Scope, liaison: Scope) -> None:
    task = divided(clerk)
    with work(liaison), pytest.raises(UsageError, match="no part"):
        actions.report(by=liaison, task=task, unit="县公安局", done=10, words="……")


def test_who_only_reports_neither_divides_nor_judges(clerk: Scope, liaison: Scope) -> None:
    task = divided(clerk)
    with work(liaison):
        for act in (
            lambda: actions.divide(by=liaison, area_code=DAZHU, document="x", tasks=TASKS),
            lambda: actions.judge(by=liaison, task=task, year=2026, grade="good"),
            lambda: actions.close(by=liaison, task=task, state="done"),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_another_countys_liaison_sees_no_task(clerk: Scope, grant: Callable[..., Any]) -> None:
    other = scope(grant("保国", "liaison", TONGCHUAN))
    task = divided(clerk)
    with work(other):
        assert not PlanTask.objects.exists()
        assert not Progress.objects.exists()
        with pytest.raises(PermissionDenied):
            actions.report(by=other, task=task, unit="县民政局", done=1, words="……")


def test_a_task_is_done_when_its_milestones_are(clerk: Scope) -> None:
    task = divided(clerk)
    with work(clerk):
        step = actions.add_milestone(by=clerk, task=task, title="征求意见", due=today())
        with pytest.raises(UsageError, match="Milestones"):
            actions.close(by=clerk, task=task, state="done")
        with pytest.raises(UsageError, match="Not in the future"):
            actions.reach(by=clerk, milestone=step, on=today() + timedelta(days=1))
        actions.reach(by=clerk, milestone=step, on=today())
        actions.close(by=clerk, task=task, state="done")
        task.refresh_from_db()
        assert (task.state, task.done) == ("done", 100)
        with pytest.raises(UsageError, match="closed"):
            actions.report(by=clerk, task=task, unit="县民政局", done=1, words="再补充")


def test_a_poor_grade_says_why_and_the_last_one_counts(clerk: Scope) -> None:
    task = divided(clerk)
    with work(clerk):
        with pytest.raises(UsageError, match="words"):
            actions.judge(by=clerk, task=task, year=2026, grade="poor")
        actions.judge(by=clerk, task=task, year=2026, grade="poor", words="未出台文件")
        actions.judge(by=clerk, task=task, year=2026, grade="fair")
        assert Evaluation.objects.filter(task=task).first().grade == "fair"  # type: ignore[union-attr]
