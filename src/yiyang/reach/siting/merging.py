"""Demands that the same sites cover become one row; what is decided already leaves the question. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.reach.network.graph import Real, Sparse, Whole

LOST, HELD = -1, -2


@dataclass(frozen=True)
class Rest:
    """What the free sites may use: how many, how much money (yuan), and what each site costs."""

    count: int | None
    budget: int | None
    cost: Whole


@dataclass(frozen=True)
class Reduced:
    """A covering question, made small.

    Attributes:
        cover: merged rows × free sites, of ones.
        weight: people of each merged row.
        sites: number of each free site in the question as given.
        rest: count, budget and cost of the free sites.
        base: people whom the fixed sites cover.
        row_of: merged row of each demand; LOST for those whom no site covers, HELD for those whom a fixed one covers.
        people: of each demand.
    """

    cover: Sparse
    weight: Real
    sites: Whole
    rest: Rest
    base: int
    row_of: Whole
    people: Whole

    def spread(self, lam: Real) -> Real:
        """Multipliers of merged rows shared out over their demands, by people."""
        # Whom nobody can cover costs nothing at the full price; who is covered anyhow counts whole at none.
        found = np.where(self.row_of == LOST, self.people, 0).astype(float)
        rows = self.row_of >= 0
        share = np.divide(lam, self.weight, out=np.zeros(len(lam)), where=self.weight > 0)
        found[rows] = share[self.row_of[rows]] * self.people[rows]
        return found


def merged(cover: Sparse, people: Whole, rest: Rest, fixed: tuple[int, ...]) -> Reduced:
    """The question without fixed sites, without the people whom they cover, and with equal rows merged."""
    cover = cover.tocsr()
    free = np.ones(cover.shape[1], bool)
    free[list(fixed)] = False
    by_fixed = np.asarray(cover[:, np.flatnonzero(~free)].getnnz(axis=1) > 0)
    sites = np.flatnonzero(free)
    open_ = cover[:, sites].tocsr()
    open_.sort_indices()
    rows = np.flatnonzero(~by_fixed & (np.diff(open_.indptr) > 0) & (people > 0))
    group, first = equal_rows(open_[rows])
    row_of = np.where(by_fixed, HELD, LOST)
    row_of[rows] = group
    small = open_[rows[first]].astype(np.float64)
    small.data[:] = 1.0
    weight = np.bincount(group, weights=people[rows], minlength=len(first)).astype(float)
    own = Rest(rest.count, rest.budget, rest.cost[sites])
    return Reduced(small, weight, sites, own, int(people[by_fixed].sum()), row_of, people)


def equal_rows(rows: Sparse) -> tuple[Whole, Whole]:
    """The group of each row of a CSR matrix with sorted indices, and the first row of each group. No row is empty."""
    if not rows.shape[0]:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    draw = np.random.default_rng(20261123)
    keys = draw.integers(0, 2**63, rows.shape[1], dtype=np.uint64)
    with np.errstate(over="ignore"):
        marks = np.add.reduceat(keys[rows.indices], rows.indptr[:-1])
    lengths = np.diff(rows.indptr)
    _, first, group = np.unique(
        np.stack([marks, lengths.astype(np.uint64)]), axis=1, return_index=True, return_inverse=True
    )
    return _parted(rows, np.asarray(group).ravel(), first)


def _parted(rows: Sparse, group: Whole, first: Whole) -> tuple[Whole, Whole]:
    """Rows that have another's mark by chance alone stay rows of their own: a proof must not hang on luck."""
    lengths, starts = np.diff(rows.indptr), rows.indptr[:-1]
    offset = np.arange(rows.nnz) - np.repeat(starts, lengths)
    model = rows.indices[np.repeat(starts[first[group]], lengths) + offset]
    other = np.add.reduceat(rows.indices != model, starts) > 0
    group = group.copy()
    group[other] = len(first) + np.arange(int(other.sum()))
    return group, np.concatenate([first, np.flatnonzero(other)])
