"""`policy/plans/terms.yaml`, strictly read: under which names plans speak of the same figure."""

from __future__ import annotations

from pathlib import Path

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.plan_terms_schema import Term, Terms, loose

__all__ = ["Term", "Terms", "load_terms", "loose"]

FILE = Path("plans") / "terms.yaml"


def load_terms(policy: Path | None = None) -> Terms:
    """The terms; cached until the file changes. Raises PolicyError naming every problem with file and line."""
    return loader.load((policy or policy_dir()) / FILE, Terms)
