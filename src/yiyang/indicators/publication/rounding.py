"""Controlled rounding: every figure a multiple of a base near its count, and all totals still add up. Pure.

Whole numbers from HiGHS, from the top down a tree of codes (areas): the sums over all places, then each place shared
among those below it. Zeros stay zero, and each figure stays within one base of its count. Where whole numbers of three
and more groupings cannot do that, single figures go up to two bases away, and are told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import hstack

from yiyang.base.errors import UsageError, YiyangError
from yiyang.indicators.publication.levels import widest
from yiyang.indicators.publication.programs import Program
from yiyang.indicators.publication.system import Ints, Shape, system_of
from yiyang.indicators.publication.tables import Counts, Dimension, Flags, Table, flat, keys_of

# A figure further off than one base is worth so many that are rounded the less likely way.
FAR = 1000.0
SECONDS, SECONDS_FAR = 8.0, 20.0
LEAST, MOST = 3, 100


class NotRounded(YiyangError):
    """A table cannot be rounded with totals that add up and what was published before it."""


@dataclass(frozen=True)
class Rounded:
    """A table as it is told.

    Attributes:
        table: with the true counts.
        told: multiples of `base` that add up.
    """

    table: Table
    base: int
    told: Counts = field(repr=False)

    @property
    def relaxed(self) -> Flags:
        """Figures that are one base or more away from their counts."""
        return np.asarray(np.abs(self.told - self.table.counts) >= self.base)

    @property
    def mean_error(self) -> float:
        """By how much a figure is off, on average over all."""
        return float(np.abs(self.told - self.table.counts).mean())


def round_table(table: Table, base: int, random: np.random.Generator, *, earlier: Sequence[Rounded] = ()) -> Rounded:
    """Round a table, beside tables that were rounded before.

    Args:
        random: which way a count goes, the likelier to the nearer multiple; so its value cannot be guessed from it.
        earlier: a cell of theirs with the same count is told as there: of the same month it must, of others it should.

    Raises:
        NotRounded: no whole numbers do it. UsageError: a base out of bounds, or another base before.
    """
    if not LEAST <= base <= MOST:
        raise UsageError(f"取整基数应在 {LEAST} 到 {MOST} 之间。", f"The base lies between {LEAST} and {MOST}.")
    if any(each.base != base for each in earlier):
        raise UsageError(
            "同一时期已有按另一基数取整的表，请用同一基数。", "Another base is in use for this time: take the same."
        )
    wanted = _wanted(table, base, random, earlier)
    staged, whole = list(_stages(table.dimensions)), [_whole(table)]
    # From the top down it may come to a place where its totals leave no way, though others would have.
    for stages, is_far in ((staged, False), (whole, False), (staged, True)):
        told = np.zeros(table.counts.shape, np.int64)
        if all(_solve(stage, table, base, wanted, told, is_far=is_far) for stage in stages):
            return Rounded(table, base, told)
    raise NotRounded(
        "无法取整成处处相加、又与已公开的表一致的表：请换一个基数，或减少分组。",
        "It cannot be rounded so that all adds up with what is published: take another base or fewer groupings.",
    )


@dataclass(frozen=True)
class _Wanted:
    """What each cell should be told as, and which of them must."""

    told: Counts
    must: Flags


def _wanted(table: Table, base: int, random: np.random.Generator, earlier: Sequence[Rounded]) -> _Wanted:
    """Up with the chance of the rest over the base; as before where it was told before."""
    up = random.random(table.counts.shape) * base < table.counts % base
    told = (table.counts // base + up) * base
    must = np.zeros(told.shape, bool)
    if earlier:
        mine = _keys(table, moment="")
        for moment in sorted({each.table.moment for each in earlier}, key=lambda said: said == table.moment):
            before = _told_before([each for each in earlier if each.table.moment == moment])
            _as_before(mine, table.counts, before, told, must, is_same=moment == table.moment)
    return _Wanted(told, must)


def _keys(table: Table, moment: str) -> list[str]:
    return keys_of(table.dimensions, table.universe, moment)


def _told_before(earlier: Sequence[Rounded]) -> dict[str, tuple[int, int]]:
    return {
        key: (int(count), int(told))
        for each in earlier
        for key, count, told in zip(
            _keys(each.table, moment=""), each.table.counts.reshape(-1), each.told.reshape(-1), strict=True
        )
    }


def _as_before(
    mine: list[str], counts: Counts, before: Mapping[str, tuple[int, int]], told: Counts, must: Flags, *, is_same: bool
) -> None:
    nothing = (-1, 0)
    found = np.array([before.get(key, nothing) for key in mine], np.int64).reshape(*counts.shape, 2)
    same = found[..., 0] == counts
    told[same] = found[..., 1][same]
    if is_same:
        must |= same


@dataclass(frozen=True)
class _Stage:
    """Some cells of a table that make a smaller one; those of its total were rounded before.

    Attributes:
        at: places of its cells in the table.
        known: how many of them, from the first, are rounded already.
    """

    shape: Shape
    at: Ints
    known: int


def _stages(dimensions: tuple[Dimension, ...]) -> Iterator[_Stage]:
    """The sums over the widest dimension, and then from every code to those below it."""
    tree = widest(dimensions)
    rest = [each for place, each in enumerate(dimensions) if place != tree]
    places = np.arange(np.prod([len(each.codes) for each in dimensions])).reshape([len(d.codes) for d in dimensions])
    lines = np.moveaxis(places, tree, 0).reshape(len(dimensions[tree].codes), -1)
    if rest:
        yield _Stage(Shape("", "", tuple(rest)), lines[0], 0)
    else:
        yield _Stage(Shape("", "", (Dimension("all", "", ("",), ("",), (-1,)),)), lines[0], 0)
    for parent, children in dimensions[tree].children():
        # Named first in the order of cells: the total's line comes before those of its parts.
        below = flat("", "", [str(each) for each in children])
        yield _Stage(Shape("", "", (below, *rest)), lines[[parent, *children]].reshape(-1), lines.shape[1])


def _whole(table: Table) -> _Stage:
    return _Stage(Shape("", "", table.dimensions), np.arange(table.size), 0)


def _solve(stage: _Stage, table: Table, base: int, wanted: _Wanted, told: Counts, *, is_far: bool) -> bool:
    """Write a stage's figures into `told`; further away than a base only where that is allowed and needed."""
    counts, aims = table.counts.reshape(-1)[stage.at], wanted.told.reshape(-1)[stage.at]
    fixed = wanted.must.reshape(-1)[stage.at].copy()
    fixed[: stage.known] = True
    aims[: stage.known] = told.reshape(-1)[stage.at[: stage.known]]
    found = _stepped(stage, counts, aims, fixed, base, is_far=False)
    if found is None and is_far:
        found = _stepped(stage, counts, aims, fixed, base, is_far=True)
    if found is not None:
        told.reshape(-1)[stage.at] = found
    return found is not None


