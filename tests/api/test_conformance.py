"""Every operation answers as its description says, whatever it is asked: schemathesis against the WSGI application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from yiyang.site import api
from yiyang.site.tests.access_world import POLICY, Actor, World, rolled_back, token_of
from yiyang.site.wsgi import application

# As a caller reads it; integers as keys of answers become texts.
schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.schema())))
schema.config.generation.update(modes=list(schemathesis.GenerationMode))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# What stands at the beginning of an address → what lies in a place under that name.
REAL = {
    "runs": "run",
    "revisions": "revision",
    "scenarios": "scenario",
    "areas": "area",
    "deliveries": "delivery",
    "people": "person",
    "corrections": "correction",
    "doubles": "double",
    "accounts": "account",
    "tokens": "token",
    "audit/lines": "seq",
    "exports": "export",
    "projects": "project",
    "plan-tasks": "task",
    "reach/circles": "circle",
    "reach/sitings": "siting",
}


@pytest.fixture(scope="module", autouse=True)
def one_connection() -> Iterator[None]:
    """No request closes the connection on which the world lies, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[str, str]:
    """A token of a department, and one of a county officer with all his rights."""
    officer: Actor = world.actors["county_officer"]
    rights = POLICY["roles"]["county_officer"]["rights"]
    return {"supplier": world.actors["supplier"].token, "county_officer": token_of(officer.user, rights)}


# The client of the tests reads a file to its end and does not close it, as servers do.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
# The same examples each time. `explicit`: schemathesis's own list of borderline values, some fifty an operation.
CALM = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


# `who` is a parameter so that each operation has an id of its own: without any, schemathesis 4.32 gives all operations
# of a test the same one under pytest 9.2, and then xdist runs one of them (see conftest.py: one id, one test).
@schema.parametrize()
@pytest.mark.parametrize("who", ["county_officer"])
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate], **CALM)
def test_an_officer_is_answered_as_described(case: Any, who: str, world: World, tokens: dict[str, str]) -> None:
    _ask_twice(case, world, {"Authorization": f"Bearer {tokens[who]}"})


@schema.parametrize()
@pytest.mark.parametrize("who", ["supplier"])
@settings(max_examples=5, phases=[Phase.generate], **CALM)
def test_a_department_is_answered_as_described(case: Any, who: str, world: World, tokens: dict[str, str]) -> None:
    _ask_twice(case, world, {"Authorization": f"Bearer {tokens[who]}"})


def _ask_twice(case: Any, world: World, headers: dict[str, str]) -> None:
    first = case.path.removeprefix("/api/v1/").split("/{")[0]
    key = next((name for name in ("pk", "seq") if name in (case.path_parameters or {})), None)
    borderline = case.meta.phase.data if case.meta.phase.name == TestPhase.COVERAGE else None
    # A borderline value belongs to the key, or is asked of what is there: what is not there answers all alike.
    if key is None or borderline is None or borderline.parameter in (key, None):
        _ask(case, headers)
    if key is not None and (borderline is None or borderline.parameter != key):
        case.path_parameters[key] = getattr(world.places["own"], REAL[first])
        _ask(case, headers)


def _ask(case: Any, headers: dict[str, str]) -> None:
    with rolled_back():
        answer = case.call(app=application, headers=headers, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    case.validate_response(answer, checks=CHECKS)
