"""Where the plan's projects lie, and how the need grows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from yiyang.base.errors import UsageError
from yiyang.reach import growth
from yiyang.reach.network.made_places import made_up_points
from yiyang.reach.planned import NO_KIND, NO_PLACE, Stated, kind_in, placed
from yiyang.reach.policy import load_reach

XUANHAN, DAZHOU = 511722_000_000, 511700_000_000
HOME = Stated("1", "宣汉县渡口区域养老服务中心", "regional_home", XUANHAN, "宣汉县", 200, 32_000_000, 2027, False)


def test_a_project_lies_in_the_town_that_its_name_speaks_of() -> None:
    points = made_up_points(XUANHAN)
    found = placed([HOME], points, "regional_home")
    row = int(np.flatnonzero((points.lon == found.where.lon[0]) & (points.lat == found.where.lat[0]))[0])
    town = points.code // 1000 * 1000 == points.code[row] // 1000 * 1000
    assert points.people["elders"][row] == points.people["elders"][town].max()
    assert found.where.made_up.tolist() == [True]


def test_a_project_whose_town_nobody_names_lies_in_its_county_and_is_marked() -> None:
    found = placed([replace(HOME, title="宣汉县失能老人照护中心")], made_up_points(XUANHAN), "regional_home")
    assert (len(found), found.where.made_up.tolist(), dict(found.left_out)) == (1, [True], {})


def test_what_cannot_be_counted_is_told_and_not_dropped_silently() -> None:
    city = replace(HOME, id="2", title="达州市老年养护院", area=DAZHOU, place="莲花湖片区")
    hospital = replace(HOME, id="3", title="老年专科医院", kind="")
    dining = replace(HOME, id="4", title="助餐点", kind="dining")
    found = placed([HOME, city, hospital, dining], made_up_points(DAZHOU), "regional_home")
    assert found.where.name == [HOME.title]
    assert found.left_out == {NO_KIND: ["老年专科医院"], NO_PLACE: ["达州市老年养护院"]}


def test_given_degrees_are_used_as_they_are() -> None:
    found = placed([replace(HOME, lon=107.7, lat=31.3)], made_up_points(XUANHAN))
    assert (found.where.lon[0], found.where.lat[0], found.where.made_up[0]) == (107.7, 31.3, False)


def test_a_project_of_which_little_is_said_is_as_the_smallest_size() -> None:
    kind = load_reach().kinds["regional_home"]
    said = placed([replace(HOME, places=0, yuan=0), replace(HOME, id="2", yuan=0)], made_up_points(XUANHAN))
    found = said.completed(kind)
    assert found.where.capacity.tolist() == [kind.sizes[0].places, 200]
    assert found.yuan.tolist() == [kind.sizes[0].yuan, 20_000_000]
    assert kind.cost_of(400) == 40_000_000


def test_names_say_what_is_built() -> None:
    titles = (
        "达川区失能失智老年养护中心",
        "大竹县失能老人照护楼",
        "通川区社区养老服务综合体（2个打包）",
        "老年专科医院",
    )
    assert [kind_in(title) for title in titles] == ["regional_home", "regional_home", "complex", ""]


def test_people_of_each_group_grow_as_their_county_does() -> None:
    points = made_up_points(XUANHAN)
    found = growth.forecast(points, (2026, 2030))
    assert (found.counted, found.without) == (2020, ())
    assert (found.factor["very_old"][:, 1] > found.factor["elders"][:, 1]).all()
    assert (found.factor["elders"][:, 1] > found.factor["elders"][:, 0]).all()
    given = growth.forecast(points, (2026, 2030), counted=2026)
    assert (given.factor["elders"][:, 0] == 1).all()
    still = growth.constant(points, (2026, 2030))
    assert still.of("elders", points.people["elders"])[:, 1].tolist() == points.people["elders"].tolist()


def test_years_beyond_the_forecast_are_refused() -> None:
    with pytest.raises(UsageError, match=r"2\d\d\d"):
        growth.forecast(made_up_points(XUANHAN), (2080,))
