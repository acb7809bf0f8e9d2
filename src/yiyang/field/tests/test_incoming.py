"""What phones bring home: credited, kept, answered one by one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.urls import reverse

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.accounts.middleware import today
from yiyang.accounts.models import Grant
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.field import devices, tickets
from yiyang.field.models import Device, Entry
from yiyang.field.tests.conftest import VILLAGE, kept
from yiyang.field.tests.phone import PNG, Phone, browser
from yiyang.registry.models import Document

pytestmark = pytest.mark.django_db


def _ticket(phone: Phone, days: float) -> str:
    return tickets.issue(
        user=phone.user.pk, device=Device(pk=phone.device).pk, now=datetime.now(UTC) - timedelta(days=days)
    )


def test_what_was_done_is_taken_and_confirmed_by_its_fingerprint(aihua: Phone, elder: Any) -> None:
    entry = aihua.entry()
    [answer] = aihua.brought(entry)
    assert answer["state"] == "taken"
    assert answer["sha256"] == entry["sha256"]
    there = kept(entry)
    assert (there.user.name, there.person, there.area_code) == ("爱华", elder.pk, VILLAGE)


def test_it_is_credited_to_who_did_it_whoever_is_logged_in(aihua: Phone, elsewhere: Any) -> None:
    entry = aihua.entry()
    [answer] = aihua.brought(entry, via=browser(elsewhere))
    assert answer["state"] == "taken"
    there = kept(entry)
    assert (there.user.name, there.sent_by_name) == ("爱华", "保国")
    with work(platform("test")):
        line = AuditLine.objects.get(what=f"field_entry:{entry['id']}")
    assert line.actor_name == "爱华"
    assert line.detail["sent_by"] == "保国"


def test_the_same_entry_twice_is_one(aihua: Phone) -> None:
    entry = aihua.entry()
    assert [each["state"] for each in (aihua.brought(entry) + aihua.brought(entry))] == ["taken", "taken"]
    with work(platform("test")):
        assert Entry.objects.count() == 1


def test_another_content_under_the_same_number_is_not_kept_in_its_place(aihua: Phone) -> None:
    entry = aihua.entry()
    aihua.brought(entry)
    other = aihua.entry(weight=60) | {"id": entry["id"]}
    [answer] = aihua.brought(other)
    assert (answer["state"], answer["kept"]) == ("refused", False)
    assert kept(entry).sha256 == entry["sha256"]


def test_each_entry_of_a_batch_has_its_own_answer(aihua: Phone, second: Phone) -> None:
    good, bad, damaged = aihua.entry(), second.entry(met="?"), aihua.entry() | {"sha256": "0" * 64}
    answers = aihua.brought(good, bad, damaged)
    assert [(each["state"], each["kept"]) for each in answers] == [
        ("taken", True),
        ("refused", True),
        ("refused", False),
    ]
    assert "没有写明" in answers[1]["problems"][0]["zh"]
    assert "受损" in answers[2]["problems"][0]["zh"]


def test_a_fault_of_ours_holds_up_nothing_else_and_loses_nothing(aihua: Phone, person: Callable[..., Any]) -> None:
    person("恩慧", VILLAGE)
    aihua.begin()
    at = datetime.now(UTC)
    faulty, good = aihua.entry(0, weight=66, done=at), aihua.entry(1, done=at + timedelta(seconds=1))
    answers = aihua.brought(faulty, good)
    assert [each["state"] for each in answers] == ["refused", "taken"]
    assert str(kept(faulty).body) == faulty["body"]


def test_a_ticket_that_we_did_not_sign_credits_nobody(aihua: Phone) -> None:
    entry = aihua.entry() | {"ticket": aihua.pack["ticket"][:-3] + "abc"}
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", False)
    with work(platform("test")):
        assert not Entry.objects.exists()


def test_a_pass_that_we_did_not_sign_names_nobody(aihua: Phone) -> None:
    entry = aihua.entry() | {"pass": "x"}
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", True)
    there = kept(entry)
    assert (there.person, there.kind, there.area_code) == (None, "unknown", VILLAGE)


def test_a_pass_whose_key_was_changed_is_kept_under_what_it_claims(aihua: Phone, elder: Any) -> None:
    said, at, _ = aihua.pack["pieces"][0]["pass"].split(":")
    entry = aihua.entry() | {"pass": f"{said}:{at}:{'x' * 43}"}
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", True)
    assert "凭证无效" in answer["problems"][0]["zh"]
    there = kept(entry)
    assert (there.person, there.kind, there.about) == (elder.pk, "trial", str(elder.pk))


@pytest.mark.parametrize(
    "claims", [[1, 2], ["trial", "1", "x", 3], ["trial", "1", 7, 511702000000], "x", ["other", "1", 1, 1]]
)
def test_a_pass_that_claims_what_is_not_there_lies_where_its_doer_belongs(aihua: Phone, claims: Any) -> None:
    said = signing.b64_encode(json.dumps(claims).encode()).decode()
    [answer] = aihua.brought(entry := aihua.entry() | {"pass": f"{said}:1:x"})
    assert (answer["state"], answer["kept"]) == ("refused", True)
    assert (kept(entry).kind, kept(entry).area_code) == ("unknown", VILLAGE)


@pytest.mark.parametrize(("days", "state"), [(10, "taken"), (13.9, "taken"), (14.1, "refused")])
def test_a_phone_that_returns_late_is_taken_in_within_a_fortnight(aihua: Phone, days: float, state: str) -> None:
    aihua.pack["ticket"] = _ticket(aihua, days)
    entry = aihua.entry(done=datetime.now(UTC) - timedelta(days=days - 0.5))
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == (state, True)


def test_a_clock_that_is_wrong_is_set_right(aihua: Phone) -> None:
    aihua.pack["ticket"] = _ticket(aihua, 1)
    now, ahead = datetime.now(UTC), timedelta(days=400)
    entry = aihua.entry(done=now + ahead - timedelta(hours=3))
    aihua.brought(entry, now=now + ahead)
    assert abs(kept(entry).done_at - (now - timedelta(hours=3))) < timedelta(seconds=5)


def test_nothing_was_done_before_it_was_taken_out_nor_after_it_came_home(aihua: Phone) -> None:
    early, late = aihua.entry(done=datetime(2020, 1, 1, tzinfo=UTC)), aihua.entry(done=datetime(2090, 1, 1, tzinfo=UTC))
    aihua.brought(early, late)
    assert kept(early).done_at == tickets.ticket_of(aihua.pack["ticket"]).issued
    assert kept(late).done_at <= datetime.now(UTC)


def test_a_revoked_device_brings_things_to_be_looked_at_and_takes_nothing_along(aihua: Phone) -> None:
    entry = aihua.entry()
    aihua.client.post(reverse("field:revoke", args=[aihua.device]))
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", True)
    assert "停用" in answer["problems"][0]["zh"]
    assert aihua.post("pack", device=aihua.device).status_code == 422


def test_rights_are_those_of_the_day_on_which_it_was_done(aihua: Phone) -> None:
    aihua.pack["ticket"] = _ticket(aihua, 5)
    with work(platform("test")):
        Grant.objects.filter(user=aihua.user).update(ends=today() - timedelta(days=2))
    then, now = aihua.entry(done=datetime.now(UTC) - timedelta(days=4)), aihua.entry()
    assert [each["state"] for each in aihua.brought(then, now)] == ["taken", "refused"]


def test_a_grant_that_was_taken_away_counts_no_more(aihua: Phone) -> None:
    aihua.pack["ticket"] = _ticket(aihua, 5)
    with work(platform("test")):
        Grant.objects.filter(user=aihua.user).update(revoked_at=datetime.now(UTC))
    entry = aihua.entry(done=datetime.now(UTC) - timedelta(days=4))
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", True)


def test_whoever_moved_out_of_reach_is_refused_and_kept(aihua: Phone, elder: Any) -> None:
    entry = aihua.entry()
    with work(platform("test")):
        type(elder).objects.filter(pk=elder.pk).update(area_code=WUMU)
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", True)
    assert kept(entry).area_code == WUMU


def test_the_second_of_two_phones_is_in_conflict_and_both_are_kept(aihua: Phone, second: Phone) -> None:
    first, later = aihua.entry(), second.entry()
    aihua.brought(first)
    [answer] = second.brought(later)
    assert answer["state"] == "conflict"
    assert answer["theirs"]["办理人"] == "爱华"
    assert (kept(first).state, kept(later).state) == ("taken", "conflict")


def test_a_photo_lies_sealed_with_the_papers_and_only_there(aihua: Phone, elder: Any) -> None:
    at = datetime.now(UTC).isoformat()
    photo = [{"media_type": "image/png", "data": base64.b64encode(PNG).decode()}]
    body = {"answers": {"met": "yes"}, "files": {"picture": photo}, "began_at": at, "ended_at": at}
    entry = aihua.sealed(0, body, at)
    aihua.brought(entry)
    with work(platform("test")):
        assert Document.objects.get(person=elder).media_type == "image/png"
    assert "data" not in json.loads(str(kept(entry).body))["files"]["picture"][0]


def test_what_is_no_picture_is_refused_whole(aihua: Phone) -> None:
    at = datetime.now(UTC).isoformat()
    body = {"answers": {"met": "yes"}, "files": {"picture": [{"data": base64.b64encode(b"MZ" * 40).decode()}]}}
    [answer] = aihua.brought(aihua.sealed(0, body, at))
    assert answer["state"] == "refused"
    with work(platform("test")):
        assert not Document.objects.exists()


@pytest.mark.parametrize("body", [[], "x", 7, None, {"answers": []}, {"files": 3}, {"began_at": "yesterday"}])
def test_a_body_that_is_none_is_refused_and_kept(aihua: Phone, body: Any) -> None:
    entry = aihua.sealed(0, body, datetime.now(UTC).isoformat())
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", True)


def test_an_entry_that_is_too_large_is_refused_and_kept(aihua: Phone, settings: Any) -> None:
    settings.FIELD_ENTRY_BYTES = 1 << 20
    entry = aihua.entry(words="好" * (1 << 20))
    [answer] = aihua.brought(entry)
    assert (answer["state"], answer["kept"]) == ("refused", True)


def test_a_batch_that_is_too_large_is_refused_as_a_whole(aihua: Phone, settings: Any) -> None:
    settings.FIELD_BATCH_BYTES = 1000
    answer = aihua.send(aihua.entry(words="好" * 1000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "batch", ["", "[]", '{"entries": 3}', '{"entries": [3]}', "{", '{"clock": "x", "entries": []}']
)
def test_a_batch_that_cannot_be_read_says_so(aihua: Phone, batch: str) -> None:
    answer = aihua.client.post(reverse("field:sync"), batch, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["zh"]


def test_everybody_who_is_taken_along_is_noted(aihua: Phone, elder: Any) -> None:
    with work(platform("test")):
        line = AuditLine.objects.get(what="field:pack")
    assert (line.person, line.actor_name) == (elder.pk, "爱华")


def test_only_ones_own_people_are_taken_along(elder: Any, elsewhere: Any) -> None:
    assert Phone(elsewhere).begin().pack["pieces"] == []


def test_a_phone_takes_along_for_its_own_account_only(aihua: Phone, elsewhere: Any) -> None:
    answer = Phone(elsewhere).post("pack", device=aihua.device)
    assert answer.status_code == 422


def test_the_key_comes_back_after_a_fresh_login_and_to_its_own_account_only(
    aihua: Phone, elsewhere: Any, logged_in: Callable[..., Any]
) -> None:
    assert aihua.post("key", device=aihua.device).json()["code"] == "prove"
    fresh = logged_in(aihua.user)
    answer = fresh.post(reverse("field:key"), {"device": aihua.device})
    assert base64.b64decode(answer.json()["key"]) == bytes(32)
    other = logged_in(elsewhere)
    assert other.post(reverse("field:key"), {"device": aihua.device}).status_code == 422


def test_five_devices_are_enough(aihua: Phone) -> None:
    for _ in range(devices.MOST - 1):
        aihua.begin()
    answer = aihua.post("register", name="又一台", key=base64.b64encode(bytes(32)).decode())
    assert answer.status_code == 422


def test_who_looks_after_accounts_revokes_a_lost_phone_and_others_do_not_find_it(
    aihua: Phone, elsewhere: Any, grant: Callable[..., Any]
) -> None:
    there = reverse("field:revoke", args=[aihua.device])
    assert browser(elsewhere).post(there).status_code == 404
    assert browser(grant("恩慧", "county_officer", DAZHU)).post(there).status_code == 302
    with work(platform("test")):
        assert Device.objects.get(pk=aihua.device).revoked_by_name == "恩慧"


def test_the_clerk_of_the_township_has_no_part_in_other_peoples_phones(aihua: Phone, clerk: Any) -> None:
    assert ZHUYANG < VILLAGE
    assert browser(clerk).get(reverse("field:device", args=[aihua.device])).status_code == 404
