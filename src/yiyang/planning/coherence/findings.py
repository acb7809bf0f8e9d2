"""What a check tells: two places, both figures, the difference, how sure, how grave, and why it matters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from yiyang.planning.records import Document, Place

# `hint` is no contradiction: something to look at (a price far from the others). Hints do not change the exit code.
Severity = Literal["high", "medium", "low", "hint"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "hint")
SEVERITY_ZH: Mapping[str, str] = {"high": "重要", "medium": "一般", "low": "轻微", "hint": "提示"}
QUOTED = 60


@dataclass(frozen=True, slots=True)
class Spot:
    """One of a finding's two places, with a short quotation of the user's own file ("" = a table of the product)."""

    place: Place
    text: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """One of a finding's two figures: as it reads, its value in whole units (元, 张, 个, %), and the unit."""

    text: str
    value: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction (or hint).

    `check` names a row of `checks.CHECKS`; `kind` what of it is contradicted (money, places, count, year, …). `sure` is
    0–1. `why_zh` is one plain sentence. `key` stays the same when lines move: check, kind, names and figures.
    """

    check: str
    kind: str
    spots: tuple[Spot, Spot]
    figures: tuple[Amount, Amount]
    difference: Decimal | None
    sure: float
    severity: Severity
    why_zh: str
    key: str

    @property
    def places(self) -> tuple[Place, Place]:
        """The two places."""
        return self.spots[0].place, self.spots[1].place

    @property
    def is_hint(self) -> bool:
        """Something to look at, not a contradiction."""
        return self.severity == "hint"


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A finding that somebody judged a false alarm, with his reason."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, what was found (gravest first), and what stays dismissed."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    dismissed: tuple[Dismissed, ...] = ()

    @property
    def contradictions(self) -> tuple[Finding, ...]:
        """Findings without hints."""
        return tuple(found for found in self.findings if not found.is_hint)

    def title(self, slug: str) -> str:
        """The title of a document of the report; the slug itself for a table of the product."""
        return next((each.title or slug for each in self.documents if each.slug == slug), slug)


def finding(
    check: str,
    kind: str,
    spots: tuple[Spot, Spot],
    figures: tuple[Amount, Amount],
    why_zh: str,
    *,
    about: str,
    sure: float = 1.0,
    severity: Severity = "medium",
) -> Finding:
    """Put a finding together. `about` names what is contradicted (a project, an indicator): it goes into the key."""
    first, second = figures
    difference = None if first.value is None or second.value is None else abs(first.value - second.value)
    texts = "|".join(f"{each.text}{each.unit}" for each in figures)
    named = "|".join((check, kind, spots[0].place.document, spots[1].place.document, about, texts))
    key = hashlib.sha256(named.encode()).hexdigest()[:16]
    return Finding(check, kind, spots, figures, difference, sure, severity, why_zh, key)


def quote(text: str, around: str = "") -> str:
    """A short quotation: the text itself, or the part of it around a word, on one line."""
    line = " ".join(text.split())
    if len(line) <= QUOTED:
        return line
    at = max(line.find(around), 0) if around else 0
    start = max(0, min(at - QUOTED // 2, len(line) - QUOTED))
    return ("…" if start else "") + line[start : start + QUOTED] + ("…" if start + QUOTED < len(line) else "")


def number(value: Decimal | int | None) -> str:
    """A figure for people: thousands separated, no trailing zeros."""
    if value is None:
        return "—"
    plain = Decimal(value).normalize()
    return f"{plain:,f}"


def place_zh(place: Place) -> str:
    """A place in words: 第 12 行, 表 2 第 3 行."""
    words = [f"第 {place.line} 行"]
    if place.table is not None:
        words.append(f"表 {place.table}" + (f" 第 {place.row} 行" if place.row is not None else ""))
    return "，".join(words)
