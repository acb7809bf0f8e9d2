"""Proofs about one condition or one rule."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from yiyang.base.errors import MissingPart
from yiyang.engine.conditions import EVERYONE, Condition, Not
from yiyang.engine.facts import Fact, FactBook, Kind, Label
from yiyang.engine.language import parse
from yiyang.engine.proof import (
    Method,
    Search,
    always,
    find,
    gaps,
    never,
    parts_never_decisive,
    unreachable_tiers,
)
from yiyang.engine.proof_space import Space, Universe
from yiyang.engine.rules import Rule, Tier


def _labels(*names: str) -> tuple[Label, ...]:
    return tuple(Label(name, name, name) for name in names)


BOOK = FactBook(
    {
        fact.name: fact
        for fact in (
            Fact("age", Kind.YEARS, "年龄", "age", "birth_date"),
            Fact("alive", Kind.BOOL, "健在", "alive", "alive", absent=1),
            Fact("poor", Kind.ENUM, "困难", "poor", "poor", _labels("no", "destitute", "low"), absent=0),
            Fact("support", Kind.ENUM, "供养", "support", "support", _labels("no", "home", "institution"), absent=0),
            Fact("ability", Kind.ORDERED, "能力", "ability", "ability", _labels("intact", "mild", "severe")),
            Fact("home", Kind.AREA, "户籍地", "home", "home"),
            Fact("checked", Kind.DATE, "体检", "checked", "checked"),
        )
    },
    {"needy": (Label("needy", "困难", "needy"), "poor in (destitute, low) or ability >= severe")},
)
SUPPORTED_ARE_DESTITUTE = "support == no or poor == destitute"
BOTH_WAYS = [Search(Method.EXHAUSTIVE), Search(Method.Z3)]


def c(text: str) -> Condition:
    return parse(text, BOOK)


@pytest.fixture(params=BOTH_WAYS, ids=lambda search: str(search.method))
def search(request: pytest.FixtureRequest) -> Search:
    found: Search = request.param
    return found


def test_finds_nobody_of_two_ages(search: Search) -> None:
    assert never(c("age >= 80 and age < 80"), search=search)
    assert always(c("age >= 80 or age < 80"), search=search)
    assert not always(c("age >= 80"), search=search)


def test_everyone_and_nobody(search: Search) -> None:
    assert always(EVERYONE, search=search)
    assert never(Not(EVERYONE), search=search)


def test_knows_what_facts_imply(search: Search) -> None:
    universe = Universe(implications=(c(SUPPORTED_ARE_DESTITUTE),))
    assert not never(c("support == home and poor == low"), search=search)
    assert never(c("support == home and poor == low"), universe, search)


def test_knows_what_facts_imply_through_a_third_one(search: Search) -> None:
    universe = Universe(implications=(c(SUPPORTED_ARE_DESTITUTE), c("poor != destitute or age >= 60")))
    assert never(c("support == home and age < 60"), universe, search)


def test_shows_the_most_usual_person(search: Search) -> None:
    person = find(c("age >= 60 and (poor == low or ability == severe) or age >= 90"), search=search)
    assert person is not None
    assert person.values == {"age": 90, "poor": 0, "ability": 0}
    assert person.telling == ("age",)


def test_shows_the_value_most_people_have_if_it_lies_in_the_class(search: Search) -> None:
    universe = Universe(typical={"age": 70})
    young, old = (find(c(text), universe, search) for text in ("age >= 60 and age < 80", "age >= 80"))
    assert young is not None
    assert young.values["age"] == 70
    assert old is not None
    assert old.values["age"] == 80


def test_says_which_facts_matter(search: Search) -> None:
    person = find(c("age >= 80 and poor == no and ability < severe"), Universe(c("alive")), search)
    assert person is not None
    assert person.telling == ("ability", "age", "poor")
    eighty = find(c("age >= 80 and (poor == no or ability < severe)"), search=search)
    assert eighty is not None
    assert eighty.telling == ("age",)


def test_areas_and_dates_have_classes_too(search: Search) -> None:
    universe = Universe(c("home within 511724"), typical={"home": 511724000000})
    person = find(c("home within 511724101 and checked >= 2026-01-01"), universe, search)
    assert person is not None
    assert person.values == {"home": 511724101000, "checked": 20260101}
    assert never(c("home within 511725"), universe, search)


def test_there_is_no_day_between_the_last_of_a_month_and_the_next_first(search: Search) -> None:
    assert always(c("checked <= 2023-02-28 or checked >= 2023-03-01"), search=search)
    assert not always(c("checked <= 2024-02-28 or checked >= 2024-03-01"), search=search)
    assert always(c("checked <= 2023-12-31 or checked >= 2024-01-01"), search=search)
    person = find(c("checked > 2023-12-31"), search=search)
    assert person is not None
    assert person.values == {"checked": 20240101}


def test_everywhere_is_everywhere(search: Search) -> None:
    assert always(c("home within 000000"), search=search)


def test_a_person_can_be_put_to_the_reference_reader() -> None:
    person = find(c("age >= 80 and poor == low"))
    assert person is not None
    facts = [BOOK[name] for name in ("age", "poor", "ability")]
    assert person.stored(facts, 20261101) == {"birth_date": 19461101, "poor": 2, "ability": None}


def test_leaves_out_what_the_universe_rules_out_at_once() -> None:
    space = Space([], Universe(c("alive and age >= 60 and home within 511724")))
    assert space.total == 1


def _rule(who: str, tiers: Sequence[tuple[str, int]]) -> Rule:
    return Rule("item", "511724", who=c(who), tiers=tuple(Tier(c(when), fen) for when, fen in tiers))


def test_finds_a_gap_between_tiers(search: Search) -> None:
    person = gaps(_rule("age >= 80", [("age >= 90", 2), ("age < 85", 1)]), search=search)
    assert person is not None
    assert person.values == {"age": 85}
    assert gaps(_rule("age >= 80", [("age >= 90", 2), ("age >= 80", 1)]), search=search) is None
    assert gaps(_rule("age >= 80", []), search=search) is None


def test_finds_tiers_that_nobody_reaches(search: Search) -> None:
    rule = _rule("age >= 80", [("age < 70", 3), ("age >= 80", 1), ("age >= 90", 2)])
    assert unreachable_tiers(rule, search=search) == (0, 2)
    assert unreachable_tiers(_rule("age >= 80", [("age >= 90", 2), ("everyone", 1)]), search=search) == ()


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ("age >= 80 and age >= 60", ["age >= 60"]),
        ("age >= 80 or age >= 60", ["age >= 80"]),
        ("age >= 80 and (poor == low or age >= 60)", ["poor == low or age >= 60", "poor == low"]),
        ("age >= 80 and poor == low", []),
        ("not (age >= 80 and age >= 60)", ["age >= 60"]),
        ("needy and age >= 60", []),
    ],
)
def test_finds_parts_that_decide_nothing(text: str, idle: list[str], search: Search) -> None:
    assert parts_never_decisive(c(text), search=search) == tuple(c(part) for part in idle)


def test_takes_z3_only_beyond_the_limit() -> None:
    space = Space(_rule("age >= 80 and poor == low", []).leaves, Universe())
    assert space.total == 4
    assert not Search(limit=4).uses_z3(space)
    assert Search(limit=3).uses_z3(space)
    assert not Search(Method.EXHAUSTIVE, limit=3).uses_z3(space)


def test_says_what_to_install_without_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def no_z3(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "z3":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "yiyang.engine.proof_z3", raising=False)
    monkeypatch.setattr(builtins, "__import__", no_z3)
    with pytest.raises(MissingPart, match=r"yiyang\[proof\]"):
        find(c("age >= 80"), search=Search(Method.Z3))


def test_a_witness_compares_by_value() -> None:
    values: Mapping[str, int] = {"age": 80}
    found = find(c("age >= 80"))
    assert found is not None
    assert found.values == values
