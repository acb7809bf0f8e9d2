"""October as known in October, and as known a month later: what is still owed, what was paid too much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from yiyang.base.errors import UsageError
from yiyang.entitlement.arrears import arrears, summarise
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.conftest import City
from yiyang.entitlement.tests.world import NAMES, Told, World, entitlements, held, tiers, values

Owed = tuple[str, str, int, int]
"""item, cause, back-pay, recovery."""


@pytest.fixture
def lists(world: World) -> World:
    """Two monthly items and a yearly one."""
    policy = world.policy
    policy.item("511724", "allowance", "age >= 80", fen=6000)
    policy.item("511724", "gift", "age >= 80", every="year", fen=100000)
    policy.item(
        "511700",
        "nursing",
        "ability >= mild",
        values=values(heavy=20000, light=10000),
        amount=tiers(heavy="ability >= severe", light="everyone"),
    )
    policy.item("511700", "relief", "hardship == low_income", fen=40000)
    return world


def owed(world: World, then: Mapping[str, Told], now: Mapping[str, Told]) -> dict[str, list[Owed]]:
    found: dict[str, list[Owed]] = {}
    a = world.run(then, "2026-10", name="then")
    b = world.run(now, "2026-10", name="now", known="2026-11-05")
    for row in arrears(a, b).to_pylist():
        one = (row["item"], row["cause"], row["back_pay_fen"], row["recovery_fen"])
        found.setdefault(NAMES[row["person"] - 1], []).append(one)
    return found


OLD = {"age": 85, "ability": "intact"}


def test_a_death_that_is_heard_of_late_is_recovered(lists: World) -> None:
    found = owed(lists, {"爱华": OLD, "保国": OLD}, {"爱华": OLD | {"alive": 0}, "保国": OLD})
    assert found == {"爱华": [("allowance", "death", 0, 6000)]}


def test_an_assessment_and_an_allowance_heard_of_late_are_paid_back(lists: World) -> None:
    then: dict[str, Told] = {"爱华": {"ability": None}, "保国": {"ability": "mild"}, "春兰": {"ability": "intact"}}
    now = {
        "爱华": {"ability": "severe"},
        "保国": {"ability": "severe"},
        "春兰": {"ability": "intact", "hardship": "low_income"},
    }
    assert owed(lists, then, now) == {
        "爱华": [("nursing", "assessment", 20000, 0)],
        "保国": [("nursing", "assessment", 10000, 0)],
        "春兰": [("relief", "hardship", 40000, 0)],
    }


def test_who_was_not_in_the_registers_then_is_owed_everything(lists: World) -> None:
    assert owed(lists, {"爱华": OLD}, {"爱华": OLD, "保国": OLD}) == {"保国": [("allowance", "arrived", 6000, 0)]}


def test_what_is_no_longer_known_is_neither_paid_nor_recovered(lists: World) -> None:
    assert owed(lists, {"爱华": {"ability": "mild"}}, {"爱华": {"ability": None}}) == {}


def test_only_what_is_certainly_too_much_is_recovered(lists: World) -> None:
    """Severe then; now it is only known that he is no more than mild, if anything."""
    lists.policy.item(
        "511700",
        "nursing",
        "sex == male or ability >= mild",
        values=values(heavy=20000, light=10000),
        amount=tiers(heavy="ability >= severe and dementia", light="everyone"),
    )
    then, now = {"ability": "severe", "dementia": 1}, {"ability": None, "dementia": 0}
    assert owed(lists, {"爱华": then}, {"爱华": now}) == {"爱华": [("nursing", "unknown", 0, 10000)]}


def test_an_item_that_became_monthly_counts_its_monthly_side_only(lists: World) -> None:
    then = lists.run({"爱华": OLD}, "2026-10", name="then")
    lists.policy.item("511724", "gift", "age >= 80", every="month", fen=9000)
    found = arrears(then, lists.run({"爱华": OLD}, "2026-10", name="now")).to_pylist()
    assert [(row["item"], row["paid_fen"], row["due_fen"]) for row in found] == [("gift", 0, 9000)]


def test_two_different_months_have_no_arrears(lists: World) -> None:
    then, now = lists.run({"爱华": OLD}, "2026-10"), lists.run({"爱华": OLD}, "2026-11")
    with pytest.raises(UsageError, match="arrears compare one month"):
        arrears(then, now)


def by_sets(then: RunFolder, now: RunFolder) -> dict[tuple[int, str], tuple[int, int]]:
    """(person, item) → back-pay and recovery of monthly items; what may still be due is not recovered."""
    before, after = (
        {key: fen for key, (fen, year) in held(run).items() if year == 12 * fen and fen} for run in (then, now)
    )
    most = {(row["person"], row["item"]): row["high_fen"] for row in entitlements(now)}
    found = {
        key: (max(after.get(key, 0) - before.get(key, 0), 0), max(before.get(key, 0) - most.get(key, 0), 0))
        for key in before.keys() | after.keys()
    }
    return {key: pair for key, pair in found.items() if any(pair)}


def test_the_citys_arrears_are_what_its_two_folders_differ_by(city: City) -> None:
    then, now = city.run("2026-10"), city.run("2026-10", "2026-11")
    rows = arrears(then, now).to_pylist()
    found = {(row["person"], row["item"]): (row["back_pay_fen"], row["recovery_fen"]) for row in rows}
    assert found == by_sets(then, now)
    assert rows


def test_the_figures_add_up(city: City) -> None:
    then, now = city.run("2026-10"), city.run("2026-10", "2026-11")
    table = arrears(then, now)
    found: Any = summarise(table, then, now)
    for name in ("back_pay_fen", "recovery_fen", "back_pay_people", "recovery_people"):
        assert found["totals"][name] == sum(item[name] for item in found["items"])
    assert found["totals"]["back_pay_fen"] == sum(row["back_pay_fen"] for row in table.to_pylist())
    assert found["totals"]["people"] == len({row["person"] for row in table.to_pylist()})
    assert (found["known_then"], found["known_now"]) == ("2026-10-31", "2026-11-30")
