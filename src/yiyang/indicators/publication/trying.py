"""Whether noise keeps its promise: many draws of two tables that differ by one person, compared event by event. Pure.

ε-private means: whatever is told, it is at most e^ε times as likely with a person as without him. Each count of events
has its confidence limits by Clopper and Pearson, so wide that an honest mechanism fails once in a million tries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from yiyang.indicators.publication import noise
from yiyang.indicators.publication.levels import leaves_of
from yiyang.indicators.publication.tables import Counts, Table, flat, table_of

DOUBT = 1e-6
# Draws of whole tables, each made consistent; of single counts there are as many as asked for.
WHOLE = 400
# Counts near zero, where being set to zero could tell most.
SMALL = ((3, 0), (1, 2))


@dataclass(frozen=True)
class Tried:
    """How it went.

    Attributes:
        proved: the largest logarithm of a ratio of chances that the draws prove.
        events: how many events were compared.
    """

    epsilon: float
    draws: int
    events: int
    proved: float

    @property
    def holds(self) -> bool:
        """Whether no event was proved to tell more than promised."""
        return self.proved <= self.epsilon


Draw = Callable[[int, int], Counts]


def try_noise(epsilon: float, draws: int = 20_000) -> Tried:
    """Compare draws of the mechanism, and of whole tables as they are told, with one person more and without.

    Errors: UsageError for an ε out of bounds; MissingPart without OpenDP.
    """
    single = compared(lambda count, times: np.array(noise.mechanism(times, epsilon)([count] * times)), 2, draws)
    whole = [compared(partial(_whole, epsilon, cell), 0, WHOLE) for cell in (0, 3)]
    events = single[0] + sum(each[0] for each in whole)
    return Tried(epsilon, draws, events, max(single[1], *(each[1] for each in whole)))


def compared(draw: Draw, count: int, draws: int) -> tuple[int, float]:
    """How many events were compared, and the largest logarithm of a ratio that they prove.

    Args:
        draw: so many draws of a count, or of a figure that hangs on it.
    """
    here, there = draw(count, draws), draw(count + 1, draws)
    marks = np.unique(np.quantile(np.concatenate([here, there]), np.linspace(0.02, 0.98, 25)))
    events = [(here <= mark, there <= mark) for mark in marks] + [(here == mark, there == mark) for mark in marks]
    ratios = [_ratio(int(one.sum()), int(other.sum()), draws) for one, other in events]
    ratios += [_ratio(int((~one).sum()), int((~other).sum()), draws) for one, other in events]
    return len(ratios), max(ratios)


def _ratio(one: int, other: int, draws: int) -> float:
    """The least that the logarithm of the ratio of two chances can be, whichever is larger."""
    from scipy.stats import beta

    larger, smaller = max(one, other), min(one, other)
    if not larger:
        return 0.0
    low = beta.ppf(DOUBT, larger, draws - larger + 1)
    high = beta.ppf(1 - DOUBT, smaller + 1, draws - smaller) if smaller < draws else 1.0
    return float(np.log(low / high))


def _whole(epsilon: float, cell: int, extra: int, times: int) -> Counts:
    """One cell of a small table as it is told, again and again, with and without somebody in it."""
    leaves = np.array(SMALL)
    leaves.reshape(-1)[cell] += extra
    table = _small(leaves)
    drawn = np.array(noise.mechanism(times * leaves.size, epsilon)(np.tile(leaves.reshape(-1), times).tolist()))
    told = [leaves_of(noise.publishable(table, one.reshape(leaves.shape))) for one in drawn.reshape(times, -1)]
    return np.array([one.reshape(-1)[cell] for one in told])


def _small(leaves: Counts) -> Table:
    return table_of("small", "", "", "", [flat("a", "", ["1", "2"]), flat("b", "", ["1", "2"])], leaves)
