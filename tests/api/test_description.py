"""The description of the API is whole: names, rights, examples, and one shape of refusal."""

from __future__ import annotations

from typing import Any

import pytest

from yiyang.accounts.roles import load_roles
from yiyang.kit.api import STANDARD
from yiyang.site import api

SCHEMA = api.schema()
OPERATIONS = [
    pytest.param(told, id=f"{method.upper()} {path}")
    for path, methods in SCHEMA["paths"].items()
    for method, told in methods.items()
]


@pytest.mark.parametrize("told", OPERATIONS)
def test_an_operation_says_what_it_does_who_may_and_how_it_refuses(told: dict[str, Any]) -> None:
    assert told["description"].strip()
    assert set(told["x-rights"]) <= set(load_roles().rights)
    assert {"Token": []} in told["security"]
    for status in STANDARD:
        body = told["responses"][status]["content"]["application/json"]["schema"]
        assert body == {"$ref": "#/components/schemas/Refusal"}


@pytest.mark.parametrize("told", [each for each in OPERATIONS if "requestBody" in each.values[0]])  # type: ignore[operator]
def test_a_body_has_an_example(told: dict[str, Any]) -> None:
    assert "example" in told["requestBody"]["content"]["application/json"]


def test_no_two_shapes_share_a_name() -> None:
    # The library would silently take the second for the first.
    found: dict[str, set[type]] = {}
    for bound in api.api._get_bound_routers():
        for view in bound.path_operations.values():
            for operation in view.operations:
                for model in operation.response_models.values():
                    _collect(model, found)
    assert {name: kinds for name, kinds in found.items() if len(kinds) > 1} == {}


def _collect(model: Any, found: dict[str, set[type]]) -> None:
    for field in getattr(model, "model_fields", {}).values():
        for kind in _kinds(field.annotation):
            if kind not in found.setdefault(kind.__name__, set()):
                found[kind.__name__].add(kind)
                _collect(kind, found)


def _kinds(annotation: Any) -> list[type]:
    if hasattr(annotation, "model_fields"):
        return [annotation]
    return [kind for part in getattr(annotation, "__args__", ()) for kind in _kinds(part)]


def test_operations_have_names_of_their_own() -> None:
    names = [each.values[0]["operationId"] for each in OPERATIONS]  # type: ignore[index]
    assert len(names) == len(set(names))
