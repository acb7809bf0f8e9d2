"""What callers send by mistake or on purpose: never a failure of ours, never more than they may."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from yiyang.access.scope import acting, platform
from yiyang.accounts.models import ApiToken
from yiyang.accounts.tasks import forget_callers
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.kit.uploads import BadUpload, spooled
from yiyang.registry.kept import content
from yiyang.registry.models import Delivery, QuarantineLine
from yiyang.site.tests.access_world import PLACES, World, rolled_back, token_of

PENSIONS = "/api/v1/deliveries/pensions/2026-11"
CSV = "身份证号码,养老金类型\n".encode()
DAZHU = PLACES["parent"]


@pytest.fixture(autouse=True)
def taken_back(world: World) -> Iterator[None]:
    """Whatever a test does is undone."""
    with rolled_back():
        yield


@pytest.fixture
def supplier(world: World) -> dict[str, Any]:
    """The header of a department of 大竹县 that delivers pensions."""
    return {"HTTP_AUTHORIZATION": f"Bearer {world.actors['supplier'].token}"}


@pytest.fixture
def officer(world: World) -> dict[str, Any]:
    """The header of a county officer's token with all his rights over people."""
    actor = world.actors["county_officer"]
    rights = ["person.read", "person.search", "delivery.read", "delivery.decide", "link.judge", "audit.read"]
    return {"HTTP_AUTHORIZATION": f"Bearer {token_of(actor.user, rights)}"}


@pytest.fixture
def client() -> Client:
    """A caller who sees a failure as an answer."""
    return Client(raise_request_exception=False)


def put(client: Client, supplier: dict[str, Any], body: bytes = CSV, query: str = "", **headers: Any) -> Any:
    """Deliver pensions of 大竹县."""
    given = {"content_type": "text/csv"} | supplier | headers
    return client.put(f"{PENSIONS}?area={DAZHU}{query}", body, **given)


def refused(answer: Any, status: int, code: str) -> None:
    """The answer says no in our shape."""
    assert answer.status_code == status, answer.content.decode()
    body = answer.json()
    assert body["code"] == code
    assert set(body) == {"code", "zh", "en", "problems", "request"}
    assert "Traceback" not in answer.content.decode()


class TestDelivering:
    def test_the_same_file_again_is_the_same_delivery(self, client: Client, supplier: dict[str, Any]) -> None:
        first, again = put(client, supplier), put(client, supplier)
        assert (first.status_code, again.status_code) == (202, 202)
        assert first.json()["id"] == again.json()["id"]
        assert first.json()["state"] == "received"

    @pytest.mark.parametrize("name", ["../../../etc/passwd.csv", "..\\..\\x.csv", "/etc/cron.d/x.csv", "a/../../b.csv"])
    def test_a_file_name_leads_nowhere(self, client: Client, supplier: dict[str, Any], name: str) -> None:
        answer = put(client, supplier, query=f"&file_name={name}")
        assert answer.status_code == 202
        assert "/" not in answer.json()["file_name"]
        with acting(platform("test")):
            kept = Path(django_settings.DATA) / Delivery.objects.get(pk=answer.json()["id"]).file
        assert kept.resolve().is_relative_to(Path(django_settings.DATA) / "deliveries")
        # It lies sealed.
        assert b"".join(content(kept)) == CSV

    def test_a_file_that_is_not_what_was_sent_is_refused(self, client: Client, supplier: dict[str, Any]) -> None:
        refused(put(client, supplier, query=f"&sha256={'0' * 64}"), 422, "refused")

    def test_another_register_or_area_is_refused(self, client: Client, supplier: dict[str, Any]) -> None:
        kind = {"content_type": "text/csv", **supplier}
        other = client.put(f"/api/v1/deliveries/police_deaths/2026-11?area={DAZHU}", CSV, **kind)
        refused(other, 422, "refused")
        refused(client.put(f"{PENSIONS}?area={PLACES['moved']}", CSV, **kind), 403, "forbidden")
        refused(client.get("/api/v1/registers/police_deaths", **supplier), 404, "not_found")

    def test_a_file_too_large_or_without_length_is_refused(
        self, client: Client, supplier: dict[str, Any], settings: Any
    ) -> None:
        refused(put(client, supplier, CONTENT_LENGTH="-1"), 411, "upload")
        settings.UPLOAD_MAX_BYTES = 4
        refused(put(client, supplier), 413, "upload")

    def test_a_file_that_is_cut_off_is_refused(self) -> None:
        environment = RequestFactory()._base_environ(CONTENT_LENGTH="2000", **{"wsgi.input": io.BytesIO(CSV)})
        with pytest.raises(BadUpload) as problem:
            spooled(WSGIRequest(environment))
        assert problem.value.status == 400

    @pytest.mark.parametrize("kind", ["application/pdf", "application/x-sh", "text/html"])
    def test_a_kind_of_file_that_no_register_has_is_refused(
        self, client: Client, supplier: dict[str, Any], kind: str
    ) -> None:
        refused(put(client, supplier, content_type=kind), 415, "media_type")
        refused(put(client, supplier, query="&file_name=a.exe"), 422, "refused")

    def test_an_empty_file_or_an_impossible_month_is_refused(self, client: Client, supplier: dict[str, Any]) -> None:
        refused(put(client, supplier, b"", "&file_name=a.csv", CONTENT_LENGTH="0"), 422, "refused")
        strange = client.put(f"/api/v1/deliveries/pensions/0000-01?area={DAZHU}", CSV, **supplier)
        refused(strange, 422, "invalid")


