"""What the made-up city takes from `policy/`: its parameters, the facts' codes and the register contracts."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from yiyang.base.paths import policy_dir


def _load(*parts: str) -> Any:
    return yaml.load(policy_dir().joinpath(*parts).read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def parameters() -> dict[str, Any]:
    """policy/synthetic/parameters.yaml"""
    return dict(_load("synthetic", "parameters.yaml"))


@cache
def names() -> dict[str, Any]:
    """policy/synthetic/names.yaml"""
    return dict(_load("synthetic", "names.yaml"))


@cache
def facts() -> dict[str, dict[str, Any]]:
    """The facts of policy/facts.yaml by name."""
    return dict(_load("facts.yaml")["facts"])


@cache
def values(fact: str) -> tuple[str, ...]:
    """Names of an enum's values in the order in which they are stored."""
    return tuple(facts()[fact]["values"])


def code(fact: str, value: str) -> int:
    """The stored integer of a fact's value."""
    return values(fact).index(value)


@cache
def contracts() -> dict[str, dict[str, Any]]:
    """The contracts of policy/registers by register."""
    paths = sorted((policy_dir() / "registers").glob("*.yaml"))
    return {path.stem: dict(_load("registers", path.name)) for path in paths}
