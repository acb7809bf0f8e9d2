"""The policy of the care circle is read strictly, and its schema lies beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.reach.policy import Reach, load_reach


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "sources").symlink_to(policy_dir() / "sources")
    shutil.copy(policy_dir() / "reach.yaml", tmp_path)
    return tmp_path


def test_the_shipped_policy_holds() -> None:
    found = load_reach()
    assert (found.standards.urban.minutes, found.standards.urban.mode) == (15, "walk")
    assert (found.standards.rural.minutes, found.standards.rural.source) == (30, None)


def test_a_kind_may_have_minutes_of_its_own_and_then_no_document() -> None:
    found = load_reach()
    name, kind = found.kind("乡镇区域性养老服务中心")
    assert name == "regional_home"
    assert {(one.mode, one.minutes, one.source) for one in found.standards_of(kind)} == {("drive", 60, None)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dazhou_24_tasks", "nothing", "no document nothing"),
        ("elders: 0.01", "young: 0.01", "no group young"),
        ('"1.0": 0.22', '"0.5": 0.22', "end with 1.0"),
        ("mode: walk", "mode: fly", "reach.yaml"),
        ("least_component: 20", "most_component: 20", "reach.yaml"),
    ],
)
def test_what_does_not_fit_is_told(policy: Path, old: str, new: str, said: str) -> None:
    path = policy / "reach.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        load_reach(policy)


def test_the_schema_is_in_step() -> None:
    shipped = json.loads((policy_dir() / "schema" / "reach.schema.json").read_text(encoding="utf-8"))
    shipped.pop("$schema")
    assert shipped == Reach.model_json_schema(by_alias=True)
