"""A run's folder that is not whole, or no run at all, is said to be so, with what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from yiyang.base.errors import SnapshotError, UsageError
from yiyang.entitlement import actions, diff, next_facts
from yiyang.entitlement.explain import explain
from yiyang.entitlement.simulate import Simulator
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.world import World
from yiyang.registry.snapshot import Snapshot


@pytest.fixture
def run(world: World) -> RunFolder:
    world.policy.item("511724", "allowance", "age >= 80", fen=6000)
    world.policy.item("511724", "fuel", "age >= 60", fen=6000, per="household")
    return world.run({"爱华": {"age": 85}, "保国": {"age": None}})


def cut(path: Path) -> None:
    """As after a copy that was broken off."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path: Path) -> None:
    path.write_bytes(b"nonsense")


NEEDED = ("people.parquet", "answers.parquet", "cells.parquet", "facts.parquet", "entitlements/511724-fuel.parquet")


@pytest.mark.parametrize("harm", [Path.unlink, cut, spoil])
@pytest.mark.parametrize("name", NEEDED)
def test_a_part_that_is_gone_or_broken_is_named_with_the_remedy(
    run: RunFolder, name: str, harm: Callable[[Path], None]
) -> None:
    before = RunFolder(run.path)
    assert before.people is not None
    harm(run.path / name)
    with pytest.raises(SnapshotError, match="run") as error:
        use(RunFolder(run.path))
    assert name in str(error.value)
    assert "yiyang run" in error.value.zh


def use(run: RunFolder) -> None:
    """Everything that reads a run."""
    diff.changes(run, run)
    explain(run, 1)
    next_facts.people(run, next_facts.missing(run))
    assert Simulator(run)


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"has no manifest\.json: it is no complete run"):
        RunFolder(tmp_path)


def test_a_file_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(SnapshotError, match=r"has no manifest\.json"):
        RunFolder(tmp_path / "run")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"kind": "snapshot"}', '{"kind": "run"}', "\xff\xfe"])
def test_a_manifest_that_is_not_a_runs_is_refused(run: RunFolder, text: str) -> None:
    (run.path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(SnapshotError, match=r"cannot be read|is no run"):
        RunFolder(run.path)


def test_a_snapshot_is_no_run(world: World, run: RunFolder) -> None:
    with pytest.raises(SnapshotError, match="is no run"):
        RunFolder(world.root / "r-snapshot-2026-11")


def test_a_run_is_no_snapshot(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no snapshot"):
        actions.run(snapshot=run.path, month="2026-11", out=tmp_path / "again")


def test_a_list_that_was_changed_beside_the_run_is_noticed(run: RunFolder) -> None:
    path = run.path / "policy/lists/511724/allowance.yaml"
    path.write_text(path.read_text("utf-8").replace("6000", "9000"), encoding="utf-8")
    with pytest.raises(SnapshotError, match="are not those of the run"):
        assert RunFolder(run.path).bound


def test_todays_lists_do_not_touch_an_earlier_run(world: World, run: RunFolder) -> None:
    world.policy.item("511724", "allowance", "age >= 60", fen=100)
    assert RunFolder(run.path).bound.program == run.bound.program
    assert explain(RunFolder(run.path), 1, "allowance")["items"][0]["amount_fen"] == 6000


@pytest.mark.parametrize("harm", [Path.unlink, cut, spoil])
def test_a_damaged_snapshot_is_not_run(world: World, run: RunFolder, harm: Callable[[Path], None]) -> None:
    snapshot = world.root / "r-snapshot-2026-11"
    harm(snapshot / "people.parquet")
    with pytest.raises(SnapshotError, match="damaged; make it again with yiyang registry build"):
        actions.run(snapshot=snapshot, month="2026-11", out=run.path)
    assert explain(RunFolder(run.path), 1)["items"]


def test_the_run_before_and_the_arrears_are_looked_at_first(world: World, run: RunFolder, tmp_path: Path) -> None:
    snapshot, nothing = world.root / "r-snapshot-2026-11", tmp_path / "nothing"
    with pytest.raises(SnapshotError, match="no complete run"):
        actions.run(snapshot=snapshot, month="2026-11", out=tmp_path / "r", previous=nothing)
    with pytest.raises(SnapshotError, match="holds no arrears"):
        actions.run(snapshot=snapshot, month="2026-11", out=tmp_path / "r", then=nothing)
    assert not (tmp_path / "r").exists()


def test_a_folder_of_somebody_else_is_not_overwritten(world: World, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="will not be overwritten"):
        actions.run(snapshot=world.root / "r-snapshot-2026-11", month="2026-11", out=tmp_path / "mine")


def test_the_manifest_says_what_the_run_stands_on(world: World, run: RunFolder) -> None:
    manifest = json.loads((run.path / "manifest.json").read_text("utf-8"))
    snapshot = Snapshot(
        world.root / "x", json.loads((world.root / "r-snapshot-2026-11/manifest.json").read_text("utf-8"))
    )
    assert manifest["list_hash"] == run.bound.program.hash
    assert manifest["snapshot_hash"] == snapshot.hash
    assert {name: actions.sha256(run.path / name) for name in manifest["files"]} == manifest["files"]
    shutil.copytree(run.path, world.root / "elsewhere")
    assert explain(RunFolder(world.root / "elsewhere"), 1)["person"] == 1
