"""Single sign-on against a real identity provider: discovery, keys, code with PKCE; whatever is wrong is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from yiyang.access.scope import platform
from yiyang.accounts import single_sign_on
from yiyang.accounts.models import User
from yiyang.accounts.social import link
from yiyang.accounts.tests.identity_provider import Provider, running
from yiyang.accounts.tests.places import DAZHU, ZHUYANG
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*")]
Make = Callable[..., Any]
LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider, settings: Any) -> Provider:
    server.bend = ""
    told = {"YIYANG_OIDC_ISSUER": server.url, "YIYANG_OIDC_CLIENT_ID": "yiyang", "YIYANG_OIDC_SECRET": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on.providers(told | {"YIYANG_OIDC_LINK": "1"})
    return server


@pytest.fixture
def visitor(grant: Make) -> User:
    return grant("保国", "village_visitor", ZHUYANG)


def to_provider(client: Any) -> str:
    """Press the button: the address at the provider."""
    answer = client.post(LOGIN)
    assert answer.status_code == 302
    return str(answer["Location"])


def at_provider(address: str, subject: str) -> dict[str, str]:
    """Log in there as somebody: what comes back in the address."""
    answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=60)
    back = urlsplit(answer.headers["Location"])
    assert back.path == "/accounts/oidc/sso/callback/"
    return {key: values[0] for key, values in parse_qs(back.query).items()}


def come_back(client: Any, told: dict[str, str]) -> Any:
    return client.get(f"/accounts/oidc/sso/callback/?{urlencode(told)}")


def through(client: Any, subject: str = "s-baoguo") -> Any:
    return come_back(client, at_provider(to_provider(client), subject))


def is_inside(client: Any) -> bool:
    return client.get(reverse("accounts:me")).status_code == 200


def acts() -> list[str]:
    with work(platform("test")):
        return [line.detail["act"] for line in AuditLine.objects.filter(kind="login").order_by("seq")]


class TestTheWayIn:
    def test_an_existing_account_is_linked_once_and_enters(
        self, provider: Provider, visitor: User, client: Any
    ) -> None:
        answer = through(client)
        assert answer.status_code == 302
        assert is_inside(client)
        assert SocialAccount.objects.get(user=visitor).uid == "s-baoguo"
        assert acts() == ["linked", "login"]
        assert provider.checked
        again = Client()
        through(again)
        assert is_inside(again)
        assert SocialAccount.objects.count() == 1

    def test_the_request_carries_state_nonce_and_pkce(self, provider: Provider, client: Any) -> None:
        asked = parse_qs(urlsplit(to_provider(client)).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert all(asked[name][0] for name in ("state", "nonce", "code_challenge"))
        assert asked["response_type"] == ["code"]

    def test_a_link_made_beforehand_needs_no_username(
        self, provider: Provider, visitor: User, client: Any, settings: Any
    ) -> None:
        settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["may_link"] = False
        assert through(client, "s-chunlan").status_code == 403
        with work(platform("test")):
            link(visitor, "s-chunlan", "sso")
        assert through(client, "s-chunlan").status_code == 302
        assert is_inside(client)

    def test_a_temporary_password_does_not_stand_in_the_way(
        self, provider: Provider, visitor: User, client: Any
    ) -> None:
        User.objects.update(must_change_password=True)
        through(client)
        assert is_inside(client)

    def test_the_roles_second_factor_is_asked_here_too(self, provider: Provider, grant: Make, client: Any) -> None:
        grant("保国", "county_officer", DAZHU)
        through(client)
        assert client.get("/").url == reverse("mfa_activate_totp")

    def test_the_button_is_there_only_where_it_is_configured(
        self, provider: Provider, client: Any, settings: Any
    ) -> None:
        assert "统一身份认证登录" in client.get(reverse("account_login")).content.decode()
        settings.SOCIALACCOUNT_PROVIDERS = {}
        assert "统一身份认证登录" not in client.get(reverse("account_login")).content.decode()
        assert client.post(LOGIN).status_code == 404


class TestWhoIsRefused:
    @pytest.mark.parametrize("bend", ["nonce", "signature", "none", "audience", "expired", "subject", "no_token"])
    def test_a_bent_answer(self, provider: Provider, visitor: User, client: Any, bend: str) -> None:
        provider.bend = bend
        assert through(client).status_code == 401
        assert not is_inside(client)
        assert not SocialAccount.objects.exists()
        assert acts() == ["single_sign_on_failed"]

    def test_another_state(self, provider: Provider, visitor: User, client: Any) -> None:
        told = at_provider(to_provider(client), "s-baoguo")
        assert come_back(client, told | {"state": "another"}).status_code == 401
        assert come_back(Client(), told).status_code == 401
        assert not is_inside(client)

    def test_a_code_that_was_used(self, provider: Provider, visitor: User, client: Any) -> None:
        told = at_provider(to_provider(client), "s-baoguo")
        come_back(client, told)
        assert come_back(client, told).status_code == 401

    def test_a_code_of_anothers_login(self, provider: Provider, visitor: User, client: Any) -> None:
        """Without the verifier that lies in the other's session, PKCE stops it."""
        stolen = at_provider(to_provider(Client()), "s-baoguo")
        mine = at_provider(to_provider(client), "s-nobody")
        assert come_back(client, mine | {"code": stolen["code"]}).status_code == 401
        assert not is_inside(client)

    def test_an_unknown_subject(self, provider: Provider, visitor: User, client: Any) -> None:
        answer = through(client, "s-nobody")
        assert answer.status_code == 403
        assert "没有对应的账户" in answer.content.decode()
        assert not is_inside(client)
        assert User.objects.count() == 1
        assert acts() == ["single_sign_on_refused"]

    def test_a_second_subject_of_the_same_name(self, provider: Provider, visitor: User, client: Any) -> None:
        with work(platform("test")):
            link(visitor, "s-other", "sso")
        assert through(client).status_code == 403

    @pytest.mark.parametrize("change", [{"is_active": False}, {"kind": "service"}])
    def test_an_account_that_may_not_log_in(
        self, provider: Provider, visitor: User, client: Any, change: dict[str, Any]
    ) -> None:
        User.objects.update(**change)
        assert through(client).status_code == 403
        assert not is_inside(client)

    def test_tying_ones_identity_to_an_open_session(
        self, provider: Provider, visitor: User, logged_in: Make, settings: Any
    ) -> None:
        client = logged_in(visitor)
        address = client.post(f"{LOGIN}?process=connect")["Location"]
        assert come_back(client, at_provider(address, "s-chunlan")).status_code == 403
        assert not SocialAccount.objects.exists()

    def test_the_address_does_not_bend_the_request(self, provider: Provider, client: Any) -> None:
        address = client.post(f"{LOGIN}?scope=admin&auth_params=nonce%3Dx%26prompt%3Dnone")["Location"]
        asked = parse_qs(urlsplit(address).query)
        assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
        assert "prompt" not in asked
        assert asked["nonce"] != ["x"]

    def test_somebody_cancels(self, provider: Provider, client: Any) -> None:
        asked = parse_qs(urlsplit(to_provider(client)).query)
        answer = come_back(client, {"error": "access_denied", "state": asked["state"][0]})
        assert answer.url == reverse("socialaccount_login_cancelled")
        assert "已取消" in client.get(answer.url).content.decode()


def test_whoever_has_no_password_is_told_where_his_lies(visitor: User, logged_in: Make) -> None:
    with work(platform("test")):
        visitor.set_unusable_password()
        visitor.save(update_fields=["password"])
    client = logged_in(visitor)
    for answer in (client.get("/accounts/password/change/"), client.post("/accounts/password/change/", {})):
        assert answer.status_code == 200
        assert "您的账户没有密码" in answer.content.decode()


def test_the_policy_of_the_browser_lets_the_form_lead_to_the_provider() -> None:
    assert single_sign_on.form_targets({"YIYANG_OIDC_ISSUER": "https://sso.example/x"}) == " https://sso.example"
    assert single_sign_on.form_targets({}) == ""
    assert single_sign_on.providers({}) == {}
