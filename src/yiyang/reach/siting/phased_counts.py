"""How many buildings of each size and year the money can pay: whole numbers, priced by dynamic programming. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.reach.network.graph import Flags, Real, Whole

# States of the programming at most; beyond that money is counted in coarser units, costs rounded down.
STATES = 20_000


@dataclass(frozen=True)
class Purse:
    """Kinds of buildings (size and year) and the money for them.

    Attributes:
        cost: of each kind, in units of money.
        year: of each kind.
        most: how many of each kind there may be.
        left: money of all years up to each, in units; never more than in a later year.
    """

    cost: Whole
    year: Whole
    most: Whole
    left: Whole

    def best(self, price: Real) -> tuple[float, Whole]:
        """The numbers of buildings that are worth most at these prices and can be paid, and what they are worth.

        A cost that was rounded down lets more be bought: the worth is never too small.
        """
        worth = np.full(int(self.left.max(initial=0)) + 1, -np.inf)
        worth[0] = 0.0
        taken: list[tuple[int, int, int, Flags]] = []
        for year in range(len(self.left)):
            for kind in np.flatnonzero((self.year == year) & (price > 0)).tolist():
                for many in _parts(int(min(self.most[kind], self.left[year] // max(int(self.cost[kind]), 1)))):
                    worth, took = _offered(worth, many * int(self.cost[kind]), many * float(price[kind]))
                    taken.append((kind, many, many * int(self.cost[kind]), took))
            worth[int(self.left[year]) + 1 :] = -np.inf
        return float(worth.max()), self._back(taken, int(worth.argmax()))

    def _back(self, taken: list[tuple[int, int, int, Flags]], at: int) -> Whole:
        counts = np.zeros(len(self.cost), np.int64)
        for kind, many, cost, took in reversed(taken):
            if took[at]:
                counts[kind] += many
                at -= cost
        return counts


def purse(cost: Whole, year: Whole, most: Whole, left: Real) -> Purse:
    """A purse of yuan. `left`: money of all years up to each."""
    # What a later year lacks cannot be spent before.
    money: Whole = np.minimum.accumulate(np.asarray(left, np.int64)[::-1])[::-1]
    unit = max(int(np.gcd.reduce(cost)) if len(cost) else 1, -(-int(money.max(initial=0)) // STATES), 1)
    return Purse(np.asarray(cost) // unit, year, most, money // unit)


def _parts(many: int) -> list[int]:
    """1, 2, 4 … and the rest: every number up to `many` is a sum of some."""
    found, part = [], 1
    while many > 0:
        found.append(min(part, many))
        many, part = many - part, part * 2
    return found


def _offered(worth: Real, cost: int, gain: float) -> tuple[Real, Flags]:
    """With one more thing to buy; where it is bought."""
    moved = np.full(len(worth), -np.inf)
    moved[cost:] = worth[: len(worth) - cost] + gain
    took = moved > worth
    return np.where(took, moved, worth), took
