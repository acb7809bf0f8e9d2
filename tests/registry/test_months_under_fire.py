"""A month's run on real processes: its worker killed at each step. Nothing is doubled, and nothing is left lying."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

House = Any
# Without the register of deaths nothing is certain of anybody, so the month is made of what is to be found out.
ROWS = "SELECT count(*), count(DISTINCT (fact, person)) FROM entitlement_unknown"


@pytest.mark.parametrize(
    "place",
    [
        "yiyang.entitlement.reckoning:freeze:after",
        "yiyang.entitlement.actions:_manifest:before",
        "yiyang.entitlement.month_store:put_changes:after",
        "yiyang.entitlement.month_store:put_unknown:after",
    ],
)
def test_a_killed_run_is_taken_up_again_without_doubles(
    clone: Callable[..., House], october: House, place: str
) -> None:
    house = clone(october)
    pk = house.do("month")
    house.killed_in(place, "worker")
    assert house.ask(ROWS) == [(0, 0)], "nothing half"
    house.do("rescue")
    assert house.ask(f"SELECT state FROM entitlement_monthrun WHERE id = {pk}") == [("ready",)]
    rows, different = house.ask(ROWS)[0]
    assert rows == different > 0
    assert len([*(house.data / "runs").iterdir()]) == 1, "one folder, and no leftovers"


def test_a_run_put_in_force_by_a_killed_worker_is_in_force_once(clone: Callable[..., House], october: House) -> None:
    house = clone(october)
    pk = house.do("month+worker")
    house.do("start_month", pk)
    house.killed_in("yiyang.entitlement.starting:record:before", "worker")
    assert house.ask(f"SELECT state FROM entitlement_monthrun WHERE id = {pk}") == [("starting",)], "nothing half"
    house.do("rescue")
    assert house.ask(f"SELECT state FROM entitlement_monthrun WHERE id = {pk}") == [("in_force",)]
    assert house.ask("SELECT count(*) FROM audit_line WHERE detail ? 'in_force'") == [(1,)], "told once"
