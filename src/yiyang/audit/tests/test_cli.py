"""`yiyang audit verify` and `anchor` as people call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from yiyang.audit import verify
from yiyang.audit.cli import app
from yiyang.audit.verify import Fault, Verdict
from yiyang.base import platform
from yiyang.base.errors import AuditError

pytestmark = pytest.mark.django_db
Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    """The platform runs already; its data folder is the test's own."""
    monkeypatch.setattr(platform, "_starter", [nullcontext])
    settings.DATA = tmp_path


@pytest.mark.usefixtures("as_platform")
def test_a_whole_log_is_told_with_its_head() -> None:
    said = CliRunner().invoke(app, ["verify", "--json"])
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert told["good"]
    assert told["faults"] == []


def test_a_broken_log_has_an_exit_code_of_its_own_and_names_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Fault(7, "第 7 行被改动。", "Line 7 was changed.", "2026-11-22 爱华 read")
    monkeypatch.setattr(verify, "verify", lambda **words: Verdict(lines=9, head=(9, "aa"), faults=[fault]))
    said = CliRunner().invoke(app, ["verify"])
    assert isinstance(said.exception, AuditError)
    assert said.exception.exit_code == 14
    assert "第 7 行" in said.exception.zh
    assert "爱华" in said.exception.problems[0][0]


def test_a_head_that_no_line_has_is_told() -> None:
    said = CliRunner().invoke(app, ["verify", "--head", "ab" * 32])
    assert isinstance(said.exception, AuditError)
    assert "没有一行" in said.exception.problems[0][0]


def test_an_anchor_is_noted_once(tmp_path: Path, grant: Callable[..., Any]) -> None:
    grant("爱华", "auditor", 511700000000)
    first, second = (CliRunner().invoke(app, ["anchor", "--json"]) for _ in range(2))
    seq = json.loads(first.stdout)["seq"]
    assert seq > 0
    assert json.loads(second.stdout)["seq"] is None
    assert (tmp_path / "audit" / "heads.log").read_text().split()[1] == str(seq)
    assert CliRunner().invoke(app, ["verify"]).exit_code == 0
