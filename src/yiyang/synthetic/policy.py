"""What the made-up city takes from `policy/`: its parameters, the facts' codes and the register contracts."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from yiyang.base.paths import policy_dir
from yiyang.catalog.facts import load_facts
from yiyang.engine.facts import Fact
from yiyang.registry.contracts import Contract, delivered, load_contracts


def _load(name: str) -> dict[str, Any]:
    path = policy_dir() / "synthetic" / name
    return dict(yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@cache
def parameters() -> dict[str, Any]:
    """policy/synthetic/parameters.yaml"""
    return _load("parameters.yaml")


@cache
def names() -> dict[str, Any]:
    """policy/synthetic/names.yaml"""
    return _load("names.yaml")


@cache
def facts() -> dict[str, Fact]:
    """The facts by name."""
    return dict(load_facts().facts)


@cache
def values(fact: str) -> tuple[str, ...]:
    """Names of an enum's values in the order in which they are stored."""
    return tuple(label.name for label in facts()[fact].values)


def code(fact: str, value: str) -> int:
    """The stored integer of a fact's value."""
    return facts()[fact].code(value)


@cache
def contracts() -> dict[str, Contract]:
    """The contracts of the registers that departments deliver."""
    return delivered(load_contracts(facts=load_facts()))
