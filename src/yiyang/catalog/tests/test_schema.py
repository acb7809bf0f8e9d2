"""The JSON Schemas are current and agree with the models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.json_schema import MODELS, default_folder, schemas, stale, write
from yiyang.catalog.tests.small import Policy


def test_the_committed_schemas_are_current() -> None:
    assert stale(default_folder()) == [], "run `yiyang list schema`"


def test_a_stale_schema_is_named(policy: Policy) -> None:
    write(default_folder())
    assert stale(default_folder()) == []
    (default_folder() / "item.schema.json").write_text("{}")
    (default_folder() / "facts.schema.json").unlink()
    assert stale(default_folder()) == ["item.schema.json", "facts.schema.json"]


@pytest.mark.parametrize("name", schemas())
def test_an_unknown_key_is_not_allowed_anywhere(name: str) -> None:
    found = json.loads(schemas()[name])
    objects = [found, *found.get("$defs", {}).values()]
    assert all(part["additionalProperties"] is False for part in objects if part.get("type") == "object")


def test_every_file_of_policy_names_keys_of_its_schema() -> None:
    properties = set(json.loads(schemas()["item.schema.json"])["properties"])
    assert {"who", "values", "stacking", "number"} <= properties
    assert (policy_dir() / "schema" / "item.schema.json").exists()


# Files of figures and plans, and the schema of each; the files of reach are checked in their own room.
KNOWING = {
    "indicators/*.yaml": "indicator",
    "plans/*_*.yaml": "plan",
    "plans/terms.yaml": "plan_terms",
    "planning.yaml": "planning",
    "publication.yaml": "publication",
    **{f"forecast/{name}.yaml": f"forecast_{name}" for name in ("parameters", "disability", "demand", "claims")},
}


def test_every_file_of_figures_plans_and_forecasts_has_a_schema() -> None:
    known = {path for pattern in KNOWING for path in policy_dir().glob(pattern)}
    there = {path for folder in ("indicators", "plans", "forecast") for path in (policy_dir() / folder).rglob("*.yaml")}
    assert there <= known
    assert set(KNOWING.values()) <= set(MODELS)


@pytest.mark.parametrize("pattern", KNOWING)
def test_a_mistyped_key_is_told_with_file_and_line(tmp_path: Path, pattern: str) -> None:
    path = tmp_path / "mistyped.yaml"
    shutil.copyfile(sorted(policy_dir().glob(pattern))[0], path)
    path.write_text(path.read_text(encoding="utf-8") + "\nmistyped_key: 1\n", encoding="utf-8")
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(PolicyError) as found:
        loader.load(path, MODELS[KNOWING[pattern]])
    told = " ".join([found.value.zh, *(zh for zh, _ in found.value.problems)])
    assert f"mistyped.yaml:{line}" in told
    assert "mistyped_key" in told
