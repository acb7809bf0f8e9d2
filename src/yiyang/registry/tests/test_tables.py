"""Resolving: precedence, unknown instead of a false *no*, and SQL that is the same on every engine."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from yiyang.catalog.facts import load_facts
from yiyang.engine.pipeline import Step
from yiyang.registry.contracts import load_contracts
from yiyang.registry.identity import person_of
from yiyang.registry.snapshot import Snapshot, people_for
from yiyang.registry.tables import is_covered, is_single, resolve_steps
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, DEMING, ZHUYANG, Hall, ask, person_row
from yiyang.registry.tests.test_build import pension

ELSEWHERE = "511702001001"


def lived(who: str, area: str = "", living: str = "独居") -> dict[str, str]:
    return {"身份证号": who, "居住状况": living, "是否孤寡": "否", "现住地区划代码": area, "摸排日期": "2026-05-01"}


def test_the_more_trusted_register_speaks_first_and_a_silent_one_lets_the_next_speak(hall: Hall) -> None:
    hall.police(person_row(AIHUA), person_row(BAOGUO), person_row(CHUNLAN), person_row(DEMING, 现住地区划代码=""))
    hall.deliver(
        "township_living",
        [lived(AIHUA, ELSEWHERE), lived(BAOGUO), lived(CHUNLAN, "999999"), lived(DEMING, ELSEWHERE, "？")],
    )
    snapshot = hall.build()
    found = [hall.fact(snapshot, who, "resident_area") for who in (AIHUA, BAOGUO, CHUNLAN, DEMING)]
    assert found == [int(ELSEWHERE), int(ZHUYANG), None, None]


def test_absent_means_no_only_when_the_register_was_delivered(hall: Hall) -> None:
    hall.police()
    snapshot = hall.build()
    person = hall.people(snapshot)[person_of(AIHUA)]
    assert (person["pension"], person["hardship"], person["alive"], person["ability"]) == (None, None, None, None)
    hall.deliver("pensions", [pension(BAOGUO)])
    hall.deliver("health_deaths", [{"身份证号": BAOGUO, "死亡日期": "2026-09-01"}])
    hall.deliver("civil_low_income", [{"身份证号": BAOGUO, "享受开始日期": "2020-01-01"}])
    person = hall.people(hall.build())[person_of(AIHUA)]
    # One of three registers of death will do; without 特困 and 低保边缘 nobody knows that he is not in them.
    assert (person["pension"], person["alive"], person["hardship"]) == (0, 1, None)
    assert hall.fact(hall.built[-1], BAOGUO, "hardship") == 2


def test_what_a_missing_register_could_state_decides() -> None:
    contracts, facts = load_contracts(), load_facts()
    hardship, alive, area = facts["hardship"], facts["alive"], facts["resident_area"]
    assert is_covered(hardship, contracts, facts, ["civil_destitute", "civil_low_income", "civil_edge"])
    assert not is_covered(hardship, contracts, facts, ["civil_destitute", "civil_low_income"])
    assert is_covered(alive, contracts, facts, ["health_deaths"])
    assert not is_covered(area, contracts, facts, ["police_households"])
    assert [is_single(fact, contracts, facts) for fact in (hardship, alive, area)] == [False, True, False]


def test_a_register_counts_as_delivered_from_the_day_it_was_known(hall: Hall) -> None:
    hall.police()
    hall.build()
    hall.deliver("pensions", [pension(BAOGUO)])
    snapshot = hall.build("2026-10-20")
    assert [hall.fact(snapshot, AIHUA, "pension", known=day) for day in ("2026-10-05", "2026-10-20")] == [None, 0]


def test_somebody_registered_after_the_day_is_known_but_not_where(hall: Hall) -> None:
    hall.police(person_row(AIHUA, 登记日期="2026-10-03"))
    person = hall.people(hall.build())[person_of(AIHUA)]
    assert (person["birth_date"], person["sex"], person["registered_area"]) == (19450101, 1, None)


def test_people_for_takes_the_snapshots_own_file_or_makes_another_month(hall: Hall, tmp_path: Path) -> None:
    hall.police()
    snapshot = hall.build()
    out = tmp_path / "made" / "p.parquet"
    out.parent.mkdir()
    own, source = people_for(snapshot.path, date(2026, 10, 1), out)
    assert own == snapshot.path / "people.parquet"
    assert not out.exists()
    assert source == {
        "area": "511724",
        "month": "2026-10",
        "known": "2026-10-05",
        "synthetic": True,
        "hash": snapshot.hash,
    }
    made, _ = people_for(snapshot.path, date(2026, 12, 1), out)
    assert made == out
    assert duckdb.execute(f"SELECT count(*) FROM read_parquet('{out}')").fetchall() == [(4,)]


@pytest.fixture
def mixed(hall: Hall) -> tuple[Snapshot, list[dict[str, Any]]]:
    """A snapshot with contradictions, doubts and a death, and its people."""
    twice = [person_row(CHUNLAN), person_row(CHUNLAN, 登记日期="2020-01-01")]
    hall.police(person_row(AIHUA), person_row(BAOGUO, 性别="?"), *twice)
    hall.deliver("pensions", [pension(AIHUA), pension(CHUNLAN, "?")])
    hall.deliver("township_living", [lived(AIHUA, ELSEWHERE), lived(CHUNLAN)])
    hall.deliver("police_deaths", [{"身份证号": CHUNLAN, "死亡日期": "2026-09-01"}])
    snapshot = hall.build()
    return snapshot, list(hall.people(snapshot).values())


def steps_of(snapshot: Snapshot) -> tuple[Step, ...]:
    return resolve_steps(load_contracts(), load_facts(), 20261001, 20261005, list(snapshot.registers))


def test_the_steps_run_unchanged_on_sqlite(mixed: tuple[Snapshot, list[dict[str, Any]]]) -> None:
    snapshot, ours = mixed
    other = sqlite3.connect(":memory:")
    for name, path in snapshot.registers.items():
        rows = ask(f"SELECT * FROM read_parquet('{path}')")
        other.execute(f"CREATE TABLE r_{name} ({', '.join(rows[0])})")
        marks = ", ".join("?" * len(rows[0]))
        other.executemany(f"INSERT INTO r_{name} VALUES ({marks})", [[*row.values()] for row in rows])
    for step in steps_of(snapshot):
        other.execute(f"CREATE TABLE {step.name} AS {step.sql}")
    assert other.execute("SELECT * FROM people").fetchall() == [tuple(row.values()) for row in ours]


@pytest.mark.java
def test_the_steps_run_unchanged_on_spark(mixed: tuple[Snapshot, list[dict[str, Any]]]) -> None:
    from yiyang.engine.spark import SparkBackend

    snapshot, ours = mixed
    spark = SparkBackend(memory="1g")
    try:
        for name, path in snapshot.registers.items():
            spark.read_parquet(f"r_{name}", path)
        for step in steps_of(snapshot):
            spark.run(step)
        assert spark.fetch("SELECT * FROM people ORDER BY person").to_pylist() == ours
    finally:
        spark.close()


@pytest.mark.parametrize(
    "word",
    ["ASOF", "SEMI JOIN", "ANTI JOIN", "EXCLUDE", "REPLACE", "QUALIFY", "::", "//", "USING", "ANY_VALUE", "MAX_BY"],
)
def test_the_steps_are_plain_standard_sql(word: str) -> None:
    contracts = load_contracts()
    steps = resolve_steps(contracts, load_facts(), 20261001, 20261005, list(contracts))
    text = " ".join(step.sql for step in steps).upper()
    assert word not in text
    assert set(re.findall(r"([A-Z_]+)\(", text)) <= {"CAST", "ROW_NUMBER"}
    assert [step.name for step in steps][-1] == "people"
