"""A small made-up city from files to answers: the same bytes each time and on Spark, and figures that add up."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from yiyang.engine import reference
from yiyang.entitlement import actions
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.conftest import City

PARTS = ("people.parquet", "cells.parquet", "areas.parquet", "answers.parquet", "counts.parquet")


def parquet_of(run: RunFolder) -> dict[str, bytes]:
    return {str(path.relative_to(run.path)): path.read_bytes() for path in sorted(run.path.rglob("*.parquet"))}


@pytest.mark.parametrize(("month", "known"), [("2026-11", "2026-11"), ("2026-10", "2026-11")])
def test_the_same_list_and_snapshot_give_the_same_bytes(city: City, tmp_path: Path, month: str, known: str) -> None:
    again = actions.run(snapshot=city.snapshot(known), month=month, out=tmp_path / "again", pages=False)
    before = city.run(month, known if known != month else None)
    assert parquet_of(again) == parquet_of(before)
    assert again.summary == before.summary
    assert again.manifest | {"seconds": 0} == before.manifest | {"seconds": 0}
    assert {*PARTS, "facts.parquet"} <= set(parquet_of(again))


@pytest.mark.slow
@pytest.mark.java
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_gives_the_same_bytes(city: City, tmp_path: Path) -> None:
    on_spark = actions.run(
        snapshot=city.snapshot("2026-11"), month="2026-11", out=tmp_path / "spark", engine="spark", pages=False
    )
    assert parquet_of(on_spark) == parquet_of(city.run("2026-11"))
    assert on_spark.summary == city.run("2026-11").summary


def test_nothing_is_left_in_a_run_but_what_is_written_down(city: City) -> None:
    names = {path.name for path in city.run("2026-11").path.iterdir()}
    assert names == {
        *PARTS,
        "facts.parquet",
        "entitlements",
        "policy",
        "rules.json",
        "summary.json",
        "manifest.json",
        ".yiyang",
    }


def test_two_hundred_people_have_the_answers_of_the_plain_reader(city: City) -> None:
    run = city.run("2026-11")
    facts = pq.read_table(run.path / "facts.parquet").to_pylist()
    for place in random.Random(7).sample(range(len(facts)), 200):
        cell = run.people.cell[place]
        for number, result in enumerate(reference.answers(run.bound.program, facts[place], run.reference)):
            answer = int(run.answers.answer[number][cell])
            low, high = result.paid if result.rule.per != "facility" else (0, 0)
            assert (None if answer == 2 else bool(answer)) == result.entitled
            assert (run.answers.low[number][cell], run.answers.high[number][cell]) == (low, high)


def ask(sql: str, **files: Path) -> list[tuple[Any, ...]]:
    """A query in which {name} stands for a Parquet file."""
    return duckdb.execute(sql.format(**{name: f"read_parquet('{path}')" for name, path in files.items()})).fetchall()


def found_of(run: RunFolder) -> Path:
    return run.path / "entitlements/*.parquet"


def of_entitlements(run: RunFolder) -> dict[tuple[str, str], dict[str, int]]:
    """Figures by list and item, counted from the entitlements alone."""
    sql = (
        "SELECT list_area, item, count(*) FILTER (answer = 1), count(*) FILTER (answer = 2), "
        "count(*) FILTER (answer = 1 AND payee), sum(high_fen) FROM {found} GROUP BY ALL"
    )
    rows = ask(sql, found=found_of(run))
    return {(area, item): dict(zip(COUNTED, map(int, rest), strict=True)) for area, item, *rest in rows}


COUNTED = ("entitled", "undecided", "paid", "high_fen")


def test_the_summary_counts_what_the_entitlements_hold(city: City) -> None:
    run = city.run("2026-11")
    counted = of_entitlements(run)
    assert sum(found["entitled"] + found["undecided"] for found in counted.values()) > 10_000
    for item in run.summary["items"]:
        wanted = counted.get((item["list_area"], item["item"]), dict.fromkeys(COUNTED, 0))
        assert {name: item[name] for name in COUNTED} == wanted


def test_certain_money_is_the_sum_of_the_amounts(city: City) -> None:
    """No amount of the real lists is open where the answer is certain, except where the ability is not known."""
    run = city.run("2026-11")
    sql = (
        "SELECT list_area, item, sum(amount_fen) FROM {found} WHERE answer = 1 GROUP BY ALL "
        "HAVING bool_and(amount_fen IS NOT NULL)"
    )
    sums = ask(sql, found=found_of(run))
    fen = {(item["list_area"], item["item"]): item["fen"] for item in run.summary["items"]}
    assert len(sums) > 20
    assert [fen[area, item] for area, item, _ in sums] == [int(total) for _, _, total in sums]


FIGURES = ("entitled", "paid", "undecided", "fen", "high_fen", "year_fen", "year_high_fen")


def test_counties_add_up_to_the_item_and_items_to_the_total(city: City) -> None:
    for month in ("2026-10", "2026-11"):
        summary = city.run(month).summary
        for item in summary["items"]:
            assert {n: sum(part[n] for part in item["by_area"]) for n in FIGURES} == {n: item[n] for n in FIGURES}
        for name in ("year_fen", "year_high_fen"):
            assert sum(item[name] for item in summary["items"]) == summary["totals"][name]
        assert sum(area["people"] for area in summary["areas"]) == summary["people"]


def test_towns_add_up_to_the_summary(city: City) -> None:
    run = city.run("2026-11")
    sums = ", ".join(f"sum({name})" for name in FIGURES[:5])
    towns = {
        rule: [int(value) for value in values]
        for rule, *values in ask(
            f"SELECT rule, {sums} FROM {{counts}} GROUP BY rule", counts=run.path / "counts.parquet"
        )
    }
    for item in run.summary["items"]:
        assert towns.get(item["rule"], [0] * 5) == [item[name] for name in FIGURES[:5]]


def test_cells_and_areas_hold_everybody_once(city: City) -> None:
    run = city.run("2026-11")
    everybody = run.summary["people"]
    assert len(run.people.person) == int(run.cells.people.sum()) == everybody
    assert int(run.histogram["people"].to_numpy().sum()) == everybody
    assert (np.bincount(run.people.cell, minlength=len(run.cells.people)) == run.cells.people).all()


def test_a_household_has_one_payee_for_each_answer(city: City) -> None:
    run = city.run("2026-11")
    shared = [item for item in run.summary["items"] if item["per"] == "household"]
    assert shared
    for item in shared:
        name = run.path / f"entitlements/{item['list_area']}-{item['item']}.parquet"
        assert payees_a_household(name, run.path / "people.parquet") <= {1}


def payees_a_household(found: Path, people: Path) -> set[Any]:
    sql = (
        "SELECT DISTINCT count(*) FILTER (payee) FROM {found} AS found JOIN {people} AS people USING (person) "
        "GROUP BY answer, household, CASE WHEN household IS NULL THEN person END"
    )
    return {row[0] for row in ask(sql, found=found, people=people)}


def test_people_found_are_counted_once(city: City) -> None:
    run = city.run("2026-11")
    sql = "SELECT count(DISTINCT person) FILTER (answer = {answer}) FROM {{found}}"
    found = tuple(ask(sql.format(answer=answer), found=found_of(run))[0][0] for answer in (1, 2))
    assert found == (run.summary["entitled_people"], run.summary["undecided_people"])


def test_who_lacks_a_fact_for_several_items_counts_once(city: City) -> None:
    for entry in city.run("2026-11").summary["unknown"]:
        people = [item["people"] for item in entry["items"]]
        assert max(people) <= entry["people"] <= sum(people)
        assert entry["year_fen"] == sum(item["year_fen"] for item in entry["items"])
