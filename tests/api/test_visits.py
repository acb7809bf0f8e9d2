"""Findings, signs of life and figures over the API: what is repeated counts once, and nobody is told of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.accounts.models import User
from yiyang.audit.record import work
from yiyang.site.tests.access_world import token_of
from yiyang.visits import findings
from yiyang.visits.models import Finding, SignOfLife
from yiyang.visits.tests.town import in_need, scope, visit_of

pytestmark = pytest.mark.django_db
RIGHTS = ["person.read", "finding.handle", "visit.sign", "visit.read"]


@pytest.fixture
def call(grant: Callable[..., Any]) -> Callable[..., Any]:
    """call("get", "/api/v1/findings") as the health bureau's machine, which is a partner in the county."""
    user = grant("卫健", "partner", DAZHU)
    with work(platform("test")):
        User.objects.filter(pk=user.pk).update(kind="service")
        token = token_of(user, RIGHTS)

    def send(method: str, path: str, data: Any = None, **more: Any) -> Any:
        words = {"HTTP_AUTHORIZATION": f"Bearer {token}", **more}
        if method != "get":
            words["content_type"] = "application/json"
        return getattr(Client(), method)(f"/api/v1{path}", data, **words)

    return send


@pytest.fixture
def assigned(grant: Callable[..., Any], person: Any) -> Finding:
    """爱华 has given a finding of hers to the health bureau."""
    clerk = scope(grant("爱华", "township_clerk", ZHUYANG))
    elder = in_need(person)
    with work(clerk):
        made = findings.raise_by_hand(by=clerk, person=elder, kind="fallen", severity="", words="摔倒")
        return findings.assign(by=clerk, finding=made, unit="health")


def test_a_department_reads_and_acts_once_and_another_verifies(call: Any, assigned: Finding) -> None:
    [listed] = call("get", "/findings?unit=health&open=true").json()["items"]
    assert (listed["number"], listed["state"], listed["person"]) == (assigned.number, "assigned", assigned.person_id)
    for _ in range(2):
        answer = call("post", f"/findings/{assigned.number}/acts", {"words": "已送医"}, HTTP_IDEMPOTENCY_KEY="a1")
        assert (answer.status_code, answer.json()["state"]) == (200, "acted")
    again = call("post", f"/findings/{assigned.number}/acts", {"words": "又一次", "expected": "assigned"})
    assert again.status_code == 422
    whole = call("get", f"/findings/{assigned.number}").json()
    assert [step["slug"] for step in whole["steps"]] == ["report", "assign", "act"]


def test_steps_are_read_by_a_cursor_and_name_nobody(call: Any, assigned: Finding) -> None:
    first = call("get", "/finding-events?limit=1").json()
    # Steps of the transaction under way come later: within one test nothing is settled yet.
    assert first["items"] == []
    assert call("get", f"/finding-events?cursor={first['cursor']}&unit=health").status_code == 200
    assert call("get", "/finding-events?cursor=x").status_code == 422


def test_an_emergency_call_opens_a_finding(call: Any, person: Any) -> None:
    elder = in_need(person)
    raised = {"person": elder.pk, "kind": "acute_illness", "words": "一键呼叫"}
    for _ in range(2):
        answer = call("post", "/findings", raised, HTTP_IDEMPOTENCY_KEY="b1")
        assert (answer.status_code, answer.json()["severity"]) == (201, "urgent")
    assert call("post", "/findings", raised | {"kind": "ghost"}).status_code == 422
    with work(platform("test")):
        assert Finding.objects.count() == 1


def test_a_sign_of_life_counts_once_however_often_it_is_sent(call: Any, person: Any) -> None:
    elder = in_need(person)
    sign = {"person": elder.pk, "kind": "motion", "at": timezone.now().isoformat(), "key": "k1"}
    assert [call("post", "/signs", sign).json()["is_new"] for _ in range(2)] == [True, False]
    by_number = {**sign, "key": "k2", "id_number": "".join(elder.id_number)}
    assert (
        call("post", "/signs", {key: value for key, value in by_number.items() if key != "person"}).status_code == 201
    )
    with work(platform("test")):
        assert SignOfLife.objects.count() == 2
    old = (timezone.now() - timedelta(days=40)).isoformat()
    for wrong in ({"kind": "ghost"}, {"at": old}, {"person": None}, {"id_number": "51302919400101001X"}):
        assert call("post", "/signs", sign | {"key": "k3"} | wrong).status_code == 422


def test_the_rate_counts_people_and_not_visits(call: Any, grant: Any, person: Any) -> None:
    grant("卫健", "bureau_head", DAZHU)
    today = timezone.localdate()
    month = f"{today:%Y-%m}"
    one, other = in_need(person, "甲"), in_need(person, "乙")
    visit_of(one, state="done", done_on=today)
    visit_of(one, number=2, cause="risk")
    visit_of(other)
    found = call("get", f"/visit-rate?month={month}&by=town").json()
    assert (found["share"], found["areas"]) == (
        50.0, [{"area_code": ZHUYANG, "owed": 2, "visited": 1, "on_time": 0, "share": 50.0}],
    )  # fmt: skip
    assert len(call("get", f"/visits?month={month}&within={WUMU}").json()["items"]) == 0
    assert len(call("get", f"/visits?month={month}&state=done").json()["items"]) == 1
