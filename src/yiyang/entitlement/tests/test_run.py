"""A run by hand: answers are those of the plain reader, and money goes to the right member of a household."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from yiyang.base.errors import SnapshotError, UsageError
from yiyang.catalog.overlay import Overlay
from yiyang.engine.facts import FactBook
from yiyang.engine.tests.agreement import by_reference, paid_by_reference
from yiyang.engine.tests.strategies import Case
from yiyang.entitlement import actions
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.world import (
    DAZHU,
    ELSEWHERE,
    QUXIAN,
    Row,
    World,
    entitlements,
    having,
    number,
    tiers,
    values,
)


@pytest.fixture
def lists(world: World) -> World:
    """Two counties of a city, the city and the nation: every kind of item, in few words."""
    policy, none = world.policy, {"amount": "", "values": "", "no_amount": "free_of_charge"}
    policy.item(
        "511724",
        "allowance",
        "age >= 80",
        values=values(older=12000, old=6000),
        amount=tiers(older="age >= 90", old="everyone"),
    )
    policy.item("511700", "allowance", "age >= 80", fen=5000)
    policy.item("511725", "meals", "age >= 60", basis="registered", **none)
    policy.item("511700", "meals", "age >= 60", basis="resident", **none)
    policy.item(
        "511700",
        "retrofit",
        "economic_hardship",
        per="household",
        every="once",
        basis="resident",
        values=values(more=300000, some=200000),
        amount=tiers(more="ability >= severe", some="everyone"),
    )
    policy.item("511700", "fair", "everyone", per="facility", every="week", fen=7000)
    policy.item("000000", "support", "hardship == destitute", fen=88400)
    policy.item(
        "000000",
        "nursing",
        "ability >= mild and age >= 60",
        stacking="{not_with: [support]}",
        values=values(heavy=20000, light=10000),
        amount=tiers(heavy="ability >= severe", light="everyone"),
    )
    policy.item("000000", "topping", "economic_hardship", stacking="{less: [nursing], highest_of: best}", fen=15000)
    policy.item("511700", "bonus", "age >= 70", stacking="{highest_of: best}", every="quarter", fen=30000)
    return world


def everybody(world: World) -> list[Row]:
    """All combinations of what the lists look at, with unknowns, people without a household, and couples."""
    told: Iterator[dict[str, Any]] = (
        {
            "registered_area": home,
            "resident_area": living,
            "birth_date": born,
            "hardship": hardship,
            "ability": ability,
            "alive": alive,
        }
        for home, living, born, hardship, ability, alive in itertools.product(
            (DAZHU, QUXIAN, ELSEWHERE, None),
            (DAZHU, ELSEWHERE, None),
            (None, "1920-01-01", "1946-11-01", "1946-11-02", "1990-05-05"),
            (None, "none", "destitute", "low_income"),
            (None, "mild", "severe"),
            (1, 0, None),
        )
    )
    homes = itertools.cycle((None, 1, 2, 3, 1, 4, 5))
    return [world.row(n + 1, {**one, "household": next(homes)}) for n, one in enumerate(told)]


def case_of(run: RunFolder, rows: list[Row]) -> Case:
    book = FactBook(run.bound.book.facts)
    return Case(book, run.bound.program, rows, run.reference)


def expected(case: Case) -> set[tuple[Any, ...]]:
    """person, rule name, answer, fen, most fen, payee, reasons: by the plain reader."""
    rows = by_reference(case)
    paid, names = paid_by_reference(case, rows), [rule.name for rule in case.program.rules]
    found = set()
    for person, rule, answer, low, high, met, unknown in rows:
        payee = (person, rule) in paid
        low, high = low * payee, high * payee
        fen = low if answer == 1 and low == high else None
        if answer:
            found.add((person, names[rule], answer, fen, high, payee, met, unknown))
    return found


def found(run: RunFolder) -> set[tuple[Any, ...]]:
    columns = ("answer", "amount_fen", "high_fen", "payee", "met", "unknown")
    return {
        (row["person"], f"{row['list_area']}/{row['item']}", *(row[name] for name in columns))
        for row in entitlements(run)
    }


def test_everybody_has_the_answers_of_the_plain_reader(lists: World) -> None:
    rows = everybody(lists)
    run = lists.run_rows(rows)
    assert found(run) == expected(case_of(run, rows))
    assert len(run.bound.program.rules) == 10
    assert {row["answer"] for row in entitlements(run)} == {1, 2}


def test_the_nearest_list_answers_and_above_it_what_it_leaves_out(lists: World) -> None:
    run = lists.run({"爱华": {"age": 82}, "保国": {"age": 82, "registered_area": QUXIAN}, "春兰": {"age": 92}})
    assert having(run, "allowance") == {"爱华": 6000, "保国": 5000, "春兰": 12000}


def test_people_registered_inside_and_living_outside_have_what_goes_by_registration_only(lists: World) -> None:
    run = lists.run(
        {
            "爱华": {"age": 82, "registered_area": DAZHU, "resident_area": ELSEWHERE},
            "保国": {"age": 82, "registered_area": ELSEWHERE, "resident_area": DAZHU},
            "春兰": {"age": 82, "registered_area": ELSEWHERE},
        }
    )
    items = {
        name: {row["item"] for row in entitlements(run) if row["person"] == number(name) and row["answer"] == 1}
        for name in ("爱华", "保国", "春兰")
    }
    assert items == {"爱华": {"allowance", "bonus", "fair"}, "保国": {"meals"}, "春兰": set()}


def test_two_counties_never_give_one_person_the_same_item_twice(lists: World) -> None:
    """渠县 gives meals to whom it registers, 大竹县 to whoever lives there; somebody is both."""
    lists.policy.item("511724", "meals", "age >= 60", basis="resident", amount="", values="", no_amount="not_stated")
    run = lists.run({"爱华": {"registered_area": QUXIAN, "resident_area": DAZHU}})
    assert [(row["list_area"], row["answer"]) for row in entitlements(run) if row["item"] == "meals"] == [("511725", 1)]


def test_an_unknown_fact_leaves_the_answer_open_and_is_never_a_no(lists: World) -> None:
    run = lists.run({"爱华": {"age": None}, "保国": {"registered_area": None, "age": 85}, "春兰": {"alive": None}})
    open_ = {(row["person"], row["list_area"], row["item"]) for row in entitlements(run) if row["answer"] == 2}
    assert {
        (1, "511724", "allowance"),
        (1, "511700", "meals"),
        (2, "511724", "allowance"),
        (2, "511700", "allowance"),
        (3, "511700", "meals"),
    } <= open_
    assert {row["amount_fen"] for row in entitlements(run) if row["answer"] == 2} == {None}


def test_a_certain_answer_with_an_open_amount_has_a_most_and_no_amount(lists: World) -> None:
    run = lists.run({"爱华": {"ability": None, "hardship": "low_income"}})
    row = next(row for row in entitlements(run) if row["item"] == "retrofit")
    assert (row["answer"], row["amount_fen"], row["high_fen"]) == (1, None, 300000)
    item = next(item for item in run.summary["items"] if item["item"] == "retrofit")
    assert (item["fen"], item["high_fen"]) == (200000, 300000)


def test_the_dead_have_nothing(lists: World) -> None:
    run = lists.run({"爱华": {"age": 95, "hardship": "destitute", "ability": "severe", "alive": 0}})
    assert entitlements(run) == []
    assert (run.summary["people"], run.summary["alive"], run.summary["entitled_people"]) == (1, 0, 0)


def test_of_a_household_the_eldest_is_paid_and_who_has_none_stands_alone(lists: World) -> None:
    poor = {"hardship": "low_income", "ability": "mild"}
    run = lists.run(
        {
            "爱华": poor | {"age": 70, "household": 7},
            "保国": poor | {"age": 75, "household": 7},
            "春兰": poor | {"age": 60, "household": None},
            "德明": poor | {"age": 61, "household": None},
            "恩泽": poor | {"age": 90, "household": 7, "alive": 0},
        }
    )
    assert having(run, "retrofit") == {"爱华": 0, "保国": 200000, "春兰": 200000, "德明": 200000}
    item = next(item for item in run.summary["items"] if item["item"] == "retrofit")
    assert (item["entitled"], item["paid"], item["fen"]) == (4, 3, 600000)


def test_a_household_whose_members_live_in_two_counties_is_paid_once(lists: World) -> None:
    poor = {"hardship": "low_income", "ability": "mild", "household": 7}
    run = lists.run({"爱华": poor | {"age": 71}, "保国": poor | {"age": 70, "registered_area": QUXIAN}})
    assert having(run, "retrofit") == {"爱华": 200000, "保国": 0}


def test_money_of_a_facility_goes_to_nobody(lists: World) -> None:
    run = lists.run({"爱华": {}})
    item = next(item for item in run.summary["items"] if item["item"] == "fair")
    assert having(run, "fair") == {"爱华": 0}
    assert (item["entitled"], item["fen"], item["year_fen"]) == (1, 0, 0)
    assert run.summary["totals"]["year_fen"] == 4 * 30000


def test_an_item_without_an_amount_is_given_without_money(lists: World) -> None:
    run = lists.run({"爱华": {}})
    item = next(item for item in run.summary["items"] if item["item"] == "meals" and item["entitled"])
    assert having(run, "meals") == {"爱华": 0}
    assert (item["states_amount"], item["no_amount"], item["year_fen"]) == (False, "free_of_charge", 0)


def test_a_run_with_nobody_is_a_run_with_its_pages(lists: World) -> None:
    run = lists.run_rows([], pages=True)
    assert entitlements(run) == []
    assert (run.summary["people"], run.summary["totals"]["year_fen"]) == (0, 0)
    assert lists.run({"爱华": {"age": 85}}, name="after", previous=run.path, pages=True).summary["people"] == 1


def test_places_that_no_table_knows_are_no_stumbling_block(lists: World) -> None:
    somewhere = {"registered_area": "519999001001", "age": 85}
    run = lists.run({"爱华": somewhere, "保国": {"registered_area": "511724999999", "age": 85}}, pages=True)
    assert having(run, "allowance") == {"保国": 6000}


def test_a_trial_run_keeps_the_trial_list_beside_it(lists: World) -> None:
    overlay = Overlay.of(["511724/allowance.old=80", "support.sum=900"])
    run = lists.run({"爱华": {"age": 82}}, overlay=overlay)
    assert having(run, "allowance") == {"爱华": 8000}
    assert run.manifest["is_trial"] is True
    again = RunFolder(run.path).bound
    assert {info.list_area: dict(info.values) for info in again.infos if info.item.id == "allowance"} == {
        "511700": {"sum": 5000},
        "511724": {"older": 12000, "old": 8000},
    }


def test_a_trial_of_a_whole_list_that_lacks_items_can_be_opened_again(lists: World) -> None:
    draft = lists.root / "draft" / "511724"
    shutil.copytree(lists.policy.root / "lists/511724", draft)
    text = (draft / "allowance.yaml").read_text("utf-8")
    (draft / "allowance.yaml").unlink()
    (draft / "present.yaml").write_text(text.replace("id: allowance", "id: present"), "utf-8")
    run = lists.run({"爱华": {"age": 82}}, overlay=Overlay.of((), [draft]))
    rules = RunFolder(run.path).bound.program.rules
    assert [rule.item for rule in rules if rule.list_area == "511724"] == ["present"]
    assert having(run, "allowance") == {"爱华": 5000}


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "26-11", " 2026-11", "2026-11-01", "November", "２０２６-11", ""]
)
def test_a_month_is_four_digits_a_dash_and_two(lists: World, month: str) -> None:
    with pytest.raises(UsageError, match="is no month"):
        actions.run(snapshot=lists.root, month=month, out=lists.root / "r")


def test_people_without_a_fact_that_the_lists_ask_about_are_refused(lists: World) -> None:
    rows = [{name: value for name, value in lists.row(1, {}).items() if name != "hardship"}]
    with pytest.raises(SnapshotError, match="lack columns that the lists ask about: hardship"):
        lists.run_rows(rows)
    assert not (lists.root / "r-2026-11").exists()


@pytest.mark.parametrize("order", [(2, 1), (1, 1)])
def test_people_out_of_order_or_twice_are_refused(lists: World, order: tuple[int, int]) -> None:
    with pytest.raises(SnapshotError, match="not sorted by person, or somebody is there twice"):
        lists.run_rows([lists.row(person, {}) for person in order])
