"""A scale (评估标准) in one of its versions, as it is scored. Pure.

Level 0 is unimpaired; a higher level is worse. Options stand best first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from yiyang.base.errors import UsageError

When = tuple[tuple[str, tuple[str, ...]], ...]  # item → answers of which one was given; all items must agree


@dataclass(frozen=True)
class Option:
    """What may be answered. `value` is what is stored; `points` is None where nothing is counted."""

    value: str
    text: str
    points: int | None


@dataclass(frozen=True)
class Item:
    """One question. `part` is the code of the part whose points it adds to; None beside the parts (circumstance)."""

    code: str
    name: str
    name_en: str
    asks: str
    help: str
    options: tuple[Option, ...]
    part: str | None

    @cached_property
    def by_value(self) -> dict[str, Option]:
        """Options by the value that is stored."""
        return {option.value: option for option in self.options}

    @property
    def max(self) -> int:
        """The most points."""
        return max(option.points or 0 for option in self.options)


@dataclass(frozen=True)
class Part:
    """Items whose points are added up. `bands`: the least points of each band, unimpaired first."""

    code: str
    name: str
    name_en: str
    items: tuple[Item, ...]
    bands: tuple[int, ...] = ()

    @property
    def max(self) -> int:
        """The most points."""
        return sum(item.max for item in self.items)


@dataclass(frozen=True)
class Level:
    """A level. `lowest`: its least points; `value`: of the fact; `stored`: that value as registers hold it."""

    level: int
    name: str
    name_en: str
    short: str
    lowest: int | None
    value: str | None
    stored: int | None
    advice: str


@dataclass(frozen=True)
class Change:
    """A rule that changes the level: it holds when `when` does, or when the figures of `counted` reach `at_least`."""

    code: str
    name: str
    name_en: str
    when: When
    counted: tuple[str, ...]
    at_least: int
    by: int
    to: int


@dataclass(frozen=True)
class Doubt:
    """Answers that hardly stand together."""

    code: str
    says: str
    says_en: str
    when: When


@dataclass(frozen=True)
class Matrix:
    """Levels by the worst band of `rows` and the worst band of `columns` (codes of parts)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    levels: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class FactOf:
    """The fact that a result gives: its name, and by level its value and that value as registers hold it."""

    name: str
    values: Mapping[int, str]
    stored: Mapping[int, int]


@dataclass(frozen=True, eq=False)
class Instrument:
    """One version of a scale. `kind`: levels (scored), advice (self-check, no level), stored (old results only)."""

    id: str
    version: str
    number: int
    kind: Literal["levels", "advice", "stored"]
    name: str
    name_en: str
    short: str
    starts: date
    ends: date | None
    note: str
    parts: tuple[Part, ...]
    circumstances: tuple[Item, ...]
    levels: tuple[Level, ...]
    matrix: Matrix | None
    changes: tuple[Change, ...]
    raises_add_up: bool
    doubts: tuple[Doubt, ...]
    fact: FactOf | None

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every question by its code: the items of the parts, then the circumstances."""
        inner = [item for part in self.parts for item in part.items]
        return {item.code: item for item in (*inner, *self.circumstances)}

    @property
    def max(self) -> int | None:
        """The most points; None where no sum of all points is taken."""
        return None if self.matrix or not self.parts else sum(part.max for part in self.parts)

    @property
    def worst(self) -> int:
        """The worst level."""
        return self.levels[-1].level

    def level(self, number: int) -> Level:
        """A level by its number. Raises UsageError."""
        found = next((level for level in self.levels if level.level == number), None)
        if found is None:
            raise UsageError(f"“{self.name}”没有等级 {number}。", f"{self.id} has no level {number}.")
        return found

    @cached_property
    def fingerprint(self) -> str:
        """Of all that can change a level, not of wording: two versions with the same print score alike."""
        items = [(i.code, i.part, [(o.value, o.points) for o in i.options]) for i in self.items.values()]
        rules = [
            (c.code, [(code, sorted(values)) for code, values in c.when], c.counted, c.at_least, c.by, c.to)
            for c in self.changes
        ]
        levels = [(level.level, level.lowest, level.value) for level in self.levels]
        bands = [(part.code, part.bands) for part in self.parts]
        whole = (self.kind, items, bands, levels, self.matrix, rules, self.raises_add_up, self.fact and self.fact.name)
        return hashlib.sha256(repr(whole).encode()).hexdigest()[:16]
