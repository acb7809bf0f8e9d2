"""Departments' tokens: never more than the account or a year, and nothing is learned from a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from yiyang.access.scope import current, platform
from yiyang.accounts.actions import accounts, grants, tokens
from yiyang.accounts.authority import NotAllowed
from yiyang.accounts.models import ApiToken, User
from yiyang.accounts.tests.places import DAZHOU, DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.accounts.tokens import FAILURES, TokenRefused, authenticate
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
SOON = timedelta(days=90)


def whoami(request: HttpRequest) -> JsonResponse:
    """What an address of the API sees: its scope."""
    scope = current()
    return JsonResponse({"user": scope.user, "rights": {k: v.spans for k, v in scope.rights.items()}})


urlpatterns = [path("api/v1/whoami", whoami)]


@pytest.fixture
def machine(as_platform: None, area: Make) -> User:
    user = accounts.open_account(username="yibao", name="医保局", area=area(DAZHU), by=None, kind="service")[0]
    grants.grant_role(
        user=user, role="supplier", area=area(ZHUYANG), starts=timezone.localdate(), ends=None, by=None,
        registers=["pensions", "medical_insurance"],
    )  # fmt: skip
    return user


@pytest.fixture
def city(grant: Make) -> User:
    return grant("爱华", "city_officer", DAZHOU)


def issue(by: User, machine: User, **fields: Any) -> tuple[ApiToken, str]:
    given: dict[str, Any] = {"name": "推送", "rights": ["delivery.upload"], "expires": timezone.now() + SOON} | fields
    return tokens.issue_token(user=machine, by=by, **given)


def enter(text: str, address: str = "10.0.0.1") -> Any:
    refused = None
    with work(platform("test")):
        try:
            return authenticate(f"Bearer {text}", address)
        except TokenRefused as problem:
            # As the middleware does: the failure is counted and noted although nothing is done.
            refused = problem
    raise refused


class TestIssuing:
    def test_the_scope_is_the_accounts_narrowed(self, city: User, machine: User, by: Make) -> None:
        with by(city):
            _, text = issue(city, machine, registers=["pensions"])
        scope = enter(text)
        assert set(scope.rights) == {"delivery.upload"}
        assert scope.may("delivery.upload", ZHUYANG)
        assert not scope.may("delivery.upload", WUMU)
        assert scope.registers == frozenset({"pensions"})
        assert not scope.people

    def test_an_area_narrows_and_never_widens(self, city: User, machine: User, by: Make, area: Make) -> None:
        with by(city):
            _, text = issue(city, machine, area=area(DAZHU))
            with pytest.raises(NotAllowed):
                issue(city, machine, area=area(TONGCHUAN))
        assert enter(text).where("delivery.upload").spans == ((ZHUYANG, ZHUYANG + 1000),)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"rights": ["person.read"]},
            {"rights": []},
            {"registers": ["police_deaths"]},
            {"expires": timezone.now() + timedelta(days=400)},
            {"expires": timezone.now() - SOON},
            {"name": " "},
        ],
    )
    def test_refuses_more_than_the_account_may(
        self, city: User, machine: User, by: Make, wrong: dict[str, Any]
    ) -> None:
        with by(city), pytest.raises(NotAllowed):
            issue(city, machine, **wrong)

    def test_an_administrator_issues_for_machines_but_not_for_people(
        self, grant: Make, machine: User, city: User, by: Make
    ) -> None:
        support = grant("春兰", "administrator", DAZHOU)
        with by(support):
            issue(support, machine)
            with pytest.raises(NotAllowed, match="beyond"):
                issue(support, city, rights=["person.read"])

    def test_the_secret_is_kept_nowhere(self, city: User, machine: User, by: Make) -> None:
        with by(city):
            token, text = issue(city, machine)
        secret = text.rsplit("_", 1)[1]
        assert secret.encode() not in bytes(token.digest)
        with work(platform("test")):
            assert secret not in str(list(AuditLine.objects.values()))


class TestEntering:
    @pytest.fixture
    def text(self, city: User, machine: User, by: Make) -> str:
        with by(city):
            return issue(city, machine)[1]

    @pytest.mark.parametrize("change", ["", "yt_", "yt_00000000_x", "Basic", "cut", "swapped"])
    def test_a_wrong_token_is_refused_in_one_sentence(self, text: str, change: str) -> None:
        wrong = {"cut": text[:-1], "swapped": text[:-1] + ("A" if text[-1] != "A" else "B")}.get(change, change)
        with pytest.raises(TokenRefused) as refused:
            enter(wrong)
        assert refused.value.zh == "令牌无效、已过期或已吊销。"

    @pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires": timezone.now()}])
    def test_a_revoked_or_expired_token_opens_nothing(self, text: str, change: dict[str, Any]) -> None:
        ApiToken.objects.update(**change)
        with pytest.raises(TokenRefused):
            enter(text)

    def test_it_ends_with_the_account_and_with_the_grant(self, text: str, machine: User, city: User, by: Make) -> None:
        with by(city):
            grants.revoke(grant=machine.grants.get(), by=city, reason="x")
        assert not enter(text).rights
        with by(city):
            accounts.switch_off(user=machine, by=city, reason="x")
        with pytest.raises(TokenRefused):
            enter(text)

    def test_its_last_use_is_noted(self, text: str) -> None:
        enter(text, "10.1.2.3")
        token = ApiToken.objects.get()
        assert token.last_address == "10.1.2.3"
        before = token.last_used_at
        enter(text, "10.1.2.3")
        token.refresh_from_db()
        assert token.last_used_at == before

    def test_an_address_that_keeps_failing_is_held_off(self, text: str) -> None:
        for _ in range(FAILURES):
            with pytest.raises(TokenRefused):
                enter("yt_00000000_x")
        with pytest.raises(TokenRefused) as refused:
            enter(text)
        assert refused.value.status == 429
        assert enter(text, "10.0.0.2").user is not None
        with work(platform("test")):
            assert AuditLine.objects.filter(kind="deny", what="api:token").count() == FAILURES


@pytest.mark.urls("yiyang.accounts.tests.test_tokens")
class TestThroughTheSite:
    def test_the_header_decides_on_the_api(self, city: User, machine: User, by: Make, client: Client) -> None:
        with by(city):
            _, text = issue(city, machine)
        answer = client.get("/api/v1/whoami", HTTP_AUTHORIZATION=f"Bearer {text}").json()
        assert answer == {"user": machine.pk, "rights": {"delivery.upload": [[ZHUYANG, ZHUYANG + 1000]]}}

    def test_without_one_nobody_is_there(self, client: Client) -> None:
        assert client.get("/api/v1/whoami").json() == {"user": None, "rights": {}}

    def test_a_wrong_one_is_answered_401_and_noted(self, client: Client) -> None:
        answer = client.get("/api/v1/whoami", HTTP_AUTHORIZATION="Bearer yt_x_y")
        assert answer.status_code == 401
        assert answer.json()["code"] == "token"
        with work(platform("test")):
            assert AuditLine.objects.filter(what="api:token").exists()
