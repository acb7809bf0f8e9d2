"""What a check found: one finding is one line that an official can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from yiyang.base import screen
from yiyang.catalog.loader import Loc, line_of, shown


class Level(StrEnum):
    ERROR = "error"  # the list must not be used like this
    WARNING = "warning"  # probably a slip; somebody should look
    NOTE = "note"  # for completeness

    @property
    def zh(self) -> str:
        return {"error": "错误", "warning": "提醒", "note": "说明"}[self.value]


@dataclass(frozen=True)
class Finding:
    """One thing found. `kind` is a stable word for programs: schema, gap, overlap, unreachable, never, case, …"""

    level: Level
    kind: str
    area: str
    item: str
    file: str
    line: int
    zh: str
    en: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def text(self) -> str:
        return screen.t(self.zh, self.en)

    def json(self) -> Mapping[str, Any]:
        return {name: getattr(self, name) for name in ("level", "kind", "area", "item", "file", "line", "zh", "en")}


def finding(level: Level, kind: str, area: str, path: Path, loc: Loc, zh: str, en: str, item: str = "") -> Finding:
    """A finding at a place of a file."""
    return Finding(level, kind, area, item, shown(path), line_of(path, loc), zh, en)
