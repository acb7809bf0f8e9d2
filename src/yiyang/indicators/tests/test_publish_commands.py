"""`yiyang publish` by every method, as people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from yiyang.base.errors import UsageError
from yiyang.indicators.publication.budget import OverBudget
from yiyang.indicators.publication.cli import app

ROWS = [("511722001000", "a", 40), ("511722001000", "b", 3), ("511722002000", "a", 22), ("511724001000", "b", 17)]


@pytest.fixture
def there(tmp_path: Path) -> Path:
    lines = [f"{town},{age}" for town, age, count in ROWS for _ in range(count)]
    (tmp_path / "people.csv").write_text("town,age\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def publish(there: Path, *words: str) -> dict[str, Any]:
    """What a command tells as JSON."""
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    if isinstance(result.exception, Exception):
        raise result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def make(there: Path, *words: str) -> dict[str, Any]:
    given = [str(there / "people.csv"), "--by", "town", "--by", "age", "--areas", "town", "--moment", "2026-10"]
    return publish(there, "make", *given, "--out", str(there / "open"), *words)


def test_a_rounded_table_is_made_checked_and_attacked(there: Path) -> None:
    told = make(there, "--method", "round", "--base", "10")
    assert told["relaxed"] == 0
    assert publish(there, "check", told["proof"], "--open", str(there / "open"))["holds"]
    assert publish(there, "attack", str(there / "open"))["narrow"] == 0
    csvw = json.loads((there / "open" / "table-2026-10.csv-metadata.json").read_text("utf-8"))
    assert "10 的倍数" in csvw["dc:description"]


def test_a_preview_draws_and_spends_nothing(there: Path) -> None:
    pytest.importorskip("opendp")
    told = make(there, "--method", "noise", "--preview")
    assert (told["spent"], told["levels"][-1]["error"]) == (0, 3)
    assert not (there / "open").exists()
    with pytest.raises(UsageError):
        publish(there, "budget", str(there / "open-protected"))


def test_every_table_with_noise_is_written_in_the_ledger_until_it_is_full(there: Path) -> None:
    pytest.importorskip("opendp")
    for number in range(3):
        told = make(there, "--method", "noise", "--epsilon", "2", "--name", f"t{number}")
        assert told["spent"] == 2 * (number + 1)
    with pytest.raises(OverBudget):
        make(there, "--method", "noise", "--epsilon", "0.01", "--name", "more")
    lines = publish(there, "budget", str(there / "open-protected"))["spent"]
    assert [each["epsilon"] for each in lines] == ["2", "2", "2"]


def test_noise_is_tried_by_many_draws(there: Path) -> None:
    pytest.importorskip("opendp")
    make(there, "--method", "noise", "--epsilon", "1")
    [tried] = publish(there, "attack", str(there / "open"), "--draws", "3000")["noise"]
    assert tried["holds"]
    assert (there / "open" / "table-2026-10.csv").read_text("utf-8").splitlines()[0].endswith("ERROR_95")


def test_several_methods_side_by_side_are_told_of(there: Path) -> None:
    make(there, "--method", "round", "--name", "rounded")
    given = [str(there / "people.csv"), "--by", "town", "--by", "age", "--areas", "town", "--moment", "2026-10"]
    result = CliRunner().invoke(app, ["make", *given, "--out", str(there / "open"), "--name", "hidden"])
    assert result.exit_code == 0
    assert "publish attack" in result.output


@pytest.mark.parametrize("epsilon", ["much", "0", "5", "0.0001"])
def test_an_epsilon_that_is_none_is_refused(there: Path, epsilon: str) -> None:
    with pytest.raises(UsageError):
        make(there, "--method", "noise", "--epsilon", epsilon, "--preview")
