"""The in-memory reader: the same answers as the reference; a reform and a next month as if all were done anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.base.errors import PolicyError
from yiyang.engine import memory
from yiyang.engine.cells import UNKNOWN, coding_of
from yiyang.engine.coder import Column
from yiyang.engine.facts import Kind
from yiyang.engine.memory import MemoryRun
from yiyang.engine.rules import Program
from yiyang.engine.tests.agreement import Row, by_reference, columns_of, paid_by_reference
from yiyang.engine.tests.strategies import Case, Draw, Person, cases, people_of, programs

NARROW = {Kind.BOOL: np.int8, Kind.ENUM: np.int8, Kind.ORDERED: np.int16, Kind.AREA: np.int64}


def run_of(case: Case) -> MemoryRun:
    """A run over columns as narrow as a careful loader would make them."""
    columns = columns_of(case)
    kinds = {fact.column: fact.kind for fact in case.book.facts.values()}
    columns = {
        name: values.astype(NARROW.get(kinds.get(name, Kind.AREA), np.int32)) for name, values in columns.items()
    }
    coding = coding_of(case.program, every_year=case.every_year)
    return MemoryRun(case.program, columns, case.reference, coding)


def rows_of(run: MemoryRun) -> list[Row]:
    cell, found = run.cell, run.outcomes
    return [
        (int(run.columns["person"][row]), rule, *(int(part[rule, cell[row]]) * money for part, money in parts))
        for row in range(run.count)
        for rule in range(len(run.program.rules))
        for pays in [int(run.program.rules[rule].per != "facility")]
        for parts in [((found.answer, 1), (found.low, pays), (found.high, pays), (found.met, 1), (found.unknown, 1))]
    ]  # type: ignore[misc]


def yearly(case: Case, program: Program) -> dict[int, int]:
    """Fen a year that each person is certain to get, by the reference reader."""
    other = replace(case, program=program)
    rows = by_reference(other)
    paid = paid_by_reference(other, rows)
    total = {int(person["person"] or 0): 0 for person in case.people}
    for person, number, answer, low, *_ in rows:
        rule = program.rules[number]
        if answer and rule.pays_people and (person, number) in paid:
            total[person] += low * rule.a_year
    return total


@settings(max_examples=100)
@given(case=cases())
def test_answers_reasons_and_payees_are_the_reference_s(case: Case) -> None:
    run, expected = run_of(case), by_reference(case)
    assert rows_of(run) == expected
    rules = range(len(case.program.rules))
    paid = {(int(run.columns["person"][row]), rule) for rule in rules for row in np.flatnonzero(run.payees(rule))}
    assert paid == paid_by_reference(case, expected)
    assert int(run.people.sum()) == run.count


@settings(max_examples=100)
@given(case=cases(), data=st.data())
def test_a_reform_is_the_difference_of_two_runs(case: Case, data: st.DataObject) -> None:
    other = data.draw(programs(case.book))
    kept = data.draw(st.sets(st.sampled_from(range(len(case.program.rules)))))
    mixed = {rule.name: rule for rule in other.rules} | {
        case.program.rules[n].name: case.program.rules[n] for n in kept
    }
    try:
        other = Program(tuple(mixed.values()))
    except PolicyError:
        other = case.program
    reform = run_of(case).reform(other)
    before, after = yearly(case, case.program), yearly(case, other)
    change = [after[person] - before[person] for person in before]
    assert reform.people().tolist() == change
    assert (reform.budget, reform.winners) == (sum(change), sum(fen > 0 for fen in change))
    assert reform.losers == sum(fen < 0 for fen in change)


@st.composite
def months(draw: Draw) -> tuple[Case, list[Person], int]:
    """A case, its people a month later, and the later reference day."""
    case = draw(cases())
    later = draw(st.sampled_from((20261101, 20261201, 20270101, 20270301, 20290101)))
    others = draw(people_of(case.book, case.program, later))
    fresh = draw(st.sets(st.sampled_from(range(len(case.people)))))
    own = ("person", "household")
    people = [
        {**person, **{name: value for name, value in others[n % len(others)].items() if name not in own}}
        if n in fresh
        else person
        for n, person in enumerate(case.people)
    ]
    return case, people, later


def assert_is_up_to_date(second: MemoryRun, table: tuple[list[Column], list[Column]]) -> None:
    old = [[column.copy() for column in part] for part in table]
    rows = second.bring_up_to_date(*table)
    new = second.people_table()
    assert [[c.tolist() for c in part] for part in table] == [[c.tolist() for c in part] for part in new]
    is_other = [a != b for before, after in zip(old, new, strict=True) for a, b in zip(before, after, strict=True)]
    assert rows.tolist() == np.flatnonzero(np.any(is_other, axis=0)).tolist()


@settings(max_examples=100)
@given(month=months(), is_sparse=st.booleans())
def test_a_next_month_is_what_a_new_run_says(month: tuple[Case, list[Person], int], is_sparse: bool) -> None:
    case, people, later = month
    limit, memory.MOST_DENSE = memory.MOST_DENSE, 0 if is_sparse else memory.MOST_DENSE
    try:
        first = run_of(case)
        new = Case(case.book, case.program, people, later, case.every_year)
        changed = np.array([n for n in range(len(people)) if people[n] != case.people[n]], np.int64)
        table = first.people_table()
        second = first.next_month(changed, columns_of(new), later)
    finally:
        memory.MOST_DENSE = limit
    assert rows_of(second) == by_reference(new)
    assert rows_of(first) == by_reference(case)
    assert second.people.tolist() == np.bincount(second.cell, minlength=len(second.codes)).tolist()
    assert_is_up_to_date(second, table)
    assert second.moved is not None
    is_moved = first.codes[first.cell] != second.codes[second.cell]
    assert second.moved.rows.tolist() == np.flatnonzero(is_moved).tolist()
    assert UNKNOWN not in second.cell
