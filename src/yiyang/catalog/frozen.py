"""The lists of a run, kept beside it: what was in force then is read from there, not from today's `policy/`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from yiyang.base.paths import policy_dir
from yiyang.catalog.apply import Lists
from yiyang.catalog.binding import BoundProgram, lists_near
from yiyang.catalog.lists import CASES, HEAD
from yiyang.catalog.overlay import Overlay
from yiyang.engine.facts import strip_level

SHARED = ("facts.yaml", "departments.yaml")
LEVELS = {0: "national", 2: "province", 4: "city"}


def freeze(bound: BoundProgram, target: Path, policy: Path | None = None, *, overlay: Overlay | None = None) -> None:
    """Copy every file that the program was bound from; worked cases stay behind, changes under trial are written in."""
    root = policy or policy_dir()
    target.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        shutil.copyfile(root / name, target / name)
    written = lists_near(bound.areas, bound.on, None, policy)
    for folder in [root / "sources", *(root / "lists" / area for area in written)]:
        shutil.copytree(
            folder,
            target / folder.relative_to(root),
            ignore=shutil.ignore_patterns(f"*{CASES}"),
            copy_function=shutil.copyfile,
        )
    if overlay:
        _lay_over(written, lists_near(bound.areas, bound.on, overlay, policy), overlay, target / "lists")


def _lay_over(before: Lists, after: Lists, overlay: Overlay, target: Path) -> None:
    heads = {whole.head.area: whole.head.model_dump(mode="json", exclude_unset=True) for whole in overlay.lists}
    for area, items in after.items():
        old = before.get(area, {})
        for name in old.keys() - items.keys():
            (target / area / f"{name}.yaml").unlink()
        if area in heads or area not in before:
            _write(target / area / HEAD, heads.get(area) or _head(area))
        for name, loaded in items.items():
            if name not in old or old[name].item != loaded.item:
                fields = loaded.item.model_dump(mode="json", by_alias=True, exclude_unset=True)
                _write(target / area / f"{name}.yaml", fields)


def _head(area: str) -> dict[str, Any]:
    """The head of a list that is there on trial only."""
    level = LEVELS.get(len(strip_level(area)) if len(area) == 6 else 6, "county")
    title = {"zh": f"{area} 试行清单", "en": f"List of {area}, on trial"}
    return {"area": area, "title": title, "level": level, "documents": [], "version": "trial", "starts": "2000-01-01"}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
