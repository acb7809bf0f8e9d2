"""The way in: an account is opened, its owner logs in for the first time, sets up the second factor, and comes back."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
OWN = "竹海青山绿水-2026"


def code_of(secret: str) -> str:
    """What an authenticator shows now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time())).decode()


def change_password(walker: Any, old: str, new: str = OWN) -> None:
    walker.field("当前密码").fill(old)
    walker.field("新密码").fill(new)
    walker.field("再输一次新密码").fill(new)
    walker.page.locator("main form button[type=submit]").first.click()


def test_the_first_login_asks_for_a_new_password(walk: Walk) -> None:
    walker = walk()
    walker.log_in("xin")
    assert walker.path.startswith("/accounts/password/change/")
    walker.shoot("new-password")
    walker.go("/areas/")
    assert walker.path.startswith("/accounts/password/change/"), "nothing else opens before"
    change_password(walker, "yiyang-demo-2026")
    walker.go("/")
    assert walker.heading == "今天要办的事"
    walker.shoot("home")


def test_a_clerk_gets_an_account_sets_up_a_code_and_comes_back_with_it(walk: Walk) -> None:
    officer = walk("xian")
    password = _open_account(officer, "lintao")
    clerk = walk()
    clerk.log_in("lintao", password)
    change_password(clerk, password)
    clerk.go("/")
    assert clerk.path.startswith("/accounts/2fa/totp/activate/"), "his role asks for a second factor"
    clerk.page.locator("summary", has_text="扫不了码").click()
    secret = clerk.page.locator("details .code").inner_text().strip()
    clerk.shoot("second-factor")
    clerk.page.get_by_label("验证码").fill(code_of(secret))
    clerk.page.get_by_role("button", name="启用").click()
    clerk.shoot("recovery-codes")
    clerk.go("/")
    assert clerk.heading == "今天要办的事"

    again = walk()
    again.log_in("lintao", OWN)
    assert again.heading == "输入验证码"
    again.page.get_by_label("验证码").fill("000000")
    again.page.get_by_role("button", name="确认").click()
    assert again.heading == "输入验证码", "a wrong code opens nothing"
    again.shoot("wrong-code")
    again.page.get_by_label("验证码").fill(code_of(secret))
    again.page.get_by_role("button", name="确认").click()
    assert again.heading == "今天要办的事"


def _open_account(officer: Any, username: str) -> str:
    """Opens an account and grants it the clerk's role; its temporary password."""
    page = officer.page
    officer.go("/admin/accounts/open")
    if officer.path.startswith("/accounts/reauthenticate/"):
        officer.field("密码").fill("yiyang-demo-2026")
        page.locator("main button[type=submit]").first.click()
    officer.field("姓名").fill("林涛")
    officer.field("用户名").fill(username)
    officer.field("单位").fill("竹阳街道办事处")
    officer.field("所属区划").fill("竹阳街道")
    officer.shoot("open-account")
    page.get_by_role("button", name="开设账户").click()
    officer.shoot("temporary-password")
    password = page.locator("dd.code.fs-4").inner_text()
    page.get_by_role("link", name="查看账户").click()
    page.get_by_role("link", name="授权", exact=True).click()
    officer.field("角色").select_option("township_clerk")
    officer.field("理由").fill("新任民政助理员")
    officer.shoot("grant")
    page.locator("main form button[type=submit]").first.click()
    assert re.fullmatch(r"/admin/accounts/\d+/?", officer.path), page.locator("main").inner_text()
    return str(password)


def test_a_department_s_machine_cannot_log_in_to_pages(walk: Walk) -> None:
    walker = walk()
    walker.log_in("yibao")
    assert walker.path.startswith("/accounts/login/")
    walker.shoot("refused")
    walker.go("/areas/")
    assert walker.path.startswith("/accounts/login/")


def test_wrong_passwords_are_told_and_then_locked(walk: Walk) -> None:
    walker = walk()
    for _ in range(5):
        walker.log_in("nobody-here", "wrong password")
    assert walker.says("用户名或密码不正确")
    walker.shoot("wrong")
    walker.log_in("nobody-here", "wrong password")
    assert walker.says("分钟")
    walker.shoot("locked")
