"""The doctor's command, and that every check of his has a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from yiyang.access import keyring
from yiyang.site.doctor import cli
from yiyang.site.doctor.finding import OK, WRONG, Place
from yiyang.site.tests.command import yiyang


def test_every_check_has_a_test_that_makes_it_fail() -> None:
    text = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    for check in cli.checks():
        module = check.run.__module__.rsplit(".", 1)[1]
        assert f"judge({module}.{check.run.__name__}, " in text, check.name


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> Any:
        raise RuntimeError("boom")

    monkeypatch.setattr(keyring, "load", broken)
    home.unreachable = ("", "gone")
    found = {check.name: result for check, result in cli.examine(home)}
    assert found["keys"].says[1] == "The check could not be made: RuntimeError: boom"
    assert found["static files"].state == OK
    assert "worker" not in found


def test_the_command_looks_and_makes_nothing(tmp_path: Path) -> None:
    said = yiyang("doctor", "--data", tmp_path / "none", "--json")
    assert said.code == 15
    found = {line["check"]: line["state"] for line in json.loads(said.out)}
    assert found["folder"] == found["database"] == WRONG
    assert not (tmp_path / "none").exists()


def test_the_command_tells_what_to_mend_in_both_languages(tmp_path: Path) -> None:
    zh, en = (
        yiyang("doctor", "--data", tmp_path / "none"),
        yiyang("--lang", "en", "doctor", "--data", tmp_path / "none"),
    )
    assert (zh.code, en.code) == (15, 15)
    assert "没有数据文件夹" in zh.out
    assert "There is no data folder" in en.out
