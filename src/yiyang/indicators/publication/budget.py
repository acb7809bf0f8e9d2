"""The budget of privacy: what figures with noise have spent of anybody, added up. Pure.

Basic composition: what several tables tell of one person is at most the sum of their ε. Of tables of different places
only those count that hold the same person: those of the areas in which he lives. Whoever moved within the year may be
in tables of both places; of him both count, and the limit is then that of each place by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiyang.base.errors import UsageError

NOTHING = Decimal(0)
# How fine ε is kept.
FINEST = Decimal("0.001")


class OverBudget(UsageError):
    """A table would spend more of people's privacy than may be spent in a year."""


@dataclass(frozen=True)
class Spent:
    """One publication. `low`, `high`: the codes of its area, half open."""

    low: int
    high: int
    epsilon: Decimal

    def holds(self, other: Spent) -> bool:
        """Whether it counts everybody whom the other counts."""
        return self.low <= other.low and other.high <= self.high


def spent_in(place: tuple[int, int], spent: Sequence[Spent]) -> Decimal:
    """The most that was spent of anybody in a place.

    Args:
        place: its codes, half open.
    """
    here = Spent(*place, NOTHING)
    above = sum((each.epsilon for each in spent if each.holds(here)), NOTHING)
    inside = [each for each in spent if here.holds(each) and not each.holds(here)]
    deepest = (sum((each.epsilon for each in inside if each.holds(one)), NOTHING) for one in inside)
    return above + max(deepest, default=NOTHING)


def require(epsilon: Decimal, spent: Decimal, limit: Decimal, year: int | str) -> None:
    """Refuse what would exceed the limit. Errors: OverBudget."""
    if spent + epsilon > limit:
        raise OverBudget(
            f"{year}年的隐私预算不够：上限 ε={said(limit)}，已用 {said(spent)}，还剩 {said(limit - spent)}，这张表要用 "
            f"{said(epsilon)}。请减小 ε，或改用隐藏、取整，或等下一年度的数据。",
            f"The budget of privacy of {year} does not suffice: limit {said(limit)}, spent {said(spent)}, asked "
            f"{said(epsilon)}. Take a smaller epsilon or another method.",
        )


def said(epsilon: Decimal) -> str:
    """As people write it: 0.5, 1, 2.25."""
    return f"{epsilon.normalize():f}"
