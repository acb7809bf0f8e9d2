"""代办 at the counter: a signed form makes a mandate; a clerk confirms whose telephone it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yiyang.access.scope import acting, platform
from yiyang.audit.models import AuditLine
from yiyang.portal import mandates, scopes
from yiyang.portal.models import Citizen, Mandate
from yiyang.portal.tests.conftest import PHONES, WUMU, ZHUYANG, number

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 " + bytes(32)


@pytest.fixture
def clerk(grant: Callable[..., Any], logged_in: Callable[..., Client], settings: Any) -> Client:
    """保国's clerk of 竹阳街道."""
    settings.SECOND_FACTOR = False
    return logged_in(grant("经办", "township_clerk", ZHUYANG))


def _form() -> dict[str, Any]:
    family = {"name": "春兰", "id_number": number("春兰"), "phone": PHONES["春兰"], "relation": "女儿"}
    return {**family, "ends": mandates.latest_day(), "paper": SimpleUploadedFile("同意书.pdf", SCAN, "application/pdf")}


def test_a_signed_form_lets_the_daughter_act(clerk: Client, aihua: Any) -> None:
    page = f"/portal/counter/{aihua.pk}/"
    assert "爱华" in clerk.get(f"{page}form/").content.decode()
    assert clerk.post(page, _form()).status_code == 302
    with acting(platform("test")):
        made = Mandate.objects.get()
        assert (made.way, made.relation) == ("counter", "女儿")
        assert made.document is not None
        assert scopes.scope_of(made.citizen).persons == {aihua.pk}
        line = AuditLine.objects.get(what=f"portal_mandate:{made.pk}")
        assert (line.person, line.detail["act"]) == (aihua.pk, "agreed_at_counter")
    assert clerk.post(f"{page}end/{made.pk}/").status_code == 302
    with acting(platform("test")):
        assert scopes.scope_of(made.citizen).persons == frozenset()


def test_a_form_without_the_scan_is_refused(clerk: Client, aihua: Any) -> None:
    given = _form()
    del given["paper"]
    assert clerk.post(f"/portal/counter/{aihua.pk}/", given).status_code == 200
    with acting(platform("test")):
        assert not Mandate.objects.exists()


def test_a_clerk_of_elsewhere_finds_nobody(clerk: Client, baoguo: Any) -> None:
    assert baoguo.area_code == WUMU
    for page in ("", "form/"):
        assert clerk.get(f"/portal/counter/{baoguo.pk}/{page}").status_code == 404
    assert clerk.post(f"/portal/counter/{baoguo.pk}/", _form()).status_code == 404


def test_an_elder_whose_telephone_nobody_knew_is_confirmed(
    clerk: Client, aihua: Any, baoguo: Any, citizen: Callable[..., Citizen]
) -> None:
    me, other = citizen(aihua, proof="local"), citizen(baoguo, proof="local")
    page = f"/portal/counter/{aihua.pk}/"
    shown = clerk.get(page).content.decode()
    assert "还看不到档案" in shown
    assert PHONES["爱华"] not in shown
    assert clerk.post(f"{page}confirm/{other.pk}/").status_code == 404
    assert clerk.post(f"{page}confirm/{me.pk}/").status_code == 302
    with acting(platform("test")):
        me.refresh_from_db()
        assert me.verified_by == "counter"
    assert scopes.scope_of(me).persons == {aihua.pk}
    assert scopes.scope_of(other).persons == frozenset()
