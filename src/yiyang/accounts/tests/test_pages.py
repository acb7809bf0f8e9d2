"""The room's pages through a real client: what is shown, offered, refused and noted."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate as today
from python_calamine import CalamineWorkbook

from yiyang.access.scope import platform
from yiyang.accounts.models import ApiToken, User
from yiyang.accounts.tests.places import DAZHOU, DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    """These tests are not about one-time codes."""
    settings.SECOND_FACTOR = False


@pytest.fixture
def officer(grant: Make, area: Make) -> User:
    user = grant("爱华", "county_officer", DAZHU)
    User.objects.filter(pk=user.pk).update(area=area(DAZHU))
    return user


def lines(**about: Any) -> list[AuditLine]:
    with work(platform("test")):
        return list(AuditLine.objects.filter(**about).order_by("seq"))


def test_an_officer_opens_an_account_and_grants_a_role(officer: User, logged_in: Make, area: Make) -> None:
    client = logged_in(officer)
    form = {"name": "保国", "username": "BaoGuo", "kind": "staff", "unit": "竹阳街道", "area": "竹阳街道"}
    shown = client.post(reverse("accounts:open"), form)
    password = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", shown.content.decode())
    assert password
    made = User.objects.get(username="baoguo")
    assert made.check_password(password.group())
    assert made.must_change_password
    role = {"role": "township_clerk", "area": str(ZHUYANG), "starts": today(), "ends": "", "reason": "任职"}
    assert client.post(reverse("accounts:grant", args=[made.pk]), role).status_code == 302
    assert made.grants.get().granted_by == officer
    acts = [line.detail["act"] for line in lines(kind="permit", actor=officer.pk)]
    assert acts == ["open", "grant"]
    assert not any(password.group() in str(line.detail) for line in lines())


def test_the_form_offers_only_what_one_may_hand_on(officer: User, grant: Make, logged_in: Make) -> None:
    clerk = grant("保国", "township_clerk", ZHUYANG)
    page = logged_in(officer).get(reverse("accounts:grant", args=[clerk.pk])).content.decode()
    assert 'value="township_clerk"' in page
    assert 'value="reviewer"' in page
    for beyond in ("city_officer", "auditor", "intake", "administrator", "supplier"):
        assert f'value="{beyond}"' not in page
    assert "竹阳街道" in page
    assert "通川区" not in page


def test_a_forged_form_is_refused(officer: User, grant: Make, logged_in: Make) -> None:
    clerk = grant("保国", "township_clerk", ZHUYANG)
    client, url = logged_in(officer), reverse("accounts:grant", args=[clerk.pk])
    for role, where in (("city_officer", DAZHU), ("township_clerk", TONGCHUAN), ("county_officer", DAZHOU)):
        answer = client.post(url, {"role": role, "area": str(where), "starts": today(), "reason": "x"})
        assert answer.status_code == 200
    assert clerk.grants.count() == 1


def test_another_countys_account_is_not_found(officer: User, grant: Make, logged_in: Make) -> None:
    other, city = grant("保国", "county_officer", TONGCHUAN), grant("春兰", "city_officer", DAZHOU)
    client = logged_in(officer)
    listed = client.get(reverse("accounts:accounts")).content.decode()
    for stranger in (other, city):
        assert reverse("accounts:account", args=[stranger.pk]) not in listed
        assert client.get(reverse("accounts:account", args=[stranger.pk])).status_code == 404
        assert client.get(reverse("accounts:grant", args=[stranger.pk])).status_code == 404
        assert client.post(reverse("accounts:reset_password", args=[stranger.pk])).status_code == 404
        assert client.post(reverse("accounts:revoke", args=[stranger.grants.get().pk])).status_code == 404
    assert lines(kind="deny", actor=officer.pk)


def test_an_officer_does_not_take_over_a_superiors_account(
    officer: User, grant: Make, logged_in: Make, area: Make
) -> None:
    # He is at home in the county and works for the city: seen, but not to be had.
    city = grant("春兰", "city_officer", DAZHOU)
    User.objects.filter(pk=city.pk).update(area=area(DAZHU))
    client = logged_in(officer)
    assert client.get(reverse("accounts:account", args=[city.pk])).status_code == 200
    client.post(reverse("accounts:reset_password", args=[city.pk]), {"reason": "x"})
    for word in ("switch-off", "reset-code", "unlock", "end-sessions"):
        client.post(reverse("accounts:act", args=[city.pk, word]), {"reason": "x"})
    city.refresh_from_db()
    assert city.check_password("correct horse battery")
    assert city.is_active


def test_support_resets_a_password_only_behind_a_second_factor(grant: Make, logged_in: Make, settings: Any) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    clerk, support = grant("保国", "township_clerk", ZHUYANG), grant("春兰", "administrator", DAZHOU)
    client, url = logged_in(support), reverse("accounts:reset_password", args=[clerk.pk])
    client.post(url, {"reason": "忘记"})
    clerk.refresh_from_db()
    assert clerk.check_password("correct horse battery")
    with work(platform("test")):
        TOTP.activate(clerk, generate_totp_secret())
    assert client.post(url, {"reason": "忘记"}).status_code == 200
    clerk.refresh_from_db()
    assert not clerk.check_password("correct horse battery")
    client.post(reverse("accounts:act", args=[clerk.pk, "reset-code"]), {"reason": "x"})
    assert clerk.authenticator_set.exists()


def test_switching_off_ends_sessions_at_once(officer: User, grant: Make, logged_in: Make) -> None:
    from django.test import Client

    clerk, theirs = grant("保国", "township_clerk", ZHUYANG), Client()
    theirs.post(reverse("account_login"), {"login": "保国", "password": "correct horse battery"})
    assert theirs.get(reverse("accounts:me")).status_code == 200
    assert UserSession.objects.filter(user=clerk).count() == 1
    logged_in(officer).post(reverse("accounts:act", args=[clerk.pk, "switch-off"]), {"reason": "调离"})
    assert theirs.get(reverse("accounts:me")).status_code == 302
    assert not UserSession.objects.filter(user=clerk).exists()


def test_forty_visitors_are_opened_from_a_sheet(grant: Make, logged_in: Make) -> None:
    clerk = grant("保国", "township_clerk", ZHUYANG)
    client, url = logged_in(clerk), reverse("accounts:visitors")
    text = "姓名,用户名,村（社区）\n" + "".join(f"王{n},,\n" for n in range(40))
    sheet = SimpleUploadedFile("名单.csv", text.encode("gb18030"))
    ends = today() + timedelta(days=365)
    seen = client.post(url, {"file": sheet, "area": "竹阳街道", "ends": ends})
    packed = re.search(r'name="packed" value="([^"]+)"', seen.content.decode())
    assert packed
    assert not User.objects.filter(created_by=clerk).exists()
    opened = client.post(url, {"packed": packed.group(1)})
    passwords = set(re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", opened.content.decode()))
    assert len(passwords) == 40
    made = User.objects.filter(created_by=clerk)
    assert made.count() == 40
    assert {grant.role for user in made for grant in user.grants.all()} == {"village_visitor"}
    assert opened["Cache-Control"] == "private, no-store"
    # Once more: the names are taken, nothing is opened twice.
    assert client.post(url, {"packed": packed.group(1)}).status_code == 302
    assert User.objects.filter(created_by=clerk).count() == 40


def test_a_sheet_with_a_village_of_elsewhere_opens_nothing(grant: Make, logged_in: Make) -> None:
    client = logged_in(grant("保国", "township_clerk", ZHUYANG))
    sheet = SimpleUploadedFile("名单.csv", f"姓名,村\n王五,{WUMU}\n".encode())
    seen = client.post(reverse("accounts:visitors"), {"file": sheet, "area": "竹阳街道"}).content.decode()
    assert "有 1 行不能开设" in seen


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", b"no sheet"), ("a.csv", b"\x81\xff\xff"), ("a.csv", b"x,y\n1,2")]
)
def test_a_wrong_file_is_told_at_its_field(grant: Make, logged_in: Make, name: str, content: bytes) -> None:
    client = logged_in(grant("保国", "township_clerk", ZHUYANG))
    form = {"file": SimpleUploadedFile(name, content), "area": "竹阳街道"}
    answer = client.post(reverse("accounts:visitors"), form)
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]


def test_a_token_is_issued_shown_once_and_revoked(grant: Make, logged_in: Make, area: Make) -> None:
    from yiyang.accounts.actions.accounts import open_account

    with work(platform("test")):
        machine = open_account(username="yibao", name="医保局", area=area(DAZHU), by=None, kind="service")[0]
    grant("yibao", "supplier", DAZHOU, registers=["medical_insurance", "pensions"])
    client = logged_in(grant("春兰", "city_officer", DAZHOU))
    form = {
        "user": machine.pk, "name": "每月推送", "rights": ["delivery.upload"], "registers": ["pensions"],
        "area": "大竹县", "days": "90",
    }  # fmt: skip
    shown = client.post(reverse("accounts:issue"), form).content.decode()
    text = re.search(r"yt_[0-9a-f]{8}_[\w-]{43}", shown)
    assert text
    token = ApiToken.objects.get()
    assert text.group() not in client.get(reverse("accounts:token", args=[token.pk])).content.decode()
    client.post(reverse("accounts:revoke_token", args=[token.pk]), {"reason": "更换"})
    token.refresh_from_db()
    assert token.revoked_at


def test_the_matrix_is_printed_and_taken_out(grant: Make, logged_in: Make) -> None:
    client = logged_in(grant("保国", "auditor", DAZHOU))
    page = client.get(reverse("accounts:matrix")).content.decode()
    assert "查看老年人档案" in page
    assert "/admin/tokens/issue/" in page
    answer = client.get(reverse("accounts:matrix_sheet"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert any("person.reveal" in row for row in rows)
    assert "不含老年人个人信息" in str(rows[0][0])
    assert lines(kind="export")


@pytest.mark.parametrize("name", ["accounts", "expiring", "me", "open", "visitors", "tokens", "issue", "matrix"])
def test_every_page_opens_for_the_citys_officer(grant: Make, logged_in: Make, name: str) -> None:
    client = logged_in(grant("保国", "city_officer", DAZHOU))
    answer = client.get(reverse(f"accounts:{name}"))
    assert answer.status_code == 200
    assert b"style=" not in answer.content.replace(b"hx-swap-style=", b"")


def test_what_is_sensitive_asks_who_it_is_again(grant: Make, logged_in: Make) -> None:
    client = logged_in(grant("保国", "city_officer", DAZHOU))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    answer = client.get(reverse("accounts:open"))
    assert answer.url.startswith(reverse("account_reauthenticate"))
    client.post(answer.url, {"password": "correct horse battery"})
    assert client.get(reverse("accounts:open")).status_code == 200


@pytest.mark.parametrize("name", ["accounts", "open", "visitors", "tokens", "issue", "matrix"])
def test_a_visitor_gets_none_of_it(grant: Make, logged_in: Make, name: str) -> None:
    client = logged_in(grant("保国", "village_visitor", ZHUYANG))
    assert client.get(reverse(f"accounts:{name}")).status_code == 403
