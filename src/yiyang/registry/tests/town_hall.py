"""The tiny city hall of `hall.py`, delivering into the database: checked and accepted as the worker does it."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.registry import actions, tasks
from yiyang.registry.contracts import load_contracts
from yiyang.registry.identity import person_of
from yiyang.registry.models import Delivery, Person
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, DEMING, csv_bytes, person_row

DAZHU = 511724000000
# 竹阳街道's first residents' committee, and a village of 乌木镇.
VILLAGE, OTHER_VILLAGE = 511724001001, 511724101201
POLICE, LIVING, LOW_INCOME = "police_households", "township_living", "civil_low_income"
DEATHS = "police_deaths"


def deliver(register: str, rows: list[dict[str, str]], month: str = "2026-10") -> Delivery:
    """A register's rows go in; the delivery as it stands afterwards."""
    by = platform("test")
    with work(by):
        made = actions.receive(
            by=by,
            register=register,
            month=month,
            area=DAZHU,
            known=date.fromisoformat(f"{month}-05"),
            file_name=f"{load_contracts()[register].file}.csv",
            blocks=[csv_bytes(rows)],
        )
    tasks.check_delivery.func(delivery=made.pk, user=None, request="")
    with work(by):
        made.refresh_from_db()
        assert made.state in (Delivery.State.CHECKED, Delivery.State.STOPPED), made.problems
        actions.accept(by=by, delivery=made, reason="test")
    tasks.accept_delivery.func(delivery=made.pk, user=None, request="")
    with work(by):
        made.refresh_from_db()
    assert made.state == Delivery.State.ACCEPTED, made.problems
    return made


def everybody(**changes: str) -> list[dict[str, str]]:
    """The four of the hall, living in 竹阳街道; 德明 in 乌木镇."""
    rows = [person_row(who, **changes) for who in (AIHUA, BAOGUO, CHUNLAN)]
    there = {"户籍地区划代码": str(OTHER_VILLAGE), "现住地区划代码": str(OTHER_VILLAGE)}
    return [*rows, person_row(DEMING, **(changes | there))]


def living(who: str, how: str, **changes: str) -> dict[str, str]:
    """A row of the townships' register of how people live."""
    heads = {name: column.headers[0] for name, column in load_contracts()[LIVING].columns.items()}
    row = {heads["id_number"]: who, heads[_column_of("living_arrangement")]: how}
    return row | changes


def _column_of(fact: str) -> str:
    return next(name for name, column in load_contracts()[LIVING].columns.items() if column.fact == fact)


def death(who: str, day: str) -> dict[str, str]:
    """A row of the deaths; without such a register nobody is known to be alive, and nobody is in a group."""
    return {"身份证号码": who, "死亡日期": day}


def person(who: str) -> Any:
    """The file of one of the four, seen by the platform."""
    with work(platform("test")):
        return Person.objects.get(pk=person_of(who))
