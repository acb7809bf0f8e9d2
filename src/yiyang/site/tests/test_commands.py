"""Each command on a small city: JSON that parses, tables in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from yiyang.entitlement.tests.conftest import City
from yiyang.site.tests.command import yiyang

CHANGE = "511724/old_age_allowance.eighties=80"


@pytest.fixture(scope="module")
def calls(city: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str | Path]]:
    """Words of every command that answers something about the city or the lists."""
    then, now, again = (city.run(*which).path for which in (("2026-10",), ("2026-11",), ("2026-10", "2026-11")))
    out = tmp_path_factory.mktemp("out")
    person = duckdb.execute(f"SELECT min(person) FROM '{now}/people.parquet'").fetchall()[0][0]
    return {
        "run": [
            "run",
            "--snapshot",
            city.snapshot("2026-11"),
            "--month",
            "2026-11",
            "--out",
            out / "r",
            "--previous",
            then,
        ],
        "explain": ["explain", now, str(person)],
        "explain one": ["explain", now, str(person), "old_age_allowance"],
        "diff": ["diff", then, now, "--out", out / "d"],
        "arrears": ["arrears", then, again, "--out", out / "a"],
        "simulate": ["simulate", now, "--set", CHANGE],
        "next": ["next", now, "--out", out / "n"],
        "registry show": ["registry", "show", city.snapshot("2026-11")],
        "registry contracts": ["registry", "contracts"],
        "list show": ["list", "show", "511724"],
        "list history": ["list", "history", "511724", "old_age_allowance"],
        "list diff": ["list", "diff", "511724", "--on", "2016-01-01", "--on-b", "2026-11-01"],
    }


NAMES = [
    "run",
    "explain",
    "explain one",
    "diff",
    "arrears",
    "simulate",
    "next",
    "registry show",
    "registry contracts",
    "list show",
    "list history",
    "list diff",
]


@pytest.mark.parametrize("name", NAMES)
def test_json_parses_and_its_figures_are_numbers(calls: dict[str, list[str | Path]], name: str) -> None:
    said = yiyang(*calls[name], "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    figures = [
        value for key, value in leaves(found) if key.endswith("fen") or key in ("people", "entitled", "paid", "winners")
    ]
    assert all(value is None or type(value) is int for value in figures)


def leaves(found: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """(key, value) of everything that is no list and no object."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from leaves(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from leaves(value, key)
    else:
        yield key, found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_tables_are_printed_in_both_languages(calls: dict[str, list[str | Path]], name: str, lang: str) -> None:
    said = yiyang("--lang", lang, *calls[name])
    assert said.code == 0, said.err
    assert len(said.out.splitlines()) > 2
    assert "Traceback" not in said.err


def test_a_person_is_found_by_his_id_number(city: City) -> None:
    identities = city.snapshot("2026-11") / "identities.parquet"
    run = city.run("2026-11")
    people = f"'{identities}' JOIN '{run.path}/people.parquet' USING (person)"
    number, person = duckdb.execute(f"SELECT id_number, person FROM {people} ORDER BY person LIMIT 1").fetchall()[0]
    for written in (number, number.lower(), f" {number}"):
        assert json.loads(yiyang("explain", run.path, written, "--json").out)["person"] == person


def test_a_run_tells_the_same_with_and_without_its_pages(city: City, tmp_path: Path) -> None:
    words: list[str | Path] = [
        "run",
        "--snapshot",
        city.snapshot("2026-10"),
        "--month",
        "2026-10",
        "--out",
        tmp_path / "r",
    ]
    assert json.loads(yiyang(*words, "--json").out) == city.run("2026-10").summary
    assert (tmp_path / "r/report.html").exists()
    assert (tmp_path / "r/tables.xlsx").exists()


@pytest.mark.slow
def test_the_demo_ends_with_commands_that_work(tmp_path: Path) -> None:
    said = yiyang("demo", "--area", "500151", "--elders", "400", "--out", tmp_path / "demo")
    assert said.code == 0, said.err
    assert (tmp_path / "demo/run-2026-11/report.html").exists()
    assert {"arrears.json", "arrears.parquet"} <= {path.name for path in (tmp_path / "demo/arrears").iterdir()}
    hints = [line.split()[1:] for line in said.out.splitlines() if line.startswith("  yiyang ")]
    assert [words[0] for words in hints] == ["next", "simulate", "explain", "list"]
    for words in hints:
        assert yiyang(*words).code == 0, words
