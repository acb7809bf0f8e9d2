"""What to find out next: a fact is listed for a person exactly where learning it alone would tell something."""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yiyang.engine import reference
from yiyang.engine.cells import Axis
from yiyang.engine.facts import Kind
from yiyang.entitlement import actions, next_facts
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.conftest import City
from yiyang.entitlement.tests.world import DAZHU, ELSEWHERE, Row, World, number, tiers, values

Wanted = dict[tuple[int, str], tuple[int, int]]
"""(person, fact) → items that hang on it, fen a year."""


@pytest.fixture
def lists(world: World) -> World:
    """Items that meet: excluded, the highest of, less another, under a cap, a household's, a facility's."""
    policy = world.policy
    policy.item("511724", "allowance", "age >= 80", fen=6000)
    policy.item("511700", "allowance", "age >= 80", every="quarter", fen=5000)
    policy.item("000000", "support", "hardship == destitute", fen=88400)
    policy.item(
        "000000",
        "nursing",
        "ability >= mild",
        stacking="{not_with: [support]}",
        values=values(heavy=20000, light=10000),
        amount=tiers(heavy="ability >= severe", light="everyone"),
    )
    policy.item("511700", "topping", "economic_hardship", stacking="{less: [nursing], highest_of: best}", fen=15000)
    policy.item(
        "511700", "bonus", "age >= 70 or sex == female", stacking="{highest_of: best}", every="quarter", fen=30000
    )
    policy.item(
        "511700",
        "bath",
        "dementia",
        stacking="{cap: {group: limit, value: most}, rank: 1}",
        values=values(sum=3000, most=4000),
    )
    policy.item(
        "511700",
        "meal",
        "ability >= mild",
        stacking="{cap: {group: limit, value: most}, rank: 2}",
        values=values(sum=2000, most=4000),
    )
    policy.item(
        "511700",
        "fuel",
        "hardship == low_income",
        per="household",
        every="year",
        values=values(more=90000, some=60000),
        amount=tiers(more="sex == female", some="everyone"),
    )
    policy.item(
        "511700",
        "fair",
        "age >= 60",
        per="facility",
        values=values(more=9000, some=6000),
        amount=tiers(more="dementia", some="everyone"),
    )
    return world


def everybody(world: World) -> list[Row]:
    told = itertools.product(
        (DAZHU, ELSEWHERE, None),
        ("1941-05-05", None),
        ("none", "destitute", "low_income", None),
        ("intact", "severe", None),
        ("male", None),
        (1, None),
        (1, 0, None),
    )
    names = ("registered_area", "birth_date", "hardship", "ability", "sex", "dementia", "alive")
    return [world.row(n + 1, dict(zip(names, one, strict=True))) for n, one in enumerate(told)]


def stored_values(axis: Axis, day: int) -> Iterator[int]:
    """One stored value of each class of a fact."""
    for value in axis.representatives:
        yield day - value * 10000 if axis.fact.kind is Kind.YEARS else value


def states(run: RunFolder, person: Row) -> list[tuple[Any, ...]]:
    """What is certain and possible of each rule; a facility's money is nobody's."""
    answers = reference.answers(run.bound.program, person, run.reference)
    return [(a.entitled, *(a.paid if a.rule.pays_people else (0, 0))) for a in answers]


def by_trying(run: RunFolder, people: list[Row]) -> Wanted:
    """Put every value in the place of every unknown fact, one at a time."""
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    worth: dict[tuple[int, int], int] = {}
    for person in people:
        before = states(run, person)
        for axis in run.coding.axes:
            if person[axis.fact.column] is None:
                for value in stored_values(axis, run.reference):
                    after = states(run, {**person, axis.fact.column: value})
                    changed = {n for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new}
                    found[int(person["person"] or 0), axis.fact.name] |= changed
        for n, (_, low, high) in enumerate(before):
            worth[int(person["person"] or 0), n] = (high - low) * run.bound.program.rules[n].a_year
    return {
        (who, fact): (len(rules), sum(worth[who, n] for n in rules)) for (who, fact), rules in found.items() if rules
    }


def listed(run: RunFolder) -> Wanted:
    table = next_facts.people(run, next_facts.missing(run))
    return {(row["person"], row["fact"]): (row["items"], row["year_fen"]) for row in table.to_pylist()}


def test_a_fact_is_listed_exactly_where_learning_it_alone_tells_something(lists: World) -> None:
    people = everybody(lists)
    run = lists.run_rows(people)
    assert listed(run) == by_trying(run, people)
    assert len(listed(run)) > 500


def test_of_an_excluded_item_the_fact_of_the_other_counts(lists: World) -> None:
    """Whether 爱华 is destitute decides her support, and with it her nursing subsidy."""
    run = lists.run({"爱华": {"hardship": None, "ability": "mild", "sex": "male", "dementia": 0}})
    person = number("爱华")
    assert listed(run)[person, "hardship"][0] >= 3
    assert {fact for _, fact in listed(run)} == {"hardship"}


