"""The sentences of a document, and whether they say what was reached, what is promised or what is forecast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from yiyang.planning.coherence.numbers import years
from yiyang.planning.records import Document, Place

Role = Literal["reached", "promised", "forecast"]
PROSE = ("boxes", "policies", "elements", "reforms", "pilots", "industries", "tasks", "services", "other")
# Headings under which a plan says what there is. Boxes promise, wherever they stand.
_REACHED = re.compile(
    r"(发展|工作|现实|建设)基础|(发展|规划)背景|发展环境$|现状|成效|成就|回顾|(严峻|面临的?)形势|主要问题"
)
# Words of a sentence that say so wherever it stands, unless it speaks of what is to come.
_HAS = re.compile(r"目前|现有|截至|截止|已建成|已达到|已建有|已有|共有")
_TO_COME = re.compile(r"(?:到|至|20\d\d年底?前)|力争|将|规划|计划|目标|确保|新增|新建")
_FORECAST = re.compile(r"预计|预测|将达|将超过|力争达到")
_FULL_STOP = re.compile(r"(?<=[。！？\n])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. `passage` counts the paragraphs of a document, `section` is the innermost heading above."""

    document: Document
    text: str
    place: Place
    role: Role
    passage: int

    @property
    def section(self) -> tuple[str, ...]:
        """The headings above."""
        return self.place.path

    def year_at(self, position: int) -> int | None:
        """The year last named before a position of the sentence."""
        return next((year for at, year in reversed(years(self.text)) if at < position), None)


def sentences(document: Document) -> Iterator[Sentence]:
    """Every sentence outside lists of projects and indicators, headings included."""
    for passage, (text, place) in enumerate(_passages(document)):
        for index, part in enumerate((part for part in _FULL_STOP.split(text) if part.strip()), 1):
            yield Sentence(document, part.strip(), replace(place, sentence=index), _role(part, place), passage)


def _passages(document: Document) -> Iterator[tuple[str, Place]]:
    for block in document.blocks:
        yield block.text, block.where
    for table in document.tables:
        if table.kind in PROSE:
            for row in table.rows:
                for cell in row.cells:
                    yield cell.text, cell.where


def _role(text: str, place: Place) -> Role:
    if place.table is None and any(_REACHED.search(heading) for heading in place.path):
        return "forecast" if _FORECAST.search(text) else "reached"
    return "reached" if _HAS.search(text) and not _TO_COME.search(text.replace("截至", "")) else "promised"
