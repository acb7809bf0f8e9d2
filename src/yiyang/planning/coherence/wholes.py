"""What a share may be a share of: figures of the same kind in the same section, and of the same name anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiyang.planning.coherence.census import CENSUS_FILE, Census
from yiyang.planning.coherence.numbers import Figure, figures
from yiyang.planning.coherence.text import Sentence
from yiyang.planning.records import Place

_FUTURE = re.compile(r"预计|预测|将")
_FILLER = re.compile(r"总数|总量|人数|全市|全县|全区|全省|总|数|的|约|达|为|共|有")


@dataclass(frozen=True, slots=True)
class Whole:
    """A figure that a share may be taken of. `is_named`: its name is what the sentence says it divides by."""

    figure: Figure
    name: str
    text: str
    place: Place
    is_named: bool = False


class Wholes:
    """Every figure of a document with the words before it."""

    def __init__(self, sentences: Sequence[Sentence], census: Census | None = None) -> None:
        self._people = None if census is None else _counted(census)
        self._all = [
            (sentence.section[:2], Whole(each, _name(sentence.text, each), sentence.text, sentence.place))
            for sentence in sentences
            for each in figures(sentence.text)
            if each.kind not in ("%", "‰", "个百分点") and each.value > 0
        ]

    def alike(self, part: Figure) -> list[Whole]:
        """Every larger figure of the document of the same unit."""
        return [whole for _, whole in self._all if _same_kind(whole.figure, part) and whole.figure.value > part.value]

    def of(self, sentence: Sentence, part: Figure, base: str) -> list[Whole]:
        """Figures larger than `part` and of its unit, in the same section; those named like `base` from anywhere."""
        alike = [each for each in self._all if _same_kind(each[1].figure, part) and each[1].figure.value > part.value]
        wanted = _FILLER.sub("", base)
        # A share of today's residents whose number the text does not state is one of the census.
        if "常住人口" in base and self._people and sentence.role == "reached" and not _FUTURE.search(sentence.text):
            return [*(whole for _, whole in alike if "常住人口" in whole.name), self._people]
        if len(wanted) >= 2:
            named = [_named(whole) for _, whole in alike if wanted in _FILLER.sub("", whole.name)]
            near = [whole for whole in named if whole.place.line == sentence.place.line]
            if near or named:
                # What is named may be meant of another year: whatever stands in the section may still explain it.
                return [*named, *(whole for section, whole in alike if section == sentence.section[:2])]
        return [whole for section, whole in alike if section == sentence.section[:2]]


def _counted(census: Census) -> Whole:
    people = Decimal(sum(census.ages))
    # The census is of one day; a plan may state the people of another day of that year.
    figure = Figure(f"{people:,}人", people, "人", (people / 500).quantize(Decimal(1)), 0, 0, scale="万")
    return Whole(figure, "常住人口", "常住人口", Place(CENSUS_FILE, 0), is_named=True)


def _named(whole: Whole) -> Whole:
    return Whole(whole.figure, whole.name, whole.text, whole.place, is_named=True)


def _same_kind(first: Figure, second: Figure) -> bool:
    """The same unit; figures in 万 without a unit are people as a rule."""
    one, other = first.kind or ("人" if first.scale else ""), second.kind or ("人" if second.scale else "")
    return bool(one) and one == other


def _name(text: str, figure: Figure) -> str:
    """The words before a figure, back to the last comma or full stop."""
    return re.split(r"[，。；;：:]", text[: figure.start])[-1][-24:]
