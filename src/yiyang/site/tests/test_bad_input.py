"""Whatever goes wrong is said with the place and the remedy, by its exit code, and leaves earlier output alone."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.conftest import City
from yiyang.entitlement.tests.world import Told, World
from yiyang.site.tests.command import contents, process, refused

NOTHING = Path("nothing/here")


@pytest.fixture
def small(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two months of three people under one list; messages name files relative to where we are."""
    world.policy.item("511724", "allowance", "age >= 80", fen=6000)
    people: dict[str, Told] = {"爱华": {"age": 85}, "保国": {"birth_date": "1946-11-01"}, "春兰": {"age": None}}
    for month in ("2026-10", "2026-11"):
        world.run(people, month)
    monkeypatch.chdir(world.root)
    return world


def run_words(world: World, **changes: str | Path) -> list[str | Path]:
    given: dict[str, str | Path] = {
        "--snapshot": world.root / "r-snapshot-2026-11",
        "--month": "2026-11",
        "--out": world.root / "new",
    }
    given |= {f"--{name}": value for name, value in changes.items()}
    return ["run", *(word for pair in given.items() for word in pair)]


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "11.2026", "next"])
def test_a_month_that_is_none(small: World, month: str) -> None:
    assert f"{month} is no month; write it as 2026-11" in refused(2, *run_words(small, month=month))


def test_a_snapshot_that_is_not_there(small: World) -> None:
    said = refused(6, *run_words(small, snapshot=NOTHING))
    assert "Name the --out folder of yiyang registry build" in said


@pytest.mark.parametrize("option", ["previous", "arrears"])
def test_an_earlier_output_that_is_not_there(small: World, option: str) -> None:
    assert "nothing/here" in refused(6, *run_words(small, **{option: NOTHING}))


def test_an_engine_that_is_none(small: World) -> None:
    assert "duckdb" in refused(2, *run_words(small, engine="abacus"))


def test_an_output_folder_of_somebody_else(small: World) -> None:
    (small.root / "letters").mkdir()
    (small.root / "letters/letter.txt").write_text("dear")
    assert "will not be overwritten" in refused(2, *run_words(small, out=small.root / "letters"))
    assert (small.root / "letters/letter.txt").read_text() == "dear"


NOT_RUNS: list[tuple[str, ...]] = [
    ("explain", "nothing", "1"),
    ("diff", "nothing", "r-2026-11"),
    ("diff", "r-2026-10", "nothing"),
    ("arrears", "nothing", "r-2026-11"),
    ("simulate", "nothing", "--set", "allowance.sum=1"),
    ("next", "nothing"),
    ("next", "r-snapshot-2026-11"),
    ("next", "policy"),
]


@pytest.mark.parametrize("words", NOT_RUNS)
def test_a_run_that_is_none(small: World, words: tuple[str, ...]) -> None:
    assert "yiyang run" in refused(6, *words)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("99", "there is no 99 in this run"),
        ("9" * 19, "there is no 9999999999999999999 in this run"),
        ("爱华", "neither a person number nor an 18-digit id number"),
        ("²", "neither a person number"),
        ("511724194501010019", "the check character of id number 511724194501010019 is wrong (it should be 1)"),
        ("511724194501010011", "there is no 511724194501010011 in this run"),
    ],
)
def test_a_person_who_is_not_there(small: World, person: str, words: str) -> None:
    assert words in refused(2, "explain", "r-2026-11", person).replace("\n", " ")


def test_an_item_that_is_not_there_with_the_nearest(small: World) -> None:
    said = refused(2, "explain", "r-2026-11", "1", "alowance")
    assert "did you mean allowance?" in said
    assert "是否想写 allowance" in said


def test_two_months_that_are_not_one(small: World) -> None:
    assert "Run 2026-10 again on the new snapshot" in refused(2, "arrears", "r-2026-10", "r-2026-11")


@pytest.mark.parametrize(
    ("code", "change", "words"),
    [
        (2, "allowance", "write ITEM.VALUE=NUMBER"),
        (2, "allowance.sum=much", "is in yuan"),
        (7, "allowance.sum=60", "does nothing"),
        (7, "allowance.smu=80", "did you mean allowance.sum?"),
        (7, "360200/allowance.sum=80", "no list of area 360200"),
    ],
)
def test_a_change_that_cannot_be_tried(small: World, code: int, change: str, words: str) -> None:
    assert words in refused(code, "simulate", "r-2026-11", "--set", change)
    assert words in refused(code, *run_words(small, set=change))


def test_no_change_at_all(small: World) -> None:
    assert "use --set or --overlay" in refused(2, "simulate", "r-2026-11")


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        (3, "511724: {allowance: {who: age >> 80}}", "cannot read the condition"),
        (3, "511724: {allowance: {whom: everyone}}", "whom"),
        (3, "511724: [", "not valid YAML"),
        (3, "- 511724", "should hold area"),
        (7, "{}", "changes nothing"),
    ],
)
def test_an_overlay_that_cannot_be_read(small: World, code: int, text: str, words: str) -> None:
    (small.root / "change.yaml").write_text(text, encoding="utf-8")
    assert words in refused(code, "simulate", "r-2026-11", "--overlay", "change.yaml")


