"""`yiyang list compare` as people type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date

import pytest
from typer.testing import CliRunner, Result

from yiyang.base.errors import BelowFloor, NoEffect, UsageError
from yiyang.catalog.cli import app
from yiyang.catalog.compare import Status, compare
from yiyang.catalog.lists import list_areas
from yiyang.catalog.tests.small import REAL, Policy

UP, LOW = "511700", "511724"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["compare", *words], terminal_width=200)


@pytest.fixture
def lists(policy: Policy) -> Policy:
    policy.write("areas/divisions.csv", (REAL / "areas/divisions.csv").read_text(encoding="utf-8"))
    policy.item(UP)
    policy.item(LOW)
    return policy


def test_a_list_that_reaches_the_floor_passes(lists: Policy) -> None:
    found = run("大竹县", "达州市")
    assert found.exit_code == 0
    assert "结论：大竹县的清单不低于达州市的清单" in found.stdout


def test_a_change_that_falls_below_is_refused(lists: Policy) -> None:
    found = run(LOW, UP, "--set", "allowance.sum=50")
    assert isinstance(found.exception, BelowFloor)
    assert found.exception.exit_code == 4
    for words in (
        "80周岁、户籍地在大竹县的老人",
        "上级 达州市：每月 ¥60.00",
        "本级 大竹县（试改）：每月 ¥50.00",
        "《示例文件》第一条",
    ):
        assert words in found.stdout


def test_an_overlay_file_is_a_change_too(lists: Policy) -> None:
    path = lists.write("../change.yaml", f'"{LOW}": {{allowance: {{values: {{sum: 50}}}}}}')
    assert isinstance(run(LOW, UP, "--overlay", str(path)).exception, BelowFloor)


def test_unmatched_items_are_named(lists: Policy) -> None:
    lists.item(UP, "visits", name="{zh: 探访, en: Visits}")
    lists.item(LOW, "plaque", name="{zh: 牌匾, en: Plaque}")
    found = run(LOW, UP)
    assert isinstance(found.exception, BelowFloor)
    assert "只在上级清单：探访" in found.stdout
    assert "只在本级清单：牌匾" in found.stdout
    assert run(LOW, UP, "--fallback").exit_code == 0


def test_what_is_in_doubt_may_be_allowed(lists: Policy) -> None:
    lists.item(LOW, amount="", no_amount="not_stated")
    assert isinstance(run(LOW, UP).exception, BelowFloor)
    assert run(LOW, UP, "--allow-unstated").exit_code == 0


def test_json_holds_all_of_it(lists: Policy) -> None:
    found = json.loads(run(LOW, UP, "--set", "allowance.sum=50", "--json").stdout)
    assert found["below_floor"] == ["allowance"]
    assert found["items"][0]["people"][0]["lower"]["fen"] == 5000


def test_many_names_are_cut_short_in_the_error(lists: Policy) -> None:
    for n in range(7):
        lists.item(UP, f"item{n}")
    found = run(LOW, UP)
    assert isinstance(found.exception, BelowFloor)
    assert "有 7 项" in found.exception.zh
    assert "等。" in found.exception.zh


def test_slips_of_the_user(lists: Policy) -> None:
    assert isinstance(run(LOW, UP, "--method", "magic").exception, UsageError)
    assert isinstance(run(LOW, UP, "--set", "allowance.sum").exception, UsageError)
    assert isinstance(run(LOW, UP, "--set", "allowance.summ=1").exception, NoEffect)
    assert isinstance(run(LOW, UP, "--set", "allowance.sum=60").exception, NoEffect)


def test_help_tells_of_set() -> None:
    said = run("--help").stdout
    assert "--set" in said
    assert "eighties=50" in said


DAY = date(2026, 11, 1)


@pytest.mark.parametrize("area", list_areas(REAL))
def test_no_published_list_is_below_itself(area: str) -> None:
    found = compare(area, area, DAY)
    assert {item.status for item in found.items} <= {Status.EQUAL}
    assert not found.below


def process(*words: str) -> subprocess.CompletedProcess[str]:
    code = "from yiyang.site.cli import main; main()"
    command = [sys.executable, "-c", code, "list", "compare", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "YIYANG_LANG": "zh"}, check=False)


def test_dazhu_with_fifty_yuan_for_those_over_eighty_is_below_itself() -> None:
    assert process(LOW, LOW, "--on", "2026-11-01").returncode == 0
    found = process(LOW, LOW, "--on", "2026-11-01", "--set", "old_age_allowance.eighties=50")
    assert found.returncode == 4
    assert "80周岁、户籍地在大竹县的老人" in found.stdout


def test_two_lists_of_thirty_items_are_compared(lists: Policy) -> None:
    for area in (UP, LOW):
        for n in range(30):
            who = f"age >= {60 + n} and (hardship == low_income or ability >= mild or living_arrangement == alone)"
            lists.item(area, f"item{n}", who=who, fen=6000 + n, stacking=f"{{highest_of: group{n // 3}}}")
    found = process(LOW, UP)
    assert found.returncode == 0, found.stderr
    assert "等同 31 项" in found.stdout
