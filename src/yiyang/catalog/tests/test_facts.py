"""The book of facts is read strictly."""

from __future__ import annotations

import pytest

from yiyang.base.errors import PolicyError
from yiyang.catalog.facts import load_facts, load_implications
from yiyang.catalog.tests.small import Policy, complaint
from yiyang.engine.facts import Kind

FACTS = """\
facts:
  age: {kind: years, column: birth_date, zh: 年龄, en: age, from: [police], owner: police}
  alive: {kind: bool, zh: 健在, en: alive, zh_not: 已去世, from: [police], owner: police, absent: 1}
  grade: {kind: ordered, zh: 等级, en: grade, from: [], owner: police, absent: low,
    values: {low: {zh: 低, en: low}, high: {zh: 高, en: high}}}
  seen: {kind: date, zh: 日期, en: day, from: [], owner: police, absent: 2020-01-31}
  rooms: {kind: int, zh: 间数, en: rooms, from: [], owner: police, absent: 3}
terms:
  old: {zh: 高龄, en: old, means: age >= 80}
  frail: {zh: 高龄且等级高, en: frail, means: old and grade == high}
implications: [alive or age >= 0]
"""
SLIPS = {
    "an unknown key": (
        ("owner: police, absent: 1", "ownr: police, absent: 1"),
        ("facts.yaml:3", "ownr", "是否想写 owner"),
    ),
    "an unknown kind": (("kind: bool", "kind: boole"), ("facts.yaml:3", "是否想写 bool")),
    "an unknown absent value": (("absent: low", "absent: lov"), ("facts.yaml:4", "lov", "是否想写 low")),
    "a bool that is absent as 2": (("absent: 1", "absent: 2"), ("facts.yaml:3", "absent")),
    "years that are absent as a number": (("owner: police}", "owner: police, absent: 5}"), ("facts.yaml:2", "unknown")),
    "an enum without values": (("kind: years, column: birth_date", "kind: enum"), ("facts.yaml:2", "values")),
    "a term that is a fact": (("  old:", "  age:"), ("facts.yaml:9", "age")),
    "a term that cannot be read": (("age >= 80", "aeg >= 80"), ("facts.yaml:9", "是否想写 age")),
    "a circle of terms": (("means: age >= 80", "means: frail"), ("facts.yaml:", "循环", "old", "frail")),
    "an implication that cannot be read": (("[alive or", "[alve or"), ("facts.yaml:11", "是否想写 alive")),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_names_file_line_and_remedy_of(slip: str, policy: Policy) -> None:
    (old, new), words = SLIPS[slip]
    assert old in FACTS
    policy.write("facts.yaml", FACTS.replace(old, new, 1))
    with pytest.raises(PolicyError) as error:
        load_facts()
    assert all(word in complaint(error) for word in words), complaint(error)


def test_stores_what_is_absent_as_integers(policy: Policy) -> None:
    policy.write("facts.yaml", FACTS)
    book = load_facts()
    assert {name: fact.absent for name, fact in book.facts.items()} == {
        "age": None, "alive": 1, "grade": 0, "seen": 20200131, "rooms": 3}  # fmt: skip
    assert book["alive"].zh_not == "已去世"
    assert len(load_implications()) == 1


def test_reads_the_real_facts() -> None:
    book = load_facts()
    assert book["age"].kind is Kind.YEARS
    assert all(fact.zh_not and fact.en_not for fact in book.facts.values() if fact.kind is Kind.BOOL)
    assert load_facts() is book
    assert load_implications()
