"""爱华 and 保国 are elders with telephones, 春兰 is 爱华's daughter, who is in no register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.portal import scopes
from yiyang.portal.models import Citizen, LoginCode, Mandate
from yiyang.registry.identity import check_character, person_of

ZHUYANG, WUMU = 511724001000, 511724101000
PHONES = {"爱华": "13900000001", "保国": "13900000002", "春兰": "13900000003"}


def number(name: str) -> str:
    """An id number for somebody who is no elder."""
    body = f"51302919750101{sum(map(ord, name)) % 999:03d}"
    return body + check_character(body)


@pytest.fixture
def aihua(person: Callable[..., Any]) -> Any:
    """An elder of 竹阳街道."""
    return person("爱华", ZHUYANG, phone=PHONES["爱华"])


@pytest.fixture
def baoguo(person: Callable[..., Any]) -> Any:
    """An elder of 乌木镇."""
    return person("保国", WUMU, phone=PHONES["保国"])


@pytest.fixture
def citizen(db: None) -> Callable[..., Citizen]:
    """citizen(person) is that elder with his own telephone, citizen("春兰") somebody in no register."""

    def make(who: Any, proof: str = "") -> Citizen:
        is_elder = not isinstance(who, str)
        name = who.name if is_elder else who
        id_number = "".join(who.id_number) if is_elder else number(who)
        with work(platform("test")):
            return Citizen.objects.create(
                id_number=id_number,
                name=name,
                phone=PHONES[name],
                person=who.pk if is_elder else person_of(id_number),
                verified_by=proof or ("registry" if is_elder else "local"),
                verified_at=timezone.now(),
            )

    return make


@pytest.fixture
def mandate(db: None) -> Callable[..., Mandate]:
    """mandate(elder, citizen) is one in force for a month."""

    def make(elder: Any, of: Citizen, **fields: Any) -> Mandate:
        defaults: dict[str, Any] = {
            "relation": "女儿", "way": "login", "agreed_at": timezone.now(),
            "ends": timezone.localdate() + timedelta(days=30),
        }  # fmt: skip
        with work(platform("test")):
            return Mandate.objects.create(person=elder.pk, citizen=of, **(defaults | fields))

    return make


@pytest.fixture
def at_home() -> Callable[[Citizen], Client]:
    """at_home(citizen) is a browser in which he has logged in to the portal."""

    def log_in(who: Citizen) -> Client:
        browser = Client()
        session = browser.session
        session[scopes.SESSION] = {"id": who.pk, "epoch": who.epoch}
        session.save()
        browser.cookies["sessionid"] = str(session.session_key)
        return browser

    return log_in


@pytest.fixture(autouse=True)
def calm(db: None) -> None:
    """No limits left over from another test."""
    cache.clear()


def codes_sent() -> int:
    """How many codes were made."""
    with work(platform("test")):
        return LoginCode.objects.count()


def yesterday() -> date:
    """The day before today."""
    return timezone.localdate() - timedelta(days=1)
