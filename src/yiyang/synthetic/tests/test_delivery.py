"""What the command leaves: every register under known headings, planted faults as noted, the same bytes for a seed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from yiyang.base.errors import UsageError
from yiyang.synthetic.cli import app
from yiyang.synthetic.dirt import TREATMENT
from yiyang.synthetic.policy import contracts
from yiyang.synthetic.tests.conftest import City

MONTHS = ("2026-10", "2026-11")


def read(folder: Path, register: str) -> list[list[str]]:
    """A delivered file as text, headings first."""
    (path,) = [p for p in folder.iterdir() if p.stem == contracts()[register].file]
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return [table.column_names, *([str(v or "") for v in row.values()] for row in table.to_pylist())]
    if path.suffix == ".xlsx":
        return [
            [str(cell) for cell in row]
            for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        ]
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("month", MONTHS)
def test_every_register_is_delivered_under_headings_of_its_contract(small: Path, month: str) -> None:
    assert json.loads((small / month / "delivery.json").read_text()) == {
        "month": month,
        "area": "511700",
        "synthetic": True,
    }
    assert {p.stem for p in (small / month).iterdir()} == {c.file for c in contracts().values()} | {"delivery"}
    for register, contract in contracts().items():
        rows = read(small / month, register)
        assert len(rows[0]) == len(contract.columns)
        assert all(word in column.headers for word, column in zip(rows[0], contract.columns.values(), strict=True))
        assert len(rows) > 1 or contract.delivery == "delta"
        assert {len(row) for row in rows} == {len(rows[0])}


def test_departments_use_several_encodings_and_formats(small: Path) -> None:
    files = [p for p in (small / "2026-10").iterdir() if p.suffix != ".json"]
    assert {p.suffix for p in files} == {".csv", ".xlsx", ".parquet"}
    texts = [p.read_bytes() for p in files if p.suffix == ".csv"]
    assert sum(text.startswith(b"\xef\xbb\xbf") for text in texts) >= 2
    assert sum(not _is_utf8(text) for text in texts) >= 2


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_planted_faults_stand_where_they_are_noted_and_nowhere_else(small: Path) -> None:
    faults = pq.read_table(small / "truth" / "dirt.parquet").to_pylist()
    assert {fault["kind"] for fault in faults} <= set(TREATMENT)
    assert all(fault["treatment"] == TREATMENT[fault["kind"]] for fault in faults)
    truth: dict[int, str] = {}
    for month in MONTHS:
        table = pq.read_table(small / "truth" / f"people-{month}.parquet", columns=["elder", "id_number"]).to_pydict()
        truth |= dict(zip(table["elder"], table["id_number"], strict=True))
    noted = {(f["month"], f["register"], f["row"]): f for f in faults if f["kind"].startswith("id_")}
    ours = set(truth.values())
    for month in MONTHS:
        for register in contracts():
            for line, row in enumerate(read(small / month, register)[1:], 2):
                fault = noted.pop((month, register, line), None)
                assert (row[0] in ours) == (fault is None), (month, register, line, row[0])
                if fault is not None and fault["kind"] == "id_lower_case_x":
                    assert row[0] == truth[fault["elder"]].lower()
    assert not noted


def test_duplicates_repeat_a_row_and_differing_ones_do_not(small: Path) -> None:
    faults = pq.read_table(small / "truth" / "dirt.parquet", filters=[("month", "=", "2026-10")]).to_pylist()
    rows = read(small / "2026-10", "pensions")
    for fault in faults:
        if fault["register"] == "pensions" and fault["kind"].startswith("duplicate"):
            same = [r for r in rows if r[0] == rows[fault["row"] - 1][0]]
            assert len(same) == 2
            assert (same[0] == same[1]) == (fault["kind"] == "duplicate_exact")


def test_the_months_differ_by_the_events_that_are_noted(small: Path) -> None:
    events = pq.read_table(small / "truth" / "events.parquet").to_pylist()
    before, after = (
        {row["elder"]: row for row in pq.read_table(small / "truth" / f"people-{month}.parquet").to_pylist()}
        for month in MONTHS
    )
    assert after.keys() - before.keys() == {e["elder"] for e in events if e["kind"] in ("turned_60", "moved_in")}
    assert before.keys() - after.keys() == {e["elder"] for e in events if e["kind"] == "moved_out"}
    silent = {"destitute_support", "self_care", "family_doctor", "health_check_date", "family_care_training"}
    for elder in before.keys() & after.keys():
        noted = {e["fact"] for e in events if e["elder"] == elder}
        changed = {fact for fact, value in before[elder].items() if after[elder][fact] != value}
        assert changed - silent <= noted
    assert {"death", "turned_60", "assessed", "reassessed", "health_check"} <= {e["kind"] for e in events}
    assert all(20261001 < e["day"] < 20261101 or e["kind"] in ("death_reported_late", "turned_60") for e in events)


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    words = ["make", "--area", "511771", "--elders", "600", "--months", "2026-10,2026-11,2026-12"]
    hashes: list[dict[str, str]] = []
    for seed in ("1", "1", "2"):
        out = tmp_path / f"{len(hashes)}"
        assert CliRunner().invoke(app, [*words, "--seed", seed, "--out", str(out)]).exit_code == 0
        files = sorted(p for p in out.rglob("*") if p.is_file())
        hashes.append({str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files})
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2]


def test_everything_says_that_it_is_made_up(small: Path) -> None:
    assert "虚构" in (small / "README.txt").read_text("utf-8")
    assert json.loads((small / "manifest.json").read_text("utf-8"))["synthetic"] is True


def test_an_area_whose_villages_are_not_held_gets_made_up_ones(city: City) -> None:
    out = city("--area", "110101", "--elders", "400", "--months", "2026-10")
    lines = (out / "truth" / "areas.csv").read_text("utf-8").splitlines()[1:]
    codes = {int(line.split(",")[0]): line.split(",")[1] for line in lines}
    people = pq.read_table(out / "truth" / "people-2026-10.parquet", filters=[("cohort", "=", 0)])
    assert set(people["resident_area"].to_pylist()) <= set(codes)
    assert all("虚构" in name for name in codes.values())


@pytest.mark.parametrize(
    "words",
    [["--area", "999999"], ["--area", "不存在"], ["--area", "511724001"], ["--elders", "0"], ["--elders", "99"],
     ["--elders", "90000000"], ["--months", "2026-13"], ["--months", "2026-10,2026-12"],
     ["--months", "2026-11,2026-10"], ["--months", "1990-01"], ["--months", ""]],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_and_nothing_is_left(words: list[str], tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["make", *words, "--out", str(tmp_path / "out")])
    assert isinstance(found.exception, UsageError)
    assert not list(tmp_path.iterdir())
