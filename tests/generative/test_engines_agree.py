"""Random lists on random people: plain Python, NumPy, DuckDB and Spark must say the same of everybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from yiyang.engine.duck import DuckBackend
from yiyang.engine.tests.agreement import by_numpy, by_pipeline, by_reference, paid_by_reference
from yiyang.engine.tests.strategies import Case, cases


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckBackend]:
    backend = DuckBackend(memory="500MB", threads=1)
    yield backend
    backend.close()


@settings(max_examples=250)
@given(case=cases())
def test_numpy_on_cells_says_what_the_reference_says(case: Case) -> None:
    assert by_numpy(case) == by_reference(case)


@settings(max_examples=120)
@given(case=cases())
def test_duckdb_says_what_the_reference_says(case: Case, duck: DuckBackend) -> None:
    expected = by_reference(case)
    rows, paid = by_pipeline(case, duck)
    assert rows == expected
    assert paid == paid_by_reference(case, expected)
