"""A whole that a sentence spreads over years: what each year takes, and how much of it is done by then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from yiyang.planning.coherence.numbers import Figure, figures, years
from yiyang.planning.coherence.text import Sentence

_ALL = re.compile(r"全部|全面|共|合计|总计|累计")


@dataclass(frozen=True, slots=True)
class Spread:
    """The whole with the words before the first year, and each year's part in the sentence's order."""

    words: str
    whole: Figure
    by_year: tuple[tuple[int, Figure], ...]

    def shares(self) -> Iterator[tuple[int, Figure, Decimal, Decimal]]:
        """Year, its part, how much is done by its end, and that in hundredths; nothing where they do not make it up."""
        if sum((each.value for _, each in self.by_year), Decimal(0)) != self.whole.value:
            return
        done = Decimal(0)
        for year, part in self.by_year:
            done += part.value
            yield year, part, done, done * 100 / self.whole.value


def spread(sentence: Sentence) -> Spread | None:
    """对全县 16 所……改造，2022 年改造 7 所，2023 年改造 9 所; None where a sentence says nothing of that kind."""
    text = sentence.text
    marks = years(text)
    found = [each for each in figures(text) if each.kind not in ("", "%", "个百分点")]
    first = marks[0][0] if marks else 0
    whole = next((each for each in reversed(found) if each.end <= first), None)
    if len(marks) < 2 or whole is None or not _ALL.search(text[:first]):
        return None
    run = _by_year(text, marks, [each for each in found if each.kind == whole.kind and each.start > first])
    verbs = [re.sub(r"[^\u4e00-\u9fff]", "", text[at + 5 : each.start]) for (at, _), each in run]
    if len(run) < 2 or not all(verb and verb in text[:first] for verb in verbs):
        return None
    return Spread(text[:first], whole, tuple((year, each) for (_, year), each in run))


def _by_year(
    text: str, marks: Sequence[tuple[int, int]], found: Sequence[Figure]
) -> list[tuple[tuple[int, int], Figure]]:
    """The first figure after each year, as long as they follow one another."""
    run = []
    for mark, until in pairwise([*marks, (len(text), 0)]):
        after = next((each for each in found if mark[0] < each.start < until[0]), None)
        if after is None:
            break
        run.append((mark, after))
    return run
