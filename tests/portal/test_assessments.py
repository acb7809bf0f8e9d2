"""An elder and his assessments in the portal: he asks, takes back, sees what came out, and does not agree."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment.tests.answering import SELF_CHECK, scale
from yiyang.assessment.tests.house import House
from yiyang.assessment.tests.test_pages import one, text
from yiyang.audit.record import work
from yiyang.portal.models import Citizen
from yiyang.portal.scopes import SESSION

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(grant: Any, settings: Any, tmp_path: Any) -> House:
    """An agency and its people."""
    settings.SECOND_FACTOR, settings.DATA = False, tmp_path
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    return House(grant)


def citizen(elder: Any) -> Client:
    """The elder himself, logged in to the portal."""
    with work(platform("test")):
        made = Citizen.objects.create(
            id_number=str(elder.id_number), name=elder.name, phone="13800000001", person=elder.pk,
            verified_by=Citizen.Proof.REGISTRY, verified_at=timezone.now(),
        )  # fmt: skip
    his = Client()
    session = his.session
    session[SESSION] = {"id": made.pk, "epoch": made.epoch}
    session.save()
    return his


def test_an_elder_asks_takes_back_and_objects_in_the_portal(house: House, person: Any) -> None:
    elder, other = person("王秀英", ZHUYANG), person("李桂兰", ZHUYANG)
    his, home = citizen(elder), reverse("portal:mine_assessments", args=[elder.pk])
    assert "还没有评估过" in text(his.get(home))
    assert his.post(home + "ask/", {"reason": "跌倒"}).status_code == 302
    assert "撤回申请" in text(his.get(home))
    assert his.post(f"{home}{one().pk}/cancel/", {"reason": "好了"}).status_code == 302
    assert "已取消" in text(his.get(home))
    result = house.issued(elder)
    assert "完全失能" in text(his.get(home))
    assert "已有有效结果" in text(his.get(home + "ask/"))
    assert his.post(f"{home}{result.pk}/object/", {"reason": "不同意"}).status_code == 302
    assert "待处理" in text(his.get(home))
    foreign = house.issued(other)
    assert his.get(f"{home}{foreign.pk}/certificate/").status_code == 404
    assert his.get(reverse("portal:mine_assessments", args=[other.pk])).status_code == 404


def _checked() -> dict[str, str]:
    """A self-check in which one thing is hard."""
    check = scale(SELF_CHECK)
    first, *_ = check.items
    return {code: item.options[-1 if code == first else 0].value for code, item in check.items.items()}


def test_the_self_check_leads_straight_to_a_request_and_is_never_a_fact(house: House, person: Any) -> None:
    elder, there = person("王秀英", ZHUYANG), reverse("portal:mine_ask_for")
    found = text(Client().post(reverse("portal:self_check"), _checked()))
    assert "登录后申请评估" in found
    assert reverse("portal:login") in Client().post(there, _checked())["Location"]
    his, form = citizen(elder), reverse("portal:mine_ask_assessment", args=[elder.pk])
    assert his.post(there, _checked())["Location"] == there
    assert his.get(there)["Location"] == form
    hard = next(iter(scale(SELF_CHECK).items.values())).name
    assert f"自查时觉得吃力：{hard}。" in text(his.get(form))
    his.post(form, {"reason": "洗澡要人帮"})
    assert one().reason == "洗澡要人帮"
    assert "自查时" not in text(his.get(form))
    with work(platform("test")):
        assert type(elder).objects.get(pk=elder.pk).facts == elder.facts


def test_who_comes_from_the_questions_finds_back_to_them(house: House) -> None:
    check, so_far = reverse("portal:self_check"), "who=self&county=511724"
    first = text(Client().post(check, {"wizard": so_far}))
    assert 'name="wizard" value="who=self&amp;county=511724"' in first
    last = text(Client().post(check, {**_checked(), "wizard": so_far}))
    assert "回到“我能享受什么”" in last
    assert 'value="ask:ability"' in last
