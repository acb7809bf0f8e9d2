"""Tables rounded or told with noise: what is spent of privacy, who sees a draw when, and what may stand beside what."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import DAZHU
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.indicators.models import PrivacySpending, ProtectedTable, PublishedTable
from yiyang.indicators.publication import actions, ledger
from yiyang.indicators.publication.actions import Wanted
from yiyang.indicators.publication.budget import OverBudget, Spent, require, spent_in
from yiyang.indicators.tests.test_publishing import WANTED, made, officers, published
from yiyang.indicators.tests.town import MONTH, furnish

pytestmark = pytest.mark.django_db
__all__ = ["officers"]
NOISE = replace(WANTED, method="noise", epsilon=Decimal(1))
ROUND = replace(WANTED, method="round", base=5)


def test_nobody_sees_a_draw_before_it_is_published(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    found = made(officers[0], NOISE)
    assert (found.state, found.body, found.sha256) == ("ready", "", "")
    assert found.protection["levels"][-1]["error"] == 3
    for officer in officers:
        with work(officer):
            assert not ProtectedTable.objects.exists()
            assert PublishedTable.objects.get().body == ""
    with work(platform("test")):
        assert not PrivacySpending.objects.exists()


def test_what_is_published_is_the_draw_that_was_sealed_and_is_spent_once(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    found = made(officers[0], NOISE)
    with work(platform("test")):
        sealed = bytes(ProtectedTable.objects.get().body).decode()
    with work(officers[1]):
        actions.publish(by=officers[1], table=found)
    with work(platform("test")):
        found.refresh_from_db()
        assert found.body == sealed
        assert PrivacySpending.objects.get().epsilon == 1
    told = json.loads(found.body)
    assert told["protection"]["epsilon"] == 1
    assert None not in told["values"]
    assert ledger.balance(DAZHU, timezone.localdate().year).spent == 1


def test_a_draw_that_is_sent_back_is_destroyed_and_costs_nothing(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    found = made(officers[0], NOISE)
    with work(officers[1]):
        actions.refuse(by=officers[1], table=found, reason="误差太大")
    with work(platform("test")):
        assert not ProtectedTable.objects.exists()
    assert ledger.balance(DAZHU, timezone.localdate().year).spent == 0


def test_a_correction_is_another_draw_and_spends_again(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    published(officers, NOISE)
    published(officers, replace(NOISE, correction="补登两人"))
    assert ledger.balance(DAZHU, timezone.localdate().year).spent == 2


def test_a_year_has_a_limit(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    two = replace(NOISE, epsilon=Decimal(2))
    for grouped in (("sex",), ("age",), ("area",)):
        published(officers, replace(two, grouped=grouped))
    with work(officers[0]), pytest.raises(OverBudget, match="does not suffice"):
        actions.order(by=officers[0], wanted=NOISE)


def test_what_was_spent_meanwhile_counts_when_it_is_published(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    two = replace(NOISE, epsilon=Decimal(2))
    waiting = made(officers[0], replace(two, grouped=("age", "sex")))
    for grouped in (("sex",), ("age",), ("area",)):
        published(officers, replace(two, grouped=grouped))
    with work(officers[1]), pytest.raises(OverBudget):
        actions.publish(by=officers[1], table=waiting)


def test_the_ledger_is_never_changed(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    published(officers, NOISE)
    with work(platform("test")):
        for change in (
            lambda: PrivacySpending.objects.update(epsilon=0),
            lambda: PrivacySpending.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_tables_above_and_below_count_but_not_those_beside() -> None:
    city, county, other, town = (0, 100), (10, 20), (20, 30), (10, 11)
    spent = [
        Spent(*city, Decimal(1)),
        Spent(*county, Decimal(2)),
        Spent(*other, Decimal(4)),
        Spent(*town, Decimal("0.5")),
    ]
    assert spent_in(town, spent) == Decimal("3.5")
    assert spent_in(county, spent) == Decimal("3.5")
    assert spent_in(other, spent) == Decimal(5)
    assert spent_in(city, spent) == Decimal(5)
    assert spent_in((40, 50), spent) == 1


def test_the_last_thousandth_may_be_spent() -> None:
    require(Decimal("0.5"), Decimal("5.5"), Decimal(6), 2026)
    with pytest.raises(OverBudget):
        require(Decimal("0.501"), Decimal("5.5"), Decimal(6), 2026)


def test_a_rounded_table_is_made_of_multiples_and_published(officers: tuple[Any, Any]) -> None:
    found = published(officers, ROUND)
    told = json.loads(found.body)
    assert not any(value % 5 for value in told["values"])
    assert told["protection"] == {"method": "round", "base": 5, "within": 4, "relaxed": []}
    assert found.slug.endswith("_round")


def test_a_table_rounded_again_is_rounded_the_same_way(officers: tuple[Any, Any]) -> None:
    first = published(officers, ROUND)
    second = published(officers, replace(ROUND, grouped=("area", "age")))
    one, two = json.loads(first.body), json.loads(second.body)
    assert one["values"][0] == two["values"][0]
    assert second.beside == [first.number]


def test_indicators_and_services_are_only_hidden(officers: tuple[Any, Any]) -> None:
    for wanted in (ROUND, NOISE):
        with work(officers[0]), pytest.raises(UsageError, match="counts once"):
            actions.order(by=officers[0], wanted=replace(wanted, grouped=("area", "item")))


def test_hidden_and_noisy_tables_beside_each_other_say_so(officers: tuple[Any, Any]) -> None:
    pytest.importorskip("opendp")
    first = published(officers)
    second = published(officers, NOISE)
    assert json.loads(second.body)["beside_other_methods"] == [first.number]
    for each in (first, second):
        page = Client().get(reverse("portal:statistic", args=[each.number])).content.decode()
        assert "用其他方法保护的表" in page


def test_a_noisy_table_is_asked_for_decided_and_read_in_a_browser(
    grant: Any, person: Callable[..., Any], logged_in: Any, settings: Any
) -> None:
    pytest.importorskip("opendp")
    settings.SECOND_FACTOR = False
    furnish(person)
    maker = logged_in(grant("爱华", "county_officer", DAZHU))
    asked = {"area": DAZHU, "month": MONTH, "grouped": ["area", "sex"], "least": 10, "width": 5, "method": "noise"}
    answer = maker.post(reverse("indicators:table_make"), asked | {"epsilon": "0.5"})
    assert answer.status_code == 302, answer.content.decode()
    with work(platform("test")):
        found = PublishedTable.objects.get()
        actions.make(found)
    page = maker.get(answer["Location"]).content.decode()
    assert "误差有多大" in page
    assert "谁也看不到" in page
    other = logged_in(grant("保国", "county_officer", DAZHU))
    other.post(reverse("indicators:table_decide", args=[found.pk]), {"to": "published"})
    shown = Client().get(reverse("portal:statistic", args=[found.number])).content.decode()
    assert "随机误差" in shown
    assert "±6" in shown
    csv = Client().get(reverse("portal:statistic_csv", args=[found.number])).content.decode()
    assert csv.splitlines()[0].endswith("ERROR_95")
    csvw = Client().get(reverse("portal:statistic_csvw", args=[found.number])).json()
    assert "ε=0.5" in csvw["dc:description"]
    books = other.get(reverse("indicators:budgets")).content.decode()
    assert found.number in books
    assert "ε=5.5" in books
    refused = maker.post(reverse("indicators:table_make"), asked | {"epsilon": "3"}).content.decode()
    assert "ε 应在" in refused


def test_epsilon_is_by_default_that_of_policy(officers: tuple[Any, Any]) -> None:
    with work(officers[0]), pytest.raises(UsageError):
        actions.order(by=officers[0], wanted=Wanted(DAZHU, MONTH, ("sex",), method="noise"))
