"""An assessment becomes a fact of the registry, and says at once what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from conftest import DAZHU
from yiyang.access.scope import platform
from yiyang.assessment import actions, effects
from yiyang.assessment.models import Request
from yiyang.assessment.tests.answering import scale, worst
from yiyang.assessment.tests.house import House, intact, refused
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.cases.tests.town import a_run
from yiyang.entitlement.models import Unknown
from yiyang.registry import stating
from yiyang.registry.models import Person, Statement
from yiyang.registry.tests.hall import AIHUA, DEMING
from yiyang.registry.tests.town_hall import DEATHS, LOW_INCOME, POLICE, death, deliver, everybody, person

SEVERE_TOTAL = 4


@pytest.fixture(scope="module")
def delivered(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The registers of this month went in, once for all tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        month = f"{timezone.localdate():%Y-%m}"
        deliver(POLICE, everybody(), month)
        deliver(DEATHS, [death(DEMING, "2026-09-20")], month)
        deliver(LOW_INCOME, [{"身份证号码": AIHUA, "姓名": "王爱华", "享受起始日期": "2026-01-01"}], month)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def house(delivered: None, db: None, grant: Any) -> House:
    return House(grant)


def unknown(who: Person, fact: str = "ability") -> Unknown:
    with work(platform("test")):
        return Unknown.objects.create(
            run=a_run(), person=who.pk, fact=fact, items=3, year_fen=240000, area_code=who.area_code
        )


def test_from_the_list_of_unknowns_to_a_fact_that_the_registry_holds(house: House) -> None:
    who = person(AIHUA)
    asked = unknown(who)
    with work(house.clerk):
        request = actions.ask_about(by=house.clerk, unknown=asked)
    assert (request.channel, request.instrument) == (Request.Channel.UNKNOWN, "gbt_42195_2022")
    form = house.fill(house.plan(request))
    house.sign(form)
    house.check(form)
    result, now = house.result(request), person(AIHUA)
    assert (result.level, now.facts["ability"], "disabled" in now.groups) == (SEVERE_TOTAL, SEVERE_TOTAL, True)
    with work(platform("test")):
        asked.refresh_from_db()
        assert (asked.state, asked.value, asked.note) == ("settled", SEVERE_TOTAL, f"评估证书 {result.number}")
        said = Statement.objects.get(register="platform_assessments")
        assert (said.opened_id, said.source_file) == (result.delivery, f"评估证书 {result.number}")


def test_a_withdrawn_result_is_no_fact_any_more(house: House) -> None:
    result = house.issued(person(AIHUA))
    with work(house.officer):
        actions.withdraw_result(by=house.officer, result=result, reason="评错了人")
    assert person(AIHUA).facts.get("ability") is None


def test_a_second_scale_states_beside_the_first(house: House) -> None:
    house.issued(person(AIHUA))
    house.issued(person(AIHUA), worst(scale("ltci_2021")), instrument="ltci_2021")
    facts = person(AIHUA).facts
    assert (facts["ability"], facts["ltci_grade"]) == (SEVERE_TOTAL, 5)


def test_it_says_what_it_changes_for_the_person(house: House) -> None:
    result = house.issued(person(AIHUA))
    gained = {each["item"]: each for each in result.effect if each["after"] == "entitled"}
    assert gained
    assert all(each["before"] != "entitled" or each["fen"] != each["fen_before"] for each in gained.values())
    assert all(each["month"] >= f"{timezone.localdate():%Y-%m}" for each in result.effect)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_it_changes_begins_where_the_last_result_ended(is_late: bool, house: House) -> None:
    first = house.issued(person(AIHUA))
    if is_late:
        # The registers of this month have not come yet: the file knows nothing of the first result.
        month = f"{timezone.localdate().replace(day=1) - timedelta(days=1):%Y-%m}"
        with work(platform("test")):
            facts = person(AIHUA).facts | {"ability": None}
            Person.objects.filter(pk=first.person_id).update(month=month, facts=facts)
    second = house.issued(person(AIHUA), intact(), again_because="康复出院")
    gained = {each["item"]: each["fen"] for each in first.effect if each["after"] == "entitled"}
    lost = {each["item"]: each["fen_before"] for each in second.effect if each["before"] == "entitled"}
    assert gained
    assert lost == gained
    with work(platform("test")):
        assert effects.of(person(AIHUA), {"ability": 0}) == []


def test_what_changes_nothing_says_nothing(house: House) -> None:
    with work(platform("test")):
        who = person(AIHUA)
        assert effects.of(who, {}) == []


def test_nobody_living_in_no_county_is_reckoned_with(house: House) -> None:
    who = person(AIHUA)
    who.area_code = who.registered_code = -1
    with work(platform("test")):
        assert effects.of(who, {"ability": 3}) == []


def test_what_no_assessment_finds_out_is_not_asked_for(house: House) -> None:
    row = unknown(person(AIHUA), "living_arrangement")
    with work(house.clerk), refused("不由评估得出"):
        actions.ask_about(by=house.clerk, unknown=row)
    with work(house.clerk):
        many = actions.ask_unknowns(by=house.clerk, unknowns=[row])
    assert (many.requests, len(many.left)) == ([], 1)


def test_all_or_nothing_when_the_registry_is_busy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> None:
        raise UsageError("正在入库一批数据，请几分钟后再试。", "A delivery is going in.")

    request = house.plan(house.ask(person(AIHUA)))
    form = house.fill(request, intact())
    house.sign(form)
    monkeypatch.setattr(stating, "hold", busy)
    with refused("入库"), transaction.atomic():
        house.check(form)
    with work(house.officer):
        assert Request.objects.get(pk=request.pk).state == "signed"
        assert not form.checks.exists()


def test_the_county_of_the_tests_has_a_list(house: House) -> None:
    assert effects._counties(person(AIHUA)) == (str(DAZHU)[:6],)
