"""Whose level another reading changes, over everything that stands on the platform."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import ZHUYANG
from yiyang.assessment import cli_draw
from yiyang.assessment.tests.answering import GB
from yiyang.assessment.tests.house import House, intact

pytestmark = pytest.mark.django_db
TWICE = {"A.4.1": "dementia", "A.2.14.1": "2"}


@pytest.fixture
def rescore(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("yiyang.base.platform.started", nullcontext)
    return lambda *words: CliRunner().invoke(cli_draw.app, ["rescore", GB, *words])


def test_says_how_many_would_change_and_names_their_certificates_only(
    rescore: Any, grant: Any, person: Any, tmp_path: Path
) -> None:
    house = House(grant)
    twice = house.issued(person("秀英", ZHUYANG), intact() | TWICE)
    house.issued(person("国强", ZHUYANG), intact())
    found = json.loads(rescore("--reading", "sum", "--out", str(tmp_path / "changed.csv"), "--json").stdout)
    assert (found["scored"], found["changed"], found["left"]) == (2, 1, 0)
    lines = (tmp_path / "changed.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["证书编号", twice.number]
    assert "秀英" not in "".join(lines)


def test_without_a_reading_it_lists_them_and_a_wrong_one_is_named(rescore: Any) -> None:
    assert [each["reading"] for each in json.loads(rescore("--json").stdout)] == ["sum", "coma"]
    assert rescore("--reading", "nope").exit_code != 0
