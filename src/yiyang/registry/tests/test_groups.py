"""Hardship groups: as plain Python sees each person, unknown never being no; and why people enter and leave."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from yiyang.catalog.facts import load_facts
from yiyang.catalog.groups import load_groups
from yiyang.engine.conditions import leaves
from yiyang.engine.facts import Fact, Kind
from yiyang.engine.reference import holds
from yiyang.registry import groups
from yiyang.registry.groups import Month
from yiyang.registry.sql import Connection

OCTOBER, NOVEMBER = 20261001, 20261101
Person = Mapping[str, int | None]
Rows = dict[tuple[int, str], Any]


@pytest.fixture
def con() -> Iterator[Connection]:
    with duckdb.connect() as connection:
        yield connection


def _value(draw: random.Random, fact: Fact) -> int | None:
    if draw.random() < 0.15:
        return None
    if fact.is_listed:
        return draw.randrange(fact.size)
    if fact.kind is Kind.YEARS:
        # Around the thresholds, on the days that decide, and people of 121.
        year = 2026 - draw.choice([30, 59, 60, 61, 79, 80, 81, 99, 100, 121])
        return year * 10000 + draw.choice([101, 930, 1001, 1002, 1031, 1101, 1102, 1231])
    return draw.randrange(511724000000, 511724200000)


def _people(seed: int, count: int) -> dict[int, Person]:
    draw, facts = random.Random(seed), load_facts().facts.values()
    return {person: {fact.column: _value(draw, fact) for fact in facts} for person in range(count)}


def _moved(people: dict[int, Person], seed: int) -> dict[int, Person]:
    """A month later: some facts changed, some people gone, some new."""
    draw, facts = random.Random(seed), list(load_facts().facts.values())
    found = {}
    for person, known in people.items():
        if draw.random() > 0.05:
            changed = {fact.column: _value(draw, fact) for fact in draw.sample(facts, draw.choice([0, 0, 1, 2, 8]))}
            found[person] = {**known, **changed}
    new = _people(seed + 1, len(people) // 20)
    return found | {person + 10**6: known for person, known in new.items()}


def _put(con: Connection, name: str, people: dict[int, Person], day: int) -> Month:
    columns: dict[str, list[Any]] = {
        column: [known[column] for known in people.values()] for column in load_facts().columns
    }
    con.register(
        name,
        pa.table({"person": pa.array(people, pa.int64())} | {n: pa.array(v, pa.int64()) for n, v in columns.items()}),
    )
    return Month(name, day)


def _states(people: dict[int, Person], day: int) -> Rows:
    """1 member, 2 undecided, by plain Python."""
    found: Rows = {}
    for definition in load_groups():
        for person, known in people.items():
            truth = holds(definition.condition, known, day)
            if truth is not False:
                found[person, definition.id] = 1 if truth else 2
    return found


def _fetched(con: Connection, query: str) -> Rows:
    return {(row[0], row[1]): row[2] if len(row) == 3 else tuple(row[2:]) for row in con.execute(query).fetchall()}


@pytest.mark.parametrize("seed", range(3))
def test_groups_are_those_of_plain_python(con: Connection, seed: int) -> None:
    people = _people(seed, 3000)
    table = groups.group_rows(con, _put(con, "people", people, NOVEMBER), load_groups())
    found = _fetched(con, f'SELECT person, "group", state FROM {table}')
    assert found == _states(people, NOVEMBER)
    assert set(found.values()) == {1, 2}
    assert {group for _, group in found} == {definition.id for definition in load_groups()}


@pytest.mark.parametrize("seed", range(3))
def test_who_entered_and_left_is_that_of_plain_python(con: Connection, seed: int) -> None:
    people = _people(seed, 3000)
    later = _moved(people, seed + 100)
    before, after = _put(con, "earlier", people, OCTOBER), _put(con, "later", later, NOVEMBER)
    table = groups.changes(con, before, after, load_groups())
    found = _fetched(con, f'SELECT person, "group", change, cause FROM {table}')
    assert {key: change for key, (change, _) in found.items()} == _changes(
        _states(people, OCTOBER), _states(later, NOVEMBER)
    )
    for (person, group), (change, cause) in found.items():
        assert cause in _causes(group, people.get(person), later.get(person), change)
    assert {change for change, _ in found.values()} == {groups.ENTERED, groups.LEFT, groups.UNSETTLED}
    assert {groups.ARRIVED, groups.GONE, groups.SEVERAL, "age", "alive"} <= {cause for _, cause in found.values()}


def _changes(old: Rows, new: Rows) -> Rows:
    found: Rows = {}
    for key in old.keys() | new.keys():
        first, last = old.get(key, 0), new.get(key, 0)
        if first != 1 and last == 1:
            found[key] = groups.ENTERED
        elif first == 1 and last != 1:
            found[key] = groups.LEFT if last == 0 else groups.UNSETTLED
    return found


def _causes(group: str, old: Person | None, new: Person | None, change: str) -> set[str]:
    """Every answer that would be right: facts that alone bring the change about, else `several`."""
    if old is None or new is None:
        return {groups.ARRIVED if old is None else groups.GONE}
    wanted = {groups.ENTERED: True, groups.LEFT: False, groups.UNSETTLED: None}[change]
    condition = next(each.condition for each in load_groups() if each.id == group)
    found = set()
    for fact in {leaf.fact for leaf in leaves(condition)}:
        # A birthday moves the day of reference, not the date of birth: so both are moved.
        day = NOVEMBER if fact.kind is Kind.YEARS else OCTOBER
        if holds(condition, {**old, fact.column: new[fact.column]}, day) is wanted:
            found.add(fact.name)
    return found or {groups.SEVERAL}


AIHUA: dict[str, Any] = {"alive": 1, "birth_date": 19450615, "living_arrangement": 1, "hardship": 0}


def _one(con: Connection, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    blank = dict.fromkeys(load_facts().columns)
    old = _put(con, "old", {1: {**blank, **before}} if before is not None else {}, OCTOBER)
    new = _put(con, "new", {1: {**blank, **after}} if after is not None else {}, NOVEMBER)
    table = groups.changes(con, old, new, load_groups())
    return {
        group: told for (_, group), told in _fetched(con, f'SELECT person, "group", change, cause FROM {table}').items()
    }


def test_a_birthday_brings_aihua_among_the_very_old(con: Connection) -> None:
    # Eighty on 2 October: on 1 October she was 79.
    young = AIHUA | {"birth_date": 19461002}
    assert _one(con, young, young) == {"very_old": ("entered", "age")}


def test_a_death_takes_him_out_of_every_group_by_death_alone(con: Connection) -> None:
    assert _one(con, AIHUA, AIHUA | {"alive": 0}) == {
        "living_alone": ("left", "alive"),
        "very_old": ("left", "alive"),
    }


def test_moving_in_with_the_family_ends_living_alone_and_nothing_else(con: Connection) -> None:
    assert _one(con, AIHUA, AIHUA | {"living_arrangement": 0}) == {"living_alone": ("left", "living_arrangement")}


def test_a_fact_no_longer_known_unsettles_and_does_not_end(con: Connection) -> None:
    assert _one(con, AIHUA, AIHUA | {"living_arrangement": None}) == {
        "living_alone": ("unsettled", "living_arrangement")
    }


def test_who_comes_and_goes_is_told_apart_from_who_changed(con: Connection) -> None:
    assert set(_one(con, None, AIHUA).values()) == {("entered", "arrived")}
    assert set(_one(con, AIHUA, None).values()) == {("left", "gone")}
    assert _one(con, AIHUA, AIHUA) == {}


def test_no_definitions_and_nobody_make_empty_tables(con: Connection) -> None:
    month = _put(con, "people", {}, NOVEMBER)
    for definitions in ((), load_groups()):
        assert con.execute(f"SELECT * FROM {groups.group_rows(con, month, definitions)}").fetchall() == []
        assert con.execute(f"SELECT * FROM {groups.changes(con, month, month, definitions)}").fetchall() == []
    people = _put(con, "people", _people(1, 5), NOVEMBER)
    assert con.execute(f"SELECT * FROM {groups.group_rows(con, people, ())}").fetchall() == []


def test_economic_hardship_is_the_sum_of_its_three_parts(con: Connection) -> None:
    month = _put(con, "people", _people(7, 3000), NOVEMBER)
    groups.group_rows(con, month, load_groups())

    def members(*names: str) -> set[int]:
        listed = ", ".join(f"'{name}'" for name in names)
        return {
            row[0]
            for row in con.execute(
                f'SELECT person FROM group_rows WHERE "group" IN ({listed}) AND state = 1'
            ).fetchall()
        }

    assert members("economic_hardship") == members("destitute", "low_income", "low_income_edge")
    assert members("centenarian") < members("very_old")