def _stepped(stage: _Stage, counts: Counts, aims: Counts, fixed: Flags, base: int, *, is_far: bool) -> Counts | None:
    """A column for each figure's step up from the multiple below it; steps beyond have columns of their own."""
    system = system_of([stage.shape])
    below, may = counts // base, (counts % base > 0)
    steps = (aims // base - below).astype(float)
    least, most = np.zeros(len(counts)), may.astype(float)
    least[fixed] = most[fixed] = steps[fixed]
    rows, cost = system.sums, np.where(steps > 0, -1.0, 1.0)
    if is_far:
        is_free = ~fixed & (counts > 0)
        rows = hstack([rows, rows, -rows], format="csr")
        cost = np.concatenate([cost, np.full(2 * len(counts), FAR)])
        least = np.concatenate([least, np.zeros(2 * len(counts))])
        most = np.concatenate([most, is_free.astype(float), (is_free & (below > 0)).astype(float)])
    lacks = -(system.sums @ below).astype(float)
    found = Program(rows, lacks, lacks, least, most, whole=True).solve(cost, SECONDS_FAR if is_far else SECONDS)
    if found is None:
        return None
    parts: Any = np.rint(found).astype(np.int64).reshape(-1, len(counts))
    step = parts[0] + parts[1] - parts[2] if is_far else parts[0]
    return np.asarray((below + step) * base)


def said(rounded: Rounded) -> dict[str, Any]:
    """What is published about the method."""
    return {
        "method": "round", "base": rounded.base, "within": rounded.base - 1,
        "relaxed": np.flatnonzero(rounded.relaxed.reshape(-1)).tolist(),
    }  # fmt: skip


def wrong(rounded: Rounded) -> list[tuple[str, str]]:
    """What is not as it must be, in words of (zh, en): checked by sums, not by how it was made."""
    told, counts, base = rounded.told, rounded.table.counts, rounded.base
    system = system_of([Shape(rounded.table.universe, rounded.table.moment, rounded.table.dimensions)])
    demands = (
        ((told % base == 0).all(), "有的数不是基数的倍数。", "A figure is no multiple of the base."),
        (not (system.sums @ told.reshape(-1)).any(), "有的合计不等于各部分之和。", "A total is not its parts' sum."),
        (not told[counts == 0].any(), "有的0变了。", "A zero was changed."),
        ((np.abs(told - counts) < 2 * base).all(), "有的数偏离两个基数以上。", "A figure is two bases off or more."),
        ((told >= 0).all(), "有的数小于0。", "A figure is below zero."),
    )
    return [(zh, en) for holds, zh, en in demands if not holds]
