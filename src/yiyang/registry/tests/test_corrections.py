"""保国, clerk of 竹阳街道, corrects what registers say of 爱华; 春兰 looks after another town."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.accounts.scopes import scope_of
from yiyang.audit.models import AuditLine, AuditWrite
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.registry import actions, corrections
from yiyang.registry.corrected import Corrected, pieces
from yiyang.registry.models import CLERK, STILL, Correction, Delivery, Membership, Person, Statement
from yiyang.registry.tests.hall import AIHUA, BAOGUO, DEMING
from yiyang.registry.tests.town_hall import (
    DEATHS,
    LIVING,
    LOW_INCOME,
    POLICE,
    VILLAGE,
    death,
    deliver,
    everybody,
    living,
    person,
)

ZHUYANG, WUMU = 511724001000, 511724101000


@pytest.fixture(scope="module")
def delivered(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Three registers went in, once for all tests: what each of them does is taken back to here."""
    with django_db_blocker.unblock(), transaction.atomic():
        deliver(POLICE, everybody())
        deliver(DEATHS, [death(DEMING, "2026-09-20")])
        deliver(LIVING, [living(AIHUA, "独居"), living(BAOGUO, "与家人同住")])
        yield
        transaction.set_rollback(True)


@pytest.fixture
def hall(delivered: None, db: None) -> None:
    """The hall as the registers left it."""


def scope(user: Any) -> Any:
    with work(platform("test")):
        return scope_of(user, timezone.localdate(), request="r")


def correct(by: Any, who: str, fact: str, value: int, since: date = date(2026, 9, 1)) -> Correction:
    with work(by):
        return corrections.correct(
            by=by,
            person=Person.objects.get(pk=person(who).pk),
            fact=fact,
            value=value,
            valid_from=since,
            reason="入户核实",
        )


def test_each_row_says_everything_that_is_corrected_on_its_days() -> None:
    found = pieces([Corrected(3, "a", 9, 20260301), Corrected(1, "a", 1, 20260101), Corrected(2, "b", 2, 20260301)])
    assert [(each.valid_from, each.valid_to, dict(each.values), each.source) for each in found] == [
        (20260101, 20260228, {"a": 1}, 1),
        (20260301, STILL, {"a": 9, "b": 2}, 3),
    ]


def test_a_correction_counts_at_once_and_is_contested_until_withdrawn(hall: None, grant: Any) -> None:
    by = scope(grant("保国", "township_clerk", ZHUYANG))
    made = correct(by, AIHUA, "living_arrangement", 0)
    now = person(AIHUA)
    assert (now.facts["living_arrangement"], now.contested, made.stated) == (0, ["living_arrangement"], 1)
    with work(platform("test")):
        assert not Membership.objects.filter(person=now, group="living_alone", left=None).exists()
        assert made.statement is not None
        assert made.statement.opened.source == "clerk"
        line = AuditLine.objects.filter(what=f"correction:{made.pk}").get()
        assert (line.actor_name, line.person, line.reason) == ("保国", now.pk, "入户核实")
    with work(by):
        corrections.withdraw(by=by, correction=made, reason="看错了人")
    now = person(AIHUA)
    assert (now.facts["living_arrangement"], now.contested) == (1, [])
    with work(platform("test")):
        assert Membership.objects.filter(person=now, group="living_alone", left=None).exists()
        assert not Statement.objects.filter(register="clerk_corrections", known_to=STILL).exists()


def test_two_corrections_of_one_person_both_count(hall: None, grant: Any) -> None:
    by = scope(grant("保国", "township_clerk", ZHUYANG))
    first = correct(by, AIHUA, "living_arrangement", 0, date(2026, 1, 1))
    correct(by, AIHUA, "lonely", 1, date(2026, 8, 1))
    facts = person(AIHUA).facts
    assert (facts["living_arrangement"], facts["lonely"]) == (0, 1)
    with work(by):
        corrections.withdraw(by=by, correction=first, reason="撤")
    facts = person(AIHUA).facts
    assert (facts["living_arrangement"], facts["lonely"]) == (1, 1)


def test_what_no_register_states_is_supplemented_and_not_contested(hall: None, grant: Any) -> None:
    by = scope(grant("保国", "township_clerk", ZHUYANG))
    correct(by, AIHUA, "ability", 3)
    now = person(AIHUA)
    assert (now.facts["ability"], now.contested, now.groups) == (3, [], ["living_alone", "disabled", "very_old"])


