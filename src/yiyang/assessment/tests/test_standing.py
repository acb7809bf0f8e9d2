"""Which result stands: after one was withdrawn, after two files became one, after an objection that came late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import actions
from yiyang.assessment.checking import NotTwice
from yiyang.assessment.models import Objection, Result
from yiyang.assessment.of_person import valid_result
from yiyang.assessment.tests.answering import GB
from yiyang.assessment.tests.house import House, intact, refused
from yiyang.audit.record import work
from yiyang.registry.models import Alias, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


def one_file(stays: Person, goes: Person) -> None:
    """Two files become one, as a merge leaves them."""
    with work(platform("test")):
        Alias.objects.create(key=goes.pk, person=stays)
        Person.objects.filter(pk=goes.pk).update(merged_into=stays, is_current=False)


def states(person: Person) -> list[str]:
    with work(platform("test")):
        return list(Result.objects.filter(person=person).order_by("pk").values_list("state", flat=True))


def objected(house: House, result: Result) -> Objection:
    with work(house.clerk):
        return actions.object_to(by=house.clerk, result=result, reason="家属认为偏低")


def test_a_withdrawn_result_that_would_have_held_longer_does_not_hide_the_one_that_stands(
    house: House, person: Any
) -> None:
    elder = person("秀英", ZHUYANG)
    first = house.issued(elder)
    with work(platform("test")):
        Result.objects.filter(pk=first.pk).update(valid_to=timezone.localdate() + timedelta(days=200))
    second = house.issued(elder, intact(), again_because="家属要求")
    with work(house.other):
        actions.withdraw_result(by=house.other, result=second, reason="评错了人")
    assert states(elder) == ["valid", "withdrawn"]
    with refused(first.number):
        house.ask(elder)


def test_the_result_of_a_file_that_became_part_of_another_serves_on(house: House, person: Any) -> None:
    goes, stays = person("秀英", ZHUYANG), person("秀英", ZHUYANG)
    first = house.issued(goes)
    one_file(stays, goes)
    with refused(first.number):
        house.ask(stays)
    with work(house.officer):
        assert valid_result(stays, GB) == first


def test_a_new_result_replaces_that_of_a_file_that_became_part_of_his(house: House, person: Any) -> None:
    goes, stays = person("秀英", ZHUYANG), person("秀英", ZHUYANG)
    house.issued(goes)
    one_file(stays, goes)
    house.issued(stays, intact(), again_because="家属要求")
    assert (states(goes), states(stays)) == (["replaced"], ["valid"])


def test_one_on_its_way_under_a_file_that_became_part_of_his_is_enough(house: House, person: Any) -> None:
    goes, stays = person("秀英", ZHUYANG), person("秀英", ZHUYANG)
    house.ask(goes)
    one_file(stays, goes)
    with refused("正在办理"):
        house.ask(stays)


@pytest.mark.parametrize("way", ["uphold", "take back"])
def test_an_objection_that_ends_after_the_result_was_withdrawn_brings_nothing_back(
    house: House, person: Any, way: str
) -> None:
    elder = person("秀英", ZHUYANG)
    result = house.issued(elder)
    objection = objected(house, result)
    with work(house.other):
        actions.withdraw_result(by=house.other, result=result, reason="评错了人")
    with work(house.other):
        if way == "uphold":
            actions.answer_objection(by=house.other, objection=objection, again=False, answer="结果已撤销")
        else:
            actions.withdraw_objection(by=house.other, objection=objection)
    assert states(elder) == ["withdrawn"]


def test_whoever_passed_a_result_does_not_check_its_second_assessment(house: House, person: Any) -> None:
    elder, pair = person("秀英", ZHUYANG), house.others()
    result = house.issued(elder)
    objection = objected(house, result)
    with work(house.other):
        made = actions.answer_objection(by=house.other, objection=objection, again=True, answer="另请人评")
    assert made.request is not None
    with pytest.raises(NotTwice):
        house.again(made.request, intact(), pair, by=house.officer)
