"""The scales of `policy/instruments/`: which there are, which version holds on a day, and scoring by them.

What other rooms use: `instruments`, `current`, `version_of`, `score`, `score_many`, `advise`, `doubts`, `tidy`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

from yiyang.assessment import reading
from yiyang.assessment.instrument import Instrument, Item, Level, Option, Part
from yiyang.assessment.logic import Advice, Scored, advise, doubts, score, tidy
from yiyang.assessment.scoring import Compared, compare_versions, score_many, table_of
from yiyang.base.errors import PolicyError, UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog.facts import load_facts
from yiyang.catalog.instrument_schema import InstrumentFile
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Problems, Stamp, load, stamp
from yiyang.engine.facts import hint_en, hint_zh, nearest

__all__ = (
    "Advice", "Compared", "Instrument", "Item", "Level", "Option", "Part", "Scored", "advise", "compare_versions",
    "current", "doubts", "instruments", "score", "score_many", "table_of", "tidy", "version_of", "versions",
)  # fmt: skip
# Worked cases stand beside the scales; see `worked`.
CASES = ".cases.yaml"
Versions = Mapping[str, tuple[Instrument, ...]]
_loaded: dict[tuple[Stamp, ...], Versions] = {}
# Lists and exports ask for every row: the files are looked at once a second, not once a row.
_HELD = 1.0
_seen: dict[str, tuple[float, Versions]] = {}


def instruments(policy: Path | None = None) -> dict[str, Instrument]:
    """The newest version of every scale, by id, in the order of menus. Raises PolicyError with file and line."""
    newest = [found[-1] for found in versions(policy).values()]
    return {scale.id: scale for scale in sorted(newest, key=lambda scale: scale.number)}


def current(slug: str, on: date, policy: Path | None = None) -> Instrument:
    """The version of a scale that is used on a day. Raises UsageError: no such scale, or none in force that day."""
    found = [one for one in _of(slug, policy) if one.starts <= on and (one.ends is None or on <= one.ends)]
    if not found:
        name = _of(slug, policy)[-1].name
        raise UsageError(f"{on:%Y-%m-%d}“{name}”没有施行中的版本。", f"No version of {slug} is in force on {on}.")
    return found[-1]


def version_of(slug: str, version: str, policy: Path | None = None) -> Instrument:
    """Exactly the version that scored a form. Raises UsageError."""
    found = {one.version: one for one in _of(slug, policy)}
    if version not in found:
        raise UsageError(
            f"“{slug}”没有版本 {version}；现有：{'、'.join(found)}。",
            f"{slug} has no version {version}; there are {', '.join(found)}.",
        )
    return found[version]


def versions(policy: Path | None = None) -> Versions:
    """Every version of every scale, the oldest first. A changed file is noticed within a second."""
    if policy is not None:
        return _by_stamps(policy)
    chosen, now = os.environ.get("YIYANG_POLICY", ""), time.monotonic()
    if chosen not in _seen or now - _seen[chosen][0] > _HELD:
        _seen[chosen] = now, _by_stamps(policy_dir())
    return _seen[chosen][1]


def _by_stamps(root: Path) -> Versions:
    paths = sorted(path for path in (root / "instruments").glob("*.yaml") if not path.name.endswith(CASES))
    key = (*(stamp(path) for path in paths), stamp(root / "facts.yaml"))
    if key not in _loaded:
        _loaded[key] = _read(paths, root)
    return _loaded[key]


def _of(slug: str, policy: Path | None) -> tuple[Instrument, ...]:
    found = versions(policy)
    if slug not in found:
        near = nearest(slug, sorted(found))
        raise UsageError(
            f"没有评估标准“{slug}”{hint_zh(near)}；现有：{'、'.join(found)}。",
            f"There is no scale {slug}{hint_en(near)}; there are {', '.join(found)}.",
        )
    return found[slug]


def _read(paths: list[Path], policy: Path) -> Versions:
    problems, book, known = Problems(), load_facts(policy), set(documents(policy))
    found: dict[str, list[Instrument]] = {}
    for path in paths:
        try:
            scale = reading.made(path, load(path, InstrumentFile), book, known, problems)
        except PolicyError as error:
            problems.absorb(error)
            continue
        found.setdefault(scale.id, []).append(scale)
        found[scale.id].sort(key=lambda one: one.starts)
        _apart(path, found[scale.id], problems)
    problems.raise_if_any()
    return {slug: tuple(scales) for slug, scales in found.items()}


def _apart(path: Path, scales: list[Instrument], problems: Problems) -> None:
    """Two versions of a scale differ in number and in their first day."""
    for before, after in pairwise(scales):
        if before.version == after.version or before.starts == after.starts:
            zh = f"版本 {before.version} 与 {after.version} 的版本号或起始日相同"
            problems.add(path, ("version",), zh, f"versions {before.version} and {after.version} clash")
