"""The JSON Schemas are current and agree with the models."""

from __future__ import annotations

import json

import pytest

from yiyang.base.paths import policy_dir
from yiyang.catalog.json_schema import default_folder, schemas, stale, write
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
