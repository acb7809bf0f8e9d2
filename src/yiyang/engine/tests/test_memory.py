"""The in-memory reader's parts: codes, birthdays, which rules a reform touches, reasons by person."""

from __future__ import annotations

import numpy as np
import pytest

from yiyang.engine.birthdays import Birthdays
from yiyang.engine.cells import UNKNOWN, Axis, Coding
from yiyang.engine.coder import CHUNK, FEW_EDGES, THREADS, Coder, Column, in_chunks, spread
from yiyang.engine.conditions import Compare
from yiyang.engine.facts import Kind
from yiyang.engine.memory import MemoryRun
from yiyang.engine.reforms import touched_rules
from yiyang.engine.rules import StackReason
from yiyang.engine.tests.small import BOOK, REFERENCE, program, rule
from yiyang.engine.tests.test_cells import AXES, stored_values

LONG = Axis(BOOK["home"], tuple(511700000000 + 7 * n for n in range(FEW_EDGES + 6)))


@pytest.mark.parametrize("with_unknown", [True, False])
@pytest.mark.parametrize("axis", [*AXES.values(), LONG], ids=[*AXES, "many edges"])
def test_fast_codes_are_the_plain_codes(axis: Axis, with_unknown: bool) -> None:
    coding = Coding((axis, AXES["a bool"] if axis.fact.name != "alone" else AXES["an ordered fact"]))
    stored = np.array(stored_values(axis) + [UNKNOWN] * with_unknown)
    columns = {name: np.resize([0, 1, 1], len(stored)) for name in ("alone", "ability")} | {axis.fact.column: stored}
    expected = coding.encode(columns, REFERENCE)
    narrow = np.int64 if axis.fact.kind is Kind.AREA else np.int8 if axis.fact.is_listed else np.int32
    for dtype in {np.int64, narrow}:
        given = columns | {axis.fact.column: stored.astype(dtype)}
        assert Coder(coding, REFERENCE).codes(given, len(stored)).tolist() == expected.tolist()


def test_bools_and_unsigned_columns_are_read_as_they_lie() -> None:
    coding = Coding((AXES["a bool"], AXES["an amount"]))
    columns: dict[str, Column] = {"alone": np.array([True, False]), "income": np.array([0, 100_000], np.uint32)}
    plain = {name: column.astype(np.int64) for name, column in columns.items()}
    assert Coder(coding, REFERENCE).codes(columns, 2).tolist() == coding.encode(plain, REFERENCE).tolist()


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK * 2 * THREADS, CHUNK * (2 * THREADS + 1) + 5])
def test_chunks_cover_every_row_once_and_in_order(count: int) -> None:
    rows = [row for low, high in in_chunks(lambda span: span, count) for row in (low, high)]
    assert rows[::2] == [0, *rows[1::2]][: len(rows) // 2]
    assert rows[-1:] == ([count] if count else [])
    (found,) = spread([np.array([7, 8], np.int16)], np.arange(count) % 2)
    assert found.tolist() == [7 + row % 2 for row in range(count)]


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        (20261101, 20261201, [1]),
        (20261201, 20270101, [2, 3]),
        (20261101, 20270101, [1, 2, 3]),
        (20261101, 20261101, []),
    ],
)
def test_birthdays_between_two_days_also_over_the_new_year(before: int, after: int, rows: list[int]) -> None:
    births = np.array([19461101, 19461102, 19461202, 19470101, 19470102, UNKNOWN], np.int32)
    found = Birthdays.of(births).reaching([79, 80], births, before, after)
    assert sorted(found.tolist()) == rows


def test_who_reaches_an_age_and_who_was_corrected_is_looked_at() -> None:
    births = np.array([19461115, 19451115, 19460101], np.int32)
    birthdays = Birthdays.of(births)
    assert birthdays.reaching([80], births, 20261101, 20261201).tolist() == [0]
    corrected = np.array([19461115, 19451115, 19461116], np.int32)
    later = birthdays.with_corrected(np.array([2]))
    assert sorted(later.reaching([80], corrected, 20261101, 20261201).tolist()) == [0, 2]


BASE = program(
    rule("care", "hardship == destitute", 20000),
    rule("nursing", "ability >= moderate", 10000, not_with=("care",), highest_of="g"),
    rule("other", "ability >= severe", 12000, highest_of="g"),
    rule("voucher", "alone", 8000, less=("nursing",)),
    rule("free", "age >= 80", 6000),
)


@pytest.mark.parametrize(("number", "touched"), [(0, {0, 1, 2, 3}), (1, {1, 2, 3}), (2, {1, 2, 3}), (3, {3}), (4, {4})])
def test_a_changed_rule_touches_those_that_hang_on_it(number: int, touched: set[int]) -> None:
    rules = list(BASE.rules)
    rules[number] = rule(rules[number].item, "alone", 1, **vars(rules[number].stacking))
    assert touched_rules(BASE, program(*rules)) == touched


def test_a_dropped_rule_touches_those_that_hung_on_it() -> None:
    assert touched_rules(BASE, program(*BASE.rules[1:])) == {0, 1, 2}
    assert touched_rules(BASE, BASE) == frozenset()


def test_another_order_touches_all() -> None:
    assert touched_rules(BASE, program(*reversed(BASE.rules))) == set(range(5))


def a_run() -> MemoryRun:
    births = [REFERENCE - 850000, REFERENCE - 700000, UNKNOWN]
    facts = {"birth_date": births, "alone": [1, 0, UNKNOWN], "hardship": [1, 0, 0], "ability": [2, UNKNOWN, 0]}
    return MemoryRun(BASE, {name: np.array(column, np.int32) for name, column in facts.items()}, REFERENCE)


def test_each_person_s_reasons_are_a_look_up() -> None:
    run, ability = a_run(), BOOK["ability"]
    moderate, with_care, highest = (
        Compare(ability, ">=", 2),
        StackReason("not_with", "care"),
        StackReason("highest_of", "g"),
    )
    assert run.reasons_of(0, 1) == {moderate: True, with_care: True, highest: False}
    assert run.reasons_of(1, 1) == {moderate: None, with_care: False, highest: None}


def test_totals_count_the_certain_and_the_possible() -> None:
    run = a_run()
    assert run.totals(4) == (6000, 12000)
    assert run.totals(0) == (20000, 20000)


def test_a_reform_with_new_thresholds_codes_people_anew() -> None:
    run = a_run()
    earlier = program(*BASE.rules[:4], rule("free", "age >= 70", 6000))
    reform = run.reform(earlier)
    assert not run.coding.knows(Compare(BOOK["age"], ">=", 70))
    assert reform.people().tolist() == [0, 6000 * 12, 0]
    assert (reform.budget, reform.winners, reform.losers) == (72000, 1, 0)
