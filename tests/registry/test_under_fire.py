"""Deliveries on real processes: a worker killed in the middle, two users at once. Nothing is lost, nothing is doubled.

Each test has a database of its own, cloned from one into which the first month has gone (`conftest.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

House = Any


def test_taken_back_exactly_and_what_was_known_meanwhile_is_kept(undisturbed: dict[str, dict[str, str]]) -> None:
    assert undisturbed["in"]["people"] != undisturbed["before"]["people"]
    assert undisturbed["back"]["statements"] != undisturbed["before"]["statements"], "what was believed is still told"


@pytest.mark.parametrize(
    ("step", "table"),
    [("check", "registry_quarantineline"), ("accept", "registry_person"), ("take_back", "registry_person")],
)
def test_a_killed_workers_job_is_taken_up_again(
    clone: Callable[..., House], october: House, undisturbed: dict[str, dict[str, str]], step: str, table: str
) -> None:
    house = clone(october)
    pk = house.do("arrive")
    for word, order in (("check", None), ("accept", "accept"), ("take_back", "take_back")):
        if order:
            house.do(order, pk)
        before = house.held()
        if word == step:
            house.killed_at(table)
            assert house.held() == before, "nothing half"
            house.do("rescue")
        else:
            house.do("worker")
        if word == "accept":
            assert house.held() == undisturbed["in"]
    assert house.state(pk) == "taken_back"
    assert house.held() == undisturbed["back"]


def test_the_same_file_by_two_users_at_once_is_one_delivery(clone: Callable[..., House], october: House) -> None:
    house = clone(october)
    one, other = house.do("same_twice")
    assert one == other
    assert house.ask("SELECT count(*) FROM registry_delivery WHERE month = '2026-11'") == [(1,)]


def test_two_deliveries_of_one_register_at_once_go_in_one_after_the_other(
    clone: Callable[..., House], october: House
) -> None:
    house = clone(october)
    *_, left = house.do("two_at_once")
    # The second was checked against what no longer stood: it is checked anew and waits for its decision.
    assert house.state(int(left)) == "checked"
    assert house.ask("SELECT count(*) FROM registry_delivery WHERE month = '2026-11' AND state = 'accepted'") == [(1,)]
    doubled = (
        "SELECT person FROM registry_statement WHERE known_to = 99991231 AND state = 0 GROUP BY 1 HAVING count(*) > 1"
    )
    assert house.ask(doubled) == []


def test_two_clerks_at_once_judge_a_pair_once(clone: Callable[..., House], october: House) -> None:
    house = clone(october)
    said = sorted(house.do("two_clerks"))
    assert said[0] == "judged"
    assert said[1].startswith("refused")
    assert house.ask("SELECT count(*) FROM registry_alias") == [(1,)]


def test_a_merge_while_a_delivery_goes_in_loses_nothing(
    clone: Callable[..., House], october: House, undisturbed: dict[str, dict[str, str]]
) -> None:
    house = clone(october)
    pk = house.do("arrive+worker")
    house.do("merge_while_accepting+worker", pk)
    assert house.held() == undisturbed["in"]
