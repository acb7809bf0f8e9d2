"""The locks install anywhere, from any mirror, checked by hashes."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
# Each holds all that the one before it holds: one environment grows in place.
LOCKS = tuple(ROOT / f"requirements-{part}.lock" for part in ("core", "web", "test", "bench"))
CORE, _, TEST, BENCH = LOCKS
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _pins(lock: Path) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        pins.setdefault(canonicalize_name(name), set()).add(version)
    return pins


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host_and_no_path(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host|^\s*#|@ ", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_has_a_hash(lock: Path) -> None:
    pins = re.split(r"^(?=\S)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [pin for pin in pins if not re.match(r"[\w.-]+==\S+[^\n]*\\\n\s+--hash=sha256:[0-9a-f]{64}", pin)] == []


@pytest.mark.parametrize(("small", "large"), list(pairwise(LOCKS)), ids=lambda lock: lock.name)
def test_two_locks_agree_so_that_one_environment_grows_in_place(small: Path, large: Path) -> None:
    there = _pins(large)
    assert {name: versions for name, versions in _pins(small).items() if there.get(name) != versions} == {}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_what_the_project_asks_for(lock: Path) -> None:
    wanted = list(PROJECT["project"]["dependencies"]) + PROJECT["dependency-groups"]["build"]
    if lock in (TEST, BENCH):
        extras = PROJECT["project"]["optional-dependencies"]
        wanted += [line for name, extra in extras.items() for line in extra if name != "bench" or lock == BENCH]
    pins = _pins(lock)
    asked = [Requirement(line) for line in wanted if not line.startswith("yiyang")]
    wrong = [str(one) for one in asked if not _fits(one, pins.get(canonicalize_name(one.name), set()))]
    assert wrong == [], "run `make lock`"


def _fits(wanted: Requirement, versions: set[str]) -> bool:
    return bool(versions) and all(map(wanted.specifier.contains, versions))


def test_the_core_lock_holds_no_extra() -> None:
    assert not _pins(CORE).keys() & {"pyspark", "z3-solver", "weasyprint", "pytest", "openfisca-core"}
