"""A jurisdiction without a code administers what the city states, and the county does not meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from yiyang.access.scope import Scope, acting
from yiyang.accounts.scopes import scope_of
from yiyang.areas import actions
from yiyang.areas.changes import Merge, Transfer
from yiyang.areas.jurisdictions import jurisdictions
from yiyang.areas.models import Area
from yiyang.areas.places import jurisdiction_of, ranges_of
from yiyang.areas.preview import preview
from yiyang.areas.tests.places import DAZHOU, DAZHU, TODAY, TONGCHUAN, WUMU, ZHUYANG, area, villages
from yiyang.base.errors import UsageError
from yiyang.registry.models import Person

pytestmark = pytest.mark.django_db
JANUARY = date(2026, 1, 1)


@pytest.fixture
def zones(db: None) -> tuple[Area, Area]:
    """达州高新区, counted by the census under a code, and 东部经开区, which has none."""
    return area(511771000000), Area.objects.get(name="达州东部经开区")


def sees(user: Any, on: date = TODAY) -> set[str]:
    with acting(scope_of(user, on)):
        return set(Person.objects.values_list("name", flat=True))


def test_both_jurisdictions_of_the_city_are_there_and_their_towns_are_not_made_up(zones: tuple[Area, Area]) -> None:
    assert [each.members for each in jurisdictions()] == [(), ()]
    assert zones[1].code is None
    assert not ranges_of(zones[1], TODAY)


def test_a_town_goes_over_and_comes_back(
    officer: Scope, zones: tuple[Area, Area], three: dict[str, Any], grant: Callable[..., Any]
) -> None:
    zone, county, city = zones[1], grant("李科长", "county_officer", DAZHU), grant("刘市", "city_officer", DAZHOU)
    head, clerk = grant("周主任", "county_officer", TONGCHUAN), grant("赵经办", "township_clerk", WUMU)
    head.grants.update(area=zone)
    membership = actions.join(zone, area(WUMU), by=officer, starts=JANUARY)
    assert sees(head) == {"爱华", "保国", "春兰"}
    assert sees(county) == {"爱华"}
    assert sees(city) == sees(clerk) == {"爱华", "保国", "春兰"}
    assert jurisdiction_of(WUMU + 1, TODAY) == zone
    actions.leave(membership, by=officer, ends=date(2026, 6, 30))
    assert sees(head) == set()
    assert sees(county) == {"爱华", "保国", "春兰"}
    assert ranges_of(zone, date(2026, 6, 30))


def test_a_jurisdiction_that_has_a_code_answers_for_it_and_for_its_towns(
    officer: Scope, zones: tuple[Area, Area]
) -> None:
    actions.join(zones[0], area(WUMU), by=officer, starts=JANUARY)
    assert ranges_of(zones[0], TODAY).spans == ((WUMU, WUMU + 1000), (511771000000, 511772000000))
    assert WUMU not in ranges_of(area(DAZHU), TODAY)
    assert WUMU in ranges_of(area(DAZHOU), TODAY)


@pytest.mark.parametrize("second", ["the same town", "one of its villages"])
def test_no_two_jurisdictions_administer_the_same_people(officer: Scope, zones: tuple[Area, Area], second: str) -> None:
    actions.join(zones[0], area(WUMU), by=officer, starts=JANUARY, ends=date(2026, 6, 30))
    member = area(WUMU) if second == "the same town" else villages(WUMU)[0]
    with pytest.raises(UsageError):
        actions.join(zones[1], member, by=officer, starts=date(2026, 6, 30))
    actions.join(zones[1], member, by=officer, starts=date(2026, 7, 1))
    assert jurisdiction_of(member.code or 0, date(2026, 6, 30)) == zones[0]
    assert jurisdiction_of(member.code or 0, date(2026, 7, 1)) == zones[1]


def test_only_towns_and_villages_in_force_join_and_only_jurisdictions_take_them(
    officer: Scope, zones: tuple[Area, Area]
) -> None:
    for jurisdiction, member in ((zones[1], area(DAZHU)), (area(TONGCHUAN), area(WUMU))):
        with pytest.raises(UsageError):
            actions.join(jurisdiction, member, by=officer, starts=JANUARY)
    with pytest.raises(UsageError):
        actions.join(zones[1], area(WUMU), by=officer, starts=TODAY, ends=JANUARY)


def test_towns_of_different_jurisdictions_do_not_merge_unseen(officer: Scope, zones: tuple[Area, Area]) -> None:
    actions.join(zones[1], area(WUMU), by=officer, starts=JANUARY)
    plan = preview(Merge((area(WUMU).pk,), area(ZHUYANG).pk), by=officer, effective=TODAY)
    assert any("管辖" in zh for zh, _ in plan.problems)


def test_a_member_that_goes_to_another_county_stays_a_member(officer: Scope, zones: tuple[Area, Area]) -> None:
    town = area(WUMU)
    actions.join(zones[1], town, by=officer, starts=JANUARY)
    actions.carry_out(Transfer(town.pk, area(TONGCHUAN).pk), by=officer, document="文件", effective=date(2026, 11, 1))
    town.refresh_from_db()
    assert (town.code or 0) in ranges_of(zones[1], TODAY)
    assert (town.code or 0) not in ranges_of(area(TONGCHUAN), TODAY)
