"""Being told: once for one thing, by the ways that are due and wanted."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from yiyang.access.scope import Scope, acting, current, platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.notices import actions, outbox
from yiyang.notices.models import Instant, Notice, OptOut, Wording
from yiyang.notices.tests.people import clerk, data, everybody, township
from yiyang.notices.words import Reader

pytestmark = pytest.mark.django_db
SELF = platform("tests")
GRANTED = data(**{"from": "2026-11-01"}, number="D1", appeal_until="2027-01-05")


@pytest.fixture
def people() -> Any:
    with work(SELF):
        yield everybody()


def _told(person: Any, **words: Any) -> dict[str, str]:
    rows = Notice.objects.filter(person=person.pk, **words).values_list("channel", "state")
    return dict(rows)


def _tell(person: Any, template: str = "found_automatic", about: str = "case:1", **words: Any) -> int:
    given = {"by": current(), "data": data(), "area": person.area_code} | words
    return actions.tell(person=person.pk, template=template, about=about, **given)


def test_tells_by_text_message_where_a_telephone_is_known_and_by_letter_where_none_is(people: Any) -> None:
    _tell(people["爱华"])
    _tell(people["保国"])
    assert _told(people["爱华"]) == {"in_app": "sent", "sms": "waiting"}
    assert _told(people["保国"]) == {"in_app": "sent", "letter": "waiting"}


def test_tells_decisions_by_letter_too(people: Any) -> None:
    _tell(people["爱华"], "granted", data=GRANTED)
    assert _told(people["爱华"]) == {"in_app": "sent", "sms": "waiting", "letter": "waiting"}


def test_never_tells_the_same_thing_twice(people: Any) -> None:
    assert _tell(people["爱华"]) == 2
    assert _tell(people["爱华"], data=data(fen=7000)) == 0
    assert _tell(people["爱华"], about="case:2") == 2


def test_sends_nothing_to_the_dead_but_keeps_it_for_the_family(people: Any) -> None:
    _tell(people["德明"], "granted", data=GRANTED)
    assert _told(people["德明"]) == {"in_app": "sent"}


def test_tells_many_in_one_query(people: Any) -> None:
    rows = """SELECT id AS person, area_code, 'case:' || id AS about,
                     jsonb_build_object('item', 'old_age_allowance', 'fen', 6000, 'every', 'month')
                     AS data FROM registry_person WHERE id < %s"""
    assert actions.tell_many(template="found_automatic", rows=rows, parameters=[200]) == 7
    assert actions.tell_many(template="found_automatic", rows=rows, parameters=[200]) == 0


def test_refuses_data_that_lack_something(people: Any) -> None:
    with pytest.raises(UsageError, match="fen"):
        _tell(people["爱华"], data={"item": "old_age_allowance"})


def test_who_declines_text_messages_gets_a_letter_and_that_is_kept(people: Any) -> None:
    aihua = people["爱华"]
    _tell(aihua, about="case:1")
    actions.opt_out(by=SELF, person=aihua, channel="sms")
    assert _told(aihua, about="case:1") == {"in_app": "sent", "sms": "not_wanted"}
    _tell(aihua, about="case:2")
    assert _told(aihua, about="case:2") == {"in_app": "sent", "sms": "not_wanted", "letter": "waiting"}
    actions.opt_in(by=SELF, person=aihua, channel="sms")
    _tell(aihua, about="case:3")
    assert _told(aihua, about="case:3") == {"in_app": "sent", "sms": "waiting"}


def test_decisions_come_by_letter_even_to_who_declines_letters(people: Any) -> None:
    aihua = people["爱华"]
    _tell(aihua, "granted", data=GRANTED)
    actions.opt_out(by=SELF, person=aihua, channel="letter")
    assert _told(aihua)["letter"] == "waiting"
    _tell(people["保国"], "found_automatic")
    actions.opt_out(by=SELF, person=people["保国"], channel="letter")
    assert _told(people["保国"])["letter"] == "not_wanted"


def test_a_clerk_of_another_township_cannot_opt_out_for_somebody(people: Any) -> None:
    with work(township()) as clerk_of_town:
        with pytest.raises(PermissionDenied):
            actions.opt_out(by=clerk_of_town, person=people["春兰"], channel="sms")
        actions.opt_out(by=clerk_of_town, person=people["爱华"], channel="sms")
    assert OptOut.objects.get().said_by_name == "岗位"


def test_a_citizen_decides_for_himself_and_reads_his_own(people: Any) -> None:
    aihua, baoguo = people["爱华"], people["保国"]
    _tell(aihua)
    _tell(baoguo)
    citizen = Scope(None, "赵爱华", citizen=1, persons=frozenset({aihua.pk}))
    everything = list(Notice.objects.values_list("pk", flat=True))
    assert actions.read(by=citizen, notices=everything) == 1
    actions.opt_out(by=citizen, person=aihua, channel="sms")
    with pytest.raises(PermissionDenied):
        actions.opt_out(by=citizen, person=baoguo, channel="sms")
    with acting(citizen):
        assert {each.person for each in Notice.objects.all()} == {aihua.pk}


def test_a_clerk_sees_notices_of_his_own_area_only(people: Any) -> None:
    for each in people.values():
        _tell(each)
    with acting(township()):
        assert set(Notice.objects.values_list("person", flat=True)) == {101, 102, 104}
    with acting(Scope(None, "")):
        assert not Notice.objects.exists()


def test_what_was_sent_reads_as_it_was_when_the_template_has_changed(people: Any) -> None:
    _tell(people["爱华"])
    notice = Notice.objects.get(channel="sms")
    kept = Wording.objects.get()
    assert kept.version == notice.template_version
    assert Reader([notice]).said(notice).title == "您可以享受高龄津贴"


def test_a_code_goes_to_the_outbox_at_once_and_is_taken_once(people: Any) -> None:
    with acting(Scope(None, "")):
        actions.send_code("138 0000 0101", "验证码123456")
        assert not Instant.objects.exists()
    assert [each["text"] for each in outbox.take()] == ["验证码123456"]
    assert outbox.take() == []


def test_codes_show_in_demonstrations_only(people: Any, settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    actions.send_code("13800000101", "验证码654321")
    with pytest.raises(UsageError):
        outbox.latest_for("13800000101")
    (tmp_path / "demo").mkdir()
    assert outbox.latest_for("138-0000-0101") == "验证码654321"
    assert outbox.latest_for("13900000000") == ""


def test_a_code_that_nobody_took_in_time_is_given_up(people: Any) -> None:
    from datetime import timedelta

    actions.send_code("13800000101", "验证码1", lasts=timedelta(seconds=-1))
    assert outbox.take() == []
    assert Instant.objects.get().state == "expired"


def test_county_staff_may_tell_within_their_scope(people: Any) -> None:
    assert _tell(people["春兰"], by=clerk()) == 2
