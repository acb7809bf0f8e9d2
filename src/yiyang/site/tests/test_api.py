"""The Python API: every example in docstrings and pages runs, and says what the command line says."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

import yiyang
from yiyang.base.errors import SnapshotError, UsageError
from yiyang.entitlement.tests.conftest import City
from yiyang.site.tests.command import yiyang as command

ROOT = Path(__file__).resolve().parents[4]
HOW_TO = "docs/how-to/python-api.md"


def blocks(page: str) -> str:
    """The Python of a page, from the first line to the last."""
    return "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_example_of_the_docstrings_is_true(here: Path) -> None:
    for module in ("yiyang.api", "yiyang.entitlement.simulate"):
        found = doctest.testmod(importlib.import_module(module))
        assert found.attempted > 3
        assert found.failed == 0


def test_the_how_to_runs_from_top_to_bottom(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(blocks(HOW_TO), HOW_TO, "exec"), {"__name__": "page"})
    said = capsys.readouterr().out
    assert "did you mean" in said
    assert (here / "out/r11/report.html").exists()


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_tour_of_the_readme_runs_on_its_folders(
    page: str, here: Path, city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "out").mkdir()
    for name, month in (("r10", "2026-10"), ("r11", "2026-11")):
        (here / "out" / name).symlink_to(city.run(month).path)
    exec(compile(blocks(page), page, "exec"), {"__name__": "page"})
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_both_readmes_have_the_same_python() -> None:
    code = [re.sub(r"#.*|_(en|zh)\b|\"(en|zh)\"", "", blocks(page)) for page in ("README.md", "README.zh-CN.md")]
    assert code[0] == code[1]


@pytest.mark.parametrize("name", sorted(yiyang._PUBLIC))
def test_every_public_name_is_documented(name: str) -> None:
    found = getattr(yiyang, name)
    assert inspect.getdoc(found)
    assert f"yiyang.{name}" in (ROOT / HOW_TO).read_text("utf-8")


def test_functions_and_commands_say_the_same(city: City, tmp_path: Path) -> None:
    then, now, again = (city.run(*which).path for which in (("2026-10",), ("2026-11",), ("2026-10", "2026-11")))
    person = str(yiyang.RunFolder(now).people.person[0])
    pairs: list[tuple[Any, list[str | Path]]] = [
        (yiyang.diff(then, now).figures, ["diff", then, now]),
        (yiyang.arrears(then, again).figures, ["arrears", then, again]),
        (yiyang.missing_facts(now).figures, ["next", now]),
        (yiyang.explain(now, person), ["explain", now, person]),
    ]
    for found, words in pairs:
        assert json.loads(command(*words, "--json").out) == found


def test_folders_may_be_named_by_text(city: City) -> None:
    assert yiyang.missing_facts(str(city.run("2026-11").path)).people.num_rows
    assert yiyang.explain(str(city.run("2026-11").path), int(city.run("2026-11").people.person[3]))["items"]


def test_errors_are_those_of_the_command_line(city: City, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError):
        yiyang.diff(tmp_path, city.run("2026-11"))
    with pytest.raises(UsageError, match="write a date as 2026-11-01"):
        yiyang.build_snapshot(tmp_path, "yesterday", tmp_path / "s")
    with pytest.raises(yiyang.YiyangError, match="neither a person number"):
        yiyang.explain(city.run("2026-11"), "somebody")
