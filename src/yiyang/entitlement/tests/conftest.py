"""Fixtures of the runs' tests: a world by hand, and a small made-up city once a session."""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from yiyang.base.output import atomic_folder
from yiyang.entitlement import actions
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A policy folder in force for the test, with no list in it yet."""
    made = World(tmp_path)
    monkeypatch.setenv("YIYANG_POLICY", str(made.policy.root))
    return made


@dataclass(frozen=True)
class City:
    """1,500 made-up elders of 大竹县 in two months, brought together and run."""

    root: Path

    def snapshot(self, month: str) -> Path:
        return self.root / f"snapshot-{month}"

    def run(self, month: str, known: str | None = None) -> RunFolder:
        return RunFolder(self.root / (f"run-{month}-{known}" if known else f"run-{month}"))


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Made once, by the first of all processes of the tests that asks for it; nobody may write into it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make(tmp_path_factory.mktemp("city"))
    root = tmp_path_factory.getbasetemp().parent / "city"
    whole = root / "whole"
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(root, ignore_errors=True)
            make(root)
            whole.touch()
    return City(root)


def make(root: Path) -> City:
    """The whole city in a new folder."""
    from yiyang.registry.build import build
    from yiyang.synthetic.make import make_city, plan_of

    root.mkdir(exist_ok=True)
    made = City(root)
    with atomic_folder(made.root / "city") as folder:
        make_city(plan_of("511724", "2026-10,2026-11", 1500, 1), folder, lambda *_: None)
    before = None
    for month, known in (("2026-10", date(2026, 10, 31)), ("2026-11", date(2026, 11, 30))):
        before = build(made.root / "city" / month, known=known, out=made.snapshot(month), previous=before).path
        actions.run(snapshot=made.snapshot(month), month=month, out=made.root / f"run-{month}", pages=False)
    again = made.root / "run-2026-10-2026-11"
    actions.run(snapshot=made.snapshot("2026-11"), month="2026-10", out=again, pages=False)
    return made
