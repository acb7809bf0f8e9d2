"""A citizen's cases: applied for once however often pressed, agreed, declined, withdrawn, objected to, rated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from yiyang.access.scope import acting, platform
from yiyang.audit.record import work
from yiyang.cases.models import Appeal, Case, Decision, Rating, Step
from yiyang.cases.numbers import new_number
from yiyang.cases.steps import taking
from yiyang.portal import mine_entitlements
from yiyang.portal.models import Citizen, Mandate
from yiyang.portal.tests.conftest import ZHUYANG

pytestmark = pytest.mark.django_db
ITEM = "home_retrofit"
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(16)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in force would say this of everybody: he may be entitled to 家庭适老化改造."""
    said = {
        "item": ITEM, "name_zh": "居家适老化改造", "answer": "undecided", "low_fen": 0, "high_fen": 300000,
        "amount_fen": None, "every": "once", "kind": "service", "delivery": "application",
        "source": {"title": "某文件", "article": "第一条"},
        "conditions": [{"state": "unknown", "says": "能力等级为轻度失能以上", "depth": 0, "value": ""}],
    }  # fmt: skip
    monkeypatch.setattr(mine_entitlements, "answers", lambda person: ("2026-11", [said]))


@pytest.fixture
def case() -> Callable[..., Case]:
    """case(person) is one that was found and told."""

    def make(person: Any, **fields: Any) -> Case:
        today = timezone.localdate()
        given: dict[str, Any] = {"process": "application", "channel": "run", "every": "once", "fen": 300000, **fields}
        with work(platform("test")):
            with taking("found"):
                made = Case.objects.create(
                    number=new_number(ZHUYANG, today), person=person, item=ITEM, list_area="511724", area_code=ZHUYANG,
                    state_since=timezone.now(), **given,
                )  # fmt: skip
            Case.objects.filter(pk=made.pk).update(state="told")
        return made

    return make


def _all(model: Any) -> Any:
    with acting(platform("test")):
        return list(model.objects.order_by("pk"))


def test_pressing_twice_makes_one_case_and_the_photo_lies_with_it(
    told: None, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    browser, page = at_home(citizen(aihua)), f"/portal/mine/{aihua.pk}/apply/{ITEM}/"
    assert "最高" in browser.get(page).content.decode()
    for _ in range(2):
        paper = SimpleUploadedFile("证.png", PHOTO, "image/png")
        answer = browser.post(page, {"once": "abc", "note": "腿脚不便", "title": "残疾证", "paper": paper})
        assert answer.status_code == 302
    made = _all(Case)
    assert [(each.state, each.channel) for each in made] == [("applied", "portal")]
    shown = browser.get(answer["Location"]).content.decode()
    assert "残疾证" in shown
    assert "前答复" in shown
    assert "您本人" in shown


@pytest.mark.parametrize("bad", [b"MZ\x90\x00 not a paper", b""])
def test_a_file_that_is_no_paper_is_refused_before_anything_is_written(
    bad: bytes, told: None, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    browser, page = at_home(citizen(aihua)), f"/portal/mine/{aihua.pk}/apply/{ITEM}/"
    answer = browser.post(page, {"once": "x", "paper": SimpleUploadedFile("a.png", bad, "image/png")})
    assert answer.status_code == 200
    assert _all(Case) == []


def test_a_proxys_application_says_so(
    told: None, aihua: Any, citizen: Callable[..., Citizen], mandate: Callable[..., Mandate],
    at_home: Callable[..., Client],
) -> None:  # fmt: skip
    daughter = citizen("春兰")
    mandate(aihua, daughter)
    answer = at_home(daughter).post(f"/portal/mine/{aihua.pk}/apply/{ITEM}/", {"once": "y"})
    assert _all(Step)[-1].by_name == f"群众#{daughter.pk}（代办）"
    assert "家人代办" in at_home(citizen(aihua)).get(answer["Location"]).content.decode()


@pytest.mark.parametrize(("step", "state"), [("agree", "agreed"), ("decline", "declined"), ("apply", "applied")])
def test_an_offer_is_taken_or_declined(
    step: str, state: str, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client],
    case: Callable[..., Case],
) -> None:  # fmt: skip
    there, browser = case(aihua), at_home(citizen(aihua))
    page = f"/portal/mine/{aihua.pk}/cases/{there.pk}/do/{step}/"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"expected": "told", "reason": ""}).status_code == 302
    assert _all(Case)[0].state == state


