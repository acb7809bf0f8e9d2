"""Items that are used without anybody deciding: they are found and told, and make no case."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from yiyang.base.paths import policy_dir

FILE = "processes.yaml"


def direct_items(policy: Path | None = None) -> frozenset[str]:
    """The ids under `direct:` of policy/processes.yaml; none where the file says nothing."""
    return _read((policy or policy_dir()) / FILE)


@cache
def _read(path: Path) -> frozenset[str]:
    if not path.exists():
        return frozenset()
    said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return frozenset(said.get("direct") or ())
