"""Cases over the API, by a department's token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conftest import DAZHU, TONGCHUAN, ZHUYANG
from yiyang.access.scope import platform
from yiyang.accounts.actions.tokens import digest_of
from yiyang.accounts.models import ApiToken
from yiyang.audit.record import work
from yiyang.cases import feed
from yiyang.cases.models import Case, Webhook
from yiyang.cases.tests.town import ITEM, found

pytestmark = pytest.mark.django_db
RIGHTS = ["person.read", "case.read", "case.tell", "case.handle"]


@pytest.fixture
def call(grant: Callable[..., Any]) -> Callable[..., Any]:
    """call("get", "/cases") with the token of a hospital in 大竹."""
    user = grant("医院", "partner", DAZHU, registers=None)
    with work(platform("test")):
        ApiToken.objects.create(
            user=user, name="协同", prefix="hospital", digest=digest_of("s"), rights=RIGHTS,
            expires=timezone.now() + timedelta(days=1),
        )  # fmt: skip

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        words = {"HTTP_AUTHORIZATION": "Bearer yt_hospital_s", **headers}
        given = {} if method == "get" else {"content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1{path}", body, **given, **words)

    return send


def test_the_same_key_applies_once(call: Callable[..., Any], person: Callable[..., Any]) -> None:
    asked = {"person": person("春兰", ZHUYANG).pk, "item": ITEM}
    first = call("post", "/cases", asked, HTTP_IDEMPOTENCY_KEY="a1")
    again = call("post", "/cases", asked, HTTP_IDEMPOTENCY_KEY="a1")
    other = call("post", "/cases", asked, HTTP_IDEMPOTENCY_KEY="a2")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["number"] == again.json()["number"]
    assert first.json()["state"] == "applied"
    assert other.status_code >= 400


def test_takes_a_step_only_where_the_case_stands_as_it_was_read(call: Any, person: Any) -> None:
    case = found(person("春兰", ZHUYANG))
    path = f"/cases/{case.number}/steps"
    assert call("post", path, {"step": "tell", "expected": "found"}).json()["state"] == "told"
    assert call("post", path, {"step": "tell", "expected": "found"}).status_code >= 400
    assert call("post", path, {"step": "grant"}).status_code >= 400
    whole = call("get", f"/cases/{case.number}").json()
    assert [step["slug"] for step in whole["steps"]] == ["found", "tell"]
    assert whole["person"] == case.person_id


def test_cases_of_elsewhere_are_not_found(call: Any, person: Any) -> None:
    case = found(person("保国", TONGCHUAN))
    assert call("get", f"/cases/{case.number}").status_code == 404
    assert call("get", "/cases").json()["items"] == []
    assert call("get", f"/people/{case.person_id}/cases").status_code == 404


def test_follows_steps_by_a_cursor(call: Any, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # In a test all is one transaction, which the feed would wait for.
    monkeypatch.setattr(feed, "settled", lambda: timezone.now() + timedelta(seconds=1))
    case = found(person("春兰", ZHUYANG))
    first = call("get", "/case-events").json()
    assert [event["case"] for event in first["items"]] == [case.number]
    after = call("get", f"/case-events?cursor={first['cursor']}").json()
    assert after == {"items": [], "cursor": first["cursor"]}
    assert call("get", "/case-events?cursor=x").status_code >= 400


def test_a_webhook_is_registered_for_hosts_that_are_named(call: Any, settings: Any) -> None:
    wanted = {"url": "http://hospital.example/x", "items": [ITEM], "area": DAZHU}
    assert call("post", "/webhooks", wanted).status_code >= 400
    settings.WEBHOOK_HOSTS = ["hospital.example"]
    made = call("post", "/webhooks", wanted).json()
    assert len(made["secret"]) > 30
    (listed,) = call("get", "/webhooks").json()["items"]
    assert "secret" not in listed
    assert call("delete", f"/webhooks/{listed['id']}").status_code == 200
    with work(platform("test")):
        assert not Webhook.objects.exists()
        assert not Case.objects.exists()
