"""Both locks: the managers narrow, and the database shows nothing to whoever gets around them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from yiyang.access.scope import NOBODY, acting
from yiyang.accounts.scopes import scope_of
from yiyang.registry.models import Person

TODAY = date(2026, 11, 22)
DAZHU, ZHUYANG, WUMU, TONGCHUAN = 511724000000, 511724001000, 511724101000, 511702000000
pytestmark = pytest.mark.django_db


def names_by_manager() -> set[str]:
    return set(Person.objects.values_list("name", flat=True))


def names_by_raw_sql() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM registry_person")
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def three(person: Callable[..., Any]) -> None:
    person("爱华", ZHUYANG)
    person("保国", WUMU)
    person("春兰", -1)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("names", [names_by_manager, names_by_raw_sql])
class TestWhatIsSeen:
    def test_without_a_scope_nothing_is_seen(self, names: Callable[[], set[str]]) -> None:
        with transaction.atomic():
            assert names() == set()
        with acting(NOBODY):
            assert names() == set()

    def test_a_clerk_sees_his_township_only(self, names: Callable[[], set[str]], grant: Callable[..., Any]) -> None:
        with acting(scope_of(grant("甲", "township_clerk", ZHUYANG), TODAY)):
            assert names() == {"爱华"}

    def test_an_officer_sees_the_whole_county_but_nobody_without_area(
        self, names: Callable[[], set[str]], grant: Callable[..., Any]
    ) -> None:
        with acting(scope_of(grant("乙", "county_officer", DAZHU), TODAY)):
            assert names() == {"爱华", "保国"}

    def test_intake_of_the_city_sees_whoever_has_no_area(
        self, names: Callable[[], set[str]], grant: Callable[..., Any]
    ) -> None:
        with acting(scope_of(grant("丙", "intake", 511700000000), TODAY)):
            assert "春兰" in names()

    def test_an_auditor_and_an_administrator_see_no_people(
        self, names: Callable[[], set[str]], grant: Callable[..., Any]
    ) -> None:
        for role in ("auditor", "administrator"):
            with acting(scope_of(grant("丁", role, 511700000000), TODAY)):
                assert names() == set()

    def test_an_ended_grant_opens_nothing(self, names: Callable[[], set[str]], grant: Callable[..., Any]) -> None:
        user = grant("戊", "county_officer", DAZHU, ends=date(2026, 11, 21))
        with acting(scope_of(user, TODAY)):
            assert names() == set()
