"""Facts: typed integer columns about a person, NULL meaning unknown."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from yiyang.base.errors import ConditionError


class Kind(StrEnum):
    BOOL = "bool"
    ENUM = "enum"
    ORDERED = "ordered"
    INT = "int"
    YEARS = "years"
    DATE = "date"
    AREA = "area"


@dataclass(frozen=True)
class Label:
    """A name in both languages."""

    name: str
    zh: str
    en: str


@dataclass(frozen=True)
class Fact:
    """One typed column.

    Attributes:
        column: the people table's column; for `years` it holds a birth date as yyyymmdd.
        values: names of an enum, lowest first when ordered; the stored integer is the index.
        minimum, maximum: bounds of an int or years fact, used where every value must be listed.
        absent: the stored integer that holds for people of whom no register speaks; None = unknown.
        sources: registers that deliver it, the most trusted first.
        zh_not, en_not: how a bool is said when it does not hold.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    column: str
    values: tuple[Label, ...] = ()
    unit_zh: str = ""
    unit_en: str = ""
    minimum: int = 0
    maximum: int = 120
    absent: int | None = None
    sources: tuple[str, ...] = ()
    owner: str = ""
    zh_not: str = ""
    en_not: str = ""

    def code(self, name: str) -> int:
        """The stored integer of a value's name."""
        for index, label in enumerate(self.values):
            if label.name == name:
                return index
        allowed = [label.name for label in self.values]
        near = nearest(name, allowed)
        raise ConditionError(
            f"事实“{self.zh}”（{self.name}）没有取值 {name}{hint_zh(near)}；可用：{'、'.join(allowed)}",
            f"fact {self.name} has no value {name}{hint_en(near)}; allowed: {', '.join(allowed)}",
        )

    def bounded(self, value: int) -> int:
        """A number beyond the fact's bounds counts as the bound (a register has people of 121): as in the cells."""
        return min(max(value, self.minimum), self.maximum) if self.kind in (Kind.INT, Kind.YEARS) else value

    @property
    def is_listed(self) -> bool:
        """Whether the values are a short fixed list (so a class is a value)."""
        return self.kind in (Kind.BOOL, Kind.ENUM, Kind.ORDERED)

    @property
    def size(self) -> int:
        """How many values a listed fact has."""
        return 2 if self.kind is Kind.BOOL else len(self.values)


@dataclass(frozen=True)
class FactBook:
    """All facts and terms by name. `terms` maps a name to its label and the text of its condition."""

    facts: Mapping[str, Fact]
    terms: Mapping[str, tuple[Label, str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Fact:
        if name not in self.facts:
            near = nearest(name, [*self.facts, *self.terms])
            raise ConditionError(
                f"没有名为 {name} 的事实{hint_zh(near)}；可用：{'、'.join(sorted([*self.facts, *self.terms]))}",
                f"no fact is named {name}{hint_en(near)}; known: {', '.join(sorted([*self.facts, *self.terms]))}",
            )
        return self.facts[name]

    @property
    def columns(self) -> tuple[str, ...]:
        """The people table's fact columns, each once, in order."""
        return tuple(dict.fromkeys(fact.column for fact in self.facts.values()))


def nearest(name: str, known: list[str]) -> str | None:
    """The known name most like a misspelled one."""
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return found[0] if found else None


def hint_zh(near: str | None) -> str:
    return f"，是否想写 {near}" if near else ""


def hint_en(near: str | None) -> str:
    return f" (did you mean {near}?)" if near else ""


def as_int(day: date) -> int:
    """A date as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


def years_since(birth: int, reference: int) -> int:
    """Whole years from a birth date to the reference day, both yyyymmdd (29 February counts from 1 March)."""
    return (reference - birth) // 10000


def area_span(code: str) -> tuple[int, int]:
    """The half-open range of 12-digit codes under an area: '511724' -> (511724000000, 511725000000).

    Trailing zeros of a six-digit code are its level: '511700' is the whole city, '000000' everywhere.
    """
    digits = code if len(code) > 6 else strip_level(code)
    if len(digits) > 9 and digits.endswith("000"):
        digits = digits[:9]
    width = 10 ** (12 - len(digits))
    low = int(digits or 0) * width
    return low, low + width


def strip_level(code: str) -> str:
    """'511700' -> '5117', '510000' -> '51', '000000' -> ''."""
    for cut in (6, 4, 2):
        if code[cut - 2 : cut] != "00":
            return code[:cut]
    return ""
