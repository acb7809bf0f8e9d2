"""The county reads its promises beside what was measured, walks down to the people behind a figure, and reports one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]


def _month() -> date:
    """The last day of the month that is over: the demo has its visits."""
    return timezone.localdate().replace(day=1) - timedelta(days=1)


def _exact(walker: Any, name: str) -> Any:
    return walker.page.locator("main").get_by_role("link", name=name, exact=True).first


def test_from_the_dashboard_down_to_the_people_behind_a_figure(walk: Walk) -> None:
    officer = walk("xian")
    officer.go(f"/indicators/?on={_month()}")
    assert officer.heading == "大竹县养老服务指标"
    assert officer.says("到期未达到")
    assert officer.says("填报")
    officer.shoot("dashboard")
    _exact(officer, "特殊困难老年人月探访率").click()
    officer.page.get_by_role("heading", name="写在哪些文件里").wait_for()
    assert officer.says("与总体无显著差别")
    officer.shoot("indicator")
    _exact(officer, "怎么来的").click()
    officer.page.get_by_role("button", name=re.compile("重新计算")).click()
    officer.page.get_by_text("与存档一致").wait_for()
    assert officer.says("已探访")
    officer.shoot("how")
    _exact(officer, "其余的人").click()
    officer.page.get_by_text(re.compile("名单上 [0-9]+ 人")).wait_for()
    officer.shoot("people")


def test_the_large_screen_renews_itself_and_the_report_is_whole(walk: Walk) -> None:
    officer = walk("xian")
    officer.go("/indicators/?screen=1")
    assert officer.page.locator("main[hx-trigger='every 300s']").count() == 1
    officer.shoot("screen")
    officer.go("/indicators/year/?year=2026")
    assert officer.says("还没有数值的指标")
    assert officer.page.locator("svg.printed").count() >= 3
    officer.shoot("year")
    assert officer.get("/indicators/report/xlsx/").status == 200


def test_a_figure_is_reported_corrected_and_what_was_said_stays(walk: Walk) -> None:
    officer = walk("xian")
    for value, reason in (("1600", ""), ("1620", "漏计一家")):
        officer.go("/indicators/reported/enter/?indicator=nursing_beds&area=511724000000&on=2026-06-30")
        officer.page.locator("#id_numerator").fill(value)
        officer.page.locator("#id_denominator").fill("4900")
        officer.page.locator("#id_source").fill("养老机构统计台账")
        officer.page.locator("#id_reason").fill(reason)
        officer.page.locator("main").get_by_role("button", name="填报", exact=True).click()
        officer.page.get_by_text("已填报。").wait_for()
    assert officer.says("33.1 %")
    assert officer.says("漏计一家")
    assert officer.says("已更正")
    officer.shoot("reported")


def test_a_township_sees_its_own_figures_and_not_its_neighbours(walk: Walk) -> None:
    clerk = walk("xiang")
    clerk.go("/indicators/")
    assert clerk.says("养老服务指标")
    assert clerk.get("/indicators/?area=511724").status == 404
    assert clerk.get("/indicators/?area=511724101").status == 404
    visitor = walk("cun")
    assert visitor.get("/indicators/").status == 403
