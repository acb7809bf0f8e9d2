"""Changes to try before they are written: single values, a YAML file, or a whole other list.

A single value is written `ITEM.VALUE=…` (every list of the run that has it) or `AREA/ITEM.VALUE=…`. Values counted in
fen are written in yuan, `50` or `50.5`, or in fen, `5000fen`; all others are plain integers in their own unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from yiyang.base.errors import NoEffect, PolicyError, UsageError
from yiyang.catalog.lists import HEAD, AreaList, load_folder, short
from yiyang.catalog.loader import read, shown
from yiyang.catalog.schema import Value

_SET = re.compile(
    r"^(?:(?P<area>\d{6}(?:\d{3}){0,2})/)?(?P<item>[a-z][a-z0-9_]*)\.(?P<value>[a-z][a-z0-9_]*)=(?P<to>.+)$"
)
_YUAN = re.compile(r"^[¥￥]?(\d+(?:\.\d{1,2})?)元?$")


@dataclass(frozen=True)
class SetValue:
    """One value of one item set to what `text` says.

    `stored`: the integer itself, from a worked case; it may be what holds already.
    """

    item: str
    value: str
    text: str
    area: str | None = None
    stored: int | None = None

    @property
    def name(self) -> str:
        return f"{self.area}/{self.item}.{self.value}" if self.area else f"{self.item}.{self.value}"


@dataclass(frozen=True)
class Patch:
    """Fields of one item of one list, laid over the item's own (or a whole new item)."""

    area: str
    item: str
    fields: Mapping[str, Any]
    path: Path


@dataclass(frozen=True)
class Overlay:
    """Changes, applied in this order: whole lists, patches, single values."""

    lists: tuple[AreaList, ...] = ()
    patches: tuple[Patch, ...] = ()
    sets: tuple[SetValue, ...] = ()

    @staticmethod
    def of(
        sets: Sequence[str] = (), paths: Sequence[Path] = (), area: str | None = None, policy: Path | None = None
    ) -> Overlay:
        """From the words of the command line.

        Args:
            sets: `ITEM.VALUE=…` or `AREA/ITEM.VALUE=…`.
            paths: YAML overlay files, or folders of a list (or of several).
            area: the list that changes without an area of their own are meant for; None = every list.
        """
        found = Overlay(sets=tuple(parse_set(text, area) for text in sets))
        for path in paths:
            found = found + (_folder(path, policy) if path.is_dir() else _file(path, area))
        return found

    def __add__(self, other: Overlay) -> Overlay:
        return Overlay(self.lists + other.lists, self.patches + other.patches, self.sets + other.sets)

    @property
    def may_be_idle(self) -> bool:
        """Whether it comes from a worked case, which may state the figure that holds anyway."""
        return not self.lists and not self.patches and all(change.stored is not None for change in self.sets)

    def __bool__(self) -> bool:
        return bool(self.lists or self.patches or self.sets)


def parse_set(text: str, area: str | None = None) -> SetValue:
    found = _SET.match(text.strip())
    if not found:
        raise UsageError(
            f"看不懂 --set {text}；应写作 项目.取值=数，如 old_age_allowance.eighties=50",
            f"cannot read --set {text}; write ITEM.VALUE=NUMBER, for example old_age_allowance.eighties=50",
        )
    named = found["area"] or area
    return SetValue(found["item"], found["value"], found["to"].strip(), short(named) if named else None)


def number(text: str, value: Value, name: str) -> int:
    """What the text means for the value, as stored."""
    if value.unit == "fen":
        if text.endswith("fen") and text[:-3].strip().isdigit():
            return int(text[:-3])
        if found := _YUAN.match(text):
            return int(Decimal(found[1]) * 100)
        raise UsageError(
            f"{name} 的单位是元，应写作 50、50.5 或 5000fen，不是 {text}",
            f"{name} is in yuan: write 50, 50.5 or 5000fen, not {text}",
        )
    if re.fullmatch(r"\d+", text):
        return int(text)
    raise UsageError(
        f"{name} 的单位是 {value.unit}，应为整数，不是 {text}", f"{name} is in {value.unit}: an integer, not {text}"
    )


def _folder(path: Path, policy: Path | None) -> Overlay:
    folders = [path] if (path / HEAD).exists() else sorted(found.parent for found in path.glob(f"*/{HEAD}"))
    if not folders:
        raise UsageError(f"{path} 里没有清单（{HEAD}）", f"there is no list ({HEAD}) in {path}")
    return Overlay(lists=tuple(load_folder(folder, policy) for folder in folders))


def _file(path: Path, area: str | None) -> Overlay:
    """area → item → fields. `values: {name: 50}` is short for a single value, written as in --set."""
    if not path.exists():
        raise UsageError(f"没有文件 {path}", f"there is no file {path}")
    found = Overlay()
    for code, items in _mapping(path, read(path)).items():
        for item, fields in _mapping(path, items).items():
            found = found + _entry(path, short(str(code)), str(item), dict(_mapping(path, fields)))
    if not found:
        raise NoEffect(f"{shown(path)} 里没有任何改动", f"{shown(path)} changes nothing")
    return found


def _entry(path: Path, area: str, item: str, fields: dict[str, Any]) -> Overlay:
    values = _mapping(path, fields.pop("values", {}))
    full = {name: value for name, value in values.items() if isinstance(value, dict)}
    sets = tuple(SetValue(item, str(name), str(value), area) for name, value in values.items() if name not in full)
    rest = {**fields, "values": full} if full else fields
    return Overlay(patches=(Patch(area, item, rest, path),) if rest else (), sets=sets)


def _mapping(path: Path, found: Any) -> Mapping[Any, Any]:
    if not isinstance(found, dict):
        raise PolicyError(
            f"{shown(path)} 应为“地区 → 项目 → 字段”，不能是 {found!r}",
            f"{shown(path)} should hold area → item → fields, not {found!r}",
        )
    return found
