"""`yiyang list …` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from yiyang.base.errors import CaseFailed, PolicyError, UsageError
from yiyang.catalog.cli import app
from yiyang.catalog.tests.small import REAL, Policy

CASE = "cases:\n  - {name: 甲, person: {age: 83}, answer: entitled, amount_fen: 6000}\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def lists(policy: Policy) -> Policy:
    policy.write("areas/divisions.csv", (REAL / "areas/divisions.csv").read_text(encoding="utf-8"))
    policy.item()
    policy.cases(CASE)
    return policy


def test_show_prints_a_table(lists: Policy) -> None:
    found = run("show", "大竹县")
    assert found.exit_code == 0
    assert "物质帮助" in found.stdout
    assert "高龄津贴" in found.stdout


def test_show_prints_json_and_markdown(lists: Policy) -> None:
    assert json.loads(run("show", "511724", "--json").stdout)["items"][0]["tiers"][0]["fen"] == 6000
    assert json.loads(run("show", "511724", "--format", "json").stdout)["area_name"].endswith("大竹县")
    assert run("show", "511724", "--format", "markdown").stdout.startswith("# 511724清单")


@pytest.mark.parametrize("how", ["markdown", "json", "xlsx"])
def test_show_writes_files(how: str, lists: Policy, tmp_path: Path) -> None:
    path = tmp_path / f"out.{how}"
    assert run("show", "511724", "--format", how, "--out", str(path)).exit_code == 0
    assert path.stat().st_size > 100


def test_show_names_a_book_after_area_and_day(lists: Policy) -> None:
    assert run("show", "511724", "--format", "xlsx", "--on", "2026-11-01").exit_code == 0
    assert Path("511724-2026-11-01.xlsx").exists()


@pytest.mark.parametrize(
    "words", [("show", "大猪县"), ("show", "511724", "--on", "2026-13-01"), ("history", "511724", "x")]
)
def test_a_slip_of_the_user_is_a_usage_error(words: tuple[str, ...], lists: Policy) -> None:
    assert isinstance(run(*words).exception, UsageError)


def test_check_of_a_sound_list_says_so(lists: Policy) -> None:
    found = run("check", "511724", "--on", "2026-11-01")
    assert found.exit_code == 0
    assert "0 处错误，0 处提醒" in found.stderr
    assert "到期日" in run("check", "--notes").stdout


def test_check_prints_json_and_fails_with_a_code_of_its_kind(lists: Policy) -> None:
    lists.cases(CASE.replace("6000", "7000"))
    found = run("check", "--json", "--on", "2026-11-01")
    assert isinstance(found.exception, CaseFailed)
    assert json.loads(found.stdout)["findings"][0]["kind"] == "case"
    lists.item(every="monthly")
    found = run("check")
    assert isinstance(found.exception, PolicyError)
    assert "allowance.yaml:8" in found.stdout
    assert (PolicyError.exit_code, CaseFailed.exit_code) == (3, 10)


def test_diff_and_history_answer_as_table_and_json(lists: Policy) -> None:
    lists.item(area="511725", fen=7000)
    assert "¥70.00" in run("diff", "511724", "511725").stdout
    assert json.loads(run("diff", "511724", "511725", "--json").stdout)["changes"][0]["right"] == "每月 ¥70.00"
    assert run("diff", "511724", "--on", "2026-01-01", "--on-b", "2026-11-01").exit_code == 0
    assert run("diff", "policy/lists/511725", "511725").exit_code == 0
    assert "¥60.00" in run("history", "511724", "allowance").stdout
    assert json.loads(run("history", "511724", "allowance", "--json").stdout)["lines"][0]["stored"] == 6000


def test_schema_writes_and_checks(lists: Policy) -> None:
    assert isinstance(run("schema", "--check").exception, PolicyError)
    assert run("schema").exit_code == 0
    assert run("schema", "--check").exit_code == 0


@pytest.mark.parametrize("word", ["show", "check", "diff", "history"])
def test_help_shows_an_example(word: str) -> None:
    assert f"yiyang list {word}" in run(word, "--help").stdout
