"""A county's table is made by one officer, published by another, and read by everybody on a telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]


def test_a_table_is_made_by_one_published_by_another_and_read_by_everybody(walk: Walk) -> None:
    maker = walk("xian")
    maker.go("/indicators/tables/make/")
    maker.page.locator("#id_month").fill("2026-10")
    maker.page.get_by_label("性别").uncheck()
    maker.page.get_by_label("年龄").check()
    maker.page.locator("main").get_by_role("button", name="制表", exact=True).click()
    address = maker.path
    for _ in range(60):
        maker.go(address)
        if maker.says("为什么找不出任何人") or maker.says("未完成"):
            break
        maker.page.wait_for_timeout(1000)
    assert maker.says("没有一个被隐藏的小数可以缩到少于")
    assert maker.says("等待另一人审批")
    maker.shoot("proof")
    other = walk("juzhang")
    other.go(address)
    other.page.get_by_role("button", name="公开", exact=True).first.click()
    other.shoot("decide")
    other.page.locator("dialog[open]").get_by_role("button", name="公开", exact=True).click()
    other.page.get_by_text("已公开。").wait_for()
    reader = walk()
    reader.go("/portal/statistics/")
    reader.page.get_by_role("link", name=re.compile("60周岁及以上老年人人数")).first.click()
    assert reader.says("是什么意思")
    reader.page.locator("#sort").select_option("count")
    reader.page.get_by_role("button", name="查看").click()
    reader.shoot("public")
    number = reader.path.rstrip("/").rsplit("/", 1)[1]
    kinds = ("json", "csv", "csv-metadata.json")
    assert [reader.get(f"/portal/statistics/{number}.{kind}").status for kind in kinds] == [200, 200, 200]
