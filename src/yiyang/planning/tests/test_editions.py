"""A document whose tasks and projects are there under another name is told, decided once, and never doubled."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from conftest import DAZHU
from yiyang.access.scope import Scope
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.planning import editions, file_actions, task_actions
from yiyang.planning.models import PlanFile, PlanTask, Project
from yiyang.planning.sameness import same_title, twins
from yiyang.planning.task_actions import NewTask
from yiyang.planning.tests.town import entered, scope

pytestmark = pytest.mark.django_db
TITLES = ("发布服务清单", "开展能力评估", "建设养老院", "培训护理员", "开展月探访", "建设老年食堂")
TITLE = "大竹县基本养老服务重点任务清单"


@pytest.fixture
def user(grant: Any, settings: Any) -> Any:
    """爱华, who keeps the county's plans."""
    settings.SECOND_FACTOR = False
    return grant("爱华", "county_officer", DAZHU)


@pytest.fixture
def clerk(user: Any) -> Scope:
    """What she may."""
    return scope(user)


def given(by: Scope, title: str, titles: tuple[str, ...] = TITLES) -> PlanFile:
    """A document that divides tasks, read."""
    rows = [("序号", "任务", "责任单位"), *((f"{n}", each, "县民政局") for n, each in enumerate(titles, 1))]
    table = "".join("".join(f"\t{cell}\n" for cell in row) + "\n" for row in rows)
    with work(by):
        made = file_actions.give(
            by=by, area_code=DAZHU, name="a.txt", blocks=[f"{title}\n\n任务分工\n{table}\n".encode()]
        )
    with work(by):
        return file_actions.read_file(by=by, file=made)


def divided(by: Scope, document: str = "dazhou_24_tasks", titles: tuple[str, ...] = TITLES) -> None:
    """Tasks that came with the platform, one of them reported on."""
    tasks = [NewTask(n, each, (("县民政局", "civil_affairs"),)) for n, each in enumerate(titles, 1)]
    with work(by):
        task_actions.divide(by=by, area_code=DAZHU, document=document, tasks=tasks)
        first = PlanTask.objects.get(document=document, number=1)
        task_actions.report(by=by, task=first, unit="县民政局", done=60, words="已印发")


def before(by: Scope, file: PlanFile) -> list[editions.Before]:
    """What a file seems to be."""
    with work(by):
        return editions.before(file)


def test_titles_are_one_whatever_they_came_with_but_not_of_other_years() -> None:
    assert same_title("关于印发《大竹县养老规划》的通知", "大竹县养老规划（征求意见稿）")
    assert not same_title("大竹县“十四五”养老规划", "大竹县“十五五”养老规划")
    assert not same_title("大竹县养老规划", "大竹县托育规划")


def test_rows_find_their_twin_by_number_or_name_and_each_once() -> None:
    old = {7: ("elderly", 1, "周家镇区域养老服务中心"), 8: ("elderly", 2, "石河镇敬老院改造")}
    new = [
        ("elderly", 1, "周家镇区域性养老服务中心项目"),
        ("elderly", None, "石河镇敬老院改造"),
        ("childcare", 1, "石河"),
    ]
    assert twins(new, old) == {0: 7, 1: 8}


def test_the_document_that_came_with_the_platform_is_recognised_by_its_rows(clerk: Scope) -> None:
    divided(clerk)
    file = given(clerk, "大竹县养老工作台账")
    [found] = before(clerk, file)
    assert (found.slug, found.why) == ("dazhou_24_tasks", "6 个任务中 6 个相同")


def test_nothing_is_taken_over_before_it_is_decided_and_then_nothing_is_doubled(clerk: Scope) -> None:
    divided(clerk)
    file = given(clerk, "大竹县养老工作台账")
    with work(clerk), pytest.raises(UsageError):
        file_actions.take_tasks(by=clerk, file=file)
    with work(clerk):
        assert editions.take_place(by=clerk, file=file, slug="dazhou_24_tasks") == (6, 0)
        assert file_actions.take_tasks(by=clerk, file=file) == (0, 6)
        assert PlanTask.objects.count() == 6
        assert PlanTask.objects.get(document=file.slug, number=1).done == 60


def test_another_document_is_kept_apart_and_not_asked_about_again(clerk: Scope) -> None:
    divided(clerk)
    file = given(clerk, "大竹县养老工作台账")
    with work(clerk):
        editions.keep_apart(by=clerk, file=file, slug="dazhou_24_tasks")
        assert file_actions.take_tasks(by=clerk, file=file) == (6, 0)
    assert before(clerk, file) == []


def test_what_the_new_edition_lacks_stays_and_is_told(clerk: Scope) -> None:
    first = given(clerk, TITLE)
    with work(clerk):
        file_actions.take_tasks(by=clerk, file=first)
    file = given(clerk, f"关于印发《{TITLE}》的通知", TITLES[:5])
    assert [each.why for each in before(clerk, file)] == ["标题相同"]
    with work(clerk):
        assert editions.take_place(by=clerk, file=file, slug=first.slug) == (6, 1)
        assert PlanTask.objects.filter(document=file.slug).count() == 6
        assert not PlanFile.objects.get(pk=first.pk).is_current
        assert [each.number for each in editions.lacking(file)] == [6]
        assert editions.lacking(PlanFile.objects.get(pk=first.pk)) == []


def test_projects_go_on_under_another_name(clerk: Scope) -> None:
    names = [f"{place}镇区域养老服务中心" for place in ("周家", "石河", "观音", "清水", "庙坝")]
    for number, name in enumerate(names, 1):
        entered(clerk, name, sources=({"document": "dazhu_plan_14th", "key": f"e-{number}", "number": number},))
    head = ("序号", "项目名称", "建设性质", "建设年限", "建设地点", "床位", "总投资（万元）", "实施单位")
    rows = [
        head,
        *(
            (f"{n}", f"{name}项目", "新建", "2024", "大竹县", "100", "500", "县民政局")
            for n, name in enumerate(names, 1)
        ),
    ]
    table = "".join("".join(f"\t{cell}\n" for cell in row) + "\n" for row in rows)
    with work(clerk):
        made = file_actions.give(
            by=clerk, area_code=DAZHU, name="b.txt", blocks=[f"大竹县项目册\n\n养老项目清单\n{table}\n".encode()]
        )
    with work(clerk):
        file = file_actions.read_file(by=clerk, file=made)
        assert editions.take_place(by=clerk, file=file, slug="dazhu_plan_14th") == (5, 0)
        assert file_actions.take_projects(by=clerk, file=file) == (0, 5)
        assert Project.objects.count() == 5


def test_the_page_asks_whether_it_is_a_new_edition(clerk: Scope, user: Any, logged_in: Any) -> None:
    divided(clerk)
    file = given(clerk, "大竹县养老工作台账")
    browser = logged_in(user)
    address = reverse("planning:document", args=[file.pk])
    assert "是新版，沿用" in browser.get(address).content.decode()
    answer = browser.post(
        reverse("planning:act", args=[file.pk, "edition"]), {"before": "dazhou_24_tasks"}, follow=True
    )
    assert "原有 6 个任务、项目沿用办理情况" in answer.content.decode()
    assert "是新版，沿用" not in browser.get(address).content.decode()