def test_an_overlay_that_is_not_there(small: World) -> None:
    assert "there is no file" in refused(2, "simulate", "r-2026-11", "--overlay", NOTHING)


def test_a_misspelled_fact_is_found_by_file_and_line(small: World) -> None:
    small.policy.item("511724", "allowance", "agee >= 80", fen=6000)
    said = refused(3, *run_words(small))
    assert "policy/lists/511724/allowance.yaml:7" in said
    assert "did you mean age?" in said


def test_items_in_a_circle_are_found_by_file_and_line(small: World) -> None:
    small.policy.item("511724", "bath", "everyone", stacking="{not_with: [meal]}")
    small.policy.item("511724", "meal", "everyone", stacking="{less: [bath]}")
    said = refused(3, *run_words(small))
    assert "in a circle" in said
    assert "policy/lists/511724/bath.yaml:15" in said
    assert "policy/lists/511724/meal.yaml:15" in said


def test_terms_in_a_circle_are_found_by_file_and_line(small: World) -> None:
    path = small.policy.root / "facts.yaml"
    text = (
        path.read_text("utf-8")
        + "  poor: {zh: 贫, en: poor, means: needy}\n  needy: {zh: 困, en: needy, means: poor}\n"
    )
    path.write_text(text, encoding="utf-8")
    said = refused(3, *run_words(small))
    assert "in a circle" in said
    assert "policy/facts.yaml:" in said


def test_all_problems_of_the_lists_are_told_at_once(small: World) -> None:
    small.policy.item("511724", "bath", "agee >= 80")
    small.policy.item("511724", "meal", "hardship == poor")
    said = refused(3, *run_words(small))
    assert "bath.yaml:7" in said
    assert "meal.yaml:7" in said


def test_an_area_that_no_list_covers(small: World) -> None:
    for path in sorted((small.policy.root / "lists").rglob("*.yaml")):
        path.unlink()
    assert "no list answers for 511700" in refused(2, *run_words(small))


def test_a_run_that_was_cut_off_while_copied(small: World) -> None:
    path = small.root / "r-2026-11/answers.parquet"
    path.write_bytes(path.read_bytes()[:100])
    assert "make the run again with yiyang run" in refused(6, "explain", "r-2026-11", "1")


# Stops the process in a step of the run and says so, so that the signal comes in the middle.
PAUSE = """
import time
from pathlib import Path
import yiyang.{module} as module
def pause(*words, **more):
    Path({mark!r}).touch()
    time.sleep(300)
module.{name} = pause
"""


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("entitlement.actions", "people_for"),
        ("entitlement.run", "save"),
        ("entitlement.actions", "summarise"),
        ("entitlement.report", "render"),
    ],
)
def test_ctrl_c_leaves_the_earlier_output_and_nothing_else(small: World, module: str, name: str) -> None:
    before, mark = contents(small.root), small.root / "mark"
    pause = PAUSE.format(module=module, name=name, mark=str(mark))
    with process(*run_words(small, out=small.root / "r-2026-11"), before=pause) as running:
        _wait_for(mark)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=240)
    mark.unlink()
    assert running.returncode == 130
    assert "已中断；原有输出未改动。" in err
    assert "Traceback" not in err
    assert contents(small.root) == before


def _wait_for(mark: Path) -> None:
    for _ in range(1800):
        if mark.exists():
            return
        time.sleep(0.1)
    raise AssertionError("the process never came to the step")


@pytest.mark.parametrize("limit", [2_000, 30_000, 80_000, 300_000])
def test_a_disk_that_fills_leaves_the_earlier_output_and_nothing_else(city: City, tmp_path: Path, limit: int) -> None:
    """The limits are reached while people are copied, tables and figures are written, and the pages are made."""
    run, before = _copy_of(city, tmp_path), contents(tmp_path)
    words = ("run", "--snapshot", city.snapshot("2026-11"), "--month", "2026-11", "--out", run, "--previous", run)
    with process(*words, limit=limit) as running:
        _, err = running.communicate(timeout=240)
    assert running.returncode == 9, err
    assert "无法写入" in err
    assert "原有输出未改动" in err
    assert "Traceback" not in err
    assert contents(tmp_path) == before
    assert RunFolder(run).summary["people"] > 1000


def _copy_of(city: City, folder: Path) -> Path:
    return Path(shutil.copytree(city.run("2026-11").path, folder / "run"))


@pytest.mark.parametrize(
    "words",
    [
        lambda city: ("diff", city.run("2026-10").path, city.run("2026-11").path),
        lambda city: ("next", city.run("2026-11").path),
    ],
    ids=["diff", "next"],
)
def test_a_disk_that_fills_while_details_are_written(
    city: City, tmp_path: Path, words: Callable[[City], tuple[str | Path, ...]]
) -> None:
    with process(*words(city), "--out", tmp_path / "out", limit=500) as running:
        _, err = running.communicate(timeout=240)
    assert (running.returncode, "Traceback" in err) == (9, False), err
    assert list(tmp_path.iterdir()) == []
