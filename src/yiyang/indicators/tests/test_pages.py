"""Pages say what was counted, list whom one may see, and explain the rest."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conftest import DAZHOU, DAZHU, ZHUYANG
from yiyang.audit.record import work
from yiyang.indicators import reading, tasks
from yiyang.indicators.tests.town import LAST, MONTH, ON, furnish, measured, scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(person: Any, settings: Any) -> dict[str, Any]:
    """大竹县, measured."""
    settings.SECOND_FACTOR = False
    found = furnish(person)
    measured()
    return found


def text(answer: Any) -> str:
    """What a page says, without its markup."""
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_dashboard_shows_the_promise_beside_the_figure(county: Any, logged_in: Any, grant: Any) -> None:
    user = grant("爱华", "county_officer", DAZHU)
    page = text(logged_in(user).get(f"/indicators/?on={ON}"))
    assert "大竹县养老服务指标" in page
    assert "2025年 ≥100.0%" in page
    assert "66.7" in page
    # Nobody reported the lottery's share: it is asked for, not left out.
    assert "福彩公益金用于养老的比例 目标 2022年 ≥55.0%" in page


def test_the_list_behind_a_figure_counts_as_the_figure_does(county: Any, logged_in: Any, grant: Any) -> None:
    user = grant("爱华", "county_officer", DAZHU)
    browser = logged_in(user)
    above = text(browser.get(f"/indicators/visited_monthly/people/511724/{ON}/above/"))
    assert "指标数到 2 人，名单上 2 人" in above
    assert {name for name in ("爱华", "春兰", "保国") if name in above.split("名单上")[1]} == {"爱华", "春兰"}
    rest = text(browser.get(f"/indicators/visited_monthly/people/511724/{ON}/rest/"))
    assert "指标数到 1 人，名单上 1 人" in rest
    assert "保国" in rest.split("名单上")[1]


def test_a_township_asks_for_its_own_and_finds_no_other(county: Any, logged_in: Any, grant: Any) -> None:
    browser = logged_in(grant("保国", "township_clerk", ZHUYANG))
    assert "竹阳街道养老服务指标" in text(browser.get("/indicators/"))
    for address in ("?area=511724", "elders_60/?area=511724101", f"elders_60/how/511724/{ON}/measured/"):
        assert browser.get(f"/indicators/{address}").status_code == 404


def test_counted_again_on_the_page_it_is_the_same(county: Any, logged_in: Any, grant: Any) -> None:
    user = grant("爱华", "county_officer", DAZHU)
    page = logged_in(user).post(f"/indicators/visited_monthly/again/511724/{ON}/", follow=True)
    assert "重新计算：66.7%，与存档一致。" in text(page)


def test_how_a_figure_came_about_is_said_in_words(county: Any, logged_in: Any, grant: Any) -> None:
    user = grant("爱华", "county_officer", DAZHU)
    page = text(logged_in(user).get(f"/indicators/health_managed_65/how/511724/{ON}/measured/"))
    assert "健在，且年满65周岁" in page
    assert "不早于统计日期前一年" in page


def test_the_city_looks_at_its_counties_before_it_is_measured_itself(county: Any, grant: Any) -> None:
    by = scope(grant("春兰", "city_officer", DAZHOU))
    with work(by):
        assert reading.days(DAZHOU) == [ON]
        assert [row.area_code for row in reading.below(DAZHOU, "elders_60", ON)] == [DAZHU]


def test_the_yearly_report_has_sentences_and_drawings(county: Any, logged_in: Any, grant: Any) -> None:
    user = grant("爱华", "county_officer", DAZHU)
    measured(LAST)
    answer = logged_in(user).get(f"/indicators/year/?year={LAST.year}")
    assert f"大竹县{LAST.year}年养老服务指标报告" in text(answer)
    assert answer.content.count(b'class="printed"') >= 2


@pytest.mark.pango
def test_the_yearly_report_prints(county: Any, logged_in: Any, grant: Any) -> None:
    user = grant("爱华", "county_officer", DAZHU)
    answer = logged_in(user).get(f"/indicators/year/{MONTH[:4]}/pdf/")
    assert answer.content.startswith(b"%PDF")


def test_the_month_of_a_run_to_come_is_not_measured_yet(as_platform: None) -> None:
    from yiyang.entitlement.models import MonthRun

    run = MonthRun(area_code=DAZHU, month="2999-01")
    assert tasks.after_run(run, lambda step: None) == {"measurements": 0}
