"""Axes, codes and the SQL of both: boundary by boundary."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from yiyang.base.errors import PolicyError
from yiyang.engine.cells import UNKNOWN, Axis, Coding, coding_of
from yiyang.engine.conditions import Compare, leaves
from yiyang.engine.duck import connect
from yiyang.engine.facts import Fact, Kind
from yiyang.engine.tests.small import BOOK, REFERENCE, means, program, rule

AXES = {
    "one age": Axis(BOOK["age"], (80,)),
    "some ages": Axis(BOOK["age"], (60, 70, 80, 90, 100)),
    "every age": Axis(BOOK["age"], tuple(range(60, 101))),
    "few ages in a row": Axis(BOOK["age"], (60, 61, 62)),
    "no cut": Axis(BOOK["alone"], ()),
    "a bool": Axis(BOOK["alone"], (1,)),
    "all values of an enum": Axis(BOOK["hardship"], (1, 2, 3)),
    "the first values of an enum": Axis(BOOK["hardship"], (1, 2)),
    "the last values of an enum": Axis(BOOK["hardship"], (2, 3)),
    "an ordered fact": Axis(BOOK["ability"], (2,)),
    "an amount": Axis(BOOK["income"], (1, 100_000, 500_000)),
    "amounts in a row": Axis(BOOK["income"], (7, 8, 9)),
    "a day": Axis(BOOK["checked"], (20250101, 20260101)),
    "a town": Axis(BOOK["home"], (511724000000, 511725000000)),
    "two levels": Axis(BOOK["home"], (511700000000, 511724000000, 511725000000, 511800000000)),
}


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect(memory="200MB", threads=1)
    yield connection
    connection.close()


def stored_values(axis: Axis) -> list[int]:
    """Every value beside a threshold, and the ends."""
    near = sorted({max(edge + step, 0) for edge in (*axis.edges, 0) for step in (-1, 0, 1)})
    if axis.fact.is_listed:
        return list(range(axis.fact.size))
    if axis.fact.kind is not Kind.YEARS:
        return near
    return [REFERENCE - age * 10000 + day for age in near for day in (0, 1, -1) if age or day < 1]


def class_by_hand(axis: Axis, stored: int) -> int:
    value = (REFERENCE - stored) // 10000 if axis.fact.kind is Kind.YEARS else stored
    return sum(value >= edge for edge in axis.edges)


@pytest.mark.parametrize("name", AXES)
def test_numpy_and_sql_put_every_boundary_value_into_the_same_class(name: str, duck: duckdb.DuckDBPyConnection) -> None:
    axis = AXES[name]
    stored = stored_values(axis)
    expected = [*(class_by_hand(axis, value) for value in stored), axis.unknown]
    column = np.array([*stored, UNKNOWN], np.int64)
    width = pa.int64() if axis.fact.kind is Kind.AREA else pa.int32()
    people = pa.table({axis.fact.column: pa.array([*stored, None], width), "row": range(len(expected))})
    duck.register("people", people)
    by_sql = duck.execute(f"SELECT {axis.sql(REFERENCE)} FROM people ORDER BY row").fetchall()
    assert axis.classes(column, REFERENCE).tolist() == expected
    assert [row[0] for row in by_sql] == expected


@pytest.mark.parametrize("name", AXES)
def test_the_representative_of_a_class_lies_in_it(name: str) -> None:
    axis = AXES[name]
    assert len(axis.representatives) == axis.size - 1
    for number, value in enumerate(axis.representatives):
        low, high = axis.values_of(number)
        assert low <= value < (high or value + 1)


def test_who_was_born_on_29_february_is_a_year_older_on_1_march() -> None:
    axis, born = Axis(BOOK["age"], (80,)), np.array([19480229])
    assert axis.classes(born, 20280228).tolist() == [0]
    assert axis.classes(born, 20280301).tolist() == [1]
    assert axis.classes(np.array([19480229]), 20270301).tolist() == [0]


def test_a_leaf_is_true_false_or_unknown_by_class() -> None:
    (leaf,) = leaves(means("ability >= moderate"))
    yes, may = Axis(BOOK["ability"], (2,)).truth(leaf)
    assert yes.tolist() == [False, True, False]
    assert may.tolist() == [False, True, True]


def a_coding() -> Coding:
    return Coding((AXES["some ages"], AXES["a bool"], AXES["all values of an enum"]))


def test_every_code_decodes_to_the_classes_that_make_it() -> None:
    coding = a_coding()
    codes = np.arange(coding.total)
    classes = coding.decode(codes)
    again = sum(classes[axis.fact.name] * stride for axis, stride in zip(coding.axes, coding.strides, strict=True))
    assert np.array_equal(again, codes)
    assert [int(classes[axis.fact.name].max()) for axis in coding.axes] == [axis.unknown for axis in coding.axes]


def test_numpy_and_sql_give_a_person_the_same_code(duck: duckdb.DuckDBPyConnection) -> None:
    coding = a_coding()
    ages, alone, hardship = np.meshgrid([19461101, 19461102, UNKNOWN], [0, 1, UNKNOWN], [0, 3, UNKNOWN])
    columns = {"birth_date": ages.ravel(), "alone": alone.ravel(), "hardship": hardship.ravel()}
    table = {name: pa.array(values, pa.int32(), mask=values == UNKNOWN) for name, values in columns.items()}
    duck.register("people", pa.table(table | {"row": pa.array(range(27))}))
    by_sql = duck.execute(f"SELECT {coding.sql(REFERENCE)} FROM people ORDER BY row").fetchall()
    assert coding.encode(columns, REFERENCE).tolist() == [row[0] for row in by_sql]


def test_only_thresholds_that_split_people_become_edges() -> None:
    made = program(rule("a", "age >= 0 and age <= 120 and hardship in (none, destitute, low_income, edge)"))
    assert [axis.edges for axis in coding_of(made).axes] == [(), (1, 2, 3)]


def test_every_year_of_age_can_be_a_class_so_that_thresholds_can_be_simulated() -> None:
    coding = coding_of(program(rule("a", "age >= 80")), every_year=(60, 100))
    assert coding["age"].edges == tuple(range(60, 101))


def test_too_many_combinations_are_refused_with_a_remedy() -> None:
    axes = [
        Axis(Fact(f"f{n}", Kind.INT, f"第{n}", f"f{n}", f"f{n}", maximum=10**6), tuple(range(1, 10_000)))
        for n in range(5)
    ]
    with pytest.raises(PolicyError, match="too many combinations"):
        Coding(tuple(axes))


def test_a_program_without_facts_has_one_cell() -> None:
    coding = coding_of(program(rule("a")))
    assert coding.total == 1
    assert coding.sql(REFERENCE) == "CAST(0 AS BIGINT)"


def test_further_leaves_refine_the_coding() -> None:
    also = [Compare(BOOK["income"], ">=", 1000)]
    coding = coding_of(program(rule("a", "age >= 80")), also=also)
    assert {axis.fact.name: axis.edges for axis in coding.axes} == {"age": (80,), "income": (1000,)}
