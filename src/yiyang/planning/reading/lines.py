"""Words of a PDF page, and the lines that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A word or a run of words on a page, in points from the left and the top."""

    text: str
    left: float
    right: float
    top: float
    size: float


def rows_of(words: Sequence[Line]) -> list[list[Line]]:
    """Words that stand at one height, from left to right, the highest first."""
    lines: list[list[Line]] = []
    for word in sorted(words, key=lambda each: (each.top, each.left)):
        if lines and abs(word.top - lines[-1][0].top) < 0.5 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda each: each.left) for line in lines]
