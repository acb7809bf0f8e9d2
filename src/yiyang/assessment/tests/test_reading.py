"""A scale's file is read strictly: whatever does not fit is named with its line, and nothing is scored by it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from yiyang.assessment.scales import current, instruments, version_of, versions
from yiyang.base.errors import PolicyError, UsageError
from yiyang.base.paths import policy_dir

REAL = policy_dir()
# Whatever can change a level changes the print, and a new print is a new version: results name the one that scored.
PRINTS = {
    "gbt_42195_2022 2022.1": "16e35778c64c0eaa",
    "ltci_2021 2021.1": "c657c2512625ec25",
    "destitute_self_care 2021.1": "2d4614c1638722d8",
    "mzt_039_2013 2013.1": "6dd568e993313cb4",
    "self_check 2026.1": "8ffbe3997a503392",
}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    for name in ("instruments", "sources"):
        shutil.copytree(REAL / name, tmp_path / name)
    for name in ("facts.yaml", "departments.yaml"):
        shutil.copyfile(REAL / name, tmp_path / name)
    return tmp_path


def _spoilt(policy: Path, slug: str, before: str, after: str) -> list[str]:
    path = policy / "instruments" / f"{slug}.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        versions(policy)
    return [en for _, en in caught.value.problems] or [caught.value.en]


def test_a_version_that_scored_never_changes() -> None:
    found = {f"{one.id} {one.version}": one.fingerprint for all_ in versions().values() for one in all_}
    assert found == PRINTS, "whatever changes a level is a new version: copy the file, raise its version and day"


def test_every_scale_says_what_its_levels_are_facts_of() -> None:
    facts = {slug: one.fact and one.fact.name for slug, one in instruments().items()}
    assert facts == {
        "gbt_42195_2022": "ability",
        "ltci_2021": "ltci_grade",
        "destitute_self_care": "self_care",
        "mzt_039_2013": None,
        "self_check": None,
    }
    ability = instruments()["gbt_42195_2022"].fact
    assert ability is not None
    assert ability.values == {0: "intact", 1: "mild", 2: "moderate", 3: "severe", 4: "total"}
    assert ability.stored == {0: 0, 1: 1, 2: 2, 3: 3, 4: 4}


def test_options_of_one_item_are_told_apart() -> None:
    for one in instruments().values():
        for item in one.items.values():
            texts = [option.text for option in item.options]
            assert len(set(texts)) == len(texts), item.code


@pytest.mark.parametrize(
    ("slug", "before", "after", "says"),
    [
        ("gbt_42195_2022", "lowest: 66", "lowest: 91", "borders must fall to 0"),
        ("gbt_42195_2022", "lowest: 46", "lowest: 66", "borders must fall to 0"),
        ("gbt_42195_2022", "lowest: 0,", "lowest: 1,", "borders must fall to 0"),
        ("gbt_42195_2022", "value: severe", "value: strict", "values should be intact, mild, moderate, severe, total"),
        ("gbt_42195_2022", "fact: ability", "fact: abilities", "did you mean ability?"),
        ("gbt_42195_2022", "to: level_in_coma", "to: level_in_koma", "no setting level_in_koma"),
        ("gbt_42195_2022", "when: {A.5.11: [yes]}\n", "when: {A.5.12: [yes]}\n", "no item A.5.12"),
        ("gbt_42195_2022", "[dementia, mental]", "[dementia, mentl]", "A.4.1 has no option mentl"),
        ("gbt_42195_2022", "code: B.1.2", "code: B.1.1", "B.1.1 stands twice"),
        ("gbt_42195_2022", "at_least: 2", "at_leest: 2", "did you mean at_least?"),
        ("gbt_42195_2022", "    by: 1\n", "", "either by or to"),
        ("gbt_42195_2022", "    at_least: 2\n", "", "either when, or count and at_least"),
        ("gbt_42195_2022", "document: gbt_42195,", "document: gbt_42196,", "did you mean gbt_42195?"),
        ("gbt_42195_2022", "options: help}", "options: helpp}", "no helpp under answers"),
        ("gbt_42195_2022", "    3: 自己做，", "    5: 自己做，", "highest first"),
        ("gbt_42195_2022", "    0: 全靠人做", "    none: 全靠人做", "highest first"),
        ("gbt_42195_2022", "id: gbt_42195_2022", "id: gbt_42195", "the file should be gbt_42195.yaml"),
        ("gbt_42195_2022", "{level: 2, name", "{level: 3, name", "numbered from 0"),
        ("gbt_42195_2022", "{level: 4, name", "{level: 14, name", "level"),
        ("ltci_2021", "bands: [16, 4, 2, 0]", "bands: [16, 4, 2]", "borders must fall to 0"),
        ("ltci_2021", "bands: [12, 4, 2, 0]", "bands: [12, 4, 0]", "as many as there are bands"),
        ("ltci_2021", "    - [3, 3, 4, 5]\n", "", "as many as there are bands"),
        ("ltci_2021", "[3, 3, 4, 5]", "[3, 3, 4, 6]", "a level that does not exist"),
        ("ltci_2021", "columns: [COG, SEN]", "columns: [COG, SEM]", "no part SEM"),
        ("ltci_2021", 'version: "2021.1"', 'version: "first"', "version"),
        ("mzt_039_2013", "ends: 2022-12-29", "ends: 2012-12-29", "ends is before starts"),
        ("mzt_039_2013", "en: former 0}}", "en: former 0}, lowest: 3}", "no items and borders"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(policy: Path, slug: str, before: str, after: str, says: str) -> None:
    problems = _spoilt(policy, slug, before, after)
    assert any(says in problem for problem in problems), problems
    assert all(f"{slug}.yaml:" in problem for problem in problems)


def test_all_problems_of_all_files_are_said_at_once(policy: Path) -> None:
    path = policy / "instruments" / "ltci_2021.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[3, 3, 4, 5]", "[3, 3, 4, 6]"), encoding="utf-8")
    problems = _spoilt(policy, "gbt_42195_2022", "fact: ability", "fact: abilities")
    assert {problem.split("/")[-1].split(":")[0] for problem in problems} == {"ltci_2021.yaml", "gbt_42195_2022.yaml"}


def _second(policy: Path, **changes: str) -> None:
    text = (policy / "instruments" / "gbt_42195_2022.yaml").read_text(encoding="utf-8")
    text = text.replace('version: "2022.1"', f'version: "{changes["version"]}"')
    text = text.replace("starts: 2022-12-30", f"starts: {changes['starts']}").replace("value: false", "value: true")
    (policy / "instruments" / "gbt_42195_2022.2022.2.yaml").write_text(text, encoding="utf-8")


def test_a_form_keeps_the_version_of_its_day(policy: Path) -> None:
    _second(policy, version="2022.2", starts="2027-01-01")
    slug = "gbt_42195_2022"
    assert current(slug, date(2026, 12, 31), policy).version == "2022.1"
    assert current(slug, date(2027, 1, 1), policy).version == "2022.2"
    assert instruments(policy)[slug].version == "2022.2"
    assert version_of(slug, "2022.1", policy).raises_add_up is False
    assert version_of(slug, "2022.2", policy).raises_add_up is True


def test_two_versions_cannot_start_on_one_day(policy: Path) -> None:
    _second(policy, version="2022.2", starts="2022-12-30")
    with pytest.raises(PolicyError, match="clash"):
        versions(policy)


def test_no_scale_and_no_version_are_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="did you mean ltci_2021"):
        current("ltci_2022", date(2026, 11, 1))
    with pytest.raises(UsageError, match=r"there are 2021\.1"):
        version_of("ltci_2021", "2021.2")
    with pytest.raises(UsageError, match="No version of mzt_039_2013 is in force on 2026-11-01"):
        current("mzt_039_2013", date(2026, 11, 1))
    with pytest.raises(UsageError, match="has no level 5"):
        instruments()["gbt_42195_2022"].level(5)