class TestTokens:
    @pytest.mark.parametrize("change", ["expires", "revoked_at"])
    def test_an_expired_or_revoked_one_opens_nothing(
        self, client: Client, supplier: dict[str, Any], change: str
    ) -> None:
        ApiToken.objects.update(**{change: timezone.now() - timedelta(seconds=1)})
        refused(client.get("/api/v1/me", **supplier), 401, "token")
        refused(put(client, supplier), 401, "token")

    @pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer yt_", "Bearer ' OR 1=1 --", "Bearer \x7f"])
    def test_what_is_no_token_opens_nothing(self, client: Client, header: str) -> None:
        answer = client.get("/api/v1/me", HTTP_AUTHORIZATION=header)
        refused(answer, 401, "token")
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_it_works_outside_of_the_api_nowhere(self, client: Client, supplier: dict[str, Any]) -> None:
        assert client.get("/deliveries/", **supplier).status_code in (302, 404)
        assert client.get("/", **supplier).status_code == 302

    def test_a_department_gives_its_own_up_and_no_other(
        self, client: Client, world: World, supplier: dict[str, Any]
    ) -> None:
        own = client.get("/api/v1/tokens", **supplier).json()["items"]
        assert [token["user"] for token in own] == [world.actors["supplier"].user.pk]
        body = {"data": json.dumps({"reason": "已更换"}), "content_type": "application/json", **supplier}
        refused(client.delete(f"/api/v1/tokens/{world.places['own'].token}", **body), 404, "not_found")
        assert client.delete(f"/api/v1/tokens/{own[0]['id']}", **body).json()["state"] == "revoked"
        refused(client.get("/api/v1/me", **supplier), 401, "token")


class TestSessions:
    def test_a_change_needs_the_csrf_token_and_a_form_of_elsewhere_is_none(self, world: World) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.cookies = world.actors["county_officer"].client.cookies
        body = {"data": json.dumps({"reason": "x"}), "content_type": "application/json"}
        address = f"/api/v1/deliveries/{world.places['own'].delivery}/refuse"
        refused(browser.post(address, **body), 403, "csrf")
        browser.get("/")
        token = browser.cookies["csrftoken"].value
        assert browser.post(address, HTTP_X_CSRFTOKEN=token, **body).status_code == 200

    def test_a_form_is_no_json(self, client: Client, world: World, officer: dict[str, Any]) -> None:
        address = f"/api/v1/deliveries/{world.places['own'].delivery}/refuse"
        refused(client.post(address, {"reason": "x"}, **officer), 415, "media_type")


