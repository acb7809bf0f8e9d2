"""A made-up county, delivered dirty, against its truth: every planted fault is treated as it should be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from yiyang.registry.build import build
from yiyang.registry.snapshot import Snapshot

LOST = "('id_checksum', 'id_missing', 'id_as_number')"  # rows that cannot be put to anybody
MONTHS = ("2026-10", "2026-11")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 elders of 大竹县, two months. Made by the command: this room may not import the one that makes cities."""
    out = tmp_path_factory.mktemp("city") / "c"
    make = ["city", "make", "--area", "511724", "--seed", "7", "--elders", "2000", "--out", str(out)]
    subprocess.run(
        [sys.executable, "-c", "from yiyang.site.cli import main; main()", *make], check=True, capture_output=True
    )
    return out


@pytest.fixture(scope="module")
def snapshots(city: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Snapshot]:
    folder, found = tmp_path_factory.mktemp("snapshots"), {}
    before = None
    for month in MONTHS:
        found[month] = build(city / month, known=date.fromisoformat(f"{month}-05"), out=folder / month, previous=before)
        before = found[month].path
    return found


@pytest.fixture(params=MONTHS)
def con(
    request: pytest.FixtureRequest, city: Path, snapshots: dict[str, Snapshot]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables dirt and known (the truth) and quarantine, rows, people (ours) of one month."""
    month, path = request.param, snapshots[request.param].path
    con = duckdb.connect()
    con.execute(f"CREATE TABLE dirt AS SELECT * FROM '{city}/truth/dirt.parquet' WHERE month = '{month}'")
    con.execute(f"CREATE TABLE ever AS SELECT * FROM '{city}/truth/dirt.parquet' WHERE month <= '{month}'")
    con.execute(f"CREATE TABLE known AS SELECT * FROM '{city}/truth/known-{month}.parquet'")
    con.execute(f"CREATE TABLE quarantine AS SELECT DISTINCT register, row FROM read_csv('{path}/quarantine.csv')")
    con.execute(
        f"CREATE TABLE people AS SELECT p.*, id_number FROM '{path}/people.parquet' p "
        f"JOIN '{path}/identities.parquet' USING (person)"
    )
    yield con
    con.close()


def ask(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def test_exactly_the_planted_rows_are_in_quarantine(con: duckdb.DuckDBPyConnection) -> None:
    planted = "SELECT DISTINCT register, row FROM dirt WHERE treatment = 'quarantined'"
    assert ask(con, f"({planted}) EXCEPT SELECT * FROM quarantine") == []
    assert ask(con, f"SELECT * FROM quarantine EXCEPT ({planted})") == []
    assert len(ask(con, "SELECT * FROM quarantine")) > 5


def test_exactly_the_planted_doubles_are_merged(con: duckdb.DuckDBPyConnection, snapshots: dict[str, Snapshot]) -> None:
    planted = dict(ask(con, "SELECT register, count(*) FROM dirt WHERE treatment = 'merged' GROUP BY 1"))
    month = ask(con, "SELECT DISTINCT month FROM dirt")[0][0]
    about = snapshots[month].manifest["registers"]
    assert {name: r["merged"] for name, r in about.items() if r["merged"]} == planted
    assert all(r["in"] == r["kept"] + r["merged"] + r["quarantined"] for r in about.values())


def test_everybody_known_is_there_but_for_planted_ids(con: duckdb.DuckDBPyConnection) -> None:
    missing = ask(con, "SELECT elder FROM known ANTI JOIN people USING (id_number)")
    planted = ask(con, f"SELECT elder FROM dirt WHERE register = 'police_households' AND kind IN {LOST}")
    assert set(missing) <= set(planted)
    assert ask(con, "SELECT id_number FROM people ANTI JOIN known USING (id_number) WHERE alive = 1") == []


def test_the_facts_of_the_clean_are_the_truth(con: duckdb.DuckDBPyConnection) -> None:
    ours = {row[0] for row in ask(con, "DESCRIBE people")}
    columns = [row[0] for row in ask(con, "DESCRIBE known") if row[0] in ours - {"household", "id_number"}]
    assert len(columns) >= 27
    clean = "known ANTI JOIN ever USING (elder) JOIN people USING (id_number)"
    for column in columns:
        pair = f"people.{column}, known.{column}"
        wrong = ask(con, f"SELECT id_number, {pair} FROM {clean} WHERE people.{column} IS DISTINCT FROM known.{column}")
        assert wrong == [], column


def test_dirt_makes_unknown_or_nothing_but_never_another_value(con: duckdb.DuckDBPyConnection) -> None:
    """But for rows that were lost with their id number, which leave what absence means, and villages kept as towns."""
    lost = f"SELECT elder FROM ever WHERE kind IN {LOST}"
    for column in ("birth_date", "sex", "ability", "living_arrangement", "pension", "hardship", "disability_grade"):
        wrong = ask(
            con,
            f"SELECT id_number FROM known JOIN people USING (id_number) WHERE people.{column} <> known.{column} "
            f"AND elder NOT IN ({lost})",
        )
        assert wrong == [], column
