"""Pages of visits: doors and calls apart, a day in hours that somebody can work, people whose village nobody knows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import acting, platform
from yiyang.audit.record import work
from yiyang.registry.models import Person
from yiyang.visits import calendars, figures, overview_figures, round_page, workbench_overview
from yiyang.visits.lists import not_yet_table, visit_table
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


def test_the_round_leads_to_who_did_not_answer_and_next_to_who_lives_with_him(today_of_baoguo: Any) -> None:
    by = scope(today_of_baoguo)
    with work(platform("test")):
        Visit.objects.filter(means="phone").update(state="not_found", next_step="again", tries=1)
        Person.objects.update(household=77)
    with work(by), acting(by):
        doors, _ = round_page.doors_and_calls(round_page._rows(by.user or 0, timezone.localdate()))
        stops, seat = round_page._placed(doors, by.user or 0)
        cards = round_page._cards(doors, stops, seat, timezone.localdate())
    assert [stop.number for stop in stops if stop] == [1, 2]
    assert [card["directions"][:1] for card in cards] == ["向", "与"]


def test_who_says_nothing_of_having_met_has_not_said_no(today_of_baoguo: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    with work(platform("test")):
        visit = Visit.objects.get(means="home")
    client = Client()
    client.force_login(today_of_baoguo)
    url = reverse("visits:report", args=[visit.pk])
    said = client.post(url, {"q-means": "home"}).content.decode()
    assert "没有回答：见到老人或和他通上话了吗？" in said
    assert "没有回答：这次怎样探访？" in client.post(url, {"q-met": "no"}).content.decode()
    with work(platform("test")):
        visit.refresh_from_db()
        assert (visit.state, visit.tries) == ("planned", 0)
    assert client.post(url, {"q-met": "no", "q-means": "home"}).status_code == 302
    with work(platform("test")):
        visit.refresh_from_db()
        assert (visit.state, visit.tries) == ("not_found", 1)


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


def test_from_the_county_one_comes_to_the_villages_of_a_town_and_of_no_other(
    grant: Any, person: Any, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    month = f"{timezone.localdate():%Y-%m}"
    visit_of(in_need(person, "甲", ZHUYANG + 1), month=month, state="done")
    visit_of(in_need(person, "乙", ZHUYANG + 2), month=month)
    visit_of(in_need(person, "丙", WUMU + 1), month=month)
    client = Client()
    client.force_login(grant("爱华", "county_officer", DAZHU))
    url = reverse("visits:overview")
    assert f"{url}?month={month}&amp;area={ZHUYANG}" in client.get(url, {"month": month}).content.decode()
    said = client.get(url, {"month": month, "area": str(ZHUYANG)}).content.decode()
    assert "1 / 2 人" in said
    assert f"&amp;area={ZHUYANG + 2}" in said
    assert f"{WUMU + 1}" not in said
    neighbour = Client()
    neighbour.force_login(grant("建国", "township_clerk", WUMU))
    assert "1 / 2 人" not in neighbour.get(url, {"month": month, "area": str(ZHUYANG)}).content.decode()


def test_whom_the_rate_counts_as_not_visited_are_those_on_the_list(grant: Any, person: Any) -> None:
    month = f"{timezone.localdate():%Y-%m}"
    half = in_need(person, "甲")
    visit_of(half, month=month, state="excused", reason="住院")
    visit_of(half, month=month, cause="risk", number=2)
    seen = in_need(person, "乙")
    visit_of(seen, month=month)
    visit_of(seen, month=month, cause="follow", state="done")
    twice = in_need(person, "丙")
    visit_of(twice, month=month)
    visit_of(twice, month=month, cause="risk", number=2)
    officer = scope(grant("爱华", "county_officer", DAZHU))
    with work(officer), acting(officer):
        found = overview_figures.of_month(officer, month, TOWN)
        listed = list(figures.not_yet(officer, month))
    assert (found.owed, found.visited) == (3, 1)
    assert sorted(row.person.name for row in listed) == ["丙", "甲"]


def test_the_list_of_those_not_visited_is_taken_out_for_its_month(grant: Any, person: Any) -> None:
    visit_of(in_need(person, "甲"), month="2026-10")
    officer = scope(grant("爱华", "county_officer", DAZHU))
    with work(officer), acting(officer):
        table = not_yet_table(RequestFactory().get("/", {"month": "2026-10"}))
        assert [row.person.name for row in table.page.rows] == ["甲"]
        assert not table.is_filtered
        assert not not_yet_table(RequestFactory().get("/")).page.rows
