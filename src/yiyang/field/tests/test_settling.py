"""Two phones, one case: somebody else decides, and both stay known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from conftest import WUMU, ZHUYANG
from yiyang.field.tests.conftest import kept
from yiyang.field.tests.phone import Phone, browser

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


def test_a_phone_may_ask_how_its_own_stand(later: dict[str, Any], aihua: Phone, second: Phone, clerk: Any) -> None:
    _settle(clerk, later, "both")
    asks = [{each: later[each] for each in ("id", "ticket", "sha256")}]
    [answer] = second.send(asks=asks).json()["answers"]
    assert (answer["state"], answer["kept"]) == ("settled", True)
    strange = [asks[0] | {"ticket": aihua.pack["ticket"]}]
    assert second.send(asks=strange).json()["answers"] == []
    assert second.send(asks=[3]).status_code == 422
