"""Whoever plans reads how many elders there will be, changes what is assumed, and asks how good it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]


def test_the_county_officer_sees_2035_and_what_it_rests_on(walk: Walk) -> None:
    walker = walk("xian")
    walker.go("/")
    walker.page.locator("#rail").get_by_role("link", name="人口预测", exact=True).click()
    assert walker.heading == "人口预测：大竹县"
    assert walker.page.locator("figure.chart svg polygon.band").count() >= 6
    assert walker.says("文件中的预测")
    assert walker.says("本平台在册")
    walker.shoot("forecast")
    walker.page.get_by_role("link", name="预测有多准").click()
    assert walker.says("与联合国比")
    assert walker.says("达川区")
    walker.shoot("quality")
    walker.go("/forecast/method/")
    assert walker.says("不使用任何个人信息")


def test_a_scenario_changes_the_figures_and_stays_in_the_address(walk: Walk) -> None:
    walker = walk("shi")
    walker.go("/forecast/?area=511700000000")
    assert walker.heading == "人口预测：达州市"
    before = walker.page.locator(".figures").inner_text()
    walker.page.select_option("#f-migration", "none")
    walker.page.select_option("#f-series", "census")
    walker.page.get_by_role("button", name="查看", exact=True).click()
    walker.page.wait_for_url("**migration=none**")
    assert walker.page.locator(".figures").inner_text() != before
    assert walker.says("失能老年人：生活不能自理（人口普查）")
    with walker.page.expect_download() as taken:
        walker.page.get_by_role("link", name="导出 XLSX").click()
    assert taken.value.suggested_filename == "达州市人口预测.xlsx"


def test_a_village_is_told_that_it_has_none_and_sees_its_county(walk: Walk) -> None:
    walker = walk("xiang")
    walker.go("/forecast/?area=511724001001")
    assert walker.heading == "人口预测：大竹县"
    assert walker.says("不单独预测")
    walker.go("/forecast/?area=110101")
    assert walker.heading == "人口预测"
    assert walker.says("这里没有预测")
