"""The commands as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from yiyang.base.errors import UsageError
from yiyang.registry.cli import app
from yiyang.registry.tests.hall import AIHUA, Hall, person_row
from yiyang.registry.tests.test_build import pension


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def delivery(hall: Hall) -> Hall:
    hall.police(person_row(AIHUA), person_row("123"))
    hall.deliver("pensions", [pension(AIHUA), pension(AIHUA)])
    (hall.folder / "其他.csv").write_text("x")
    return hall


def test_build_shows_the_balance_the_reasons_and_what_is_missing(delivery: Hall) -> None:
    said = run("build", delivery.folder, "--known", "2026-10-05", "--out", delivery.root / "s")
    assert said.exit_code == 0
    for words in (
        "公安户籍登记",
        "人社养老待遇领取",
        "身份证号码不是 18 位",
        "从未交付",
        "其他.csv",
        "quarantine.csv",
        "造的数据",
    ):
        assert words in said.output


def test_a_build_without_an_earlier_snapshot_says_what_a_delta_register_then_holds(delivery: Hall) -> None:
    delivery.deliver(
        "ability_assessments", [{"身份证号": AIHUA, "姓名": "", "能力等级": "重度失能", "评估日期": "2026-09-11"}]
    )
    first = run("build", delivery.folder, "--known", "2026-10-05", "--out", delivery.root / "s")
    assert "老年人能力评估结果" in first.output
    assert "--previous" in first.output
    again = ("build", delivery.folder, "--known", "2026-10-05", "--out", delivery.root / "s2", "--previous")
    assert "--previous" not in run(*again, delivery.root / "s").output


def test_show_answers_in_json(delivery: Hall) -> None:
    run("build", delivery.folder, "--known", "2026-10-05", "--out", delivery.root / "s", "--json")
    told = json.loads(run("show", delivery.root / "s", "--json").stdout)
    assert told["registers"]["pensions"]["merged"] == 1
    assert told["people"] == 1
    assert len(told["hash"]) == 64
    assert "2026-10" in run("show", delivery.root / "s").stdout


def test_show_in_english(delivery: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    run("build", delivery.folder, "--known", "2026-10-05", "--out", delivery.root / "s", "--json")
    monkeypatch.setenv("YIYANG_LANG", "en")
    said = run("show", delivery.root / "s").output
    assert "neither 18 nor 15 characters" in said
    assert "police_households" in said


def test_contracts_lists_all_or_shows_one() -> None:
    assert "公安户籍登记" in run("contracts").output
    assert len(json.loads(run("contracts", "--json").stdout)) == 17
    assert "领取起始年月" in run("contracts", "pensions").output
    assert json.loads(run("contracts", "pensions", "--json").stdout)[0]["register"] == "pensions"


@pytest.mark.parametrize(
    "words",
    [
        ("contracts", "pension"),
        ("build", ".", "--known", "5.10.2026", "--out", "s"),
        ("build", ".", "--known", "2026-02-30", "--out", "s"),
    ],
)
def test_words_that_do_not_fit(words: tuple[str, ...]) -> None:
    assert isinstance(run(*words).exception, UsageError)


@pytest.mark.parametrize("command", ["build", "show", "contracts"])
def test_help_has_an_example(command: str) -> None:
    assert f"yiyang registry {command}" in run(command, "--help").output
