"""Nobody gets stuck: what was put aside comes back, what fails says so, what two do at once is not lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from conftest import DAZHU, TONGCHUAN
from yiyang.access.scope import Scope, platform
from yiyang.areas.logic import ancestors
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.planning import board_page, laying, project_lists, task_actions, task_page, tasks
from yiyang.planning import file_actions as actions
from yiyang.planning.coherence import Amount, Spot
from yiyang.planning.coherence import Finding as Found
from yiyang.planning.models import Doubt, Estate, Lottery, PlanFile, PlanTask, Record, TaskUnit
from yiyang.planning.records import Place
from yiyang.planning.task_actions import NewTask
from yiyang.planning.tests.test_files import PLAN, given
from yiyang.planning.tests.town import entered, scope

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def test_a_document_taken_out_of_use_comes_back_when_it_is_given_again(clerk: Scope) -> None:
    file = given(clerk)
    with work(clerk):
        slug = file.slug
        actions.drop(by=clerk, file=file)
    back = given(clerk)
    with work(clerk):
        assert back.pk == file.pk
        assert (back.is_current, back.slug, back.state, back.counts["project"]) == (True, slug, "read", 2)


def test_a_document_taken_out_of_use_has_no_doubts_left_and_reading_it_again_makes_no_second_edition(
    clerk: Scope,
) -> None:
    old = given(clerk, total=550)
    with work(clerk):
        actions.drop(by=clerk, file=old)
        assert not Doubt.objects.filter(file=old).exists()
    new = given(clerk, total=500)
    with work(clerk):
        actions.again(by=clerk, file=PlanFile.objects.get(pk=old.pk))
    tasks.read_plan.func(file=old.pk, request="test")
    with work(clerk):
        assert list(PlanFile.objects.filter(is_current=True)) == [new]


def test_an_edition_that_is_taken_out_of_use_lets_the_one_before_it_count_again(clerk: Scope) -> None:
    old, new = given(clerk, total=550), given(clerk, total=500)
    with work(clerk):
        actions.drop(by=clerk, file=new)
        old.refresh_from_db()
        assert old.is_current


def test_a_reader_that_breaks_leaves_a_document_that_says_so(clerk: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(actions, "read", broken)
    with work(clerk):
        file = actions.give(by=clerk, area_code=DAZHU, name="规划.txt", blocks=[PLAN.encode()])
    with pytest.raises(ZeroDivisionError):
        tasks.read_plan.func(file=file.pk, request="test")
    with work(clerk):
        file.refresh_from_db()
        assert file.state == "failed"
        assert "重新读取" in file.problem


def test_tasks_without_numbers_and_with_the_same_number_are_all_taken_over(clerk: Scope) -> None:
    new = [NewTask(number, f"任务{place}", (("县民政局", ""),)) for place, number in enumerate((0, 0, 7, 7, 2))]
    with work(clerk):
        assert task_actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=new) == (5, 0)
        assert task_actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=new) == (0, 5)
        assert set(PlanTask.objects.values_list("title", flat=True)) == {each.title for each in new}


def test_a_unit_that_is_named_twice_among_the_leading_ones_leads_once(clerk: Scope) -> None:
    new = NewTask(1, "发布清单", (("县民政局", ""), ("县民政局", "")), (("县财政局", ""), ("县财政局", "")))
    with work(clerk):
        task_actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=[new])
        assert list(TaskUnit.objects.values_list("name", "is_lead")) == [("县民政局", True), ("县财政局", False)]


def test_a_task_that_is_opened_again_is_as_far_as_its_leading_unit_said_last(clerk: Scope) -> None:
    with work(clerk):
        task_actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=[NewTask(1, "发布", (("县民政局", ""),))])
        task = PlanTask.objects.get()
        task_actions.report(by=clerk, task=task, unit="县民政局", done=40, words="已起草")
        for state, done in (("done", 100), ("open", 40)):
            task_actions.close(by=clerk, task=task, state=state)
            task.refresh_from_db()
            assert (task.state, task.done) == (state, done)


def test_evidence_is_no_page_or_program(user: Any, clerk: Scope, logged_in: Callable[..., Any]) -> None:
    with work(clerk):
        task_actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=[NewTask(1, "发布", (("县民政局", ""),))])
        page = reverse("planning:task_step", args=[PlanTask.objects.get().pk, "report"])
    given = {"unit": "县民政局", "done": 60, "words": "已印发", "evidence": SimpleUploadedFile("a.html", b"<script>")}
    assert "请上传 PDF" in logged_in(user).post(page, given).content.decode()


def test_a_closed_task_takes_no_report_and_keeps_no_evidence(
    user: Any, clerk: Scope, logged_in: Callable[..., Any], tmp_path: Path
) -> None:
    with work(clerk):
        task_actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=[NewTask(1, "发布", (("县民政局", ""),))])
        task = PlanTask.objects.get()
        task_actions.close(by=clerk, task=task, state="stopped")
        with pytest.raises(UsageError, match="closed"):
            task_actions.report(by=clerk, task=task, unit="县民政局", done=60, words="已印发", file=("a.pdf", b"%PDF"))
        with pytest.raises(UsageError, match="closed"):
            task_actions.add_milestone(by=clerk, task=task, title="印发", due=date(2027, 1, 1))
    assert not list(tmp_path.rglob("evidence-*"))
    for step in ("report", "milestone"):
        answer = logged_in(user).get(reverse("planning:task_step", args=[task.pk, step]), follow=True)
        assert "需要时请先恢复" in answer.content.decode()


def test_a_milestone_keeps_the_day_on_which_it_was_reached(clerk: Scope) -> None:
    with work(clerk):
        task_actions.divide(by=clerk, area_code=DAZHU, document="plan", tasks=[NewTask(1, "发布", (("县民政局", ""),))])
        step = task_actions.add_milestone(by=clerk, task=PlanTask.objects.get(), title="起草", due=date(2026, 1, 1))
        for day in (date(2026, 1, 5), date(2026, 2, 5)):
            task_actions.reach(by=clerk, milestone=step, on=day)
        step.refresh_from_db()
        assert step.done_on == date(2026, 1, 5)


def test_units_of_the_same_name_in_two_counties_are_two_units(grant: Callable[..., Any]) -> None:
    city = scope(grant("爱华", "city_officer", ancestors(DAZHU)[0]))
    with work(city):
        for area in (DAZHU, TONGCHUAN):
            task = NewTask(1, "发布", (("民政局", ""),))
            task_actions.divide(by=city, area_code=area, document=f"plan-{area}", tasks=[task])
        lines = task_page.by_unit(PlanTask.objects.all(), date(2026, 1, 1))
        assert sorted((each.name, each.leads) for each in lines) == [("大竹县：民政局", 1), ("通川区：民政局", 1)]


def test_the_totals_of_the_board_count_every_project_whatever_is_drawn(
    user: Any, clerk: Scope, logged_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_page, "SHOWN", 1)
    for title in ("甲照护楼", "乙照护楼", "丙照护楼"):
        entered(clerk, title, places=100)
    page = logged_in(user).get(reverse("planning:board")).content.decode()
    assert "另有 2 个项目未画出" in page
    assert "300" in page


def test_two_documents_of_a_province_are_not_read_at_the_same_time(clerk: Scope) -> None:
    with work(clerk):
        for name in ("一.txt", "二.txt"):
            actions.give(by=clerk, area_code=DAZHU, name=name, blocks=[f"{name}规划".encode()])
    with work(platform("test")):
        jobs = ProcrastinateJob.objects.filter(task_name="yiyang.planning.tasks.read_plan", status="todo")
        assert set(jobs.values_list("lock", flat=True)) == {"yiyang.plans.510000000000"}


def test_who_changes_an_estate_that_somebody_else_changed_meanwhile_is_told(
    user: Any, clerk: Scope, logged_in: Callable[..., Any]
) -> None:
    with work(clerk):
        estate = Estate.objects.create(area_code=DAZHU, title="竹海小区", homes=100)
    browser, page = logged_in(user), reverse("planning:estate", args=[estate.pk])
    seen_by_both = browser.get(page).content.decode()
    assert 'name="version" value="1"' in seen_by_both
    both = {"area_code": DAZHU, "title": "竹海小区", "provided_m2": "0", "version": "1"}
    assert browser.post(page, both | {"homes": "200"}).status_code == 302
    answer = browser.post(page, both | {"homes": "300"})
    assert "其他人刚刚修改了它" in answer.content.decode()
    with work(clerk):
        assert Estate.objects.get().homes == 200


def test_a_year_without_lottery_money_is_not_said_to_have_no_rule(clerk: Scope) -> None:
    words = {project_lists.met(Lottery(area_code=DAZHU, year=2024, total_fen=total, elderly_fen=0)) for total in (0, 5)}
    assert words == {"当年没有支出", "未达到"}


def test_money_asked_from_the_centre_counts_where_no_total_is_written(clerk: Scope) -> None:
    file = given(clerk)
    with work(clerk):
        row = Record.objects.filter(file=file, kind="project")[0]
    data = row.data | {"money_fen": None, "central_fen": 5_000_000}
    assert laying.new_project(file, data).money == {"central": 5_000_000, "open": 0}


@pytest.mark.parametrize(
    ("areas", "where"),
    [((511700000000, DAZHU), DAZHU), ((DAZHU, TONGCHUAN), 511700000000), ((DAZHU, DAZHU), DAZHU)],
)
def test_a_contradiction_between_two_counties_lies_with_the_city_above_both(areas: tuple[int, int], where: int) -> None:
    spots = (Spot(Place("one", 1), "甲"), Spot(Place("two", 1), "乙"))
    amounts = (Amount("1", None, ""), Amount("2", None, ""))
    found = Found("totals", "sum", spots, amounts, None, 0.9, "high", "不一致", "key")
    assert laying.finding_values(found, dict(zip(("one", "two"), areas, strict=True)))["area_code"] == where
