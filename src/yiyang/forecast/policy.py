"""`policy/forecast/*.yaml`, strictly read: how is projected, what disability is, what is needed, what was claimed."""

from __future__ import annotations

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.forecast_schema import Claim, Claims, Demand, Disability, Kind, Need, Parameters, Series

__all__ = ["Claim", "Kind", "Need", "Parameters", "Series", "claims", "demand", "disability", "parameters"]


def parameters() -> Parameters:
    """How is projected. Raises PolicyError."""
    return loader.load(policy_dir() / "forecast" / "parameters.yaml", Parameters)


def disability() -> Disability:
    """How disability is counted. Raises PolicyError."""
    return loader.load(policy_dir() / "forecast" / "disability.yaml", Disability)


def demand() -> Demand:
    """What is needed for how many. Raises PolicyError."""
    return loader.load(policy_dir() / "forecast" / "demand.yaml", Demand)


def claims() -> tuple[Claim, ...]:
    """What documents and statisticians say. Raises PolicyError."""
    return loader.load(policy_dir() / "forecast" / "claims.yaml", Claims).claims
