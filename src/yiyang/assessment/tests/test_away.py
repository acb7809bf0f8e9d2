"""爱华 and 保国 assess without network: what they take along, what comes home, and what comes second."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import Scope, platform
from yiyang.assessment import actions
from yiyang.assessment.away import SIGNED, YES, Assessing
from yiyang.assessment.filling import answers_of
from yiyang.assessment.models import Form, Request, Signature
from yiyang.assessment.tests.answering import GB, scale, worst
from yiyang.assessment.tests.house import House, assessor, intact, scope, state_of
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.field.kinds import Conflict, Kind, Piece, Replacing
from yiyang.field.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


def pack(by: Scope, on: date | None = None) -> list[Piece]:
    with work(by):
        return Assessing().pack(by, on or timezone.localdate())


def body(answers: dict[str, str], end: datetime | None = None) -> dict[str, Any]:
    end = end or timezone.now()
    times = {"began_at": (end - timedelta(minutes=40)).isoformat(), "ended_at": end.isoformat()}
    return {"answers": answers, "files": {}, "place": None, "version": "", **times}


def entry(by: Scope, about: str, key: uuid.UUID | None = None) -> Entry:
    return Entry(id=key or uuid.uuid4(), user_id=by.user or 0, kind="assessment", about=about, done_at=timezone.now())


def take(by: Scope, about: str, answers: dict[str, str], key: uuid.UUID | None = None) -> None:
    with work(by):
        Assessing().take(by, entry(by, about, key), body(answers))


def instead(by: Scope, about: str, answers: dict[str, str]) -> None:
    with work(by):
        Assessing().instead(by, entry(by, about), body(answers))


def filled(answers: dict[str, str]) -> dict[str, str]:
    return answers | {SIGNED: YES}


def test_it_is_a_kind_whose_conflicts_may_be_settled_either_way() -> None:
    assert isinstance(Assessing(), Kind)
    assert isinstance(Assessing(), Replacing)


def test_takes_along_his_own_of_today_with_the_form_and_nobody_elses(house: House, person: Any, grant: Any) -> None:
    elder = person("秀英", ZHUYANG, phone="13800000000")
    request = house.plan(house.ask(elder))
    house.plan(house.ask(person("桂花", ZHUYANG)), appointed=timezone.now() + timedelta(days=4))
    (piece,) = pack(house.aihua)
    assert (piece.id, piece.person, piece.title, piece.data["phone"]) == (
        str(request.pk), elder.pk, "秀英", "13800000000",
    )  # fmt: skip
    assert piece.form is not None
    asked = {question["id"] for section in piece.form["sections"] for question in section["questions"]}
    assert asked == {*scale(GB).items, SIGNED}
    assert len(pack(house.aihua, timezone.localdate() + timedelta(days=4))) == 2
    assert pack(scope(assessor(grant, house.agency, "芳芳").user)) == []


def test_where_to_go_is_taken_along(house: House, person: Any) -> None:
    elder = person("秀英", ZHUYANG, address="东街 5 号")
    house.plan(house.ask(elder))
    assert pack(house.aihua)[0].data["directions"] == "东街 5 号"
    with work(platform("test")):
        Request.objects.update(place="县医院二楼")
    assert pack(house.aihua)[0].data["directions"] == "县医院二楼"


def test_a_form_comes_home_signed_and_the_other_signs_by_his_own_entry(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    take(house.aihua, str(request.pk), filled(worst(scale(GB))))
    assert pack(house.aihua) == []
    (piece,) = pack(house.baoguo)
    assert piece.id.startswith(f"{request.pk}-sign-")
    assert piece.form is not None
    assert "进食" in piece.form["sections"][0]["questions"][0]["help"]
    take(house.baoguo, piece.id, {SIGNED: YES})
    assert state_of(request) == "signed"
    with work(platform("test")):
        assert answers_of(Form.objects.get()) == worst(scale(GB))
        assert Signature.objects.count() == 2


def test_the_same_entry_twice_is_one_form(house: House, person: Any) -> None:
    request, key = house.plan(house.ask(person("秀英", ZHUYANG))), uuid.uuid4()
    for _ in range(2):
        take(house.aihua, str(request.pk), filled(worst(scale(GB))), key=key)
    with work(platform("test")):
        assert (Form.objects.count(), Signature.objects.count()) == (1, 1)


def test_whoever_finds_it_otherwise_sends_it_back(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    take(house.aihua, str(request.pk), filled(worst(scale(GB))))
    take(house.baoguo, pack(house.baoguo)[0].id, {SIGNED: "no", "why": "上厕所不用人扶"})
    assert state_of(request) == "returned"


def test_two_who_filled_in_the_very_same_are_of_one_mind(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    for by in (house.aihua, house.baoguo):
        take(by, str(request.pk), filled(worst(scale(GB))))
    assert state_of(request) == "signed"


def test_two_phones_that_differ_are_a_conflict_with_theirs_beside_mine(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    take(house.aihua, str(request.pk), filled(worst(scale(GB))))
    mine = worst(scale(GB)) | {"B.1.1": "4"}
    with pytest.raises(Conflict) as caught:
        take(house.baoguo, str(request.pk), filled(mine))
    theirs = caught.value.theirs
    assert theirs["填写人"] == "爱华"
    assert "进食" in theirs
    assert "修饰" not in theirs
    instead(house.baoguo, str(request.pk), filled(mine))
    with work(platform("test")):
        now = Form.objects.get(is_current=True)
        assert (now.filled_by.user.name, Form.objects.count()) == ("保国", 2)
    assert state_of(request) == "filled"


def test_what_others_were_charged_with_meanwhile_is_a_conflict(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    others = house.others()
    house.plan(request, others)
    with pytest.raises(Conflict) as caught:
        take(house.aihua, str(request.pk), filled(intact()))
    assert caught.value.theirs["评估人员"] == "芳芳、国强"


def test_what_was_called_off_meanwhile_is_a_conflict(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    with work(house.officer):
        actions.cancel(by=house.officer, request=request, reason="老人住院")
    with pytest.raises(Conflict) as caught:
        take(house.aihua, str(request.pk), filled(intact()))
    assert caught.value.theirs["现在的状态"] == "已取消"


def test_what_is_missing_is_told_to_the_phone_item_by_item(house: House, person: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    answers = {code: value for code, value in intact().items() if code != "B.1.1"}
    with pytest.raises(UsageError) as caught:
        take(house.aihua, str(request.pk), filled(answers))
    assert any("进食" in zh for zh, _ in caught.value.problems)
    assert state_of(request) == "planned"


@pytest.mark.parametrize("about", ["", "x", "1-sign-x", "12345678901234567890-sign-1234567890123456789012"])
def test_an_unreadable_piece_is_refused(house: House, about: str) -> None:
    with pytest.raises(UsageError):
        take(house.aihua, about, filled(intact()))
    with work(platform("test")):
        assert not Request.objects.exists()
