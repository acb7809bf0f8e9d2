"""Groups follow facts: 爱华 lives alone, 保国 begins to, 德明 dies, and a delivery that is taken back undoes it all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.registry import actions, tasks
from yiyang.registry.models import Delivery, GroupFigure, Membership
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, DEMING
from yiyang.registry.tests.town_hall import DEATHS, LIVING, POLICE, VILLAGE, death, deliver, everybody, living, person

ALONE = "living_alone"


@pytest.fixture
def october(db: None) -> None:
    deliver(POLICE, everybody())
    deliver(DEATHS, [death("511702194001010016", "2026-01-05")])
    deliver(LIVING, [living(AIHUA, "独居"), living(BAOGUO, "与家人同住"), living(DEMING, "独居")])


def members(who: str) -> list[tuple[Any, ...]]:
    with work(platform("test")):
        rows = Membership.objects.filter(person=person(who), group=ALONE).order_by("id")
        return list(rows.values_list("entered", "entered_because", "left", "left_because"))


def figures(month: str) -> dict[int, tuple[int, int, int]]:
    with work(platform("test")):
        rows = GroupFigure.objects.filter(month=month, group=ALONE)
        return {row.area_code: (row.people, row.entered, row.left) for row in rows}


def test_the_first_month_knows_of_nobody_before(october: None) -> None:
    assert members(AIHUA) == [(date(2026, 10, 1), "first", None, "")]
    assert members(BAOGUO) == []
    assert person(AIHUA).groups == [ALONE, "very_old"]
    assert figures("2026-10")[VILLAGE] == (1, 0, 0)


def test_who_enters_and_leaves_does_so_by_a_fact(october: None) -> None:
    deliver(LIVING, [living(AIHUA, "空巢"), living(BAOGUO, "独居"), living(DEMING, "独居")], "2026-11")
    assert members(AIHUA) == [(date(2026, 10, 1), "first", date(2026, 11, 1), "living_arrangement")]
    assert members(BAOGUO) == [(date(2026, 11, 1), "living_arrangement", None, "")]
    assert figures("2026-11")[VILLAGE] == (1, 1, 1)
    assert figures("2026-10")[VILLAGE] == (1, 0, 0)
    assert person(BAOGUO).groups == [ALONE, "very_old"]


def test_whoever_dies_leaves_by_death(october: None) -> None:
    deliver(LIVING, [living(AIHUA, "独居"), living(BAOGUO, "与家人同住"), living(DEMING, "独居")], "2026-11")
    deliver(DEATHS, [death(DEMING, "2026-10-20")], "2026-11")
    assert members(DEMING)[0][2:] == (date(2026, 11, 1), "alive")
    assert person(DEMING).groups == []


def test_what_came_and_went_within_a_month_leaves_no_trace(october: None) -> None:
    before = members(AIHUA)
    deliver(LIVING, [living(AIHUA, "空巢"), living(BAOGUO, "独居"), living(DEMING, "独居")])
    assert members(AIHUA) == []
    deliver(LIVING, [living(BAOGUO, "与家人同住"), living(AIHUA, "独居"), living(DEMING, "独居")])
    assert members(AIHUA) == before
    assert members(BAOGUO) == []


def test_an_unknown_fact_unsettles(october: None) -> None:
    deliver(LIVING, [living(BAOGUO, "与家人同住"), living(DEMING, "独居"), living(CHUNLAN, "独居")], "2026-11")
    assert members(AIHUA)[0][2:] == (date(2026, 11, 1), "unsettled.living_arrangement")


def test_taking_the_month_back_undoes_entries_and_exits(october: None) -> None:
    before = {who: members(who) for who in (AIHUA, BAOGUO, DEMING)}
    made = deliver(LIVING, [living(AIHUA, "空巢"), living(BAOGUO, "独居"), living(DEMING, "独居")], "2026-11")
    by = platform("test")
    with work(by):
        actions.take_back(by=by, delivery=Delivery.objects.get(pk=made.pk), reason="错了")
    tasks.take_back_delivery.func(delivery=made.pk, user=None, request="")
    assert {who: members(who) for who in (AIHUA, BAOGUO, DEMING)} == before
    assert figures("2026-11") == {}
    assert person(BAOGUO).groups == ["very_old"]
