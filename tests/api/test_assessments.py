"""The API: departments rely on a result, hospitals ask for one, agencies hand in FHIR; nothing about health leaves."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from conftest import DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.accounts.models import User
from yiyang.assessment import exchange_csv, exchange_fhir, importing, scales
from yiyang.assessment.models import Form, Request, Use
from yiyang.assessment.tests.answering import GB, scale, worst
from yiyang.assessment.tests.house import House, state_of
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.site.tests.access_world import token_of

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


@pytest.fixture
def insurer(grant: Any) -> str:
    """The token of the medical insurance's system."""
    return machine(grant, "医保系统", DAZHU)


def machine(grant: Any, name: str, area: int) -> str:
    user = grant(name, "partner", area)
    with work(platform("test")):
        User.objects.filter(pk=user.pk).update(kind="service")
        return token_of(user, ["person.read", "assessment.read", "assessment.request"])


def agency_system(house: House) -> str:
    """The token under which 爱华's agency hands in what she assessed."""
    with work(platform("test")):
        return token_of(house.lead.user, ["person.read", "assessment.read", "assessment.do"])


def call(client: Any, token: str, path: str, body: Any = None, **headers: str) -> Any:
    given = {"HTTP_AUTHORIZATION": f"Bearer {token}", **headers}
    if body is None:
        return client.get(API + path, **given)
    return client.post(API + path, body, content_type="application/json", **given)


def test_a_department_relies_on_a_result_and_that_is_kept(house: House, insurer: str, person: Any, client: Any) -> None:
    result = house.issued(person("秀英", ZHUYANG))
    told = call(client, insurer, f"/assessments?person={result.person_id}").json()["items"]
    assert [(each["number"], each["level"], each["level_name"], each["holds"]) for each in told] == [
        (result.number, 4, "能力完全丧失（完全失能）", True)
    ]
    body = {"purpose": "long_term_care_insurance", "about": "CHX-1"}
    used = call(client, insurer, f"/assessments/{result.number}/uses", body, HTTP_IDEMPOTENCY_KEY="k1")
    again = call(client, insurer, f"/assessments/{result.number}/uses", body, HTTP_IDEMPOTENCY_KEY="k1")
    assert (used.status_code, again.status_code) == (201, 201)
    assert [(each["department"], each["about"]) for each in again.json()["uses"]] == [("medical_insurance", "CHX-1")]
    with work(platform("test")):
        assert Use.objects.count() == 1
        assert AuditLine.objects.filter(what="api:assessments", person=result.person_id).exists()


def test_no_answer_and_no_points_leave_by_the_api(house: House, insurer: str, person: Any, client: Any) -> None:
    result = house.issued(person("秀英", ZHUYANG))
    told = call(client, insurer, f"/assessments/{result.number}").json()
    assert not {"points", "parts", "rules", "answers", "token", "effect"} & set(told)


def test_a_hospital_asks_once_however_often_it_calls(house: House, insurer: str, person: Any, client: Any) -> None:
    elder = person("秀英", ZHUYANG)
    body = {"person": elder.pk, "channel": "hospital", "reason": "脑卒中出院", "purposes": ["nursing_subsidy"]}
    first = call(client, insurer, "/assessment-requests", body, HTTP_IDEMPOTENCY_KEY="h1")
    again = call(client, insurer, "/assessment-requests", body, HTTP_IDEMPOTENCY_KEY="h1")
    assert (first.status_code, first.json()["number"]) == (201, again.json()["number"])
    assert call(client, insurer, f"/assessment-requests/{first.json()['number']}").json()["state"] == "requested"
    refused = call(client, insurer, "/assessment-requests", body)
    assert (refused.status_code, refused.json()["zh"]) == (422, "这位老人的评估正在办理，不用重复申请。")


