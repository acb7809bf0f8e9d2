"""A table on its way: made by one, published by another, and never changed after."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from conftest import DAZHU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.indicators.models import ProtectedTable, PublishedTable
from yiyang.indicators.publication import actions, source
from yiyang.indicators.publication.actions import Wanted
from yiyang.indicators.tests.town import MONTH, furnish, scope

pytestmark = pytest.mark.django_db
WANTED = Wanted(DAZHU, MONTH, ("area", "sex"))


@pytest.fixture
def officers(grant: Any, person: Callable[..., Any]) -> tuple[Any, Any]:
    """爱华 makes tables, 保国 decides on them."""
    furnish(person)
    return scope(grant("爱华", "county_officer", DAZHU)), scope(grant("保国", "county_officer", DAZHU))


def made(by: Any, wanted: Wanted = WANTED) -> PublishedTable:
    with work(by):
        found = actions.order(by=by, wanted=wanted)
    with work(platform("test")):
        actions.make(found)
    return found


def published(officers: tuple[Any, Any], wanted: Wanted = WANTED) -> PublishedTable:
    found = made(officers[0], wanted)
    with work(officers[1]):
        actions.publish(by=officers[1], table=found)
    with work(platform("test")):
        found.refresh_from_db()
    return found


def test_a_table_of_four_people_tells_nothing_but_that_it_is_small(officers: tuple[Any, Any]) -> None:
    found = made(officers[0])
    told = json.loads(found.body)
    assert found.state == "ready"
    assert not any(told["values"])
    assert found.hidden >= found.small > 0


def test_its_maker_does_not_publish_it(officers: tuple[Any, Any]) -> None:
    found = made(officers[0])
    with work(officers[0]), pytest.raises(UsageError, match="Somebody else"):
        actions.publish(by=officers[0], table=found)


def test_published_it_is_never_changed(officers: tuple[Any, Any]) -> None:
    found = published(officers)
    assert found.state == "published"
    with work(platform("test")):
        for change in (lambda: PublishedTable.objects.update(body="{}"), lambda: PublishedTable.objects.all().delete()):
            with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
                change()


def test_a_correction_says_why_and_is_another_version(officers: tuple[Any, Any]) -> None:
    first = published(officers)
    with work(officers[0]), pytest.raises(UsageError, match="needs a reason"):
        actions.order(by=officers[0], wanted=WANTED)
    second = published(officers, Wanted(DAZHU, MONTH, WANTED.grouped, correction="补登两人"))
    with work(platform("test")):
        first.refresh_from_db()
    assert (first.state, second.version, second.beside) == ("replaced", 2, [first.number])


def test_no_account_reads_true_counts(officers: tuple[Any, Any]) -> None:
    made(officers[0])
    with work(officers[1]):
        assert not ProtectedTable.objects.exists()
    with work(platform("test")):
        assert ProtectedTable.objects.exists()


def test_a_table_is_sent_back_with_a_reason(officers: tuple[Any, Any]) -> None:
    found = made(officers[0])
    with work(officers[1]):
        with pytest.raises(UsageError):
            actions.refuse(by=officers[1], table=found, reason=" ")
        actions.refuse(by=officers[1], table=found, reason="分组太细")
    with work(platform("test")):
        found.refresh_from_db()
    assert (found.state, found.reason) == ("refused", "分组太细")


def test_what_was_published_meanwhile_asks_for_another_making(officers: tuple[Any, Any]) -> None:
    waiting = made(officers[0])
    published(officers, Wanted(DAZHU, MONTH, ("area", "age")))
    with work(officers[1]), pytest.raises(UsageError, match="make it again"):
        actions.publish(by=officers[1], table=waiting)


def test_a_city_chooses_among_all_its_counties_and_no_budget_of_zero(grant: Any, logged_in: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    browser = logged_in(grant("爱华", "city_officer", DAZHU // 10**8 * 10**8))
    page = browser.get(reverse("indicators:table_make")).content.decode()
    assert f'value="{DAZHU}"' in page
    assert "居民委员会" not in page
    asked = {"area": DAZHU, "month": MONTH, "grouped": ["area"], "least": 10, "width": 5, "method": "noise"}
    answer = browser.post(reverse("indicators:table_make"), asked | {"epsilon": "0"})
    assert "ε 应在" in answer.content.decode()


def test_it_is_asked_for_decided_and_read_in_a_browser(
    grant: Any, person: Callable[..., Any], logged_in: Any, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    furnish(person)
    first, second = grant("爱华", "county_officer", DAZHU), grant("保国", "county_officer", DAZHU)
    maker = logged_in(first)
    asked = {"area": DAZHU, "month": MONTH, "grouped": ["area", "sex"], "least": 10, "width": 5}
    answer = maker.post(reverse("indicators:table_make"), asked)
    assert answer.status_code == 302, answer.content.decode()
    with work(platform("test")):
        found = PublishedTable.objects.get()
        actions.make(found)
    page = maker.get(answer["Location"]).content.decode()
    assert "等待另一人审批" in page
    assert "为什么找不出任何人" in page
    other = logged_in(second)
    assert "人数，按乡镇" in other.get(reverse("indicators:tables")).content.decode()
    assert 'value="published"' in other.get(answer["Location"]).content.decode()
    other.post(reverse("indicators:table_decide", args=[found.pk]), {"to": "published"})
    assert found.number in Client().get(reverse("portal:statistics")).content.decode()
    shown = Client().get(reverse("portal:statistic", args=[found.number]) + "?sex=female&sort=count").content.decode()
    assert "是什么意思" in shown
    assert "不公开" in shown
    with work(platform("test")):
        found.refresh_from_db()
    assert found.state == "published"
    assert (
        sha256(Client().get(reverse("portal:statistic_json", args=[found.number])).content).hexdigest() == found.sha256
    )
    # A code stands in the CSV as it stands in JSON.
    told = Client().get(reverse("portal:statistic_csv", args=[found.number])).content
    assert (told[:12], f"\n{MONTH},{DAZHU},".encode() in told) == (b"TIME_PERIOD,", True)
    csvw = Client().get(reverse("portal:statistic_csvw", args=[found.number]))
    assert csvw.json()["url"] == f"{found.number}.csv"
    assert Client().get(reverse("portal:statistic", args=[found.number.replace("v1", "v2")])).status_code == 404


def test_whoever_is_known_to_live_in_the_county_only_stands_beside_its_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_counted", lambda *asked: [(DAZHU, 5), (ZHUYANG, 20)])
    table = source.count(DAZHU, date(2026, 10, 31), ["area"], slug="t", title="t")
    words = dict(zip(table.dimensions[0].codes, table.dimensions[0].labels, strict=True))
    assert words["511724999000"] == "大竹县未落到乡镇"
    assert words["511724000000"] == "大竹县"
    assert table.counts.max() == 25
