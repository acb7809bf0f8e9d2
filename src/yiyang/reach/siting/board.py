"""Local search for covering: add what wins most, exchange while that helps, shake and begin again. Pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from yiyang.reach.network.graph import Flags, Whole
from yiyang.reach.siting.answer import Run
from yiyang.reach.siting.merging import Reduced

# Of the chosen sites this share is taken out in a shake, and at least so many.
SHAKE, LEAST = 0.15, 2
# An exchange looks at this many of the best sites to come in at a time; the rest wins less than they do.
NEGLIGIBLE = 1e-9


class Search:
    """The best sites so far (numbers of free sites) and what they cover."""

    def __init__(self, reduced: Reduced, seed: int) -> None:
        self._cover, self._columns = reduced.cover.tocsr(), reduced.cover.tocsc()
        self._weight, self._rest = reduced.weight, reduced.rest
        self._draw = np.random.default_rng(seed)
        self.best: Whole = np.zeros(0, np.int64)
        self.best_value = 0

    def begin(self) -> None:
        """A first answer: by people won, and where money counts by people for the yuan, too."""
        for by_money in (False, True) if self._rest.budget is not None else (False,):
            self._keep(self._exchanged(self._filled(np.zeros(0, np.int64), by_money=by_money)))

    def offer(self, sites: Whole) -> None:
        """Try an answer that came from elsewhere; what does not fit is left out, room that is left is filled."""
        self._keep(self._exchanged(self._filled(self._fitting(sites), by_money=False)))

    def shake(self, run: Run, enough: Callable[[], bool]) -> None:
        """Take some sites out, fill and exchange again, until it is enough or time is up."""
        while len(self.best) and not run.over() and not enough():
            out = max(LEAST, int(len(self.best) * SHAKE))
            stay = self._draw.permutation(self.best)[: max(len(self.best) - int(self._draw.integers(1, out + 1)), 0)]
            # What went out may come back only if nothing else is as good: a random part of the sites sits out.
            out_of_play = self._draw.random(self._cover.shape[1]) < 0.3
            if self._keep(self._exchanged(self._filled(np.sort(stay), by_money=False, without=out_of_play))):
                run.say(self.best_value, None)

    def value(self, sites: Whole) -> int:
        """People whom these sites cover."""
        return round(float(self._weight[self._hits(sites) > 0].sum()))

    def _hits(self, sites: Whole) -> Whole:
        return np.asarray(np.bincount(self._columns[:, sites].indices, minlength=self._cover.shape[0]), np.int64)

    def _keep(self, sites: Whole) -> bool:
        value = self.value(sites)
        if value <= self.best_value and len(self.best):
            return False
        self.best, self.best_value = np.sort(sites), value
        return True

    def _fits(self, sites: Whole) -> Flags:
        """Which sites could be added to these."""
        left = np.ones(self._cover.shape[1], bool)
        left[sites] = False
        if self._rest.count is not None and len(sites) >= self._rest.count:
            left[:] = False
        if self._rest.budget is not None:
            left &= self._rest.cost <= self._rest.budget - int(self._rest.cost[sites].sum())
        return left

    def _fitting(self, sites: Whole) -> Whole:
        kept: list[int] = []
        for site in sites.tolist():
            if self._fits(np.array(kept, np.int64))[site]:
                kept.append(site)
        return np.array(kept, np.int64)

    def _filled(self, sites: Whole, *, by_money: bool, without: Flags | None = None) -> Whole:
        """Add the site that wins most until nothing fits or wins."""
        free = self._hits(sites) == 0
        gain = self._cover.T @ (self._weight * free)
        while True:
            fits = self._fits(sites) & (gain > NEGLIGIBLE)
            if without is not None:
                fits &= ~without
            if not fits.any():
                return sites
            score = gain / np.maximum(self._rest.cost, 1) if by_money else gain
            site = int(np.where(fits, score, -1.0).argmax())
            rows = self._columns.indices[self._columns.indptr[site] : self._columns.indptr[site + 1]]
            rows = rows[free[rows]]
            free[rows] = False
            gain = gain - self._cover[rows].T @ self._weight[rows]
            sites = np.append(sites, site)

    def _exchanged(self, sites: Whole) -> Whole:
        """Exchange one site for another, the best exchange first, while that covers more."""
        while len(sites):
            place, site, won = self._best_exchange(sites)
            if won <= 0.5:
                return sites
            sites = np.append(np.delete(sites, place), site)
            sites = self._filled(sites, by_money=False) if self._rest.budget is not None else sites
        return sites

    def _best_exchange(self, sites: Whole) -> tuple[int, int, float]:
        from scipy.sparse import csr_matrix

        hits = self._hits(sites)
        gain = self._cover.T @ (self._weight * (hits == 0))
        once = np.flatnonzero(hits == 1)
        # Rows that one chosen site alone covers, by that site: lost when it goes, kept by whoever covers them, too.
        chosen = self._columns[:, sites].tocsr()[once]
        owner = csr_matrix((self._weight[once], chosen.indices, chosen.indptr), shape=chosen.shape)
        loss = np.asarray(owner.sum(axis=0)).ravel()
        kept = (self._cover[once].T @ owner).toarray()
        won = gain[:, None] - loss[None, :] + kept
        won[sites] = -np.inf
        if self._rest.budget is not None:
            left = self._rest.budget - int(self._rest.cost[sites].sum()) + self._rest.cost[sites]
            won[self._rest.cost[:, None] > left[None, :]] = -np.inf
        site, place = np.unravel_index(int(won.argmax()), won.shape)
        return int(place), int(site), float(won[site, place])
