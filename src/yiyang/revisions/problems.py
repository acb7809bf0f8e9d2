"""What is wrong with a draft, each problem with the item and field where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import yaml

from yiyang.base.errors import PolicyError
from yiyang.catalog.check import check
from yiyang.catalog.findings import Finding
from yiyang.catalog.lists import CASES, short
from yiyang.catalog.loader import nodes_of
from yiyang.revisions import desk

Json = dict[str, Any]


def problems_of(area: int, files: Mapping[str, str], on: date) -> list[Json]:
    """Everything that `yiyang list check` says of the draft, as of its first day; errors first.

    Each has level (error, warning, note), kind, file, item, line, field (`who`, `values.eighties`, …) and zh.
    """
    base = desk.policy_on(on)
    return deepcopy(_problems(area, tuple(sorted(files.items())), on, base, desk.state_of(base)))


@lru_cache(maxsize=32)
def _problems(area: int, sent: tuple[tuple[str, str], ...], on: date, base: Path, _state: str) -> list[Json]:
    files, code = dict(sent), short(f"{area:012d}")
    with desk.laid_out(area, files, base) as policy:
        report = check([code], on, policy)
    return [_problem(found, files) for found in report.findings if found.area == code]


def _problem(found: Finding, files: Mapping[str, str]) -> Json:
    file = PurePath(found.file).name
    known = file if file in files else ""
    item = known.removesuffix(CASES).removesuffix(".yaml") if known and known != "list.yaml" else found.item
    return {
        "level": found.level.value,
        "kind": found.kind,
        "file": known,
        "item": item,
        "line": found.line if known else 0,
        "field": field_at(files[known], found.line) if known else "",
        "zh": found.zh,
    }


def field_at(text: str, line: int) -> str:
    """Which key of a file a line (from 1) belongs to: `who`, `amount`, `values.eighties`; '' = none."""
    try:
        root = nodes_of(text)
    except PolicyError:
        return ""
    key, value = _entry(root, line)
    if key not in ("values", "cases"):
        return key
    inner = _entry(value, line)[0] if isinstance(value, yaml.MappingNode) else ""
    return f"{key}.{inner}" if inner else key


def _entry(node: Any, line: int) -> tuple[str, Any]:
    found: tuple[str, Any] = ("", None)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.start_mark.line + 1 <= line:
            found = (str(key.value), value)
    return found


def has_errors(problems: list[Json]) -> bool:
    """Whether the list must not be issued like this."""
    return any(problem["level"] == "error" for problem in problems)
