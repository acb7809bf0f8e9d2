"""Hardship groups: as plain Python sees each person, unknown never being no; and why people enter and leave."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from yiyang.base.errors import PolicyError
from yiyang.catalog.facts import load_facts
from yiyang.catalog.groups import load_groups, named
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


def test_the_visited_groups_are_the_six_of_the_document() -> None:
    visited = {name for name, group in named(load_groups()).items() if group.visited}
    assert visited == {
        "living_alone",
        "empty_nest",
        "left_behind",
        "disabled",
        "severely_disabled",
        "birth_planning_special",
    }
    assert all(group.source.document == "mca_2022_73" for group in named(load_groups()).values() if group.visited)


def test_every_group_of_the_mission_is_there() -> None:
    assert list(named(load_groups())) == [
        *("living_alone", "empty_nest", "left_behind", "disabled", "severely_disabled", "birth_planning_special"),
        *("dementia", "lonely", "economic_hardship", "destitute", "low_income", "low_income_edge"),
        *("rigid_expenditure", "very_old", "centenarian"),
    ]


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


def _policy(tmp_path: Path, **files: str) -> Path:
    """The real facts and documents, with groups of its own."""
    real = Path(groups.__file__).parents[3] / "policy"
    for name in ("facts.yaml", "sources", "departments.yaml"):
        (tmp_path / name).symlink_to(real / name)
    (tmp_path / "groups").mkdir()
    for name, text in files.items():
        (tmp_path / "groups" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


GOOD = """id: alone
number: 1
name: {zh: 独居老年人, en: Living alone}
short: {zh: 独居, en: alone}
who: age >= 60 and living_arrangement == alone
source: {document: mca_2022_73, article: 探访对象, checked: recalled}
"""


def test_a_place_may_write_groups_of_its_own(tmp_path: Path) -> None:
    (found,) = load_groups(_policy(tmp_path, alone=GOOD))
    assert (found.id, found.group.visited) == ("alone", False)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("living_arrangement ==", "living_arangement ==", "alone.yaml:5.*living_arrangement"),
        ("== alone", "== alones", "alone.yaml:5.*alone"),
        ("mca_2022_73", "mca_2022_37", "alone.yaml:6.*mca_2022_73"),
        ("id: alone", "id: empty", "alone.yaml:1"),
        ("number: 1", "nummer: 1", "alone.yaml:2.*number"),
        ("short:", "brief:", "alone.yaml:4"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_the_nearest_word(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_groups(_policy(tmp_path, alone=GOOD.replace(old, new)))
    assert re.search(says, str(caught.value), re.DOTALL), str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    files = {"alone": GOOD, "other": GOOD.replace("id: alone", "id: other").replace("age >=", "agee >=")}
    with pytest.raises(PolicyError) as caught:
        load_groups(_policy(tmp_path, **files))
    assert len(caught.value.problems) == 2