class TestStrangeInput:
    STRANGE = ("' OR 1=1 --", "%", "_", "\\", "'; DROP TABLE registry_person; --", "{{7*7}}", "<script>", "🀄" * 50)

    @pytest.mark.parametrize("text", STRANGE)
    def test_a_search_takes_every_text_as_a_text(self, client: Client, officer: dict[str, Any], text: str) -> None:
        body = {"data": json.dumps({"text": text}), "content_type": "application/json", **officer}
        answer = client.post("/api/v1/people/search", **body)
        assert answer.status_code == 200
        assert answer.json()["items"] == []

    @pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff\xfe", b'{"text": "\\u0000"}', b'{"text": "\\ud800"}',
                                      b'{"limit": 1e999}', b'{"age_from": -1}', b"[" * 100_000])  # fmt: skip
    def test_a_broken_body_is_refused(self, client: Client, officer: dict[str, Any], body: bytes) -> None:
        answer = client.post("/api/v1/people/search", body, content_type="application/json", **officer)
        assert answer.status_code in (400, 422), answer.content
        assert answer.json()["code"] in ("malformed", "invalid")

    def test_a_body_too_large_is_refused(self, client: Client, officer: dict[str, Any]) -> None:
        body = json.dumps({"text": "x" * (6 * 2**20)})
        answer = client.post("/api/v1/people/search", body, content_type="application/json", **officer)
        assert answer.status_code in (400, 413)

    def test_a_cursor_is_ours_or_refused(self, client: Client, officer: dict[str, Any]) -> None:
        first = client.get("/api/v1/deliveries?limit=1", **officer).json()
        following = client.get(f"/api/v1/deliveries?limit=1&cursor={first['next']}", **officer).json()
        assert following["items"][0]["id"] < first["items"][0]["id"]
        for cursor in (first["next"][:-1], "1", "x" * 200):
            refused(client.get(f"/api/v1/deliveries?cursor={cursor}", **officer), 422, "cursor")

    def test_an_address_that_is_none_is_answered_in_our_shape(self, client: Client, officer: dict[str, Any]) -> None:
        refused(client.get("/api/v1/nowhere", **officer), 404, "not_found")
        answer = client.post("/api/v1/me", **officer)
        refused(answer, 405, "method")
        assert answer["Allow"] == "GET"

    def test_what_is_refused_is_noted(self, client: Client, world: World, officer: dict[str, Any]) -> None:
        client.get(f"/api/v1/people/{world.places['moved'].person}", **officer)
        with work(platform("test")):
            line = AuditLine.objects.filter(kind="deny").latest("seq")
        assert line.actor == world.actors["county_officer"].user.pk
        assert line.detail["status"] == 404


class TestDeciding:
    def test_a_decision_on_what_has_changed_is_refused(
        self, client: Client, world: World, officer: dict[str, Any]
    ) -> None:
        address = f"/api/v1/deliveries/{world.places['own'].delivery}"
        version = client.get(address, **officer)["ETag"]
        body = {"data": json.dumps({"reason": "列不全"}), "content_type": "application/json", **officer}
        refused(client.post(f"{address}/refuse", HTTP_IF_MATCH='"old"', **body), 412, "outdated")
        assert client.post(f"{address}/refuse", HTTP_IF_MATCH=version, **body).json()["state"] == "refused"
        refused(client.post(f"{address}/refuse", HTTP_IF_MATCH=version, **body), 412, "outdated")
        refused(client.post(f"{address}/refuse", **body), 422, "refused")


class TestWhatGoesOut:
    def test_a_sheet_of_rows_at_fault_runs_nothing(self, client: Client, world: World, officer: dict[str, Any]) -> None:
        key = world.places["own"].delivery
        with work(platform("test")):
            QuarantineLine.objects.create(
                delivery_id=key, source_row=3, field="姓名", value="=cmd|' /C calc'!A0", reason="r", remedy="m"
            )
        answer = client.get(f"/api/v1/deliveries/{key}/quarantine.csv", **officer)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert "\"'=cmd" in text
        assert ',"=cmd' not in text

    def test_whoever_called_an_hour_ago_is_forgotten(self, client: Client, supplier: dict[str, Any]) -> None:
        client.get("/api/v1/me", **supplier)
        client.get("/api/v1/openapi.json")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_apicalls SET minute = minute - 60 WHERE caller LIKE 'any:address:%'")
            cursor.execute("INSERT INTO accounts_apicalls VALUES ('any:address:1.2.3.4', 1, 1), ('portal:x', 1, 1)")
        forget_callers.func(timestamp=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT caller FROM accounts_apicalls ORDER BY 1")
            left = [caller for (caller,) in cursor.fetchall()]
        assert not [caller for caller in left if caller.startswith("any:address:")]
        # Who calls right now goes on being counted, and the portal's windows are longer.
        assert any(caller.startswith("any:user:") for caller in left)
        assert "portal:x" in left

    def test_callers_are_held_back_and_told_so(
        self, client: Client, supplier: dict[str, Any], officer: dict[str, Any], settings: Any
    ) -> None:
        settings.API_CALLS_A_MINUTE = {"any": 3, "people": 1}
        answers = [client.get("/api/v1/me", **supplier) for _ in range(8)]
        assert answers[0]["RateLimit-Limit"] == "3"
        # Eight calls touch two minutes at most, so one of them is refused.
        held = [answer for answer in answers if answer.status_code == 429]
        assert held
        refused(held[0], 429, "too_many")
        assert int(held[0]["Retry-After"]) <= 60
        assert client.get("/api/v1/me", **officer).status_code == 200
