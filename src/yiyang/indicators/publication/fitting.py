"""Noisy counts made into a table: whole numbers, none below zero, that add up. Pure, and blind to true counts.

From the top down a tree of codes (areas): what is told of a place is shared among the places below it, so that
setting negative counts to zero cannot make the totals grow.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from yiyang.base.errors import YiyangError
from yiyang.indicators.publication.levels import widest
from yiyang.indicators.publication.programs import Program, Real
from yiyang.indicators.publication.tables import Counts, Dimension

NEAR = 1e-7
ROUNDS = 2000


def fit(dimensions: Sequence[Dimension], measured: Counts) -> Counts:
    """The finest cells, near what was measured: its total is kept, and each place's as far as it is not negative."""
    tree = widest(dimensions)
    each = dimensions[tree]
    flat = np.moveaxis(measured, tree, 0).reshape(len(each.leaves), -1)
    # Noise adds up: what was measured of a place is the sum of what was measured below it.
    sums = np.asarray(each.adding @ flat, float)
    fitted = np.zeros(sums.shape, np.int64)
    fitted[0] = whole(nearest(sums[0], max(0, int(sums[0].sum()))), max(0, int(sums[0].sum())))
    for parent, children in each.children():
        fitted[children] = _share(sums[children], fitted[parent])
    rest = [len(other.leaves) for place, other in enumerate(dimensions) if place != tree]
    found = fitted[list(each.leaves)].reshape(len(each.leaves), *rest)
    return np.ascontiguousarray(np.moveaxis(found, 0, tree))


def _share(measured: Real, columns: Counts) -> Counts:
    """Rows near what was measured, that add up to `columns`; the sum of each row is near its own, too."""
    if (measured >= 0).all() and (measured.sum(axis=0) == columns).all():
        return measured.astype(np.int64)
    total = int(columns.sum())
    rows = whole(nearest(measured.sum(axis=1), total), total)
    return _rounded(_both(measured, rows, columns), rows, columns)


def nearest(values: Real, total: int) -> Real:
    """The nearest numbers, none below zero, that add up to a total of zero or more."""
    if total == 0:
        return np.zeros(len(values))
    ordered = np.sort(values)[::-1]
    over = (np.cumsum(ordered) - total) / np.arange(1, len(values) + 1)
    last = np.flatnonzero(ordered > over)[-1]
    return np.maximum(values - over[last], 0)


def whole(values: Real, total: int) -> Counts:
    """Whole numbers within one of these, that add up to a total which these add up to: largest remainders up."""
    found = np.floor(values + NEAR).astype(np.int64)
    lacking = total - int(found.sum())
    found[np.argsort(found - values, kind="stable")[:lacking]] += 1
    return found


def _both(measured: Real, rows: Counts, columns: Counts) -> Real:
    """The nearest table, none below zero, of these rows and columns: Dykstra's turns between the two demands."""
    found, kept = measured.copy(), np.zeros_like(measured)
    for _ in range(ROUNDS):
        found = _adding(found, rows, columns)
        clipped = np.maximum(found + kept, 0)
        kept += found - clipped
        if np.abs(found - clipped).max() < NEAR:
            return clipped
        found = clipped
    return found


def _adding(values: Real, rows: Counts, columns: Counts) -> Real:
    """The nearest table of these rows and columns, whatever its sign."""
    lacks, over = rows - values.sum(axis=1), columns - values.sum(axis=0)
    height, width = values.shape
    return values + lacks[:, None] / width + over[None, :] / height - lacks.sum() / (height * width)


def _rounded(values: Real, rows: Counts, columns: Counts) -> Counts:
    """Whole numbers of these rows and columns, near these: a flow, whose best corner is whole by itself."""
    height, width = values.shape
    low = np.floor(values + NEAR)
    places = np.arange(values.size)
    sums = csr_array(
        (np.ones(2 * values.size), (np.concatenate([places // width, height + places % width]), np.tile(places, 2))),
        shape=(height + width, values.size),
    )
    lacks = np.concatenate([rows - low.sum(axis=1), columns - low.sum(axis=0)])
    part = (values - low).reshape(-1)
    # Within one, where that can be; below it as far as to zero where turns have not come to their end.
    for down, up in ((0.0, 1.0), (np.inf, np.inf)):
        program = Program(sums, lacks, lacks, -np.minimum(low.reshape(-1), down), np.full(values.size, up))
        found = program.solve(1 - 2 * part)
        if found is not None:
            return (low + np.rint(found).reshape(values.shape)).astype(np.int64)
    raise YiyangError("加噪后的数无法凑成一张表。", "The noisy counts cannot be made into a table.")
