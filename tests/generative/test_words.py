"""Random conditions: text to condition and back, and a sentence for each of them in both languages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.engine.conditions import Condition
from yiyang.engine.facts import FactBook
from yiyang.engine.language import parse
from yiyang.engine.sentences import Speaker
from yiyang.engine.tests.strategies import Case, Draw, books, cases, conditions
from yiyang.engine.tests.texts import text_of


@st.composite
def worlds(draw: Draw) -> tuple[FactBook, Condition]:
    book = draw(books())
    return book, draw(conditions(book, 3))


@settings(max_examples=300)
@given(world=worlds())
def test_the_text_of_a_condition_parses_to_the_same_condition(world: tuple[FactBook, Condition]) -> None:
    book, condition = world
    values: dict[str, int] = {}
    text = text_of(condition, values)
    assert parse(text, book, values) == condition, text


@settings(max_examples=300)
@given(world=worlds())
def test_every_condition_is_said_in_both_languages(world: tuple[FactBook, Condition]) -> None:
    _, condition = world
    chinese, english = Speaker("zh").say(condition), Speaker("en").say(condition)
    assert any("一" <= letter <= "鿿" for letter in chinese)
    assert english.strip()
    assert "None" not in chinese + english


@settings(max_examples=100)
@given(case=cases())
def test_every_reason_is_said_in_both_languages(case: Case) -> None:
    for rule in case.program.rules:
        for reason in rule.reasons:
            assert Speaker("zh").reason(reason).strip()
            assert Speaker("en").reason(reason).strip()