def test_a_page_that_is_out_of_date_says_so(
    aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client], case: Callable[..., Case]
) -> None:
    there, browser = case(aihua), at_home(citizen(aihua))
    page = f"/portal/mine/{aihua.pk}/cases/{there.pk}/do/agree/"
    answer = browser.post(page, {"expected": "found", "reason": ""})
    assert "已由别人办理" in answer.content.decode()
    assert _all(Case)[0].state == "told"


def test_steps_of_staff_are_not_there(
    aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client], case: Callable[..., Case]
) -> None:
    there, browser = case(aihua), at_home(citizen(aihua))
    for step in ("check", "grant", "cancel", "lapse"):
        assert browser.post(f"/portal/mine/{aihua.pk}/cases/{there.pk}/do/{step}/", {"reason": "x"}).status_code == 302
    assert _all(Case)[0].state == "told"


def test_an_application_is_withdrawn(
    told: None, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    browser = at_home(citizen(aihua))
    made = browser.post(f"/portal/mine/{aihua.pk}/apply/{ITEM}/", {"once": "z"})
    browser.post(made["Location"] + "do/withdraw/", {"expected": "applied", "reason": "填错了"})
    assert _all(Case)[0].state == "withdrawn"


def test_another_persons_case_is_not_found(
    aihua: Any, baoguo: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client], case: Callable[..., Case]
) -> None:
    theirs, browser = case(baoguo), at_home(citizen(aihua))
    for page in ("", "do/decline/", "papers/", "rate/"):
        for ask in (browser.get, browser.post):
            assert ask(f"/portal/mine/{aihua.pk}/cases/{theirs.pk}/{page}").status_code == 404


def test_a_decision_is_objected_to_once_and_rated(
    aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client], case: Callable[..., Case]
) -> None:
    there, browser = case(aihua), at_home(citizen(aihua))
    with work(platform("test")):
        for state in ("applied", "checked", "refused"):
            Case.objects.filter(pk=there.pk).update(state=state)
        decided = Decision.objects.create(
            case=there, number="JD1", kind="refuse", every="once", holds_from=date(2026, 11, 1), reason="能力完好",
            decided_by_name="审批", decided_at=timezone.now(), appeal_until=timezone.localdate() + timedelta(60),
        )  # fmt: skip
    page = f"/portal/mine/{aihua.pk}/cases/{there.pk}/"
    assert "提出异议" in browser.get(page).content.decode()
    for _ in range(2):
        assert browser.post(f"{page}object/{decided.pk}/", {"reason": "我走不动"}).status_code == 302
    assert [each.reason for each in _all(Appeal)] == ["我走不动"]
    assert browser.post(f"{page}rate/", {"stars": "2", "words": "太慢"}).status_code == 302
    assert browser.post(f"{page}rate/", {"stars": "9"}).status_code == 200
    assert [(each.stars, each.words) for each in _all(Rating)] == [(2, "太慢")]


def test_messages_are_read_and_ways_declined(
    aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    from yiyang.notices.actions import tell
    from yiyang.notices.models import Notice, OptOut

    data = {"item": ITEM, "list_area": "511724", "fen": 300000, "every": "once"}
    with work(platform("test")) as by:
        tell(by=by, person=aihua.pk, area=ZHUYANG, template="found_application", about="t:1", data=data)
    browser = at_home(citizen(aihua))
    home = f"/portal/mine/{aihua.pk}/"
    assert "1 条新消息" in browser.get(home).content.decode()
    notice = next(each for each in _all(Notice) if each.channel == "in_app")
    assert "适老化" in browser.get(f"{home}messages/{notice.pk}/").content.decode()
    assert "条新消息" not in browser.get(home).content.decode()
    browser.post(f"{home}messages/ways/", {"way": "letter"})
    assert [each.channel for each in _all(OptOut)] == ["sms"]
