"""An attacker's program: from nothing but what is published, how closely can each count be worked out? Pure.

Of a hidden count he knows nothing at first, of a rounded one how far it may lie from its figure; what adds up does the
rest. Noisy figures bound nothing: `trying` tests what they promise. It shares no code with what hides the cells but the
sums of a table, and knows no true count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array, vstack

from yiyang.indicators.publication.programs import Program, Real
from yiyang.indicators.publication.system import Ints, Shape, System, system_of
from yiyang.indicators.publication.tables import Counts, Flags

NEAR = 1e-6
# A hidden count in a table without a total could be any number; nobody lives in a city of more.
MOST = 1e8


@dataclass(frozen=True)
class Seen:
    """A table as everybody sees it; `values` says nothing where `shown` is false.

    Attributes:
        slack: how far each count may lie from its figure; None = not at all.
        epsilon: of figures with noise; 0 = without.
    """

    name: str
    shape: Shape
    values: Counts = field(repr=False)
    shown: Flags = field(repr=False)
    slack: Counts | None = field(repr=False, default=None)
    epsilon: float = 0.0


@dataclass(frozen=True)
class Found:
    """What the attacker knows of a count that is not told exactly."""

    key: str
    low: int
    high: int

    @property
    def span(self) -> int:
        """How many counts less one are possible; 0 = he has it."""
        return self.high - self.low


@dataclass(frozen=True)
class Attacked:
    """How it went.

    Attributes:
        closest: of hidden counts that are held within less than `width`, the closest first.
        programs: how many linear programs were solved.
        impossible: no tables fit what was published (a table was altered, or the assumption on changes is wrong).
    """

    hidden: int
    width: int
    closest: tuple[Found, ...]
    programs: int
    impossible: bool = False

    @property
    def recovered(self) -> tuple[Found, ...]:
        """Hidden counts that are known exactly."""
        return tuple(each for each in self.closest if each.span == 0)


def attack(
    seen: Sequence[Seen], *, width: int = 5, change: int | None = None, changes: Mapping[str, int] | None = None,
    only: Flags | None = None,
) -> Attacked:  # fmt: skip
    """Bound every count that is hidden, or rounded and small, by linear programs over all tables together.

    Args:
        width: a count with so many possible values above the least is let go; a rounded one with as many as promised.
        change: he holds that no count changed by more between two months, or by more than that from `changes`.
        changes: by how much he knows that counts changed from one month to the next, by the later cell's key.
        only: cells of the laid-together system to go for.
    """
    bounding = [each for each in seen if not each.epsilon]
    if not bounding:
        return Attacked(0, width, (), 0)
    known = _known(bounding)
    system, told = known.system, known.low == known.high
    hidden = np.flatnonzero(~told)
    if not len(hidden):
        return Attacked(0, width, (), 0)
    program = _program(known, told, hidden, change, changes or {})
    small = known.low[hidden] <= known.promised[hidden]
    wanted = np.flatnonzero(small if only is None else only[hidden])
    widths = np.minimum(width, known.promised[hidden])
    return _bound(system, program, hidden, wanted, Asked(width, widths))


@dataclass(frozen=True)
class Known:
    """What is told of each cell before anything is added up: bounds, and how wide a span was promised."""

    system: System
    low: Counts
    high: Counts
    promised: Counts


def _known(seen: Sequence[Seen]) -> Known:
    system = system_of([each.shape for each in seen])
    low, high = np.zeros(len(system.keys), np.int64), np.full(len(system.keys), int(MOST))
    promised = np.full(len(low), int(MOST))
    for places, each in zip(system.places, seen, strict=True):
        shown = each.shown.reshape(-1)
        at, values = places[shown], each.values.reshape(-1)[shown]
        slack = np.zeros(len(at), np.int64) if each.slack is None else each.slack.reshape(-1)[shown]
        # Zeros stay zero: what is not told as zero is none.
        least = np.where(slack > 0, np.maximum(values - slack, values > 0), values)
        low[at], high[at] = np.maximum(low[at], least), np.minimum(high[at], values + slack)
        promised[at] = np.minimum(promised[at], slack)
    for places, each in zip(system.places, seen, strict=True):
        # What one table hides and another rounds was promised to be as wide as what is hidden.
        promised[places[~each.shown.reshape(-1)]] = int(MOST)
    return Known(system, low, high, promised)


def _program(known: Known, told: Flags, hidden: Ints, change: int | None, changes: Mapping[str, int]) -> Program:
    system, values = known.system, known.low
    rows = system.sums[:, hidden]
    summed = -(system.sums @ np.where(told, values, 0)).astype(float)
    used = np.flatnonzero(np.diff(rows.indptr))
    low = high = summed[used]
    least, most = known.low[hidden].astype(float), known.high[hidden].astype(float)
    rows = rows[used]
    if change is not None and len(system.same_cell):
        at = np.full(len(told), -1)
        at[hidden] = np.arange(len(hidden))
        pairs = system.same_cell
        grown = np.array([changes.get(system.keys[after], 0) for _, after in pairs], float)
        for (before, after), by in zip(pairs, grown, strict=True):
            if at[before] >= 0 and at[after] < 0:
                _narrow(least, most, at[before], values[after] - by, change)
            elif at[after] >= 0 and at[before] < 0:
                _narrow(least, most, at[after], values[before] + by, change)
        both = (at[pairs] >= 0).all(axis=1)
        number, count = np.repeat(np.arange(both.sum()), 2), int(both.sum())
        links = csr_array(
            (np.tile([-1.0, 1.0], count), (number, at[pairs[both]].reshape(-1))), shape=(count, len(hidden))
        )
        rows = vstack([rows, links], format="csr")
        low, high = np.concatenate([low, grown[both] - change]), np.concatenate([high, grown[both] + change])
    return Program(csr_array(rows), low, high, least, most)


def _narrow(least: Real, most: Real, place: int, middle: float, by: int) -> None:
    least[place], most[place] = max(least[place], middle - by), min(most[place], middle + by)


@dataclass(frozen=True)
class Asked:
    """How wide a span is let go: as he was told, and of each cell what was promised, if that is less."""

    width: int
    widths: Counts


def _bound(system: System, program: Program, hidden: Ints, wanted: Ints, asked: Asked) -> Attacked:
    """Each program's answer shows possible counts of every cell: what was seen wide enough is not gone for."""
    lowest, highest = np.full(len(hidden), np.inf), np.full(len(hidden), -np.inf)
    found: list[Found] = []
    solved = 0
    width = asked.width
    if program.solve(np.zeros(len(hidden))) is None:
        return Attacked(len(hidden), width, (), 1, impossible=True)
    for place in wanted:
        if highest[place] - lowest[place] >= asked.widths[place]:
            continue
        for sign in (1.0, -1.0):
            goal = np.zeros(len(hidden))
            goal[place] = sign
            answer = program.solve(goal)
            solved += 1
            if answer is None:
                return Attacked(len(hidden), width, tuple(found), solved, impossible=True)
            np.minimum(lowest, answer, out=lowest)
            np.maximum(highest, answer, out=highest)
        low, high = int(np.ceil(lowest[place] - NEAR)), int(np.floor(highest[place] + NEAR))
        if high - low < asked.widths[place]:
            found.append(Found(system.keys[hidden[place]], low, high))
    return Attacked(len(hidden), width, tuple(sorted(found, key=lambda each: each.span)), solved)