def test_the_items_that_one_unknown_settles_are_as_many_as_its_list_counts(city: City) -> None:
    run = city.run("2026-11")
    counted = sorted(listed(run).items())[::500]
    assert counted
    for (person, fact), (items, _) in counted:
        cell = int(run.people.cell[run.place_of(person)])
        rules = next_facts.settled_by(run, cell, fact)
        assert len(rules) == items
        item = run.bound.program.rules[rules[0]].item
        assert rules[0] not in next_facts.settled_by(run, cell, fact, {item})


def test_the_dead_are_not_asked_after(lists: World) -> None:
    run = lists.run({"爱华": {"alive": 0, "ability": None, "hardship": None, "dementia": None, "sex": None}})
    assert listed(run) == {}
    assert next_facts.summarise(run, next_facts.missing(run))["facts"] == []


def test_the_city_lists_what_trying_finds(city: City) -> None:
    run = city.run("2026-11")
    facts = run.table("facts.parquet").to_pylist()
    sample = [person for place, person in enumerate(facts) if place % 60 == 0]
    wanted = by_trying(run, sample)
    people = {person["person"] for person in sample}
    assert {key: value for key, value in listed(run).items() if key[0] in people} == wanted
    assert wanted


def test_lists_and_figures_add_up(city: City) -> None:
    run = city.run("2026-11")
    found = next_facts.missing(run)
    rows = next_facts.people(run, found).to_pylist()
    for fact in next_facts.summarise(run, found)["facts"]:
        mine = [row for row in rows if row["fact"] == fact["fact"]]
        assert (len(mine), sum(row["year_fen"] for row in mine)) == (fact["people"], fact["year_fen"])
        assert max(row["items"] for row in mine) == fact["items"]
    in_summary = {entry["fact"]: (entry["people"], entry["year_fen"]) for entry in run.summary["unknown"]}
    assert in_summary == {f["fact"]: (f["people"], f["year_fen"]) for f in next_facts.summarise(run, found)["facts"]}


def test_facts_with_most_money_come_first(city: City) -> None:
    run = city.run("2026-11")
    money = [fact["year_fen"] for fact in next_facts.summarise(run, next_facts.missing(run))["facts"]]
    assert money == sorted(money, reverse=True)


def test_townships_get_a_list_each_and_nobody_is_left_out(city: City, tmp_path: Path) -> None:
    run = city.run("2026-11")
    found = next_facts.missing(run)
    actions.write_next(run, found, next_facts.summarise(run, found), tmp_path / "next")
    files = sorted((tmp_path / "next/townships").glob("*.csv"))
    rows = [row for path in files for row in csv.reader(path.read_text("utf-8-sig").splitlines()[1:])]
    assert len(rows) == next_facts.people(run, found).num_rows
    assert len(files) > 20
    assert {int(row[0]) for row in rows} == {row["person"] for row in next_facts.people(run, found).to_pylist()}
    assert all(row[0].startswith("\t") for row in rows)  # else a spreadsheet would round them
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in files)


def test_who_lives_elsewhere_is_asked_after_where_he_is_registered(lists: World) -> None:
    run = lists.run(
        {
            "爱华": {"ability": None, "resident_area": ELSEWHERE},
            "保国": {"ability": None, "resident_area": None},
            "春兰": {"ability": None, "registered_area": None, "resident_area": ELSEWHERE, "age": 85},
        }
    )
    towns = dict.fromkeys((1, 2), 511724001000) | {3: 360202001000}
    rows = next_facts.people(run, next_facts.missing(run)).to_pylist()
    assert {row["person"]: row["town"] for row in rows} == towns


def test_people_whose_place_is_unknown_have_a_list_of_their_own(lists: World, tmp_path: Path) -> None:
    run = lists.run({"爱华": {"registered_area": None, "resident_area": None, "age": 85}})
    found = next_facts.missing(run)
    actions.write_next(run, found, next_facts.summarise(run, found), tmp_path / "next")
    assert [path.name for path in (tmp_path / "next/townships").iterdir()] == ["居住地不明.csv"]


def test_where_nothing_is_missing_there_is_nothing_to_ask(lists: World, tmp_path: Path) -> None:
    known = {"ability": "intact", "sex": "male", "dementia": 0}
    for name, run in (("known", lists.run({"爱华": known})), ("nobody", lists.run_rows([], name="nobody"))):
        found = next_facts.missing(run)
        actions.write_next(run, found, next_facts.summarise(run, found), tmp_path / name)
        assert next_facts.summarise(run, found)["facts"] == []
        assert list((tmp_path / name / "townships").iterdir()) == []
