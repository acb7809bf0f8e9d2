"""Two phones, one case: somebody else decides, and both stay known."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from conftest import WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.field.tests.conftest import kept
from yiyang.field.tests.phone import PNG, Phone, browser

pytestmark = pytest.mark.django_db
LIST = "/field/conflicts/"


@pytest.fixture
def later(aihua: Phone, second: Phone) -> dict[str, Any]:
    """秋菊's entry, which came second."""
    aihua.brought(aihua.entry())
    entry = second.entry()
    second.brought(entry)
    return entry


def _settle(user: Any, entry: dict[str, Any], how: str, words: str = "问过本人") -> Any:
    return browser(user).post(reverse("field:entry", args=[entry["id"]]), {"how": how, "words": words}, follow=True)


def test_the_clerk_sees_both_beside_each_other(later: dict[str, Any], clerk: Any) -> None:
    assert "德明" in browser(clerk).get(LIST).content.decode()
    body = browser(clerk).get(reverse("field:entry", args=[later["id"]])).content.decode()
    assert "先到的记录" in body
    assert "后到的记录" in body
    assert "秋菊" in body


def test_the_clerk_of_the_next_township_finds_nothing(later: dict[str, Any], grant: Callable[..., Any]) -> None:
    other = browser(grant("恩慧", "township_clerk", WUMU))
    assert "德明" not in other.get(LIST + "?tab=all").content.decode()
    assert other.get(reverse("field:entry", args=[later["id"]])).status_code == 404


def test_all_that_came_home_can_be_sifted_by_state(later: dict[str, Any], clerk: Any) -> None:
    rows = {state: browser(clerk).get(f"{LIST}?state={state}").content.decode() for state in ("taken", "refused")}
    assert "爱华" in rows["taken"]
    assert "德明" not in rows["refused"]
    assert "tab=all&amp;state=taken&amp;sort" in rows["taken"]


def test_visitors_do_not_decide(later: dict[str, Any], second: Phone) -> None:
    assert second.client.get(LIST).status_code == 403


@pytest.mark.parametrize("how", ["first", "second", "both"])
def test_a_conflict_is_decided_once_and_the_phone_learns_it(
    later: dict[str, Any], second: Phone, clerk: Any, how: str
) -> None:
    assert "已处理" in _settle(clerk, later, how).content.decode()
    there = kept(later)
    assert (there.state, there.settled_by_name) == ("settled", "春兰")
    assert "问过本人" in there.settled_how
    assert second.brought(later)[0]["state"] == "settled"
    assert "已处理。" not in _settle(clerk, later, how).content.decode()


def test_a_reason_is_asked_for(later: dict[str, Any], clerk: Any) -> None:
    _settle(clerk, later, "first", " ")
    assert kept(later).state == "conflict"


def test_nobody_decides_about_what_he_did_himself(
    later: dict[str, Any], second: Phone, grant: Callable[..., Any]
) -> None:
    grant("秋菊", "township_clerk", ZHUYANG)
    _settle(second.user, later, "first")
    assert kept(later).state == "conflict"


def test_what_a_revoked_phone_brought_is_taken_in_after_a_look(aihua: Phone, clerk: Any) -> None:
    entry = aihua.entry()
    aihua.client.post(reverse("field:revoke", args=[aihua.device]))
    aihua.brought(entry)
    _settle(clerk, entry, "take")
    assert kept(entry).state == "settled"


def test_what_still_cannot_be_taken_stays_open(aihua: Phone, clerk: Any) -> None:
    entry = aihua.entry(met="?")
    aihua.brought(entry)
    assert "仍然不能入库" in _settle(clerk, entry, "take").content.decode()
    assert kept(entry).state == "refused"


def _opened(user: Any, entry: dict[str, Any]) -> str:
    return browser(user).get(reverse("field:entry", args=[entry["id"]])).content.decode()


