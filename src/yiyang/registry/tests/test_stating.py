"""What an assessment or a visit found out of 爱华 counts at once, before what her registers say or after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from yiyang.access.scope import platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.engine.duck import connect
from yiyang.registry import corrections, stating
from yiyang.registry.corrected import Corrected, pieces
from yiyang.registry.freezing import freeze
from yiyang.registry.models import CLERK, STILL, Delivery, Stated, Statement
from yiyang.registry.tables import resolve
from yiyang.registry.tests.hall import AIHUA, BAOGUO
from yiyang.registry.tests.town_hall import LIVING, POLICE, deliver, everybody, living, person

ASSESSED, SEEN, ABILITY = "platform_assessments", "visit_observations", "ability_assessments"
MODERATE, SEVERE = 2, 3


@pytest.fixture(scope="module")
def delivered(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The registers went in, once for all tests: what each of them does is taken back to here."""
    with django_db_blocker.unblock(), transaction.atomic():
        deliver(POLICE, everybody())
        deliver(LIVING, [living(AIHUA, "独居"), living(BAOGUO, "与家人同住")])
        yield
        transaction.set_rollback(True)


@pytest.fixture
def hall(delivered: None, db: None) -> None:
    """The hall as the registers left it."""


def state(who: str, facts: dict[str, int | None], register: str = ASSESSED, **days: date) -> Delivery:
    with work(platform("检验")) as by:
        return stating.state(
            by=by,
            register=register,
            person=person(who),
            facts=facts,
            valid_from=days.get("since", date(2026, 9, 1)),
            valid_to=days.get("until"),
            title="证书 1",
            reason="评估",
        )


def take_back(made: Delivery) -> None:
    with work(platform("检验")) as by:
        stating.take_back(made, by=by, reason="撤")


def fact(who: str, name: str) -> Any:
    return person(who).facts.get(name)


def test_what_is_stated_for_a_time_ends_and_what_it_replaced_stays_ended() -> None:
    found = pieces(
        [
            Corrected(1, "a", 1, 20260101, 20260630),
            Corrected(2, "a", 2, 20260301, 20260430),
            Corrected(3, "b", 5, 20260401),
        ]
    )
    assert [(each.valid_from, each.valid_to, dict(each.values)) for each in found] == [
        (20260101, 20260228, {"a": 1}),
        (20260301, 20260331, {"a": 2}),
        (20260401, 20260430, {"a": 2, "b": 5}),
        (20260501, 20260630, {"b": 5}),
        (20260701, STILL, {"b": 5}),
    ]


def test_saying_that_nothing_is_known_any_more_ends_what_was_said() -> None:
    assert [each.valid_to for each in pieces([Corrected(1, "a", 1, 20260101), Corrected(2, "a", None, 20260301)])] == [
        20260228
    ]


def test_a_stated_fact_is_the_persons_current_fact_at_once(hall: None) -> None:
    made = state(AIHUA, {"ability": SEVERE})
    now = person(AIHUA)
    assert (now.facts["ability"], now.contested, made.source) == (SEVERE, [], CLERK)
    with work(platform("test")):
        line = AuditLine.objects.filter(what=f"delivery:{made.pk}").get()
        assert (line.person, line.detail["facts"]) == (now.pk, ["ability"])
        row = Statement.objects.get(register=ASSESSED)
        assert (row.opened_id, row.source_file, row.values) == (made.pk, "证书 1", {"ability": SEVERE})


def test_a_newer_delivery_of_a_less_trusted_register_does_not_beat_it(hall: None) -> None:
    state(AIHUA, {"ability": SEVERE})
    newer = {"身份证号码": AIHUA, "能力等级": "轻度失能", "评估日期": "2026-09-25"}
    deliver(ABILITY, [newer, newer | {"身份证号码": BAOGUO}])
    assert (fact(AIHUA, "ability"), fact(BAOGUO, "ability")) == (SEVERE, 1)


def test_taking_back_lets_the_register_speak_again(hall: None) -> None:
    deliver(ABILITY, [{"身份证号码": AIHUA, "能力等级": "轻度失能", "评估日期": "2026-08-25"}])
    made = state(AIHUA, {"ability": SEVERE})
    take_back(made)
    assert fact(AIHUA, "ability") == 1
    with pytest.raises(UsageError):
        take_back(made)
    with work(platform("test")):
        assert not Statement.objects.filter(register=ASSESSED, known_to=STILL).exists()


def test_taking_the_later_result_back_restores_the_earlier_one(hall: None) -> None:
    state(AIHUA, {"ability": MODERATE}, since=date(2026, 1, 5))
    later = state(AIHUA, {"ability": SEVERE}, since=date(2026, 8, 5))
    assert fact(AIHUA, "ability") == SEVERE
    take_back(later)
    assert fact(AIHUA, "ability") == MODERATE


def test_two_facts_from_two_acts_both_count(hall: None) -> None:
    state(AIHUA, {"ability": SEVERE}, since=date(2026, 1, 5))
    state(AIHUA, {"self_care": 1}, since=date(2026, 8, 5))
    assert (fact(AIHUA, "ability"), fact(AIHUA, "self_care")) == (SEVERE, 1)


def test_it_ends_on_its_last_day(hall: None) -> None:
    state(AIHUA, {"ability": SEVERE}, since=date(2025, 1, 1), until=date(2026, 9, 30))
    assert fact(AIHUA, "ability") is None


def test_the_township_is_asked_before_a_visitor_and_the_visitor_where_it_is_silent(hall: None) -> None:
    state(AIHUA, {"living_arrangement": 0, "lonely": 1}, SEEN)
    assert (fact(AIHUA, "living_arrangement"), fact(AIHUA, "lonely")) == (1, 1)


def test_a_clerks_correction_still_comes_first(hall: None) -> None:
    state(AIHUA, {"ability": SEVERE})
    with work(platform("检验")) as by:
        corrections.correct(
            by=by, person=person(AIHUA), fact="ability", value=0, valid_from=date(2026, 9, 1), reason="核实"
        )
    assert (fact(AIHUA, "ability"), person(AIHUA).contested) == (0, ["ability"])


def test_the_months_snapshot_holds_it(hall: None, tmp_path: Path) -> None:
    state(AIHUA, {"ability": SEVERE})
    with work(platform("test")):
        snapshot = freeze(tmp_path / "s", area=511724000000, today=date(2026, 11, 23))
    assert ASSESSED in snapshot.registers
    con = connect()
    resolve(con, tmp_path / "s", "2026-10")
    assert con.execute("SELECT ability FROM people WHERE person = ?", [person(AIHUA).pk]).fetchone() == (SEVERE,)


@pytest.mark.parametrize(
    ("register", "facts", "days"),
    [
        ("clerk_corrections", {"ability": 1}, {}),
        ("pensions", {"pension": 1}, {}),
        (ASSESSED, {"lonely": 1}, {}),
        (ASSESSED, {"ability": 9}, {}),
        (ASSESSED, {"ability": 1}, {"until": date(2026, 8, 1)}),
    ],
)
def test_what_cannot_be_is_refused(hall: None, register: str, facts: dict[str, int | None], days: Any) -> None:
    with pytest.raises(UsageError):
        state(AIHUA, facts, register, **days)
    with work(platform("test")):
        assert not Stated.objects.exists()


def test_every_value_of_the_platforms_registers_is_one_of_the_fact() -> None:
    assert load_facts()["ability"].sources[0] == ASSESSED
    assert load_facts()["lonely"].sources[-1] == SEEN
