"""Questions of the platform: reckoned by the worker, kept, stopped, asked again; sites that become projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import DAZHU
from yiyang.access.scope import Scope, platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.planning.models import Project
from yiyang.planning.tests.town import entered
from yiyang.reach import asking, files
from yiyang.reach.asking import Asked
from yiyang.reach.models import Given, Reckoning, Site, Spot
from yiyang.reach.tests.town import answered, circle, scope, siting

pytestmark = pytest.mark.django_db
POINTS = "区划代码,名称,经度,纬度,城镇,60岁以上\n511724001001,东柳社区,107.20,30.73,是,900\n"
HOMES = "编号,名称,类别,经度,纬度,容量\n1,东柳日间照料,日间照料中心,107.201,30.731,20\n"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """Files of this test lie in a folder of its own."""
    settings.DATA = tmp_path


@pytest.fixture
def officer(grant: Callable[..., Any]) -> Scope:
    """爱华 answers for the county."""
    return scope(grant("爱华", "county_officer", DAZHU))


def test_a_circle_is_reckoned_and_its_points_are_kept(officer: Scope) -> None:
    found = circle(officer)
    assert found.state == "ready", found.problems
    assert found.made_up == ["roads", "points", "facilities"]
    with work(officer):
        rows = Spot.objects.filter(reckoning=found)
        assert rows.count() > 300
        assert {row.is_covered for row in rows} == {True, False}
        assert all(row.is_covered == (row.minutes is not None and row.minutes <= row.allowed + 0.1) for row in rows)


def test_the_same_question_about_the_same_data_is_not_reckoned_again(officer: Scope) -> None:
    first = circle(officer)
    with work(officer):
        there, is_new = asking.order_circle(by=officer, area_code=DAZHU)
        assert (there.pk, is_new) == (first.pk, False)
        files.give(by=officer, area_code=DAZHU, kind="facilities", name="f.csv", blocks=[HOMES.encode()])
        other, is_new = asking.order_circle(by=officer, area_code=DAZHU)
        assert is_new
        assert other.pk != first.pk


def test_given_files_are_reckoned_with_and_nothing_is_called_made_up_that_was_given(officer: Scope) -> None:
    with work(officer):
        files.give(by=officer, area_code=DAZHU, kind="points", name="点.csv", blocks=[POINTS.encode()])
        files.give(by=officer, area_code=DAZHU, kind="facilities", name="f.csv", blocks=[HOMES.encode()])
    found = circle(officer)
    assert found.made_up == ["roads"], found.problems
    with work(officer):
        assert Spot.objects.get(reckoning=found).nearest == "东柳日间照料"


def test_bad_rows_are_named_and_nothing_is_kept(officer: Scope) -> None:
    bad = POINTS + "511724001002,西街,30.7,107.2,是,x\n"
    with work(officer), pytest.raises(UsageError) as caught:
        files.give(by=officer, area_code=DAZHU, kind="points", name="p.csv", blocks=[bad.encode()])
    assert any("第 3 行" in zh for zh, _ in caught.value.problems)
    with work(officer):
        assert not Given.objects.exists()


def test_a_new_file_takes_the_old_ones_place_and_the_same_one_changes_nothing(officer: Scope) -> None:
    with work(officer):
        first = files.give(by=officer, area_code=DAZHU, kind="facilities", name="f.csv", blocks=[HOMES.encode()])
        same = files.give(by=officer, area_code=DAZHU, kind="facilities", name="f.csv", blocks=[HOMES.encode()])
        assert same.pk == first.pk
        more = HOMES + "2,西街助餐点,老年助餐点,107.21,30.74,50\n"
        second = files.give(by=officer, area_code=DAZHU, kind="facilities", name="g.csv", blocks=[more.encode()])
        assert files.in_use(DAZHU + 1000)["facilities"].pk == second.pk
        files.drop(by=officer, given=second)
        assert not files.in_use(DAZHU)


def test_the_ten_best_sites_are_proved(officer: Scope) -> None:
    found = siting(officer)
    assert (found.state, found.result["status"]) == ("ready", "optimal"), found.problems
    assert found.result["objective"] == found.result["bound"]
    with work(officer):
        rows = list(Site.objects.filter(reckoning=found))
    assert len(rows) == 10
    assert sum(row.adds for row in rows) == found.result["objective"]


def test_projects_of_the_plan_are_kept_or_questioned(officer: Scope) -> None:
    entered(officer, "观音镇日间照料中心", place="观音镇", places=20)
    kept, doubted = siting(officer, keeps="keep"), siting(officer, keeps="question")
    assert kept.result["planned"] == doubted.result["planned"] == 1
    assert doubted.result["question"]["plan_objective"] == kept.result["objective"]
    with work(officer):
        assert [row.name for row in Site.objects.filter(reckoning=kept, is_planned=True)] == ["观音镇日间照料中心"]
        fates = dict(Site.objects.filter(reckoning=doubted).values_list("is_planned", "fate").distinct())
    assert fates[False] == "new"
    assert fates[True] in ("kept", "dropped")
    assert doubted.result["question"]["zh"]


def test_projects_keep_their_own_year_size_and_money_or_are_questioned(officer: Scope) -> None:
    words = {"money": {"central": 9 * 10**8}, "places": 60}
    entered(officer, "观音镇区域性养老服务中心", place="观音镇", to_year=2028, **words)
    entered(officer, "大竹县区域性养老服务中心", to_year=2027, **words)
    entered(officer, "大竹县老年专科医院", to_year=2027, **words)
    entered(officer, "大竹县失能照护楼", to_year=2040, **words)
    asked: dict[str, Any] = {"kind": "regional_home", "count": None, "years": 2, "first_year": 2027}
    kept = siting(officer, keeps="keep", **asked)
    assert kept.state == "ready", kept.problems
    assert kept.result["budget"] == [9_000_000, 9_000_000]
    with work(officer):
        rows = list(Site.objects.filter(reckoning=kept).order_by("year").values_list("name", "year", "places", "yuan"))
    homes = ("大竹县区域性养老服务中心", "观音镇区域性养老服务中心")
    assert rows == [(homes[0], 2027, 60, 9_000_000), (homes[1], 2028, 60, 9_000_000)]
    left_out = {each["why"]: each["titles"] for each in kept.result["left_out"]}
    assert left_out == {"从名称看不出类别": ["大竹县老年专科医院"], "规划期以后才完工": ["大竹县失能照护楼"]}
    doubted = siting(officer, keeps="question", **asked)
    assert doubted.result["question"]["plan_served"] == kept.result["served"]
    assert sum(doubted.result["served"]) >= sum(kept.result["served"])


def test_kept_projects_beyond_the_money_say_what_to_do(officer: Scope) -> None:
    entered(officer, "观音镇区域性养老服务中心", place="观音镇", to_year=2027, money={"central": 9 * 10**8}, places=60)
    found = siting(officer, kind="regional_home", count=None, by_year=(1_000_000,), first_year=2027, keeps="keep")
    assert found.state == "failed"
    assert "请增加预算" in found.problems[0]["zh"]


def test_building_over_years_keeps_each_years_money(officer: Scope) -> None:
    money = (6_000_000, 6_000_000)
    found = siting(officer, kind="regional_home", count=None, by_year=money, first_year=2027)
    assert found.state == "ready", found.problems
    with work(officer):
        rows = list(Site.objects.filter(reckoning=found))
    assert rows
    assert sum(row.yuan for row in rows if row.year == 2027) <= money[0]
    assert sum(row.yuan for row in rows) <= sum(money)


def test_a_question_that_is_not_right_says_why(officer: Scope) -> None:
    with work(officer), pytest.raises(UsageError) as caught:
        asking.order_siting(by=officer, area_code=DAZHU, asked=Asked("day_care", size=9, group="cats"))
    assert len(caught.value.problems) == 3


def test_one_that_is_stopped_goes_on_when_asked(officer: Scope) -> None:
    with work(officer):
        found, _ = asking.order_siting(by=officer, area_code=DAZHU, asked=Asked("day_care", count=5))
        asking.stop(by=officer, reckoning=found)
    assert answered(found).state == "stopped"
    with work(officer):
        asking.again(by=officer, reckoning=found)
    assert answered(found).state == "ready"


def test_a_running_search_ends_with_the_best_so_far(officer: Scope) -> None:
    with work(officer):
        found, _ = asking.order_siting(by=officer, area_code=DAZHU, asked=Asked("day_care", count=5))
    with work(platform("test")):
        Reckoning.objects.filter(pk=found.pk).update(state="running", is_stopping=True)
    found = answered(found)
    # So small a question may be proved before anybody looks whether to stop.
    assert found.state in ("stopped", "ready")
    with work(officer):
        assert Site.objects.filter(reckoning=found).count() == 5


def test_a_suggested_site_becomes_one_project(officer: Scope) -> None:
    found = siting(officer, count=3)
    with work(officer):
        site = Site.objects.filter(reckoning=found).select_related("reckoning")[0]
        made = asking.make_project(by=officer, site=site)
        assert asking.make_project(by=officer, site=site).pk == made.pk
        project = Project.objects.get(pk=made.pk)
    assert (project.stage, project.origin, project.places) == ("proposed", "siting", 20)
    assert project.longitude is None


def test_whoever_may_not_keep_projects_makes_none(officer: Scope, grant: Callable[..., Any]) -> None:
    from django.core.exceptions import PermissionDenied

    found = siting(officer, count=1)
    head = scope(grant("保国", "bureau_head", DAZHU))
    with work(head):
        site = Site.objects.select_related("reckoning").get(reckoning=found)
        with pytest.raises(PermissionDenied):
            asking.make_project(by=head, site=site)
