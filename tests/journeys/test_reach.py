"""The county reads who gets to a facility, asks for the ten best sites, sees the gap proved and makes one a project."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
SECOND = 1000


def test_the_circle_shows_who_is_too_far_and_where(walk: Walk) -> None:
    officer = walk("xian")
    officer.go("/reach/")
    assert officer.says("老年人覆盖率")
    assert officer.says("为虚拟")
    assert officer.page.locator("figure.map circle.spot").count() > 300
    officer.shoot("circle")
    officer.page.get_by_label("设施类别", exact=True).select_option("day_care")
    officer.page.get_by_role("button", name="查看").click()
    officer.page.get_by_text("日间照料中心；标准").wait_for()
    assert officer.says("服务空白")
    assert officer.get("/reach/gaps.xlsx?kind=day_care").status == 200


def test_the_ten_best_sites_are_found_proved_and_one_becomes_a_project(walk: Walk) -> None:
    officer = walk("xian")
    officer.go("/reach/siting/new/")
    officer.field("设施类别").select_option("dining")
    officer.field("一共建多少处").fill("10")
    officer.shoot("question")
    officer.page.get_by_role("button", name="开始测算").click()
    officer.page.wait_for_url(re.compile(r"/reach/siting/\d+/$"))
    done = officer.page.get_by_role("link", name="查看结果")
    answer = officer.page.get_by_role("heading", name="结果有多可靠")
    done.or_(answer).first.wait_for(timeout=180 * SECOND)
    if not answer.count():
        done.click()
    answer.wait_for()
    assert officer.says("已证明最优")
    assert officer.says("任何方案都不会超过")
    assert officer.page.locator("figure.map svg polygon.site").count() >= 10
    officer.shoot("answer")
    officer.page.get_by_role("button", name=re.compile("^转为项目：")).first.click()
    officer.page.get_by_text(re.compile("已登记为项目")).wait_for()
    officer.page.get_by_role("link", name="谋划").first.click()
    assert officer.says("老年助餐点")
    officer.shoot("project")


def test_a_township_reads_its_part_and_asks_nothing(walk: Walk) -> None:
    clerk = walk("xiang")
    clerk.go("/reach/")
    assert clerk.says("取自大竹县的测算")
    assert clerk.get("/reach/siting/").status == 403
    assert walk("cun").get("/reach/").status == 403
