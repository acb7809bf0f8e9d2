"""The command line: check, show, score, compare."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from typer.testing import CliRunner, Result

from yiyang.assessment.cli import app
from yiyang.assessment.exchange_fhir import response
from yiyang.assessment.tests.answering import DESTITUTE, GB, best, scale, worst
from yiyang.assessment.tests.test_exchange_fhir import AT
from yiyang.base.errors import UsageError


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text("编号,S1 吃饭（1/0）,S2,S3,S4,S5,S6\n甲,1,1,1,1,1,1\n乙,0,0,0,0,1,1\n", encoding="utf-8")
    return path


def test_check_lists_every_scale_with_its_version_and_print() -> None:
    found = json.loads(_run("check", "--json").stdout)
    assert {one["id"]: one["version"] for one in found}[GB] == "2022.1"
    assert "gbt_42195_2022" in _run("check").stdout


def test_show_prints_items_options_and_borders() -> None:
    said = _run("show", GB).stdout
    assert "B.3.9" in said
    assert "全靠人做，自己配合不了" in said
    assert json.loads(_run("show", GB, "--as", "fhir").stdout)["resourceType"] == "Questionnaire"
    assert len(json.loads(_run("show", GB, "--as", "form").stdout)["sections"]) == 5
    assert json.loads(_run("show", GB, "--json").stdout)["raises_add_up"] is False
    assert "重度失能（旧标准）" in _run("show", "mzt_039_2013").stdout


def test_one_assessment_is_scored_from_json_and_from_fhir(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(best(scale(GB))), encoding="utf-8")
    assert json.loads(_run("score", path).stdout)["level"] == 0
    sent = response(scale(DESTITUTE), worst(scale(DESTITUTE)), request="P1", authored=AT)
    path.write_text(json.dumps(sent), encoding="utf-8")
    assert json.loads(_run("score", path, "--scale", DESTITUTE).stdout)["level"] == 2


@pytest.mark.parametrize("text", ["{", "[]"])
def test_json_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError):
        _run("score", path)


def test_many_are_scored_from_a_sheet_and_written(sheet: Path, tmp_path: Path) -> None:
    found = json.loads(_run("score", sheet, "--scale", DESTITUTE, "--json").stdout)
    assert [(row["编号"], row["level"]) for row in found] == [("甲", 0), ("乙", 2)]
    out = tmp_path / "levels.csv"
    _run("score", sheet, "--scale", DESTITUTE, "--out", out)
    assert out.read_text(encoding="utf-8").splitlines()[1] == '"甲",0,0,6,6,""'
    assert "甲" in _run("score", sheet, "--scale", DESTITUTE).stdout


def test_what_a_spreadsheet_would_reckon_is_made_harmless(tmp_path: Path) -> None:
    path, out = tmp_path / "answers.csv", tmp_path / "levels.csv"
    path.write_text("编号,S1,S2,S3,S4,S5,S6\n=1+1,1,1,1,1,1,1\n", encoding="utf-8")
    _run("score", path, "--scale", DESTITUTE, "--out", out)
    assert out.read_text(encoding="utf-8").splitlines()[1].startswith('"\'=1+1"')


def test_very_many_are_counted_by_level(tmp_path: Path) -> None:
    path = tmp_path / "many.parquet"
    pyarrow.parquet.write_table(pa.Table.from_pylist([best(scale(GB))] * 50 + [worst(scale(GB))]), path)
    said = _run("score", path).stdout
    assert "50" in said
    assert "B.1" not in said


def test_two_versions_are_compared_on_a_sheet(sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "changed.parquet"
    said = _run("compare", DESTITUTE, "2021.1", "2021.1", sheet, "--json", "--out", out)
    assert json.loads(said.stdout)["changed"] == []
    assert pyarrow.parquet.read_table(out).num_rows == 0


@pytest.mark.parametrize("command", ["check", "show", "score", "compare"])
def test_every_command_shows_an_example(command: str) -> None:
    assert f"yiyang instruments {command}" in _run(command, "--help").stdout
