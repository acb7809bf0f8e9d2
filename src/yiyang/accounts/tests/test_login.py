"""The door: wrong passwords, first login, one-time codes, sessions, and what the log says of them."""

from __future__ import annotations

import importlib
import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from yiyang.access.scope import platform
from yiyang.accounts import lockout
from yiyang.accounts.actions import accounts
from yiyang.accounts.models import User
from yiyang.accounts.tests.places import DAZHOU, DAZHU, ZHUYANG
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
PASSWORD = "correct horse battery"


def login(client: Any, password: str = PASSWORD, name: str = "保国", **more: Any) -> Any:
    return client.post(reverse("account_login"), {"login": name, "password": password}, **more)


def code_now(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def acts() -> list[str]:
    with work(platform("test")):
        return [line.detail["act"] for line in AuditLine.objects.filter(kind="login").order_by("seq")]


@pytest.fixture
def clerk(grant: Make) -> User:
    return grant("保国", "township_clerk", ZHUYANG)


@pytest.fixture
def visitor(grant: Make) -> User:
    return grant("春兰", "village_visitor", ZHUYANG)


class TestWrongPasswords:
    def test_five_wrong_ones_lock_and_the_message_says_for_how_long(self, clerk: User, client: Any) -> None:
        for _ in range(5):
            assert "用户名或密码不正确" in login(client, "wrong").content.decode()
        assert re.search(r"约 (9|10) 分钟后再试", login(client).content.decode())
        assert acts() == [*["failed"] * 5, "lock_out", "locked"]

    def test_an_unknown_name_reads_the_same_and_is_not_kept(self, client: Any) -> None:
        for _ in range(5):
            assert "用户名或密码不正确" in login(client, "x", name="my-password-1").content.decode()
        assert "约 10 分钟后再试" in login(client, "x", name="my-password-1").content.decode()
        # Time goes on for it as for a real one.
        later = time.time() + 200
        with mock.patch("time.time", return_value=later):
            assert "约 7 分钟后再试" in login(client, "x", name="my-password-1").content.decode()
        with work(platform("test")):
            assert not AuditLine.objects.filter(what__contains="my-password-1").exists()
            assert "my-password-1" not in str(list(AuditLine.objects.values_list("detail", "actor_name")))

    def test_trying_many_names_does_not_wash_a_lock_away(self, clerk: User, client: Any, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/10m/key"}
        for _ in range(5):
            login(client, "wrong")
        for number in range(400):
            cache.set(f"another-{number}", 1, 600)
        assert lockout.seconds_left(clerk) > 500

    def test_another_host_name_or_spelling_does_not_help(self, clerk: User, client: Any, grant: Make) -> None:
        grant("aihua", "village_visitor", ZHUYANG)
        for name in ("aihua", "AIHUA", " aihua", "Aihua", "aihua "):
            login(client, "wrong", name=name, HTTP_HOST="localhost")
        assert "分钟后再试" in login(client, name="aihua").content.decode()

    def test_support_unlocks(self, clerk: User, client: Any, grant: Make, logged_in: Make, settings: Any) -> None:
        settings.SECOND_FACTOR = False
        support, outside = grant("爱华", "administrator", DAZHOU), Client()
        for _ in range(6):
            login(outside, "wrong")
        assert lockout.seconds_left(clerk) > 500
        page = logged_in(support).get(reverse("accounts:account", args=[clerk.pk])).content.decode()
        assert "登录已锁定" in page
        client.post(reverse("accounts:act", args=[clerk.pk, "unlock"]))
        assert login(outside).status_code == 302

    def test_the_parts_of_allauth_that_count_are_there(self, clerk: User) -> None:
        rates = ratelimit.get_rates(app=lockout.APP, action=lockout.ACTION)
        assert (rates[0].amount, rates[0].duration, rates[0].per) == (5, 600, "key")

    def test_a_switched_off_account_does_not_enter(self, visitor: User, client: Any) -> None:
        User.objects.filter(pk=visitor.pk).update(is_active=False)
        assert login(client, name="春兰").url == reverse("account_inactive")
        assert "账户已停用" in client.get(reverse("account_inactive")).content.decode()


class TestFirstLogin:
    @pytest.fixture
    def temporary(self, as_platform: None, area: Make) -> str:
        return accounts.open_account(username="xinren", name="新人", area=area(ZHUYANG), by=None)[1]

    def test_the_temporary_password_must_be_changed_before_anything(self, temporary: str, client: Any) -> None:
        assert login(client, temporary, "xinren").status_code == 302
        for path in ("/", reverse("accounts:me"), "/api/v1/anything"):
            answer = client.get(path)
            assert (
                answer.status_code == 403
                if path.startswith("/api/")
                else answer.url == reverse("account_change_password")
            )
        form = {"oldpassword": temporary, "password1": temporary, "password2": temporary}
        change = reverse("account_change_password")
        assert "不能与当前密码相同" in client.post(change, form).content.decode()
        assert client.post(change, form | {"password1": "12345678901", "password2": "12345678901"}).status_code == 200
        new = {"password1": "pine-and-crane-7", "password2": "pine-and-crane-7"}
        assert client.post(change, form | new).status_code == 302
        assert client.get(reverse("accounts:me")).status_code == 200
        user = User.objects.get(username="xinren")
        assert not user.must_change_password
        assert user.temporary_until is None
        assert acts()[-2:] == ["login", "password_changed"]

    def test_a_temporary_password_that_lay_about_opens_nothing(self, temporary: str, client: Any) -> None:
        User.objects.filter(username="xinren").update(temporary_until=timezone.now() - timedelta(seconds=1))
        answer = login(client, temporary, "xinren")
        assert answer.url == reverse("account_login")
        assert client.get("/").url.startswith(reverse("account_login"))
        assert "临时密码已过期" in client.get(reverse("account_login")).content.decode()


class TestSecondFactor:
    def set_up(self, client: Any) -> str:
        page = client.get(reverse("mfa_activate_totp")).content.decode()
        assert "data:image/svg+xml;base64," in page
        found = re.search(r'class="code[^"]*">([A-Z2-7]{16,})<', page)
        assert found
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(found.group(1))})
        assert answer.url == reverse("mfa_view_recovery_codes")
        return found.group(1)

    def test_a_role_that_asks_for_it_gets_nowhere_without(self, clerk: User, client: Any) -> None:
        login(client)
        assert client.get("/").url == reverse("mfa_activate_totp")
        secret = self.set_up(client)
        assert client.get(reverse("accounts:me")).status_code == 200
        stored = Authenticator.objects.get(user=clerk, type="totp").data["secret"]
        assert secret not in stored
        assert "second_factor_added" in acts()

    def test_the_next_login_asks_for_a_code_or_a_recovery_code_once(self, clerk: User, client: Any) -> None:
        login(client)
        secret = self.set_up(client)
        codes = re.findall(r"<li>([0-9a-f]{8,})</li>", client.get(reverse("mfa_view_recovery_codes")).content.decode())
        assert len(codes) == 10
        assert codes[0] in client.get(reverse("mfa_download_recovery_codes")).content.decode()
        for index in range(2):
            again: Any = Client()
            ask = reverse("mfa_authenticate")
            assert login(again).url == ask
            assert again.get("/").url.startswith(reverse("account_login"))
            assert again.post(ask, {"code": "000000"}).status_code == 200
            assert again.post(ask, {"code": codes[0]}).status_code == (302 if index == 0 else 200)
        assert secret
        assert {"wrong_code", "code"} <= set(acts())

    def test_five_wrong_codes_lock_too(self, clerk: User, client: Any) -> None:
        login(client)
        self.set_up(client)
        again = Client()
        login(again)
        for _ in range(5):
            again.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert lockout.seconds_left(clerk) > 500

    def test_whoever_must_have_it_cannot_put_it_away(self, clerk: User, client: Any) -> None:
        login(client)
        self.set_up(client)
        assert "不能自行停用" in client.get(reverse("mfa_deactivate_totp")).content.decode()
        client.post(reverse("mfa_deactivate_totp"))
        assert Authenticator.objects.filter(user=clerk, type="totp").exists()

    def test_a_visitor_is_not_asked(self, visitor: User, client: Any) -> None:
        login(client, name="春兰")
        assert client.get(reverse("accounts:me")).status_code == 200

    def test_recovery_codes_are_made_anew(self, clerk: User, client: Any) -> None:
        login(client)
        self.set_up(client)
        client.post(reverse("mfa_generate_recovery_codes"))
        assert "second_factor_renewed" in acts()