@pytest.mark.parametrize("area", [WUMU, TONGCHUAN])
def test_a_department_of_elsewhere_finds_nothing(house: House, person: Any, grant: Any, client: Any, area: int) -> None:
    token, result = machine(grant, "邻居系统", area), house.issued(person("秀英", ZHUYANG))
    assert call(client, token, "/assessments").json()["items"] == []
    assert call(client, token, f"/assessments/{result.number}").status_code == 404
    assert call(client, token, f"/assessments/{result.number}/uses", {"purpose": "admission"}).status_code == 404
    assert call(client, token, "/assessment-requests", {"person": result.person_id}).status_code == 404


def test_an_agency_hands_in_fhir_and_both_still_sign(house: House, person: Any, client: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)))
    resource = exchange_fhir.response(
        scale(GB), worst(scale(GB)), request=request.number, authored=timezone.now() - timedelta(minutes=5)
    )
    token, path = agency_system(house), f"/assessment-requests/{request.number}/form"
    wrong = call(client, token, path, {"resource": resource | {"status": "in-progress"}})
    assert wrong.status_code == 422
    nobody = call(client, token, path, {"resource": {k: v for k, v in resource.items() if k != "identifier"}})
    assert (nobody.status_code, "没有写是谁的评估" in nobody.json()["problems"][0]["zh"]) == (422, True)
    told = call(client, token, path, {"resource": resource})
    assert (told.status_code, told.json()["state"]) == (201, "filled")


def test_an_answer_to_another_version_of_the_scale_is_refused_with_what_to_do(
    house: House, person: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, today = house.plan(house.ask(person("秀英", ZHUYANG))), timezone.localdate()
    now = scale(GB)
    old = replace(now, version="2022.0", starts=date(2022, 1, 1), ends=today - timedelta(days=1))
    resource = exchange_fhir.response(old, worst(old), request=request.number, authored=timezone.now())
    token, path = agency_system(house), f"/assessment-requests/{request.number}/form"
    unknown = call(client, token, path, {"resource": resource})
    assert (unknown.status_code, "按版本 2022.0 填写" in unknown.json()["problems"][0]["zh"]) == (422, True)
    monkeypatch.setattr(scales, "versions", lambda policy=None: {GB: (old, now)})
    ended = call(client, token, path, {"resource": resource})
    assert ended.status_code == 422
    assert "版本 2022.0 填写，评估那一天施行的是" in ended.json()["zh"]
    assert state_of(request) == "planned"


def test_a_sheet_of_an_agency_is_taken_row_by_row(house: House, person: Any, tmp_path: Path) -> None:
    good, late = (house.plan(house.ask(person(name, ZHUYANG))) for name in ("秀英", "桂花"))
    one, end = scale(GB), timezone.localtime() - timedelta(hours=1)
    rows = []
    for number, ended in ((good.number, end), (late.number, end + timedelta(days=9)), ("SQ0", end)):
        times = [f"{ended - timedelta(minutes=40):%Y-%m-%d %H:%M}", f"{ended:%Y-%m-%d %H:%M}"]
        rows.append([number, "某人", *times, *worst(one).values()])
    file = tmp_path / "sheet.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([[column.name for column in exchange_csv.columns(one)], *rows])
    with work(house.aihua):
        assert {each.number for each in importing.open_to(house.aihua, GB)} == {good.number, late.number}
        found = importing.sheet(by=house.aihua, instrument=GB, path=file)
    assert [each.request_id for each in found.made] == [good.pk]
    assert {each.row for each in found.bad} == {3, 4}
    assert (state_of(good), state_of(late)) == ("filled", "planned")


def test_forms_of_others_are_not_handed_in(house: House, person: Any, client: Any) -> None:
    request = house.plan(house.ask(person("秀英", ZHUYANG)), house.others())
    resource = exchange_fhir.response(scale(GB), worst(scale(GB)), request=request.number, authored=timezone.now())
    told = call(client, agency_system(house), f"/assessment-requests/{request.number}/form", {"resource": resource})
    assert told.status_code == 403
    with work(platform("test")):
        assert not Form.objects.exists()
        assert Request.objects.get().state == "planned"
