"""An assessment from asked for to issued, by the right hands; who may not, and what is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from conftest import WUMU, ZHUYANG
from yiyang.access.scope import Scope, platform
from yiyang.assessment import actions, filling
from yiyang.assessment.models import Check, Form, Objection, Request, RequestStep, Result, Signature
from yiyang.assessment.of_person import valid_result
from yiyang.assessment.tests.answering import GB, scale, worst
from yiyang.assessment.tests.house import House, assessor, intact, refused, scope, state_of
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


def test_goes_from_asked_for_to_a_certificate_that_is_told(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    result = house.issued(elder)
    with work(house.officer):
        steps = list(RequestStep.objects.filter(request=result.request_id).values_list("to_state", "by_name"))
        told = set(Notice.objects.filter(person=elder.pk).values_list("template", flat=True))
    assert [state for state, _ in steps] == ["requested", "planned", "filled", "signed", "issued"]
    assert [name for _, name in steps] == ["恩慧", "春兰", "爱华", "保国", "春兰"]
    assert (result.level, result.points, result.state) == (4, 0, "valid")
    assert result.valid_from == timezone.localdate().replace(day=1)
    assert result.valid_to == date(2027, 11, 22) or result.valid_to > timezone.localdate() + timedelta(days=360)
    assert len(result.token) == 32
    assert told == {"assessment_planned", "assessment_issued"}


def test_nothing_about_health_is_told_in_a_message(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    house.issued(elder)
    with work(platform("test")):
        for each in Notice.objects.filter(person=elder.pk):
            assert not {"level", "points", "answers"} & set(each.data)


def test_while_one_is_valid_another_needs_a_reason(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    result = house.issued(elder)
    with refused(result.number):
        house.ask(elder)
    made = house.ask(elder, again_because="住院后变化很大")
    assert (made.kind, made.again_because) == ("routine", "住院后变化很大")


def test_an_immediate_one_says_what_has_changed(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    house.issued(elder)
    with refused("变化"):
        house.ask(elder, kind="immediate")
    assert house.ask(elder, kind="immediate", reason="中风出院").kind == "immediate"


def test_two_of_one_person_are_not_on_their_way_at_once(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    house.ask(elder)
    with refused("正在办理"):
        house.ask(elder)
    assert house.ask(elder, "ltci_2021").instrument == "ltci_2021"


def test_the_neighbouring_township_asks_for_nobody_here(house: House, person: Any, grant: Any) -> None:
    neighbour = scope(grant("芳芳", "township_clerk", WUMU))
    elder = person("秀英", ZHUYANG)
    with work(neighbour), pytest.raises(PermissionDenied):
        actions.ask(by=neighbour, person=elder, instrument=GB, channel="township")
    house.ask(elder)
    with work(neighbour):
        assert not Request.objects.exists()


def test_a_citizen_asks_for_himself_and_for_nobody_else(house: House, person: Any) -> None:
    me, other = person("秀英", ZHUYANG), person("桂花", ZHUYANG)
    citizen = Scope(None, "群众#7", registers=frozenset(), citizen=7, persons=frozenset({me.pk}))
    with work(citizen):
        made = actions.ask(by=citizen, person=me, instrument=GB, channel="self")
        assert Request.objects.get().pk == made.pk
        with pytest.raises(PermissionDenied):
            actions.ask(by=citizen, person=other, instrument=GB, channel="self")
    with work(citizen):
        actions.cancel(by=citizen, request=made, reason="不需要了")
    assert state_of(made) == "cancelled"


def test_a_citizens_own_hand_moves_no_row(house: House, person: Any) -> None:
    me = person("秀英", ZHUYANG)
    request = house.ask(me)
    citizen = Scope(None, "群众#7", registers=frozenset(), citizen=7, persons=frozenset({me.pk}))
    with work(citizen), pytest.raises(DatabaseError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(state="cancelled")


@pytest.mark.parametrize("to", ["filled", "signed", "issued", "returned"])
def test_the_database_refuses_what_is_no_step(house: House, person: Any, to: str) -> None:
    request = house.ask(person("秀英", ZHUYANG))
    with work(house.officer), pytest.raises(DatabaseError, match="no step"), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(state=to)


def test_only_the_two_fill_in_and_sign(house: House, person: Any, grant: Any) -> None:
    third = scope(assessor(grant, house.agency, "芳芳").user)
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    for by in (third, house.officer, house.clerk):
        with pytest.raises(PermissionDenied):
            house.fill(request, by=by)
    form = house.fill(request)
    with pytest.raises(PermissionDenied):
        house.sign(form, third)


def test_both_sign_the_same_answers_and_once(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    form = house.fill(request)
    house.sign(form, house.aihua, house.aihua)
    assert state_of(request) == "filled"
    house.sign(form, house.baoguo)
    assert state_of(request) == "signed"
    with work(house.officer):
        assert set(Signature.objects.values_list("sha256", flat=True)) == {form.sha256}


def test_answers_are_sealed_and_never_changed(house: House, person: Any) -> None:
    form = house.fill(house.plan(house.ask(person("秀英", ZHUYANG))))
    with work(house.officer):
        assert filling.answers_of(Form.objects.get(pk=form.pk)) == worst(scale(GB))
        with pytest.raises(DatabaseError), transaction.atomic():
            Form.objects.filter(pk=form.pk).update(sha256="0" * 64)


def test_what_is_missing_is_named(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    answers = {code: value for code, value in worst(scale(GB)).items() if code != "B.1.1"} | {"B.1.2": "9"}
    with pytest.raises(UsageError) as caught:
        house.fill(request, answers)
    said = " ".join(zh for zh, _ in caught.value.problems)
    assert "进食" in said
    assert "修饰" in said
    assert state_of(request) == "planned"


def test_the_second_form_is_told_who_was_first(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    house.fill(request)
    with refused("爱华", actions.FilledAlready) as caught:
        house.fill(request, by=house.baoguo)
    assert caught.value.form is not None


def test_nobody_checks_what_he_assessed(house: House, person: Any, grant: Any) -> None:
    form = house.fill(house.plan(house.ask(person("秀英", ZHUYANG))))
    house.sign(form)
    both = scope(grant("爱华", "county_officer", 511724000000))
    with pytest.raises(actions.NotTwice):
        house.check(form, by=both)


def test_what_is_sent_back_is_filled_in_and_signed_anew(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    form = house.fill(request)
    house.sign(form)
    with pytest.raises(UsageError):
        house.check(form, passed=False)
    house.check(form, passed=False, words="B.1 与病历不符")
    assert state_of(request) == "returned"
    again = house.fill(request, intact(), by=house.baoguo)
    with pytest.raises(actions.MovedOn):
        house.sign(form, house.aihua)
    house.sign(again)
    house.check(again)
    assert house.result(request).level == 0
    with work(house.officer):
        assert list(Check.objects.order_by("pk").values_list("passed", flat=True)) == [False, True]


def test_too_quick_is_found_and_passed_only_with_words(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    form = house.fill(request, began_at=timezone.now() - timedelta(minutes=3))
    house.sign(form)
    with refused("发现"):
        house.check(form)
    made = house.check(form, words="电话核实过")
    assert [each["rule"] for each in made.findings if each["grave"]] == ["quick"]


def test_what_was_assessed_before_anybody_asked_is_no_answer(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    with refused("早于提出"):
        house.fill(request, ended_at=timezone.now() - timedelta(days=1))
    assert state_of(request) == "planned"


def test_assessed_again_means_after_the_objection(house: House, person: Any) -> None:
    result = house.issued(person("秀英", ZHUYANG))
    with work(house.clerk):
        raised = actions.object_to(by=house.clerk, result=result, reason="她能自己吃饭")
    with work(house.other):
        again = actions.answer_objection(by=house.other, objection=raised, again=True, answer="请别人再评").request
    assert again is not None
    lead, second = house.others()
    house.plan(again, (lead, second))
    with refused("早于提出"):
        house.fill(again, by=scope(lead.user), ended_at=again.asked_at - timedelta(seconds=1))


def test_the_same_answers_in_a_row_are_found(house: House, person: Any) -> None:
    for name in ("甲", "乙"):
        house.fill(house.plan(house.ask(person(name, ZHUYANG))))
    form = house.fill(house.plan(house.ask(person("丙", ZHUYANG))))
    house.sign(form)
    made = house.check(form, words="都是卧床老人")
    assert "alike" in {each["rule"] for each in made.findings}


def test_a_new_result_replaces_the_old_one(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    first = house.issued(elder)
    second = house.issued(elder, intact(), again_because="康复出院")
    with work(house.officer):
        old = Result.objects.get(pk=first.pk)
        assert (old.state, old.replaced_by_id) == ("replaced", second.pk)
        assert valid_result(elder.pk, GB) == second


def test_an_objection_is_assessed_by_others_and_upheld_where_they_come_to_the_same(house: House, person: Any) -> None:
    result = house.issued(person("秀英", ZHUYANG))
    with work(house.clerk):
        raised = actions.object_to(by=house.clerk, result=result, reason="她能自己吃饭")
    with work(house.officer), refused("质控"):
        actions.answer_objection(by=house.officer, objection=raised, again=True, answer="请别人再评")
    with work(house.other):
        answered = actions.answer_objection(by=house.other, objection=raised, again=True, answer="请别人再评")
    assert answered.request is not None
    with refused("不能") as caught:
        house.plan(answered.request)
    assert any("原评估" in zh for zh, _ in caught.value.problems)
    house.again(answered.request, worst(scale(GB)), house.others())
    with work(house.officer):
        raised.refresh_from_db()
        assert (raised.state, Result.objects.count()) == ("upheld", 1)
        assert Result.objects.get().state == "valid"
        assert Notice.objects.filter(template="assessment_objection").exists()
    assert state_of(answered.request) == "issued"


def test_an_objection_is_changed_where_others_come_to_another_level(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    result = house.issued(elder)
    with work(house.clerk):
        raised = actions.object_to(by=house.clerk, result=result, reason="她能自己吃饭")
        assert Result.objects.get(pk=result.pk).state == "contested"
    with work(house.other):
        answered = actions.answer_objection(by=house.other, objection=raised, again=True, answer="请别人再评")
    assert answered.request is not None
    house.again(answered.request, intact(), house.others())
    with work(house.officer):
        raised.refresh_from_db()
        now = valid_result(elder.pk, GB)
        assert now is not None
        assert (raised.state, now.level, Result.objects.get(pk=result.pk).state) == ("changed", 0, "replaced")


def test_an_objection_called_off_is_open_again(house: House, person: Any) -> None:
    result = house.issued(person("秀英", ZHUYANG))
    with work(house.clerk):
        raised = actions.object_to(by=house.clerk, result=result, reason="不同意")
    with work(house.other):
        answered = actions.answer_objection(by=house.other, objection=raised, again=True, answer="复评")
        assert answered.request is not None
        actions.cancel(by=house.other, request=answered.request, reason="本人不愿再评")
        raised.refresh_from_db()
        assert raised.state == Objection.State.OPEN
        actions.answer_objection(by=house.other, objection=raised, again=False, answer="本人不愿复评，维持")
        assert Result.objects.get(pk=result.pk).state == "valid"


def test_one_result_serves_every_department_and_each_use_is_kept(house: House, person: Any) -> None:
    result = house.issued(person("秀英", ZHUYANG))
    with work(house.clerk):
        made = actions.use(by=house.clerk, result=result, purpose="long_term_care_insurance", about="CHX-1")
        assert made.department == "medical_insurance"
        with pytest.raises(UsageError):
            actions.use(by=house.clerk, result=result, purpose="home_bed", department="health")
        with pytest.raises(UsageError):
            actions.use(by=house.clerk, result=result, purpose="nothing")
    with work(platform("test")):
        assert AuditLine.objects.filter(what=f"result:{result.number}", person=result.person_id).exists()


def test_what_a_withdrawn_result_replaced_stands_again(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    first = house.issued(elder)
    second = house.issued(elder, intact(), again_because="康复出院")
    with work(house.officer):
        actions.withdraw_result(by=house.officer, result=second, reason="评错了人")
        assert valid_result(elder.pk, GB) == first


def test_a_withdrawn_result_is_used_no_more(house: House, person: Any) -> None:
    result = house.issued(person("秀英", ZHUYANG))
    with work(house.officer):
        actions.withdraw_result(by=house.officer, result=result, reason="评错了人")
    with work(house.clerk), pytest.raises(UsageError):
        actions.use(by=house.clerk, result=result, purpose="admission")
