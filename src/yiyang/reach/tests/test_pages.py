"""Pages of the room: each answers, says what is there, and does what its buttons say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conftest import DAZHU
from yiyang.access.scope import Scope
from yiyang.accounts.tests.places import DAZHOU, ZHUYANG
from yiyang.audit.record import work
from yiyang.planning.models import Project
from yiyang.planning.tests.town import entered
from yiyang.reach.models import Given, Reckoning
from yiyang.reach.tests.test_reckoning import HOMES
from yiyang.reach.tests.town import answered, circle, scope, siting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """Files of this test lie in a folder of its own."""
    settings.DATA = tmp_path
    settings.SECOND_FACTOR = False


@pytest.fixture
def user(grant: Callable[..., Any]) -> Any:
    """爱华 answers for the county."""
    return grant("爱华", "county_officer", DAZHU)


@pytest.fixture
def officer(user: Any) -> Scope:
    return scope(user)


@pytest.fixture
def browser(user: Any, logged_in: Callable[..., Any]) -> Any:
    return logged_in(user)


def text_of(browser: Any, name: str, *args: Any, **query: Any) -> str:
    answer = browser.get(reverse(f"reach:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return str(answer.content.decode())


@pytest.mark.parametrize("name", ["circle", "sitings", "inputs"])
def test_with_nothing_there_a_page_says_what_will_stand_on_it(browser: Any, name: str) -> None:
    assert "还没有" in text_of(browser, name)


def test_a_circle_is_ordered_watched_and_read(browser: Any, officer: Scope) -> None:
    browser.post(reverse("reach:order"), {"area": DAZHU, "kind": ""})
    assert "可以离开本页" in text_of(browser, "circle")
    with work(officer):
        found = Reckoning.objects.get()
    assert "排队中" in text_of(browser, "progress", found.pk)
    answered(found)
    page = text_of(browser, "circle")
    assert "为虚拟" in page
    assert "每千名老年人可及" in page
    assert "竹阳街道" in page
    assert page.count("<circle") > 300
    there = browser.post(reverse("reach:order"), {"area": DAZHU, "kind": ""}, follow=True)
    assert "直接使用已有的结果" in there.content.decode()


def test_gaps_are_sorted_filtered_and_taken_along(browser: Any, officer: Scope) -> None:
    circle(officer)
    page = text_of(browser, "circle", area=DAZHU, urban="no", sort="elders")
    assert f'type="hidden" name="area" value="{DAZHU}"' in page
    for form, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = browser.get(reverse("reach:gaps", args=[form]), {"area": DAZHU})
        assert answer.content.startswith(begin)


def test_a_town_reads_its_part_of_the_countys_circle(
    officer: Scope, grant: Callable[..., Any], logged_in: Callable[..., Any]
) -> None:
    circle(officer)
    browser = logged_in(grant("保国", "township_clerk", ZHUYANG))
    page = text_of(browser, "circle")
    assert "取自大竹县的测算" in page
    assert "乌木镇" not in page
    assert browser.get(reverse("reach:circle"), {"area": DAZHU}).status_code == 404
    assert browser.get(reverse("reach:sitings")).status_code == 403


def test_where_to_build_is_asked_proved_and_made_a_project(browser: Any, officer: Scope) -> None:
    form = {"area_code": DAZHU, "kind": "day_care", "count": 10, "group": "elders", "keeps": "keep", "seconds": 30}
    answer = browser.post(reverse("reach:new_siting"), form)
    with work(officer):
        found = Reckoning.objects.get()
    assert answer.url == reverse("reach:siting", args=[found.pk])
    assert "停止，用目前最好的" in text_of(browser, "siting", found.pk)
    answered(found)
    page = text_of(browser, "siting", found.pk)
    assert "已证明最优" in page
    assert page.count("转为项目：") == 10
    browser.post(reverse("reach:make_project", args=[found.pk, 1]))
    with work(officer):
        project = Project.objects.get()
    assert (project.stage, project.origin) == ("proposed", "siting")
    assert reverse("planning:project", args=[project.pk]) in text_of(browser, "siting", found.pk)


def test_scenarios_stand_side_by_side(browser: Any, officer: Scope) -> None:
    siting(officer, count=3)
    other = siting(officer, kind="mutual_aid", count=3)
    page = text_of(browser, "siting", other.pk)
    assert "与其他方案比较" in page
    assert "大竹县日间照料中心 3 处" in page


def test_years_and_money_are_asked_for_as_one_types_them(browser: Any, officer: Scope) -> None:
    form = {"area_code": DAZHU, "kind": "regional_home", "by_year": "600，600", "group": "elders", "keeps": "leave"}
    browser.post(reverse("reach:new_siting"), form | {"seconds": 20, "first_year": 2027})
    with work(officer):
        found = Reckoning.objects.get()
    assert found.question["by_year"] == [6_000_000, 6_000_000]
    page = text_of(browser, "siting", answered(found).pk)
    assert "2027—2028" in page
    assert "600、600 万元" in page
    assert "随人口预测增长" in text_of(browser, "siting", found.pk) or "各年不变" in page
    little = browser.post(reverse("reach:new_siting"), form | {"by_year": "1,1", "seconds": 20}).content.decode()
    assert "请增加预算" in little
    none = browser.post(reverse("reach:new_siting"), form | {"by_year": "", "years": 2, "seconds": 20}).content.decode()
    assert "不计规划项目时，请填各年预算" in none
    wrong = browser.post(reverse("reach:new_siting"), form | {"by_year": "many", "seconds": 20}).content.decode()
    assert "用逗号分开" in wrong
    zero = browser.post(reverse("reach:new_siting"), form | {"by_year": "0,0", "seconds": 20}).content.decode()
    assert "什么也建不了" in zero
    again = text_of(browser, "new_siting", like=f"{found.pk}")
    assert 'value="600,600"' in again
    assert '<option value="regional_home" selected>' in again


def test_projects_that_stand_already_are_told_and_two_questions_have_two_titles(browser: Any, officer: Scope) -> None:
    built = entered(officer, "周家镇日间照料中心", places=20)
    entered(officer, "石河镇日间照料中心", places=20)
    with work(officer):
        Project.objects.filter(pk=built.pk).update(stage="operating")
    found = siting(officer, count=3, budget=10_000_000)
    assert found.title == "大竹县日间照料中心 最多 3 处、1,000 万元"
    page = text_of(browser, "siting", found.pk)
    assert "1 个已移交或运营，算作现有设施" in page
    assert "周家镇日间照料中心" in page


def test_a_file_is_given_and_taken_out_of_use(browser: Any, officer: Scope) -> None:
    there = reverse("reach:inputs")
    for content, said in ((b"lon,lat\nx,30\n", "应为数字"), (HOMES.encode(), "已保存")):
        body = SimpleUploadedFile("设施.csv", content)
        answer = browser.post(there, {"area_code": DAZHU, "kind": "facilities", "file": body}, follow=True)
        assert said in answer.content.decode()
    with work(officer):
        given = Given.objects.get()
    browser.post(reverse("reach:drop_input", args=[given.pk]))
    with work(officer):
        given.refresh_from_db()
        assert not given.is_current


def test_the_city_is_reckoned_by_county(grant: Callable[..., Any], logged_in: Callable[..., Any]) -> None:
    head = grant("春兰", "city_officer", DAZHOU)
    circle(scope(head), DAZHOU, "day_care")
    page = text_of(logged_in(head), "circle", kind="day_care")
    assert "大竹县" in page
    assert "宣汉县" in page
