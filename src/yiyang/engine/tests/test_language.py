"""The little language: what it reads, and how it says what is wrong."""

from __future__ import annotations

import pytest

from yiyang.base.errors import ConditionError
from yiyang.engine.conditions import EVERYONE, And, Compare, Named, Not, OneOf, Or, Within
from yiyang.engine.facts import Fact, FactBook, Kind
from yiyang.engine.language import parse
from yiyang.engine.tests.small import BOOK, means

AGE, ALONE, HARDSHIP = BOOK["age"], BOOK["alone"], BOOK["hardship"]


def test_the_example_of_the_docstring() -> None:
    assert means("age >= 80") == Compare(AGE, ">=", 80)


def test_and_binds_closer_than_or() -> None:
    either = means("alone or age >= 80 and not alone")
    assert either == Or((Compare(ALONE, "==", 1), And((Compare(AGE, ">=", 80), Not(Compare(ALONE, "==", 1))))))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("everyone", EVERYONE),
        ("(alone)", Compare(ALONE, "==", 1)),
        ("hardship in (edge, destitute, edge)", OneOf(HARDSHIP, (1, 3))),
        ("checked < 2026-01-01", Compare(BOOK["checked"], "<", 20260101)),
        ("home within 511724", Within(BOOK["home"], ("511724",))),
        ("home within (511724, 511724001003)", Within(BOOK["home"], ("511724", "511724001003"))),
        ("income == 100000", Compare(BOOK["income"], "==", 100000)),
        ("age >= @from", Compare(AGE, ">=", 70)),
    ],
)
def test_reads(text: str, condition: object) -> None:
    assert means(text, **{"from": 70}) == condition


def test_a_term_keeps_its_name() -> None:
    found = means("poor")
    assert isinstance(found, Named)
    assert (found.label.zh, found.part) == ("经济困难", OneOf(HARDSHIP, (1, 2)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("aeg >= 80", "did you mean age"),
        ("hardship == destitut", "did you mean destitute"),
        ("hardship >= destitute", "have no order"),
        ("age >= 300", "impossible"),
        ("age >=", "ends too early"),
        ("age => 80", "cannot read the condition at character 5"),
        ("age", "not a yes/no fact"),
        ("poor == 1", "is a term"),
        ("home == 511724", "cannot be compared with the number"),
        ("age within 511724", "for area facts"),
        ("age >= @nix", "no value named nix"),
        ("checked >= 2026-02-30", "there is no day"),
        ("alone == 1", "cannot be compared with the number"),
        ("hardship in ()", "cannot read"),
        ("__import__", "cannot read"),
    ],
)
def test_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ConditionError, match=says) as caught:
        means(text)
    assert caught.value.zh


@pytest.mark.parametrize("number", [1234567, 12345678, 1234567890, 12345678901])
def test_reads_integers_that_begin_like_an_area_code(number: int) -> None:
    fact = Fact("n", Kind.INT, "数", "n", "n", maximum=10**12)
    condition = parse(f"n >= {number}", FactBook({"n": fact}))
    assert condition == Compare(fact, ">=", number)


def test_within_wants_a_code_not_a_name() -> None:
    with pytest.raises(ConditionError, match="cannot read the condition"):
        parse("home within foo", FactBook({"home": Fact("home", Kind.AREA, "居住地", "home", "home")}))
