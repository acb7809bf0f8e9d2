"""The questions page by page, without script: forward, back, stop, change; nothing kept, nothing in an address."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from yiyang.portal import steps

PAGE = "/portal/entitlements/"
FATHER = "who.other~county.511724~town.511724001~live.here~birth.194403"


def said(answer: Any) -> str:
    """What the page is titled."""
    assert answer.status_code == 200
    return unescape(re.findall(r'<h1 id="title">(.*?)</h1>', answer.content.decode(), re.DOTALL)[0])


def hidden(answer: Any) -> dict[str, str]:
    """What the form of a page carries."""
    body = answer.content.decode().split("<fieldset")[0].rsplit("<form", 1)[-1]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))


def press(client: Client, page: Any, **more: str) -> Any:
    """Send the form of a page."""
    return client.post(PAGE, {**hidden(page), **more})


@pytest.mark.django_db
def test_one_goes_from_question_to_answer_and_back_without_script(client: Client) -> None:
    page = client.get(PAGE)
    assert said(page) == "您替谁问？"
    page = press(client, page, answer="other")
    assert said(page) == "老人的户口在哪里？"
    page = press(client, press(client, page, answer="511724"), answer="511724001")
    assert said(page) == "老人现在住在哪里？"
    page = press(client, page, answer="here")
    page = press(client, page, year="１９４４", month="3", day="")
    assert said(page) == "老人家有没有办过下面的困难认定？"
    page = press(client, page, act="back")
    assert said(page) == "老人是哪年哪月出生的？"
    assert 'value="1944"' in page.content.decode()
    page = press(client, press(client, page, year="1944", month="3"), act="stop")
    assert "现在可以享受" in said(page)
    assert "每月 60 元" in page.content.decode()
    assert "竹阳街道便民服务中心" in page.content.decode()


@pytest.mark.django_db
def test_nothing_is_kept(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    page = client.post(PAGE, {"so_far": FATHER, "key": "hardship", "answer": "low_income"})
    assert page.cookies == {}
    assert client.cookies == {}
    assert "no-store" not in page["Cache-Control"]  # else the browser could not go back
    assert "private" in page["Cache-Control"]
    assert "low_income" not in "".join(capfd.readouterr())
    body = page.content.decode()
    assert not re.search(r'(href|action)="[^"]*(hardship|194403)', body)


BY_NOVEMBER = steps.read_birth


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"year": "44", "month": "3"}, "出生年份应在"),
        ({"year": "1944", "month": "13"}, "月份应在"),
        ({"year": "1944", "month": "2", "day": "30"}, "没有 30 日"),
        ({"year": "2026", "month": "11", "day": "15"}, "不能在今天之后"),
        ({"year": "", "month": ""}, "请填出生的年和月"),
        ({"year": "一九四四", "month": "3"}, "请填出生的年和月"),
    ],
)
def test_a_wrong_birth_date_is_said_and_what_was_typed_stays(
    client: Client, typed: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On the last day of a year there is no day to come in it.
    monkeypatch.setattr(steps, "read_birth", lambda y, m, d, today: BY_NOVEMBER(y, m, d, 20261114))
    page = client.post(PAGE, {"so_far": FATHER.rsplit("~", 1)[0], "key": "birth", **typed})
    body = page.content.decode()
    assert says in body
    assert "data-error-summary" in body
    assert all(f'value="{value}"' in body for value in typed.values() if value)


@pytest.mark.django_db
def test_choosing_nothing_is_said(client: Client) -> None:
    page = client.post(PAGE, {"so_far": FATHER, "key": "hardship"})
    assert "请选一项" in page.content.decode()


@pytest.mark.django_db
def test_switching_the_look_keeps_question_and_answers(client: Client) -> None:
    page = client.post(PAGE, {"so_far": FATHER, "key": "hardship", "size": "large"})
    assert said(page) == "老人家有没有办过下面的困难认定？"
    assert 'data-size="large"' in page.content.decode()
    assert FATHER in page.content.decode()
    assert page.cookies["size"].value == "large"
    page = client.post(PAGE, {"so_far": f"{FATHER}~hardship.none", "key": "result", "contrast": "high"})
    assert "现在可以享受" in said(page)
    assert 'data-contrast="high"' in page.content.decode()


@pytest.mark.django_db
def test_an_answer_is_changed_and_the_others_stay(client: Client) -> None:
    page = client.post(PAGE, {"so_far": f"{FATHER}~hardship.none~ability.severe", "act": "ask:hardship"})
    assert said(page) == "老人家有没有办过下面的困难认定？"
    assert "ability.severe" in hidden(page)["so_far"]
    # With another county the towns fall, and nothing else.
    page = client.post(PAGE, {"so_far": f"{FATHER}~hardship.none", "act": "ask:county"})
    assert hidden(page)["so_far"] == "who.other~birth.194403~hardship.none"


@pytest.mark.django_db
def test_who_lives_elsewhere_and_does_not_know_is_answered_too(client: Client) -> None:
    for so_far in (
        "who.self~county.other~live.other~birth.194403",
        "who.self~county.unknown~live.unknown~birth.unknown",
        "who.self~county.other~live.511724~live_town.unknown~birth.194403",
        "who.self~county.500151~town.unknown~live.511702~live_town.unknown~birth.1990",
    ):
        page = client.post(PAGE, {"so_far": so_far, "act": "stop"})
        assert page.status_code == 200, so_far


@pytest.mark.django_db
@pytest.mark.parametrize("post", [{"so_far": "~~~"}, {"key": "x" * 9000}, {"act": "ask:<script>"}, {"so_far": "\x00"}])
def test_nonsense_begins_anew(client: Client, post: dict[str, str]) -> None:
    assert said(client.post(PAGE, post)) == "您替谁问？"


@pytest.mark.django_db
def test_the_look_is_remembered_and_leads_back_to_the_page_only(client: Client) -> None:
    answer = client.post("/portal/look", {"size": "large", "next": "/portal/help/"})
    assert answer["Location"] == "/portal/help/"
    assert 'data-size="large"' in client.get("/portal/").content.decode()
    answer = client.post("/portal/look", {"size": "normal", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/portal/"
