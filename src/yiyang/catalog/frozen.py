"""The lists of a run, kept beside it: what was in force then is read from there, not from today's `policy/`."""

from __future__ import annotations

import shutil
from pathlib import Path

from yiyang.base.paths import policy_dir
from yiyang.catalog.binding import BoundProgram
from yiyang.catalog.lists import CASES, list_areas

SHARED = ("facts.yaml", "departments.yaml")


def freeze(bound: BoundProgram, target: Path, policy: Path | None = None) -> None:
    """Copy every file that the program was bound from; worked cases stay behind."""
    root = policy or policy_dir()
    for name in SHARED:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target / name)
    used = {info.list_area for info in bound.infos}
    for folder in [root / "sources", *(root / "lists" / area for area in list_areas(policy) if area in used)]:
        shutil.copytree(
            folder,
            target / folder.relative_to(root),
            ignore=shutil.ignore_patterns(f"*{CASES}"),
            copy_function=shutil.copyfile,
        )