def test_under_a_pass_that_says_nothing_the_superior_of_its_doer_chooses_what_it_was(
    aihua: Phone, elder: Any, clerk: Any, grant: Callable[..., Any]
) -> None:
    entry = aihua.entry() | {"pass": "x"}
    aihua.brought(entry)
    assert "认不出的业务" in browser(clerk).get(LIST).content.decode()
    assert (
        browser(grant("恩慧", "township_clerk", WUMU)).get(reverse("field:entry", args=[entry["id"]])).status_code
        == 404
    )
    assert "德明（看望）" in _opened(clerk, entry)
    _settle(clerk, entry, "take")
    assert kept(entry).state == "refused"
    words = {"how": "take", "words": "看内容是德明家", "piece": f"trial:{elder.pk}"}
    browser(clerk).post(reverse("field:entry", args=[entry["id"]]), words)
    there = kept(entry)
    assert (there.state, there.person, there.kind) == ("settled", elder.pk, "trial")


def test_or_keeps_it_without_taking_it_in(aihua: Phone, clerk: Any) -> None:
    entry = aihua.entry() | {"pass": "x"}
    aihua.brought(entry)
    _settle(clerk, entry, "first", "重复上传")
    there = kept(entry)
    assert (there.state, there.kind, str(there.body)) == ("settled", "unknown", entry["body"])


def test_what_a_conflict_brought_along_can_be_looked_at_and_every_look_is_noted(
    aihua: Phone, second: Phone, clerk: Any, grant: Callable[..., Any]
) -> None:
    aihua.brought(aihua.entry())
    at = datetime.now(UTC).isoformat()
    files = {"picture": [{"data": base64.b64encode(each).decode()} for each in (PNG, b"<script>")]}
    body = {"answers": {"met": "yes"}, "files": files, "began_at": at, "ended_at": at}
    entry = second.sealed(0, body, at)
    second.brought(entry)
    page = _opened(clerk, entry)
    assert ("照片或签字 1" in page, "不能辨认的附件 2（没有完整上传）" in page) == (True, True)
    there = [reverse("field:entry_file", args=[entry["id"], number]) for number in (0, 1, 2)]
    picture, script, none = (browser(clerk).get(each) for each in there)
    assert (picture.content, picture["Content-Type"]) == (PNG, "image/png")
    assert "sandbox" in picture["Content-Security-Policy"]
    assert (script.status_code, none.status_code) == (404, 404)
    assert browser(grant("恩慧", "township_clerk", WUMU)).get(there[0]).status_code == 404
    with work(platform("test")):
        assert AuditLine.objects.filter(kind="reveal", what=f"field_entry:{entry['id']}").count() == 1


def test_what_was_taken_in_after_a_look_shows_its_papers(aihua: Phone, clerk: Any) -> None:
    at = datetime.now(UTC).isoformat()
    files = {"picture": [{"data": base64.b64encode(PNG).decode()}]}
    entry = aihua.sealed(0, {"answers": {"met": "yes"}, "files": files, "began_at": at, "ended_at": at}, at)
    aihua.client.post(reverse("field:revoke", args=[aihua.device]))
    aihua.brought(entry)
    assert "照片或签字 1" in _opened(clerk, entry)
    _settle(clerk, entry, "take")
    assert "看望照片" in _opened(clerk, entry)


def test_a_phone_may_ask_how_its_own_stand(later: dict[str, Any], aihua: Phone, second: Phone, clerk: Any) -> None:
    _settle(clerk, later, "both")
    asks = [{each: later[each] for each in ("id", "ticket", "sha256")}]
    [answer] = second.send(asks=asks).json()["answers"]
    assert (answer["state"], answer["kept"]) == ("settled", True)
    strange = [asks[0] | {"ticket": aihua.pack["ticket"]}]
    assert second.send(asks=strange).json()["answers"] == []
    assert second.send(asks=[3]).status_code == 422
