"""Spark says what the reference says: a few dozen random cases in one chain of jobs, some more one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from yiyang.engine.spark import SparkBackend
from yiyang.engine.tests.agreement import by_pipeline, by_reference, paid_by_reference
from yiyang.engine.tests.batch import run_batch
from yiyang.engine.tests.strategies import Case, collect

# PySpark leaves its sockets to the garbage collector.
pytestmark = [pytest.mark.java, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(scope="module")
def spark(needs_java: None) -> Iterator[SparkBackend]:
    backend = SparkBackend(memory="1g", threads=2)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def examples() -> list[Case]:
    return collect(48)


def test_a_few_dozen_cases_in_one_chain(spark: SparkBackend, examples: list[Case]) -> None:
    for case, (rows, paid) in zip(examples, run_batch(examples, spark), strict=True):
        expected = by_reference(case)
        assert rows == expected, case
        assert paid == paid_by_reference(case, expected), case


def test_one_case_through_the_very_steps_of_a_run(spark: SparkBackend, examples: list[Case]) -> None:
    for case in examples[-3:]:
        expected = by_reference(case)
        assert by_pipeline(case, spark) == (expected, paid_by_reference(case, expected)), case