class TestSessions:
    def test_other_devices_are_logged_out(self, visitor: User, client: Any) -> None:
        other = Client()
        for each in (client, other):
            login(each, name="春兰")
        page = client.get(reverse("usersessions_list")).content.decode()
        assert page.count("<tr>") == 3
        client.post(reverse("usersessions_list"))
        assert client.get(reverse("accounts:me")).status_code == 200
        assert other.get(reverse("accounts:me")).status_code == 302

    def test_a_new_password_logs_the_others_out(self, visitor: User, client: Any) -> None:
        other = Client()
        for each in (client, other):
            login(each, name="春兰")
        new = {"oldpassword": PASSWORD, "password1": "pine-and-crane-7", "password2": "pine-and-crane-7"}
        client.post(reverse("account_change_password"), new)
        assert other.get(reverse("accounts:me")).status_code == 302

    def test_logging_out_is_noted(self, visitor: User, client: Any) -> None:
        login(client, name="春兰")
        client.post(reverse("account_logout"))
        assert client.get(reverse("accounts:me")).status_code == 302
        assert acts() == ["login", "logout"]

    def test_the_last_use_is_written_every_five_minutes_only(self, visitor: User, client: Any) -> None:
        login(client, name="春兰")
        client.get(reverse("accounts:me"))
        seen = client.session["seen"]
        client.get(reverse("accounts:me"))
        assert client.session["seen"] == seen
        session = client.session
        session["seen"] = time.time() - 301
        session.save()
        client.get(reverse("accounts:me"))
        assert client.session["seen"] >= seen


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "2fa/webauthn/"]
)
def test_pages_that_lead_nowhere_are_not_there(client: Any, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


def test_passwords_are_hashed_slowly_outside_of_tests() -> None:
    # As the platform reads them: conftest.py lays a quick hash over these.
    of_the_platform = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    first = import_string(of_the_platform.PASSWORD_HASHERS[0])()
    assert first.algorithm == "argon2"
    assert first.encode("correct horse battery", first.salt()).startswith("argon2$argon2id$")


def test_demo_accounts_are_spared_on_a_demo_only(grant: Make, client: Any, tmp_path: Any, settings: Any) -> None:
    user = grant("保国", "county_officer", DAZHU)
    User.objects.filter(pk=user.pk).update(is_demo=True)
    settings.DATA = tmp_path
    login(client)
    assert client.get(reverse("accounts:me")).url == reverse("mfa_activate_totp")
    (tmp_path / "demo").touch()
    assert client.get(reverse("accounts:me")).status_code == 200
    User.objects.filter(pk=user.pk).update(is_demo=False)
    assert client.get(reverse("accounts:me")).url == reverse("mfa_activate_totp")
