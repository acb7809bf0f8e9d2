"""Sums, means and what units reported: told of all places of a level under one place, or of none. Pure.

So nothing can be worked out by subtracting: there is never a place missing among its neighbours. What counts people is
hidden cell by cell instead (`hiding`), because there a level of which nothing were told would be most of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """What stands behind a place's sum.

    Attributes:
        people: of how many people it is.
        largest: the share of whoever gives most of it, 0 to 1; 0 where nobody's share is known to matter.
    """

    people: float
    largest: float = 0.0


@dataclass(frozen=True)
class Limits:
    """From how many people a sum is told, and up to which share of the largest ((1, k) dominance)."""

    least: int = 10
    dominance: float = 0.5

    def allow(self, part: Part) -> bool:
        """Whether a place's sum may be told, if it stood alone; of nobody there is nothing to tell."""
        return part.people == 0 or (part.people >= self.least and part.largest <= self.dominance)


def told(
    parts: Mapping[int, Part], above: Callable[[int], int | None], limits: Limits, extra: Callable[[int], bool]
) -> set[int]:
    """Of which places a sum is told.

    Args:
        parts: what stands behind each place's sum; all places that there are.
        above: the place above one; None of the topmost.
        extra: whether a place may be told for another reason.

    A level is told under a place only where that place itself is: what is told is always a whole top of the tree.
    """
    below: dict[int | None, list[int]] = {}
    for code in parts:
        up = above(code)
        below.setdefault(up if up in parts else None, []).append(code)
    found: set[int] = set()
    waiting = [below.get(None, [])]
    while waiting:
        level = waiting.pop()
        if all(limits.allow(parts[code]) and extra(code) for code in level):
            found |= set(level)
            waiting += [below[code] for code in level if code in below]
    return found
