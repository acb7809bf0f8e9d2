"""An elder and his assessments in the portal: he asks, takes back, sees what came out, and does not agree."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import platform
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
