"""Rows without a usable id number and people registered twice: noted as planted, and found again by linkage."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from stdnum.cn import ric
from typer.testing import CliRunner

from yiyang.base.errors import UsageError
from yiyang.registry.build import build
from yiyang.registry.identity import hash_sql
from yiyang.registry.linkage.commands import link
from yiyang.synthetic.cli import app
from yiyang.synthetic.tests.conftest import City
from yiyang.synthetic.tests.test_delivery import read

WORDS = ("--area", "511724", "--seed", "5", "--elders", "12000", "--unidentified", "0.05", "--months", "2026-10")


@pytest.fixture(scope="module")
def nameless(city: City) -> Path:
    """12,000 elders of 大竹县 with every twentieth row of two registers without its id number."""
    return city(*WORDS)


def test_every_row_without_a_usable_number_is_noted_with_the_person_it_is_about(nameless: Path) -> None:
    noted = pq.read_table(nameless / "truth" / "unidentified.parquet").to_pylist()
    assert {row["register"] for row in noted} == {"township_living", "civil_low_income"}
    files = {name: read(nameless / "2026-10", name) for name in ("township_living", "civil_low_income")}
    for row in noted:
        delivered = files[row["register"]][row["row"] - 1][0]
        assert not ric.is_valid(delivered), delivered
        assert (row["elder"] < 0) == (row["id_number"] is None) == (row["kind"] == "stranger")
    assert 400 < len(noted) < 800


def test_slips_of_memory_stand_where_they_are_noted(nameless: Path) -> None:
    noted = pq.read_table(nameless / "truth" / "unidentified.parquet").to_pylist()
    names = dict(duckdb.execute(f"SELECT elder, name FROM '{nameless}/truth/people-2026-10.parquet'").fetchall())
    rows = read(nameless / "2026-10", "township_living")
    about = [row for row in noted if row["register"] == "township_living" and row["elder"] in names]
    for row in about:
        assert (rows[row["row"] - 1][1] != names[row["elder"]]) == ("name:" in row["noise"])
    assert {slip.split(":")[0] for row in noted for slip in row["noise"].split(",") if slip} == {
        "name",
        "born",
        "sex",
        "phone",
        "address",
    }


def test_people_registered_twice_have_two_valid_numbers(nameless: Path) -> None:
    twice = pq.read_table(nameless / "truth" / "doubles.parquet").to_pylist()
    rows = read(nameless / "2026-10", "police_households")
    assert twice
    for double in twice:
        assert rows[double["row"] - 1][0] == double["other_id"] != double["id_number"]
        assert ric.is_valid(double["other_id"])


def test_without_the_word_nothing_of_it_is_there(small: Path) -> None:
    assert not (small / "truth" / "unidentified.parquet").exists()
    assert not (small / "truth" / "doubles.parquet").exists()


def test_the_same_seed_takes_the_same_numbers_away(tmp_path: Path) -> None:
    hashes = []
    words = ["make", "--area", "511771", "--elders", "600", "--unidentified", "0.1"]
    for name in "ab":
        assert CliRunner().invoke(app, [*words, "--out", str(tmp_path / name)]).exit_code == 0
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        hashes.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert hashes[0] == hashes[1]


def test_a_share_out_of_bounds_is_refused(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["make", "--unidentified", "0.6", "--out", str(tmp_path / "out")])
    assert isinstance(found.exception, UsageError)


def test_linkage_finds_them_again(nameless: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    build(nameless / "2026-10", known=date(2026, 10, 5), out=tmp_path / "snapshot", unidentified_out=rows)
    counts = link(tmp_path / "snapshot", rows, tmp_path / "links")
    assert counts["doubles"].automatic == 0
    truth = (
        f"SELECT key, {hash_sql('p.id_number')} AS person FROM '{rows}/unidentified.parquet' AS u "
        f"JOIN '{nameless}/truth/dirt.parquet' AS d ON d.register = u.register AND d.row = u.source_row "
        f"LEFT JOIN '{nameless}/truth/people-2026-10.parquet' AS p USING (elder) WHERE d.treatment = 'quarantined'"
    )
    links = f"SELECT t.person = l.person AS is_right FROM '{tmp_path}/links/links.parquet' AS l JOIN ({truth}) AS t "
    right = duckdb.execute(links + "ON t.key = l.row_key").fetchall()
    assert [row for row in right if not row[0]] == []
    assert len(right) == counts["rows"].automatic > 0.8 * counts["rows"].rows
