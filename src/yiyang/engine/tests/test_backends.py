"""DuckDB and Spark as stores: the same words, the same tables."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from yiyang.base.errors import MissingPart
from yiyang.engine.duck import DuckBackend
from yiyang.engine.pipeline import Backend, Step, found
from yiyang.engine.spark import SparkBackend

# PySpark leaves its sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
PEOPLE = pa.table({
    "person": pa.array([3, 1, 2], pa.int64()),
    "fact": pa.array([7, None, 9], pa.int32()),
    "answer": pa.array([0, 1, 2], pa.int8()),
})  # fmt: skip


@pytest.fixture(scope="module", params=["duckdb", pytest.param("spark", marks=pytest.mark.java)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    if request.param == "spark":
        request.getfixturevalue("needs_java")
    made = DuckBackend(memory="200MB") if request.param == "duckdb" else SparkBackend(memory="512m", threads=1)
    yield made
    made.close()


@pytest.fixture
def backend(store: Backend) -> Backend:
    store.put("people", PEOPLE)
    return store


def test_what_is_put_comes_back_with_the_same_types(backend: Backend) -> None:
    back = backend.fetch("SELECT * FROM people ORDER BY person")
    assert back.to_pylist() == PEOPLE.sort_by("person").to_pylist()
    assert [field.type for field in back.schema] == [field.type for field in PEOPLE.schema]


@pytest.mark.parametrize("keep", [True, False])
def test_a_step_made_again_replaces_the_one_before_kept_or_not(backend: Backend, keep: bool) -> None:
    backend.run(Step("made", "SELECT person FROM people WHERE fact IS NULL", keep=not keep))
    backend.run(Step("made", "SELECT person FROM people WHERE fact > 7", keep=keep))
    assert backend.fetch("SELECT * FROM made")["person"].to_pylist() == [2]


def test_what_is_written_as_parquet_is_read_in_the_same_order(backend: Backend, tmp_path: Path) -> None:
    path = tmp_path / "it's here.parquet"
    backend.write_parquet("SELECT person, answer FROM people ORDER BY person", path)
    backend.read_parquet("back", path)
    assert backend.fetch("SELECT * FROM back")["person"].to_pylist() == [1, 2, 3]


def test_an_integer_that_overflows_is_an_error_and_not_a_wrong_amount(backend: Backend) -> None:
    with pytest.raises(Exception, match=r"(?i)overflow|out of range"):
        backend.fetch("SELECT CAST(fact AS BIGINT) * 9223372036854775807 AS much FROM people")


def test_of_a_household_the_eldest_of_those_with_the_same_answer_is_paid(backend: Backend) -> None:
    # person, household, birth date, cell; cells 0 and 1 answer yes, cell 2 is undecided.
    people = [
        (1, 7, 19500101, 0),
        (2, 7, 19400101, 1),
        (3, 7, None, 0),
        (4, 7, 19300101, 2),
        (5, None, None, 0),
        (6, None, 19500101, 0),
        (7, 5, None, 0),
        (8, 9, 19450101, 0),
        (9, 9, 19450101, 1),
    ]
    names = ("person", "household", "birth_date", "cell")
    types = (pa.int64(), pa.int64(), pa.int32(), pa.int32())
    columns = zip(names, types, zip(*people, strict=True), strict=True)
    backend.put("numbered", pa.table({name: pa.array(column, kind) for name, kind, column in columns}))
    said = {"cell": [0, 1, 2], "rule": [0, 0, 0], "answer": [1, 1, 2]}
    rest = {name: [0, 0, 0] for name in ("low_fen", "high_fen", "met", "unknown")}
    backend.put("answers", pa.table(said | rest))
    for step in found([0]):
        backend.run(step)
    paid = backend.fetch("SELECT person FROM paid WHERE turn = 1 ORDER BY person")["person"].to_pylist()
    assert paid == [2, 4, 5, 6, 7, 8]


def test_spark_without_java_says_what_to_install(tmp_path: Path) -> None:
    script = "from yiyang.engine.spark import SparkBackend\nSparkBackend()"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={"JAVA_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "MissingPart" in ran.stderr
    assert "yiyang[spark]" in ran.stderr
    assert not list(tmp_path.iterdir()), "the scratch folder is removed"


def test_spark_without_pyspark_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(MissingPart, match="PySpark is missing") as caught:
        SparkBackend(spill=tmp_path)
    assert "yiyang[spark]" in caught.value.zh
    assert caught.value.exit_code == 8
    assert not list(tmp_path.iterdir())


def test_importing_the_spark_reader_loads_no_spark() -> None:
    script = "import sys, yiyang.engine.spark; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
