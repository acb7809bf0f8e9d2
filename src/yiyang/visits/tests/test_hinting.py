"""What happens to somebody whose result holds opens an immediate assessment: once a cause, never beside another one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import actions as assessments
from yiyang.assessment import hints
from yiyang.assessment.models import Request
from yiyang.assessment.rules import rules
from yiyang.assessment.tests.house import House, intact
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.registry.models import Person
from yiyang.visits import hinting
from yiyang.visits.findings import raise_one, void
from yiyang.visits.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


@pytest.fixture
def elder(person: Any) -> Any:
    return person("秀英", ZHUYANG, facts={"dementia": 0, "disability_grade": 1})


def opened() -> list[Request]:
    """What opens now."""
    with work(platform("test")):
        before = set(Request.objects.values_list("pk", flat=True))
        count = hints.open_immediate(timezone.localdate(), "情况变化复评")
        made = list(Request.objects.exclude(pk__in=before).order_by("pk"))
    assert len(made) == count
    return made


def fell(person: Any, kind: str = "fallen") -> Finding:
    with work(platform("test")):
        return raise_one(by=platform("探访"), person=person, kind=kind, words="在院里摔了")


def now_known(person: Any, **facts: Any) -> None:
    with work(platform("test")):
        Person.objects.filter(pk=person.pk).update(facts={**person.facts, **facts})


def test_a_fall_of_somebody_with_a_result_opens_one_assessment_with_the_reason(house: House, elder: Any) -> None:
    house.issued(elder, intact())
    found = fell(elder)
    [made] = opened()
    assert (made.kind, made.channel, made.state, made.person_id) == ("immediate", "hint", "requested", elder.pk)
    assert made.reason == f"探访发现“跌倒受伤”（{found.number}）"
    assert made.due == timezone.localdate() + timedelta(days=5)
    assert opened() == []
    with work(house.officer):
        assert made.steps.get().reason == hints.WHY


def test_two_causes_at_once_open_one_assessment(house: House, elder: Any) -> None:
    house.issued(elder, intact())
    fell(elder)
    fell(elder, "no_carer")
    now_known(elder, dementia=1)
    assert len(opened()) == 1


def test_whoever_was_never_assessed_or_has_one_on_its_way_is_left(house: House, elder: Any, person: Any) -> None:
    fell(elder)
    assert opened() == []
    other = person("桂芳", ZHUYANG)
    house.issued(other, intact())
    with work(house.clerk):
        assessments.ask(by=house.clerk, person=other, instrument="gbt_42195_2022", channel="township",
                        kind="immediate", reason="摔了")  # fmt: skip
    fell(other)
    assert opened() == []


def test_what_happened_before_the_assessment_is_known_to_it(house: House, elder: Any) -> None:
    fell(elder)
    house.issued(elder, intact())
    assert opened() == []


def test_a_false_alarm_and_a_minor_matter_open_nothing(house: House, elder: Any) -> None:
    house.issued(elder, intact())
    found = fell(elder)
    fell(elder, "no_money")
    with work(house.officer):
        void(by=house.officer, finding=found, words="邻居看错了")
    assert opened() == []


def test_what_happened_longer_ago_than_policy_looks_back_opens_nothing(
    house: House, elder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.issued(elder, intact())
    fell(elder)
    changed = rules().model_copy(update={"immediate": rules().immediate.model_copy(update={"within_days": -1})})
    with monkeypatch.context() as patch:
        patch.setattr(hints, "rules", lambda: changed)
        assert opened() == []
    assert len(opened()) == 1


def test_one_that_was_withdrawn_does_not_come_back_but_a_second_fall_opens_another(house: House, elder: Any) -> None:
    house.issued(elder, intact())
    first = fell(elder)
    [made] = opened()
    with work(house.officer):
        assessments.cancel(by=house.officer, request=made, reason="只是擦伤")
    assert opened() == []
    with work(house.officer):
        void(by=house.officer, finding=first, words="只是擦伤")
    fell(elder)
    assert len(opened()) == 1


def test_a_graver_fact_than_at_the_assessment_opens_one_and_a_better_one_does_not(
    house: House, elder: Any, person: Any
) -> None:
    other = person("桂芳", ZHUYANG, facts={"dementia": 1, "disability_grade": 3})
    for each in (elder, other):
        house.issued(each, intact())
    now_known(elder, dementia=1, disability_grade=2)
    now_known(other, dementia=0, disability_grade=1)
    [made] = opened()
    assert made.person_id == elder.pk
    assert made.reason == "档案情况有变化：失智、残疾等级（比上次评估时重）"
    assert opened() == []


def test_the_dead_are_left_in_peace(house: House, elder: Any) -> None:
    house.issued(elder, intact())
    fell(elder)
    with work(platform("test")):
        Person.objects.filter(pk=elder.pk).update(alive=0)
    assert opened() == []


def test_a_kind_of_finding_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = rules().immediate.model_copy(update={"findings": ("fallen", "falen")})
    changed = rules().model_copy(update={"immediate": wrong})
    monkeypatch.setattr(hinting, "rules", lambda: changed)
    with pytest.raises(UsageError, match="falen"):
        hinting.findings(timezone.localdate())
