"""yiyang plan read: tables for people, JSON for programs, words for what does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yiyang.base.errors import UsageError
from yiyang.planning.cli import read_command
from yiyang.planning.tests.reading import rendering
from yiyang.planning.tests.reading.rendering import Sheet

HEAD = ("序号", "项目名称", "建设地点", "新增床位（张）", "总投资", "责任单位")
SHEET = Sheet(HEAD, (("1", "照护楼", "渠县", "200", "3200", "渠县人民政府"),), ("达州市养老设施规划", "重大项目清单"))


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.docx"
    path.write_bytes(rendering.docx(SHEET))
    return path


def test_the_screen_shows_what_was_read_and_what_is_doubted(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_command(plan)
    said = capsys.readouterr()
    assert "达州市养老设施规划" in said.err
    assert "没有写单位" in said.out


def test_json_holds_each_record_with_its_place_and_no_text_of_paragraphs(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_command(plan, as_json=True)
    found = json.loads(capsys.readouterr().out)
    (project,) = found["projects"]
    assert (project["places"], project["money_fen"], project["county"]) == (200, 3200 * 10**6, 511725_000_000)
    assert project["fields"]["places"]["column"] == 4
    assert "lines" not in found
    assert "blocks" not in found


def test_corrections_are_taken_from_a_file(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_command(plan, as_json=True)
    (doubt,) = json.loads(capsys.readouterr().out)["doubts"]
    put_right = tmp_path / "corrections.json"
    put_right.write_text(json.dumps([{"key": doubt["key"], "field": doubt["field"], "value": "元"}]))
    read_command(plan, corrections=put_right, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["projects"][0]["money_fen"] == 3200 * 100
    assert found["doubts"] == []


def test_an_area_by_name_is_taken_instead_of_the_titles(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_command(plan, area="大竹县", as_json=True)
    assert json.loads(capsys.readouterr().out)["area"] == 511724_000_000


@pytest.mark.parametrize("text", ["", '[{"key": "a"}]', "["])
def test_a_broken_file_of_corrections_is_refused(plan: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "corrections.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="corrections"):
        read_command(plan, corrections=path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        read_command(tmp_path / "none.txt")
