"""At the portal's door: a right number and the code of one's telephone; nobody learns who is registered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from yiyang.access.scope import acting, platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.notices import outbox
from yiyang.portal import limits, scopes
from yiyang.portal.models import Citizen, LoginCode
from yiyang.portal.tests.conftest import PHONES, number

pytestmark = pytest.mark.django_db
LOGIN, CODE = "/portal/login/", "/portal/login/code/"


@pytest.fixture
def phones(settings: Any, tmp_path: Any) -> Callable[[str], str]:
    """phones(number) is the code that this telephone got last; no demo, so pages do not show it."""
    assert not outbox.is_demo()

    def read(phone: str) -> str:
        from yiyang.notices.models import Instant

        with work(platform("test")):
            text = str(Instant.objects.filter(phone_hash=phone).order_by("-id")[0].text)
        return re.findall(r"[0-9]{6}", text)[0]

    return read


def _ask(browser: Client, name: str, id_number: str, phone: str, **query: str) -> Any:
    return browser.post(LOGIN, {"name": name, "id_number": id_number, "phone": phone}, query_params=query)


def _log_in(browser: Client, name: str, id_number: str, phone: str, phones: Callable[[str], str]) -> Any:
    assert _ask(browser, name, id_number, phone).status_code == 302
    return browser.post(CODE, {"code": phones(phone)})


def test_an_elder_logs_in_and_sees_his_own_file(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    answer = _log_in(client, "爱华", "".join(aihua.id_number), PHONES["爱华"], phones)
    assert answer.status_code == 302
    home = client.get("/portal/mine/")
    assert home["Location"] == f"/portal/mine/{aihua.pk}/"
    assert "爱华" in client.get(home["Location"]).content.decode()


def test_whoever_is_in_no_register_logs_in_and_has_nobody_yet(client: Client, phones: Callable[[str], str]) -> None:
    _log_in(client, "春兰", number("春兰"), PHONES["春兰"], phones)
    page = client.get("/portal/mine/").content.decode()
    assert "没有可以办理的老人档案" in page


def test_a_strangers_telephone_does_not_open_an_elders_file_and_does_not_tell_that_there_is_one(
    client: Client, aihua: Any, phones: Callable[[str], str]
) -> None:
    theirs = _log_in(client, "爱华", "".join(aihua.id_number), "13811112222", phones)
    as_elder = client.get("/portal/mine/")
    assert client.get(f"/portal/mine/{aihua.pk}/").status_code == 404
    other = Client()
    nobodys = _log_in(other, "春兰", number("春兰"), PHONES["春兰"], phones)
    assert (theirs.status_code, theirs["Location"]) == (nobodys.status_code, nobodys["Location"])
    assert _plain(as_elder) == _plain(other.get("/portal/mine/"))


def _plain(answer: Any) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())


def test_a_contacts_telephone_proves_an_elder_too(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    from yiyang.registry.models import Contact

    with work(platform("test")):
        Contact.objects.create(person=aihua, kind="family", name="春兰", phone=PHONES["春兰"])
    _log_in(client, "爱华", "".join(aihua.id_number), PHONES["春兰"], phones)
    assert client.get(f"/portal/mine/{aihua.pk}/").status_code == 200


def test_squatting_on_a_number_keeps_nobody_out(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    _log_in(Client(), "爱华", "".join(aihua.id_number), "13811112222", phones)
    _log_in(client, "爱华", "".join(aihua.id_number), PHONES["爱华"], phones)
    assert client.get(f"/portal/mine/{aihua.pk}/").status_code == 200


@pytest.mark.parametrize("wrong", ["510229194001010010", "51302919401301001X", "123", "513029304001010015"])
def test_a_wrong_number_is_said_at_once(client: Client, wrong: str) -> None:
    page = _ask(client, "爱华", wrong, PHONES["爱华"])
    assert page.status_code == 200
    assert "身份证号码" in page.content.decode()
    assert "有 1 处需要改正" in page.content.decode()


def test_the_fifth_wrong_try_ends_a_code(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    _ask(client, "爱华", "".join(aihua.id_number), PHONES["爱华"])
    right = phones(PHONES["爱华"])
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert client.post(CODE, {"code": wrong}).status_code == 200
    assert client.post(CODE, {"code": right}).status_code == 200
    with acting(platform("test")):
        assert AuditLine.objects.filter(kind="login", detail__act="wrong_code").count() == 6


def test_a_code_is_good_once(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    _log_in(client, "爱华", "".join(aihua.id_number), PHONES["爱华"], phones)
    other = Client()
    _ask(other, "爱华", "".join(aihua.id_number), PHONES["爱华"])
    used = phones(PHONES["爱华"])
    assert other.post(CODE, {"code": used}).status_code == 302
    with work(platform("test")):
        assert not LoginCode.objects.filter(used_at=None, expires_at__gt=timezone.now()).exists()


def test_a_code_that_runs_out_can_be_prolonged(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    _ask(client, "爱华", "".join(aihua.id_number), PHONES["爱华"])
    with work(platform("test")):
        LoginCode.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    assert "已延长" in client.post("/portal/login/more-time/", follow=True).content.decode()
    with work(platform("test")):
        assert LoginCode.objects.get().expires_at > timezone.now() + timedelta(minutes=9)


def test_codes_are_kept_as_digests_and_who_waits_is_sealed(
    client: Client, aihua: Any, phones: Callable[[str], str]
) -> None:
    _ask(client, "爱华", "".join(aihua.id_number), PHONES["爱华"])
    code = phones(PHONES["爱华"])
    with work(platform("test")):
        assert code not in LoginCode.objects.get().digest
    kept = str(dict(client.session.items()))
    assert "".join(aihua.id_number) not in kept
    assert PHONES["爱华"] not in kept


def test_a_telephone_is_not_flooded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.CODES, "phone", 2)
    for _ in range(2):
        assert _ask(client, "春兰", number("春兰"), PHONES["春兰"]).status_code == 302
    assert "太频繁" in _ask(client, "春兰", number("春兰"), PHONES["春兰"]).content.decode()


def test_the_session_changes_at_the_login(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    _ask(client, "爱华", "".join(aihua.id_number), PHONES["爱华"])
    before = client.session.session_key
    client.post(CODE, {"code": phones(PHONES["爱华"])})
    assert client.session.session_key != before


def test_staff_and_citizen_never_share_a_session(
    aihua: Any, citizen: Callable[..., Citizen], grant: Callable[..., Any], logged_in: Callable[..., Client],
    phones: Callable[[str], str], settings: Any,
) -> None:  # fmt: skip
    settings.SECOND_FACTOR = False
    browser = logged_in(grant("保国", "township_clerk", 511724001000))
    assert browser.get("/portal/mine/").status_code == 302
    _log_in(browser, "爱华", "".join(aihua.id_number), PHONES["爱华"], phones)
    assert "_auth_user_id" not in browser.session
    assert browser.get("/people/").status_code == 302
    browser.force_login(
        grant("保国", "township_clerk", 511724001000), "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert scopes.SESSION not in browser.session


def test_logging_out_everywhere_ends_every_session(
    aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    me = citizen(aihua)
    here, there = at_home(me), at_home(me)
    assert there.get(f"/portal/mine/{aihua.pk}/").status_code == 200
    here.post("/portal/logout/everywhere/")
    assert there.get(f"/portal/mine/{aihua.pk}/").status_code == 302


def test_a_form_that_was_sent_after_the_login_ran_out_is_there_again(
    client: Client, aihua: Any, phones: Callable[[str], str]
) -> None:
    page = f"/portal/mine/{aihua.pk}/contacts/add/"
    sent = client.post(page, {"kind": "family", "name": "大儿子建国", "relation": "儿子", "phone": ""})
    assert sent["Location"].startswith("/portal/login/?next=")
    login = client.get(sent["Location"]).content.decode()
    assert "您刚才填的内容还在" in login
    client.post(sent["Location"], {"name": "爱华", "id_number": "".join(aihua.id_number), "phone": PHONES["爱华"]})
    back = client.post(CODE, {"code": phones(PHONES["爱华"])})
    assert back["Location"] == page
    assert "大儿子建国" in client.get(page).content.decode()
    assert "大儿子建国" not in client.get(page).content.decode()


def test_one_is_never_sent_elsewhere_after_the_login(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    _ask(client, "爱华", "".join(aihua.id_number), PHONES["爱华"], next="https://elsewhere.example/portal/mine/")
    assert client.post(CODE, {"code": phones(PHONES["爱华"])})["Location"] == "/portal/mine/"


def test_the_log_names_no_citizen(client: Client, aihua: Any, phones: Callable[[str], str]) -> None:
    _log_in(client, "爱华", "".join(aihua.id_number), PHONES["爱华"], phones)
    client.get(f"/portal/mine/{aihua.pk}/")
    with acting(platform("test")):
        me = Citizen.objects.get()
        lines = AuditLine.objects.filter(actor_name=f"群众#{me.pk}")
        assert {"login", "read"} <= set(lines.values_list("kind", flat=True))
        assert not AuditLine.objects.filter(actor_name__contains="爱华").exists()
        assert not AuditLine.objects.filter(detail__icontains=PHONES["爱华"]).exists()


def test_codes_are_shown_in_demonstrations_only(client: Client, aihua: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from yiyang.portal import codes, mine_login

    _ask(client, "爱华", "".join(aihua.id_number), PHONES["爱华"])
    assert "演示" not in client.get(CODE).content.decode()
    for module in (codes, mine_login):
        monkeypatch.setattr(module, "is_demo", lambda: True)
    _ask(client, "爱华", "".join(aihua.id_number), PHONES["爱华"])
    assert "演示" in client.get(CODE).content.decode()
    assert outbox.is_demo() is False


def test_a_login_costs_the_same_whether_or_not_there_is_a_file(aihua: Any, phones: Callable[[str], str]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    cases = (("".join(aihua.id_number), "13811112222"), (number("春兰"), "13811113333"))
    for id_number, phone in cases:
        browser = Client()
        with CaptureQueriesContext(connection) as asked:
            _ask(browser, "爱华", id_number, phone)
        code = phones(phone)
        with CaptureQueriesContext(connection) as typed:
            browser.post(CODE, {"code": code})
        counts.append((len(asked), len(typed)))
    assert counts[0] == counts[1]