def test_the_register_agreeing_ends_the_dispute(hall: None, grant: Any) -> None:
    correct(scope(grant("保国", "township_clerk", ZHUYANG)), AIHUA, "living_arrangement", 0)
    deliver(LIVING, [living(AIHUA, "与家人同住"), living(BAOGUO, "与家人同住")], "2026-11")
    assert person(AIHUA).contested == []


def test_a_later_delivery_does_not_undo_a_correction(hall: None, grant: Any) -> None:
    correct(scope(grant("保国", "township_clerk", ZHUYANG)), AIHUA, "living_arrangement", 0)
    deliver(LIVING, [living(AIHUA, "空巢"), living(BAOGUO, "独居")], "2026-11")
    now = person(AIHUA)
    assert (now.facts["living_arrangement"], now.contested) == (0, ["living_arrangement"])
    assert person(BAOGUO).facts["living_arrangement"] == 1


def test_moving_somebody_to_another_town_takes_him_out_of_the_clerks_sight(hall: None, grant: Any) -> None:
    by = scope(grant("保国", "township_clerk", ZHUYANG))
    correct(by, AIHUA, "resident_area", 511724101201)
    correct(by, AIHUA, "registered_area", 511724101201)
    assert person(AIHUA).area_code == 511724101201
    with work(by):
        assert not Person.objects.filter(pk=person(AIHUA).pk).exists()


def test_nobody_corrects_outside_of_his_area_or_without_the_right(hall: None, grant: Any) -> None:
    aihua = person(AIHUA)
    for name, role, area in (("春兰", "township_clerk", WUMU), ("德明", "village_visitor", VILLAGE)):
        by = scope(grant(name, role, area))
        with pytest.raises(PermissionDenied), work(by):
            corrections.correct(by=by, person=aihua, fact="lonely", value=1, valid_from=date(2026, 1, 1), reason="x")
    with work(platform("test")):
        assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("fact", "value", "since", "reason"),
    [
        ("living_arrangement", 4, date(2026, 1, 1), "x"),
        ("lonely", 1, date(2099, 1, 1), "x"),
        ("lonely", 1, date(2026, 1, 1), " "),
        ("age", 19451399, date(2026, 1, 1), "x"),
        ("resident_area", 511724000000, date(2026, 1, 1), "x"),
    ],
)
def test_refuses_what_cannot_be(hall: None, grant: Any, fact: str, value: int, since: date, reason: str) -> None:
    by = scope(grant("保国", "township_clerk", ZHUYANG))
    with pytest.raises(UsageError), work(by):
        corrections.correct(by=by, person=person(AIHUA), fact=fact, value=value, valid_from=since, reason=reason)


def test_a_correction_is_not_taken_back_as_a_delivery(hall: None, grant: Any) -> None:
    by = scope(grant("爱华", "county_officer", 511724000000))
    correct(by, AIHUA, "lonely", 1)
    with work(by), pytest.raises(UsageError, match="Withdraw"):
        actions.take_back(by=by, delivery=Delivery.objects.get(source="clerk"), reason="x")


def test_a_correction_does_not_stand_among_deliveries(hall: None, grant: Any, logged_in: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    officer = grant("爱华", "county_officer", 511724000000)
    correct(scope(officer), AIHUA, "lonely", 1)
    client = logged_in(officer)
    with work(platform("test")):
        made = Delivery.objects.get(source=CLERK)
    listed = client.get("/api/v1/deliveries").json()["items"]
    assert {each["register"] for each in listed} == {POLICE, DEATHS, LIVING}
    for address in (f"/api/v1/deliveries/{made.pk}", reverse("registry:delivery", args=[made.pk])):
        assert client.get(address).status_code == 404


def test_a_benefit_from_a_register_that_comes_later_leaves_the_correction_standing(hall: None, grant: Any) -> None:
    by = scope(grant("保国", "township_clerk", ZHUYANG))
    correct(by, AIHUA, "hardship", 0)
    rows = [{"身份证号码": AIHUA, "姓名": "爱华", "享受开始日期": "2026-01-01"}]
    deliver(LOW_INCOME, rows)
    now = person(AIHUA)
    assert (now.facts["hardship"], now.contested) == (0, ["hardship"])


def test_the_clerks_name_stands_in_the_history_of_writes(hall: None, grant: Any) -> None:
    made = correct(scope(grant("保国", "township_clerk", ZHUYANG)), AIHUA, "lonely", 1)
    with work(platform("test")):
        written = AuditWrite.objects.filter(table="registry_correction", key=str(made.pk), operation="I").get()
        assert written.actor_name == "保国"
