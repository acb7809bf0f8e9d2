"""The worked cases beside the scales agree; one that does not is named with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from yiyang.assessment import worked
from yiyang.base.errors import CaseFailed, PolicyError, UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog.instrument_schema import ScaleCaseFile
from yiyang.catalog.loader import load

REAL = policy_dir()


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    for name in ("instruments", "sources"):
        shutil.copytree(REAL / name, tmp_path / name)
    for name in ("facts.yaml", "departments.yaml"):
        shutil.copyfile(REAL / name, tmp_path / name)
    return tmp_path


def _spoil(policy: Path, before: str, after: str) -> None:
    path = policy / "instruments" / "destitute_self_care.cases.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def test_every_worked_case_of_every_scale_agrees() -> None:
    assert worked.check() >= 30


def test_every_scale_that_is_answered_has_worked_cases_for_its_best_and_its_worst() -> None:
    folder = REAL / "instruments"
    for slug, worst in (("gbt_42195_2022", 4), ("ltci_2021", 5), ("destitute_self_care", 2), ("self_check", 1)):
        levels = {case.level for case in load(folder / f"{slug}.cases.yaml", ScaleCaseFile).cases}
        assert {0, worst} <= levels


def test_a_case_that_comes_out_otherwise_is_named_with_its_line(policy: Path) -> None:
    _spoil(policy, "points: 5, level: 1", "points: 4, level: 2")
    with pytest.raises(CaseFailed) as caught:
        worked.check(policy)
    said = [en for _, en in caught.value.problems]
    assert ["level 2, found 1" in said[0], "points 4, found 5" in said[1]] == [True, True]
    assert all("destitute_self_care.cases.yaml:6" in line for line in said)


def test_a_case_with_an_impossible_answer_is_a_breach_of_the_policy(policy: Path) -> None:
    _spoil(policy, "{S6: 0}", "{S7: 0}")
    with pytest.raises(PolicyError, match="there is no item S7"):
        worked.check(policy)


def test_a_case_of_a_version_that_is_not_there_is_refused(policy: Path) -> None:
    _spoil(policy, 'version: "2021.1"', 'version: "2021.2"')
    with pytest.raises(UsageError, match=r"has no version 2021\.2"):
        worked.check(policy)
