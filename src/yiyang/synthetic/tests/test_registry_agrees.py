"""The registry, fed with the made-up deliveries, finds every planted fault and knows exactly what can be known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from yiyang.registry.build import build
from yiyang.registry.identity import hash_sql
from yiyang.synthetic.tests.conftest import City


@pytest.fixture(scope="module")
def built(city: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Path]]:
    """A city and its snapshots by month."""
    deliveries = city("--area", "511703", "--seed", "11", "--elders", "6000")
    out = tmp_path_factory.mktemp("snapshots")
    october = build(deliveries / "2026-10", known=date(2026, 10, 5), out=out / "10").path
    november = build(deliveries / "2026-11", known=date(2026, 11, 5), out=out / "11", previous=october).path
    return deliveries, {"2026-10": october, "2026-11": november}


@pytest.mark.parametrize("month", ["2026-10", "2026-11"])
def test_what_is_quarantined_was_planted_and_the_other_way_round(
    built: tuple[Path, dict[str, Path]], month: str
) -> None:
    city, snapshots = built
    planted = f"SELECT file, row FROM '{city}/truth/dirt.parquet' WHERE treatment = 'quarantined' AND month = '{month}'"
    found = f"SELECT DISTINCT file, row FROM read_csv('{snapshots[month]}/quarantine.csv', header = true)"
    con = duckdb.connect()
    assert con.execute(f"{planted} EXCEPT {found}").fetchall() == []
    assert con.execute(f"{found} EXCEPT {planted}").fetchall() == []
    assert con.execute(f"SELECT count(*) FROM ({planted})").fetchall() > [(20,)]


@pytest.mark.parametrize("month", ["2026-10", "2026-11"])
def test_people_without_a_planted_fault_are_known_as_they_can_be(
    built: tuple[Path, dict[str, Path]], month: str
) -> None:
    city, snapshots = built
    con = duckdb.connect()
    # A fault in a delta register lasts: the row is not delivered again.
    con.execute(
        f"CREATE TABLE clean AS SELECT {hash_sql('id_number')} AS person, * FROM '{city}/truth/known-{month}.parquet' "
        f"WHERE elder NOT IN (SELECT elder FROM '{city}/truth/dirt.parquet' WHERE treatment = 'quarantined' "
        "OR kind IN ('area_former_county', 'area_unknown_village'))"
    )
    con.execute(f"CREATE TABLE people AS SELECT * FROM '{snapshots[month]}/people.parquet'")
    columns = [row[0] for row in con.execute("DESCRIBE people").fetchall() if row[0] not in ("person", "household")]
    assert con.execute("SELECT count(*) FROM clean ANTI JOIN people USING (person)").fetchall() == [(0,)]
    differing = {
        c: con.execute(
            f"SELECT count(*) FROM clean JOIN people USING (person) WHERE clean.{c} IS DISTINCT FROM people.{c}"
        ).fetchall()[0][0]
        for c in columns
    }
    assert {column: n for column, n in differing.items() if n} == {}
