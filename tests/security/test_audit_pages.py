"""What an auditor finds, and what he does not learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from yiyang.access.scope import acting, platform
from yiyang.accounts.scopes import scope_of
from yiyang.audit.models import AuditLine
from yiyang.audit.record import record, work
from yiyang.audit.search import key_of, lines_about

pytestmark = pytest.mark.django_db
DAZHOU, DAZHU, ZHUYANG, WUMU, TONGCHUAN = 511700000000, 511724000000, 511724001000, 511724101000, 511702000000


@pytest.fixture
def lines(person: Callable[..., Any]) -> dict[str, Any]:
    """爱华 of 竹阳街道 and 保国 of 通川区 were looked at."""
    found = {"爱华": person("爱华", ZHUYANG), "保国": person("保国", TONGCHUAN)}
    with work(platform("赵经办", "req-ai-hua-0001")):
        record("reveal", what="registry:person", person=found["爱华"].pk, area=ZHUYANG, reason="核对电话")
    with work(platform("孙科长", "req-bao-guo-0001")):
        record("read", what="registry:person", person=found["保国"].pk, area=TONGCHUAN)
    return found


@pytest.fixture
def auditor(grant: Callable[..., Any], logged_in: Callable[..., Any], settings: Any) -> Client:
    settings.SECOND_FACTOR = False
    return logged_in(grant("审计员", "auditor", DAZHU))


def newest() -> AuditLine:
    with acting(platform("test")):
        return AuditLine.objects.order_by("-seq")[0]


@pytest.mark.usefixtures("lines")
def test_an_auditor_sees_the_lines_of_his_county_only(auditor: Client) -> None:
    page = auditor.get("/audit/?kind=reveal").content.decode()
    assert "赵经办" in page
    assert "核对电话" in page
    everything = auditor.get("/audit/").content.decode()
    assert "孙科长" not in everything


def test_finds_lines_about_a_person_by_id_number_without_learning_who_it_is(
    auditor: Client, lines: dict[str, Any]
) -> None:
    number = lines["爱华"].id_number
    answer = auditor.post("/audit/", {"id_number": number})
    assert answer.status_code == 302
    assert number not in answer["Location"]
    page = auditor.get(answer["Location"]).content.decode()
    assert "赵经办" in page
    assert "爱华" not in page
    assert number not in page
    assert key_of(number) == lines["爱华"].pk


@pytest.mark.parametrize("number", ["", "511", "51172419400101001Z"])
def test_a_wrong_id_number_is_told(auditor: Client, number: str) -> None:
    assert "请" in auditor.post("/audit/", {"id_number": number}).content.decode()


@pytest.mark.usefixtures("lines")
def test_a_line_stands_with_its_hash_and_its_request(auditor: Client) -> None:
    with acting(platform("test")):
        line = AuditLine.objects.get(kind="reveal")
    page = auditor.get(f"/audit/line/{line.seq}/").content.decode()
    assert bytes(line.hash).hex() in page
    assert auditor.get(f"/audit/request/{line.request}/").status_code == 200
    with acting(platform("test")):
        foreign = AuditLine.objects.get(request="req-bao-guo-0001", kind="read")
    assert auditor.get(f"/audit/line/{foreign.seq}/").status_code == 404
    assert auditor.get(f"/audit/request/{foreign.request}/").status_code == 404


def test_an_auditor_learns_which_fields_were_written_and_not_what_stood_in_them(
    auditor: Client, lines: dict[str, Any], grant: Callable[..., Any]
) -> None:
    person, officer = lines["爱华"], grant("李科长", "county_officer", DAZHU)
    with work(scope_of(officer, timezone.localdate())):
        type(person).objects.filter(pk=person.pk).update(name="爱花")
    page = auditor.get(f"/audit/row/registry_person/{person.pk}/").content.decode()
    assert "字段：name" in page
    assert "爱花" not in page
    clerk = Client()
    clerk.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "爱花" in clerk.get(f"/audit/row/registry_person/{person.pk}/").content.decode()
    assert newest().what == f"history:registry_person:{person.pk}"


@pytest.mark.usefixtures("lines")
def test_an_export_is_bounded_marked_and_noted(auditor: Client) -> None:
    assert auditor.post("/audit/export/", {"filters": "kind=reveal"}).status_code == 400
    answer = auditor.post("/audit/export/", {"filters": "kind=reveal", "format": "csv", "reason": "年度审计"})
    text = answer.content.decode("utf-8-sig")
    assert "赵经办" in text
    assert "孙科长" not in text
    assert "审计员" in text
    line = newest()
    assert (line.kind, line.reason, line.detail["rows"]) == ("export", "年度审计", 1)


def test_figures_name_who_revealed_much(auditor: Client, lines: dict[str, Any], grant: Callable[..., Any]) -> None:
    user = grant("赵经办", "township_clerk", ZHUYANG)
    with work(scope_of(user, timezone.localdate())):
        for _ in range(25):
            record("reveal", what="registry:person", person=lines["爱华"].pk, area=ZHUYANG, reason="核对")
    page = auditor.get("/audit/figures/").content.decode()
    assert "查看完整信息 25 次" in page


@pytest.mark.parametrize("role", ["county_officer", "administrator", "village_visitor"])
def test_nobody_else_reads_the_log(
    role: str, grant: Callable[..., Any], logged_in: Callable[..., Any], settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    area = {"county_officer": DAZHU, "administrator": DAZHOU, "village_visitor": ZHUYANG}[role]
    assert logged_in(grant("某人", role, area)).get("/audit/").status_code == 403


def test_lists_who_looked_at_somebody_for_himself(lines: dict[str, Any]) -> None:
    with acting(platform("portal")):
        assert [(line.actor_name, line.kind) for line in lines_about(lines["爱华"].pk)] == [("赵经办", "reveal")]
