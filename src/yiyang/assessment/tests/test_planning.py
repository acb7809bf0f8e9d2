"""Two qualified people of one agency, with room and without conflict, near the person; and many planned at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import TONGCHUAN, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import actions
from yiyang.assessment.models import Agency, Assessor, Request
from yiyang.assessment.planning import check_is_due, nearness
from yiyang.assessment.rules import plus_months
from yiyang.assessment.tests.house import CODES, House, agency, assessor, refused, scope, state_of
from yiyang.audit.record import work
from yiyang.registry.models import Person


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


def change(row: Any, **fields: Any) -> None:
    with work(platform("test")):
        type(row).objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()


def suggested(house: House, request: Request, on: date | None = None) -> list[tuple[str, set[str]]]:
    with work(house.officer):
        found = actions.suggest(request, on)
        return [(each.agency.name, {each.lead.user.name, each.second.user.name}) for each in found]


@pytest.mark.django_db
def test_the_nearest_agency_comes_first_and_says_why(house: House, person: Any, grant: Any) -> None:
    far = agency("远方评估", CODES[1], seat_code=WUMU)
    assessor(grant, far, "芳芳")
    assessor(grant, far, "国强", "medical")
    request = house.ask(person("秀英", ZHUYANG + 1))
    assert suggested(house, request) == [("安康评估", {"爱华", "保国"}), ("远方评估", {"芳芳", "国强"})]
    with work(house.officer):
        best = actions.suggest(request)[0]
    assert best.lead.user.name == "爱华"
    assert "同一个乡镇" in best.reasons[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "fields", "why"),
    [
        ("agency", {"valid_to": date(2026, 1, 1)}, "资质"),
        ("agency", {"a_month": 0}, "排满"),
        ("lead", {"valid_to": date(2026, 1, 1)}, "资格"),
        ("lead", {"is_active": False}, "资格"),
        ("lead", {"a_week": 0}, "排满"),
        ("lead", {"training": "other"}, "医疗或护理"),
    ],
)
def test_who_may_not_is_neither_suggested_nor_planned(
    house: House, person: Any, who: str, fields: dict[str, Any], why: str
) -> None:
    request = house.ask(person("秀英", ZHUYANG))
    change(getattr(house, who), **fields)
    assert suggested(house, request) == []
    with refused(why):
        house.plan(request)
    assert state_of(request) == "requested"


@pytest.mark.django_db
def test_nobody_assesses_his_kin(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    change(house.lead, kin=[elder.pk])
    request = house.ask(elder)
    assert suggested(house, request) == []
    with refused("亲属"):
        house.plan(request)


@pytest.mark.django_db
def test_whoever_sells_the_care_that_it_opens_does_not_assess(house: House, person: Any) -> None:
    change(house.agency, sells_care=True)
    request = house.ask(person("秀英", ZHUYANG), purposes=["home_bed"])
    assert suggested(house, request) == []
    with refused("提供照护服务"):
        house.plan(request)
    other = house.ask(person("桂花", ZHUYANG), purposes=["disability_certificate"])
    assert suggested(house, other) == [("安康评估", {"爱华", "保国"})]


@pytest.mark.django_db
def test_an_agency_of_one_house_with_the_home_that_asks_does_not_assess(house: House, person: Any) -> None:
    change(house.agency, related_codes=[CODES[2]])
    request = house.ask(person("秀英", ZHUYANG), provider=CODES[2])
    with refused("关联"):
        house.plan(request)


@pytest.mark.django_db
def test_the_two_are_of_one_agency_that_serves_the_place(house: House, person: Any, grant: Any) -> None:
    _, second = house.others()
    request = house.ask(person("秀英", ZHUYANG))
    with refused("同一机构"):
        house.plan(request, (house.lead, second))
    with refused("同一人"):
        house.plan(request, (house.lead, house.lead))
    elsewhere = agency("邻县评估", CODES[2], area_code=TONGCHUAN)
    pair = assessor(grant, elsewhere, "海燕"), assessor(grant, elsewhere, "立新")
    with refused("不服务"):
        house.plan(request, pair)


@pytest.mark.django_db
def test_a_full_month_is_full_and_a_new_one_is_not(house: House, person: Any) -> None:
    change(house.agency, a_month=1)
    this, later = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(days=40)
    house.plan(house.ask(person("甲", ZHUYANG)), appointed=this)
    second = house.ask(person("乙", ZHUYANG))
    with refused("排满"):
        house.plan(second, appointed=this)
    assert house.plan(second, appointed=later).state == "planned"


@pytest.mark.django_db
def test_an_appointment_is_moved_and_taken_back(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    moved = house.plan(request, appointed=timezone.now() + timedelta(days=3))
    with work(house.officer):
        assert [each.to_state for each in moved.steps.all()] == ["requested", "planned", "planned"]
        back = actions.unplan(by=house.officer, request=moved, reason="机构临时有事")
        assert (back.state, back.lead_id, back.appointed) == ("requested", None, None)
    with refused("早于今天"):
        house.plan(request, appointed=timezone.now() - timedelta(days=1))


@pytest.mark.django_db
def test_many_are_planned_by_their_best_suggestions_so_many_a_day(
    house: House, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [house.ask(person(name, ZHUYANG)) for name in ("甲", "乙", "丙")]
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 12, 1))
    with work(house.officer):
        planned = actions.plan_many(by=house.officer, requests=rows, from_day=date(2026, 12, 4), a_day=2)
        days = [timezone.localtime(each.appointed).date() for each in planned.made if each.appointed]
    # 4 December is a Friday: the third goes to the Monday after.
    assert (days, planned.left) == ([date(2026, 12, 4), date(2026, 12, 4), date(2026, 12, 7)], [])


@pytest.mark.django_db
def test_who_cannot_be_planned_is_left_with_the_reason(house: House, person: Any) -> None:
    change(house.lead, is_active=False)
    request = house.ask(person("甲", ZHUYANG))
    with work(house.officer):
        planned = actions.plan_many(by=house.officer, requests=[request], from_day=date(2026, 12, 4))
    assert [(each.pk, why) for each, why in planned.left] == [(request.pk, "一个月内没有可安排的机构和人员。")]


def test_it_is_joined_with_the_yearly_health_check_when_that_is_due() -> None:
    on = date(2026, 11, 23)
    assert check_is_due(Person(birth_date=19400101, facts={"health_check_date": 20251220}), on)
    assert not check_is_due(Person(birth_date=19400101, facts={"health_check_date": 20260801}), on)
    assert not check_is_due(Person(birth_date=19700101, facts={}), on)
    assert check_is_due(Person(birth_date=19400101, facts={}), on)


@pytest.mark.parametrize(
    ("seat", "place", "near"),
    [
        (ZHUYANG + 1, ZHUYANG + 1, 0),
        (ZHUYANG, ZHUYANG + 1, 1),
        (WUMU, ZHUYANG, 2),
        (TONGCHUAN, ZHUYANG, 3),
        (-1, ZHUYANG, 4),
    ],
)
def test_nearness_goes_by_the_tree_of_areas(seat: int, place: int, near: int) -> None:
    assert nearness(seat, place) == near


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 22)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_a_result_holds_whole_months(day: date, months: int, last: date) -> None:
    assert plus_months(day, months) == last


@pytest.mark.django_db
def test_agencies_are_seen_by_whoever_works_in_a_part_of_their_area(house: House, grant: Any) -> None:
    neighbour = scope(grant("海燕", "county_officer", TONGCHUAN))
    with work(house.clerk):
        assert (Agency.objects.count(), Assessor.objects.count()) == (1, 2)
    with work(neighbour):
        assert (Agency.objects.count(), Assessor.objects.count()) == (0, 0)
