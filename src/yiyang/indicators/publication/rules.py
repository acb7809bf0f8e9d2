"""What makes a cell sensitive, and how well it is to stay hidden. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.indicators.publication.tables import Counts, Flags


@dataclass(frozen=True)
class Rules:
    """The rules of a publication.

    Attributes:
        least: counts below it (and above zero) are sensitive.
        width: a sensitive count must possibly be this much more, and this much less (down to zero).
        zeros: whether zeros are told, or sensitive too.
        drift: how well others are held to know by how much each count changed between two months; None = not at all.
        total_open: the grand total is always told.
    """

    least: int = 10
    width: int = 5
    zeros: Literal["open", "hidden"] = "open"
    drift: int | None = 2
    total_open: bool = True

    def __post_init__(self) -> None:
        if self.least < 2 or self.width < 1 or (self.drift is not None and self.drift < 1):
            raise UsageError(
                "最小频数至少为2，保护宽度和月际变动至少为1。", "least is at least 2; width and drift at least 1."
            )

    def sensitive(self, counts: Counts) -> Flags:
        """Which counts must not be told."""
        small = (counts > 0) & (counts < self.least)
        return small | (counts == 0) if self.zeros == "hidden" else small

    def above(self, counts: Counts) -> Counts:
        """By how much each count must possibly be more."""
        return np.full(counts.shape, self.width, np.int64)

    def below(self, counts: Counts) -> Counts:
        """By how much each count must possibly be less."""
        return np.minimum(counts, self.width)
