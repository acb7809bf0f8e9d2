"""`yiyang area` as people call it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from typer.testing import CliRunner

from yiyang.areas.cli import app
from yiyang.areas.models import AreaChange
from yiyang.areas.tests.places import WUMU, ZHUYANG, area
from yiyang.audit.models import AuditLine
from yiyang.base import platform
from yiyang.base.errors import UsageError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform runs already."""
    monkeypatch.setattr(platform, "_starter", [nullcontext])


def run(*words: str) -> Any:
    said = CliRunner().invoke(app, [*words, "--json"])
    if said.exception and not isinstance(said.exception, SystemExit):
        raise said.exception
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def test_a_merger_is_previewed_and_carried_out() -> None:
    words = ("merge", "511724001", "--part", "511724101")
    looked = run("preview", *words)
    assert looked["says"] == "乌木镇并入竹阳街道"
    assert looked["codes"]["511724101200"] // 1000 == 511724001
    assert not AreaChange.objects.exists()
    done = run("change", *words, "--document", "川民函〔2026〕1号")
    assert done["state"] == "done"
    assert area(WUMU).successor == area(ZHUYANG)
    shown = run("show", "511724101")
    assert shown["valid_to"]
    assert shown["former"][0]["name"] == "乌木镇"


@pytest.mark.usefixtures("as_platform")
def test_who_was_at_the_machine_stands_in_the_log() -> None:
    run("change", "rename", "511724101", "--name", "乌木街道", "--document", "文件")
    line = AuditLine.objects.filter(what__startswith="area_change").latest("seq")
    assert line.actor_name.startswith("命令行 ")


@pytest.mark.parametrize(
    "words",
    [
        ("rename", "511724101"),
        ("sink", "511724101"),
        ("rename", "亚特兰蒂斯", "--name", "乌木"),
        ("merge", "511724101"),
    ],
)
def test_words_that_do_not_fit_are_told(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run("preview", *words)


def test_towns_of_a_jurisdiction_are_stated_and_end() -> None:
    zone = "达州东部经开区"
    assert run("members", zone) == []
    (line,) = run("members", zone, "--add", "511724101", "--starts", "2026-01-01")
    assert (line["code"], line["ends"]) == (WUMU, None)
    (line,) = run("members", zone, "--end", "511724101", "--ends", "2026-06-30")
    assert line["ends"] == "2026-06-30"
