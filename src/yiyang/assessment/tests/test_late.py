"""A step that is late rises: to the county, then to the city, each told once, and noted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import escalation
from yiyang.assessment.models import Request
from yiyang.assessment.tests.house import House
from yiyang.audit.record import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


def escalated(on: date) -> int:
    with work(platform("test")):
        return escalation.escalate(on)


def level_of(request: Request) -> int:
    with work(platform("test")):
        return int(Request.objects.values_list("escalated", flat=True).get(pk=request.pk))


def test_a_late_step_rises_to_the_county_and_then_to_the_city_once_each(house: House, person: Any) -> None:
    request, today = house.ask(person("甲", ZHUYANG)), timezone.localdate()
    due = today + timedelta(days=5)
    assert escalated(due) == 0
    assert (escalated(due + timedelta(days=1)), level_of(request)) == (1, 1)
    assert (escalated(due + timedelta(days=7)), level_of(request)) == (0, 1)
    assert (escalated(due + timedelta(days=8)), level_of(request)) == (1, 2)
    assert escalated(due + timedelta(days=90)) == 0
    with work(house.officer):
        told = list(request.steps.values_list("reason", flat=True))
    assert [words.rpartition("，")[2] for words in told[1:]] == ["县级督办", "市级督办"]


def test_who_missed_a_month_of_nights_is_told_of_both_levels_in_turn(house: House, person: Any) -> None:
    request = house.ask(person("甲", ZHUYANG))
    assert escalated(timezone.localdate() + timedelta(days=60)) == 2
    assert level_of(request) == 2


def test_what_moves_on_has_risen_nowhere(house: House, person: Any) -> None:
    request = house.ask(person("甲", ZHUYANG))
    escalated(timezone.localdate() + timedelta(days=60))
    house.plan(request)
    assert level_of(request) == 0
