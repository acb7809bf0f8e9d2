"""Documents: taken in sealed, read by a worker, doubts answered once, contradictions kept with what was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from conftest import DAZHU, TONGCHUAN
from yiyang.access.scope import Scope
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.planning import file_actions as actions
from yiyang.planning import files, tasks
from yiyang.planning.models import Finding, PlanFile, PlanTask, Project, Record
from yiyang.planning.tests.town import scope

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
PLAN = """大竹县养老服务试编规划

一、项目

养老重大项目清单
	序号
	项目名称
	建设性质
	建设年限
	建设地点
	建设规模
	新增床位（张）
	总投资（万元）
	责任单位

	1
	竹阳街道照护楼
	新建
	2024
	竹阳街道
	新建床位300张
	300
	4800
	县民政局

	2
	周家镇养老服务中心
	新建
	2025
	周家镇
	新建床位200张
	200
	3200
	县民政局

	合计
	{empty}
	{empty}
	{empty}
	{empty}
	{empty}
	{total}
	8000
	{empty}

"""


def given(by: Scope, total: int = 500, name: str = "规划.txt", text: str = "") -> PlanFile:
    body = (text or PLAN.format(total=total, empty="")).encode()
    with work(by):
        made = actions.give(by=by, area_code=DAZHU, name=name, blocks=[body])
    tasks.read_plan.func(file=made.pk, request="test")
    with work(by):
        made.refresh_from_db()
    return made


def test_a_document_is_read_by_the_worker_and_lies_sealed(clerk: Scope) -> None:
    file = given(clerk)
    assert (file.state, file.counts["project"], file.title) == ("read", 2, "大竹县养老服务试编规划")
    assert "照护楼".encode() not in files.path_of(file).read_bytes()
    assert files.lines(file)[0] == "大竹县养老服务试编规划"


def test_the_same_content_twice_is_one_document(clerk: Scope) -> None:
    assert given(clerk).pk == given(clerk).pk
    with work(clerk):
        assert PlanFile.objects.count() == 1


@pytest.mark.parametrize(("name", "body"), [("plan.doc", b"x"), ("plan.txt", b"")])
def test_what_cannot_be_read_is_refused_with_what_to_do(clerk: Scope, name: str, body: bytes) -> None:
    with work(clerk), pytest.raises(UsageError):
        actions.give(by=clerk, area_code=DAZHU, name=name, blocks=[body])


def test_a_damaged_file_says_so_and_keeps_nothing(clerk: Scope) -> None:
    with work(clerk):
        made = actions.give(by=clerk, area_code=DAZHU, name="坏.docx", blocks=[b"PK\x03\x04 no zip"])
    tasks.read_plan.func(file=made.pk, request="test")
    with work(clerk):
        made.refresh_from_db()
        assert made.state == "failed"
        assert made.problem
        assert not Record.objects.exists()


def test_a_total_that_does_not_fit_is_found_with_both_figures(clerk: Scope) -> None:
    given(clerk, total=550)
    with work(clerk):
        found = Finding.objects.get(check_name="totals")
        assert {each["value"] for each in found.figures} == {"550", "500"}
        assert found.area_code == DAZHU


def test_what_agrees_gives_no_finding(clerk: Scope) -> None:
    given(clerk)
    with work(clerk):
        assert not Finding.objects.filter(check_name="totals").exists()


def test_a_dismissed_finding_stays_dismissed_when_read_again(clerk: Scope) -> None:
    file = given(clerk, total=550)
    with work(clerk):
        found = Finding.objects.get(check_name="totals")
        with pytest.raises(UsageError, match="reason"):
            actions.decide(by=clerk, finding=found, state="dismissed")
        actions.decide(by=clerk, finding=found, state="dismissed", reason="合计含在建项目")
        actions.again(by=clerk, file=file)
    tasks.read_plan.func(file=file.pk, request="test")
    with work(clerk):
        found.refresh_from_db()
        assert (found.state, found.reason, found.is_gone) == ("dismissed", "合计含在建项目", False)


def test_a_mended_edition_steps_in_and_its_finding_is_gone(clerk: Scope) -> None:
    old, new = given(clerk, total=550), given(clerk, total=500)
    with work(clerk):
        old.refresh_from_db()
        assert (old.is_current, new.is_current) == (False, True)
        assert old.slug == new.slug
        assert Finding.objects.get(check_name="totals").is_gone


def test_two_documents_that_only_share_a_tables_caption_are_no_editions_of_one(clerk: Scope) -> None:
    table = PLAN.format(total=500, empty="").partition("一、项目")[2]
    one, two = given(clerk, text=table, name="甲.txt"), given(clerk, text=table.replace("3200", "3300"), name="乙.txt")
    with work(clerk):
        one.refresh_from_db()
        assert (one.is_current, two.is_current) == (True, True)


def test_a_correction_is_remembered_when_read_again(clerk: Scope) -> None:
    file = given(clerk)
    with work(clerk):
        row = Record.objects.get(file=file, kind="project", number=1)
        actions.correct(by=clerk, file=file, key=row.key, field="places", value="310")
        assert Record.objects.get(file=file, kind="project", number=1).data["places"] == 310
        actions.again(by=clerk, file=file)
    tasks.read_plan.func(file=file.pk, request="test")
    with work(clerk):
        assert Record.objects.get(file=file, kind="project", number=1).data["places"] == 310


def test_a_correction_that_was_wrong_is_taken_back_and_read_as_before(clerk: Scope) -> None:
    file = given(clerk)
    with work(clerk):
        row = Record.objects.get(file=file, kind="project", number=1)
        actions.correct(by=clerk, file=file, key=row.key, field="places", value="31")
        actions.withdraw(by=clerk, file=file, key=row.key, field="places")
        assert Record.objects.get(file=file, kind="project", number=1).data["places"] == 300


def test_a_value_that_a_field_cannot_have_is_refused_and_nothing_is_kept(clerk: Scope) -> None:
    file = given(clerk)
    with work(clerk):
        row = Record.objects.get(file=file, kind="project", number=1)
        with pytest.raises(UsageError):
            actions.correct(by=clerk, file=file, key=row.key, field="places", value="很多")
    tasks.read_plan.func(file=file.pk, request="test")
    with work(clerk):
        assert Record.objects.get(file=file, kind="project", number=1).data["places"] == 300


def test_its_projects_are_taken_over_once(clerk: Scope) -> None:
    file = given(clerk)
    with work(clerk):
        assert actions.take_projects(by=clerk, file=file) == (2, 0)
        assert actions.take_projects(by=clerk, file=file) == (0, 2)
        found = Project.objects.get(title="周家镇养老服务中心")
        assert (found.places, found.year, found.department) == (200, 2025, "civil_affairs")
        assert sum(found.money.values_list("planned_fen", flat=True)) == 3_200_000_000


def test_its_tasks_are_taken_over_with_their_units(clerk: Scope) -> None:
    text = """大竹县重点任务分工方案

任务分工表
	序号
	任务
	责任单位

	1
	发布基本养老服务清单。
	县民政局牵头，县财政局配合

	2
	开展老年人能力评估。
	县民政局、县卫生健康局

"""
    file = given(clerk, text=text, name="分工.txt")
    with work(clerk):
        assert actions.take_tasks(by=clerk, file=file) == (2, 0)
        one = PlanTask.objects.get(number=1)
        assert [(each.name, each.is_lead) for each in one.units.all()] == [("县民政局", True), ("县财政局", False)]


def test_another_county_sees_neither_document_nor_finding(clerk: Scope, grant: Callable[..., Any]) -> None:
    file = given(clerk, total=550)
    other = scope(grant("保国", "county_officer", TONGCHUAN))
    with work(other):
        assert not PlanFile.objects.exists()
        assert not Record.objects.exists()
        assert not Finding.objects.exists()
        with pytest.raises(PermissionDenied):
            actions.again(by=other, file=file)
