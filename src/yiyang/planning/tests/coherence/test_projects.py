"""A project against itself, its section, its neighbours and its county."""

from __future__ import annotations

import pytest

from yiyang.planning.records import Project
from yiyang.planning.tests.coherence.made import CITY, DAZHU, KAIJIANG, QUXIAN, XUANHAN, found, kinds, plan, project

ZONE = 511771000000


def one(made: Project) -> list[tuple[str, str]]:
    return kinds(plan(projects=[made]))


@pytest.mark.parametrize(
    "description",
    ["建设50个托位。", "总建筑面积3000平方米，新增托位50个。"],
)
def test_places_of_the_column_against_the_description(description: str) -> None:
    assert one(project(kind="childcare", places=50, description=description)) == []
    assert one(project(kind="childcare", places=150, description=description)) == [("descriptions", "places")]


def test_so_many_of_so_many_each_is_a_range() -> None:
    said = "以每个机构60个托位为基础，争取建设3-5个托育机构。"
    assert one(project(kind="childcare", places=200, description=said)) == []
    assert one(project(kind="childcare", places=360, description=said)) == [("descriptions", "range")]


def test_several_packed_in_one_are_counted_by_their_towns() -> None:
    said = "竹阳街道、东柳街道建设综合体，完善日托、助餐等功能。"
    assert one(project(name="综合体项目（2个打包）", description=said)) == []
    assert one(project(name="综合体项目（3个打包）", description=said)) == [("headings", "packed")]
    assert one(project(name="综合体项目（3个打包）", description=said.replace("建设", "等建设", 1))) == []


def test_the_year_of_a_row_lies_in_its_section() -> None:
    assert one(project(year=2023, section=2023)) == []
    assert one(project(year=2021, to_year=2023, section=2022)) == []
    (told,) = found(plan(projects=[project(year=2022, section=2023)]))
    assert [each.text for each in told.figures] == ["2023年", "2022年"]


def test_the_same_thing_listed_twice_is_told() -> None:
    said = "东乡街道解放社区建成80个托位。"
    first = project(1, "某某幼儿园托育项目", county=XUANHAN, kind="childcare", places=80, wan=300, description=said)
    again = project(
        2, "东乡街道解放社区托育项目", county=XUANHAN, kind="childcare", places=80, wan=300, description=said
    )
    assert kinds(plan(projects=[first, again])) == [("duplicates", "project")]


def test_phases_and_neighbours_of_equal_size_are_no_duplicates() -> None:
    said = "{}建设60个托位。"
    rows = [
        project(1, "医养中心托育项目一期", kind="childcare", places=60, description=said.format("石河镇")),
        project(2, "医养中心托育项目二期", kind="childcare", places=60, description=said.format("石河镇")),
        project(3, "周家镇托育项目", kind="childcare", places=60, description=said.format("周家镇")),
        project(4, "庙坝镇托育项目", kind="childcare", places=60, description=said.format("庙坝镇")),
    ]
    assert kinds(plan(projects=rows)) == []


def test_a_town_of_another_county_is_told() -> None:
    said = "长岭镇新建床位200张。"
    assert one(project(county=KAIJIANG, description=said)) == []
    (told,) = found(plan(projects=[project(county=DAZHU, description=said)]))
    assert (told.check, told.kind) == ("places", "town")
    assert "开江县" in told.figures[0].text


def test_a_name_that_two_counties_share_or_that_people_shorten_is_silent() -> None:
    assert one(project(county=QUXIAN, place="渠县", description="清溪镇建设200张床位。")) == []
    assert one(project(county=CITY, description="长岭镇新建床位200张。")) == []


def test_towns_of_a_zone_are_told_only_where_two_of_them_contradict_each_other() -> None:
    zone = {"county": DAZHU, "unit": "达州高新技术产业园区管理委员会"}
    made = project(place="达州高新区斌郎街道", description="长岭镇新建床位200张。", **zone)  # type: ignore[arg-type]
    from dataclasses import replace

    made = replace(made, county=ZONE, county_name="达州高新区")
    assert ("places", "town") in one(made)
    assert one(replace(made, place="达州高新区")) == []


def test_place_and_responsible_unit_of_two_counties_are_told() -> None:
    assert one(project(place="大竹县", unit="大竹县人民政府")) == []
    assert one(project(place="大竹县", unit="渠县人民政府")) == [("places", "unit")]
    (told,) = found(plan(projects=[project(place="达川区", unit="达州东部经开区", county=CITY)]))
    assert told.sure <= 0.5


def test_a_price_far_from_the_usual_is_a_hint_and_no_contradiction() -> None:
    rows = [project(at, f"第{at}个项目", places=100, wan=1600) for at in range(1, 12)]
    dear = project(12, "医院项目", places=100, wan=16000)
    assert found(plan(projects=[*rows, dear])) == []
    assert [each.check for each in found(plan(projects=[*rows, dear]), hints=True)] == ["prices"]


def test_central_money_of_another_rate_than_all_others_is_a_hint() -> None:
    rows = [project(at, f"第{at}个项目", places=100 + at, wan=1600, central_wan=100 + at) for at in range(1, 12)]
    other = project(12, "另一个项目", places=300, wan=4800, central_wan=150)
    assert [each.kind for each in found(plan(projects=[*rows, other]), hints=True)] == ["grant"]
