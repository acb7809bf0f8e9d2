"""Sets of 12-digit area codes as half-open ranges: what a scope is made of, in Python, SQL and the second lock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

NO_AREA = -1  # the code of what has no area yet; only a scope that names it sees such rows
EVERYWHERE = (0, 10**12)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Disjoint half-open ranges of codes, ascending; build with `of`.

    >>> Ranges.of([(5, 9), (1, 5)]).spans
    ((1, 9),)
    """

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Ranges:
        """Ranges in any order, touching or overlapping, as one set."""
        merged: list[tuple[int, int]] = []
        for low, high in sorted(span for span in spans if span[0] < span[1]):
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, code: int) -> bool:
        return any(low <= code < high for low, high in self.spans)

    def __or__(self, other: Ranges) -> Ranges:
        return Ranges.of([*self.spans, *other.spans])

    def __sub__(self, other: Ranges) -> Ranges:
        left = list(self.spans)
        for low, high in other.spans:
            left = [part for a, b in left for part in ((a, min(b, low)), (max(a, high), b)) if part[0] < part[1]]
        return Ranges.of(left)

    def __and__(self, other: Ranges) -> Ranges:
        return self - (self - other)

    def covers(self, other: Ranges) -> bool:
        """Whether every code of the other lies in this."""
        return not other - self

    def multirange(self) -> str:
        """The text of PostgreSQL's int8multirange."""
        return "{" + ",".join(f"[{low},{high})" for low, high in self.spans) + "}"

    def q(self, *columns: str) -> Q:
        """The condition that one of the columns lies in the ranges; nothing matches empty ranges."""
        found = Q(pk__in=[])
        for column in columns:
            for low, high in self.spans:
                found |= Q(**{f"{column}__gte": low, f"{column}__lt": high})
        return found


NOWHERE = Ranges()
ALL = Ranges.of([(NO_AREA, 10**12)])
