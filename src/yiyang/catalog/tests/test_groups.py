"""The files of hardship groups: complete, strict, and of use."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.catalog.check import check
from yiyang.catalog.groups import load_groups, named


def test_the_visited_groups_are_the_six_of_the_document() -> None:
    visited = {name for name, group in named(load_groups()).items() if group.visited}
    assert visited == {
        "living_alone",
        "empty_nest",
        "left_behind",
        "disabled",
        "severely_disabled",
        "birth_planning_special",
    }
    assert all(group.source.document == "mca_2022_73" for group in named(load_groups()).values() if group.visited)


def test_every_group_of_the_mission_is_there() -> None:
    assert list(named(load_groups())) == [
        *("living_alone", "empty_nest", "left_behind", "disabled", "severely_disabled", "birth_planning_special"),
        *("dementia", "lonely", "economic_hardship", "destitute", "low_income", "low_income_edge"),
        *("rigid_expenditure", "very_old", "centenarian"),
    ]


def _policy(tmp_path: Path, **files: str) -> Path:
    """The real facts and documents, with groups of its own."""
    real = policy_dir()
    (tmp_path / "groups").mkdir(parents=True)
    for name in ("facts.yaml", "sources", "departments.yaml"):
        (tmp_path / name).symlink_to(real / name)
    for name, text in files.items():
        (tmp_path / "groups" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


GOOD = """id: alone
number: 1
name: {zh: 独居老年人, en: Living alone}
short: {zh: 独居, en: alone}
who: age >= 60 and living_arrangement == alone
source: {document: mca_2022_73, article: 探访对象, checked: recalled}
"""


def test_a_place_may_write_groups_of_its_own(tmp_path: Path) -> None:
    (found,) = load_groups(_policy(tmp_path, alone=GOOD))
    assert (found.id, found.group.visited) == ("alone", False)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("living_arrangement ==", "living_arangement ==", "alone.yaml:5.*living_arrangement"),
        ("== alone", "== alones", "alone.yaml:5.*alone"),
        ("mca_2022_73", "mca_2022_37", "alone.yaml:6.*mca_2022_73"),
        ("id: alone", "id: empty", "alone.yaml:1"),
        ("number: 1", "nummer: 1", "alone.yaml:2.*number"),
        ("short:", "brief:", "alone.yaml:4"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_the_nearest_word(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_groups(_policy(tmp_path, alone=GOOD.replace(old, new)))
    assert re.search(says, str(caught.value), re.DOTALL), str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    files = {"alone": GOOD, "other": GOOD.replace("id: alone", "id: other").replace("age >=", "agee >=")}
    with pytest.raises(PolicyError) as caught:
        load_groups(_policy(tmp_path, **files))
    assert len(caught.value.problems) == 2


def test_a_group_to_which_nobody_can_belong_is_found_by_the_check(tmp_path: Path) -> None:
    impossible = GOOD.replace("age >= 60", "disability_grade == none and disability_kind == visual")
    report = check((), date(2026, 11, 1), _policy(tmp_path, alone=impossible))
    assert [(found.kind, found.item, found.line) for found in report.findings] == [("never", "alone", 5)]
    files = check((), date(2026, 11, 1), _policy(tmp_path / "other", alone=GOOD.replace("age", "agee")))
    assert ["agee" in found.zh for found in files.findings] == [True]
