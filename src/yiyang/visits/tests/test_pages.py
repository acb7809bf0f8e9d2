"""Pages of visits: doors and calls apart, a day in hours that somebody can work, people whose village nobody knows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone

from conftest import DAZHU, ZHUYANG
from yiyang.access.scope import acting, platform
from yiyang.audit.record import work
from yiyang.visits import calendars, overview_figures, round_page, workbench_overview
from yiyang.visits.lists import visit_table
from yiyang.visits.models import Visit
from yiyang.visits.tests.town import in_need, named, scope, visit_of

pytestmark = pytest.mark.django_db
TOWN = 10**3


@pytest.fixture
def today_of_baoguo(grant: Any, person: Any) -> Any:
    """保国 has one door and two calls today, one of them done."""
    baoguo = grant("保国", "village_visitor", ZHUYANG + 1)
    named(baoguo)
    on = timezone.localdate()
    for number, (means, state) in enumerate((("home", "planned"), ("phone", "planned"), ("neighbour", "done")), 1):
        visit_of(
            in_need(person, f"秀{number}"), means=means, state=state, visitor=baoguo, on=on, turn=number,
            at=500 + 30 * number, minutes=20 if means == "home" else 8, done_on=on if state == "done" else None,
        )  # fmt: skip
    return baoguo


def test_the_round_shows_doors_first_and_calls_as_a_list(today_of_baoguo: Any) -> None:
    by = scope(today_of_baoguo)
    with work(by), acting(by):
        rows = round_page._rows(by.user or 0, timezone.localdate())
        doors, calls = round_page.doors_and_calls(rows)
        assert [row.means for row in doors] == ["home"]
        assert sorted(row.means for row in calls) == ["neighbour", "phone"]
        assert round_page._lead(doors, calls) == "上门 1 户，已完成 0 户；电话 2 个，已完成 1 个。"


def test_who_did_not_answer_is_gone_to(today_of_baoguo: Any) -> None:
    by = scope(today_of_baoguo)
    with work(platform("test")):
        Visit.objects.filter(means="phone").update(state="not_found", next_step="again", tries=1)
    with work(by), acting(by):
        doors, _ = round_page.doors_and_calls(round_page._rows(by.user or 0, timezone.localdate()))
    assert sorted(row.means for row in doors) == ["home", "phone"]


def test_the_board_counts_calls_apart_and_says_how_long_a_day_is(today_of_baoguo: Any) -> None:
    by = scope(today_of_baoguo)
    on = timezone.localdate()
    with work(by), acting(by):
        rows = Visit.objects.filter(month=f"{on:%Y-%m}")
        weeks = calendars.weeks(rows, f"{on:%Y-%m}", on, is_named=False)
        [day] = [day for week in weeks for day in week if day.is_today]
        assert (day.count, day.calls, day.done) == (3, 2, 1)
        [load] = calendars.loads(rows)
    # From 08:50 until the end of the last call at 09:58.
    assert (load.visits, load.calls, load.longest) == (3, 2, 68)


def test_the_call_list_of_a_day_is_a_filter(today_of_baoguo: Any) -> None:
    by, on = scope(today_of_baoguo), timezone.localdate()
    with work(by), acting(by):
        address = f"/visits/list/?month={on:%Y-%m}&means=call&on={on:%Y-%m-%d}"
        assert {row.means for row in visit_table(RequestFactory().get(address)).page.rows} == {"phone", "neighbour"}
        other = f"/visits/list/?month={on:%Y-%m}&on={on - timedelta(days=40):%Y-%m-%d}"
        assert not visit_table(RequestFactory().get(other)).page.rows


def test_people_whose_town_nobody_knows_are_not_called_by_the_county(grant: Any, person: Any) -> None:
    month = f"{date(2026, 12, 1):%Y-%m}"
    visit_of(in_need(person, "甲", DAZHU), month=month)
    visit_of(in_need(person, "乙", ZHUYANG + 1), month=month)
    officer = scope(grant("爱华", "county_officer", DAZHU))
    with work(officer), acting(officer):
        found = overview_figures.of_month(officer, month, TOWN)
        words = {workbench_overview._place(line.code, TOWN) for line in found.lines}
        links = {workbench_overview._listed(line.code, TOWN, month) for line in found.lines}
    assert "未落到乡镇（街道）" in words
    assert "大竹县" not in words
    assert "" in links


def test_the_overview_says_how_many_of_those_to_be_seen_were_seen(grant: Any, person: Any) -> None:
    month = "2026-10"
    for state in ("done", "owed"):
        visit_of(in_need(person, state), month=month, counts=["home"], state=state)
    visit_of(in_need(person, "电话"), month=month, means="phone", state="done")
    officer = scope(grant("爱华", "county_officer", DAZHU))
    with work(officer), acting(officer):
        found = overview_figures.of_month(officer, month, TOWN)
    assert (found.to_see, found.seen, found.owed, found.visited) == (2, 1, 3, 2)
