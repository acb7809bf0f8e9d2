"""Exchange search for the p-median (Teitz & Bart, with every exchange weighed at once). Pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from yiyang.reach.network.graph import Flags, Real, Whole
from yiyang.reach.siting.answer import Run

# Of the chosen sites at most this share goes out in a shake.
SHAKE = 0.3


class Exchange:
    """The best sites so far and what everybody's way to them adds up to."""

    def __init__(self, cost: Real, count: int, fixed: tuple[int, ...], seed: int) -> None:
        self._cost, self._count = cost, count
        self._fixed: Flags = np.zeros(cost.shape[1], bool)
        self._fixed[list(fixed)] = True
        self._draw = np.random.default_rng(seed)
        self.sites: Whole = np.zeros(0, np.int64)
        self.value = float("inf")

    def begin(self, run: Run) -> None:
        """A first answer: the site that saves most, one after the other, then exchanges."""
        self._keep(self._exchanged(self._filled(np.flatnonzero(self._fixed)), run))

    def offer(self, sites: Whole) -> None:
        """Try an answer that came from elsewhere."""
        self._keep(self._exchanged(self._filled(np.union1d(np.flatnonzero(self._fixed), sites)[: self._count]), None))

    def shake(self, run: Run, idle: int, enough: Callable[[], bool]) -> None:
        """Take some sites out for random others and exchange again, until nothing better came for `idle` times."""
        waited, free = 0, int((~self._fixed).sum())
        while waited < idle and free > self._count and not run.over() and not enough():
            out = int(self._draw.integers(1, max(int(self._count * SHAKE), 1) + 1))
            movable = self.sites[~self._fixed[self.sites]]
            gone = self._draw.permutation(movable)[:out]
            others = np.setdiff1d(np.flatnonzero(~self._fixed), self.sites)
            come = self._draw.permutation(others)[: len(gone)]
            better = self._keep(self._exchanged(np.union1d(np.setdiff1d(self.sites, gone), come), run))
            waited = 0 if better else waited + 1
            if better:
                run.say(self.value, None)

    def second_ways(self) -> Real:
        """Of each demand the mean of its ways to the nearest and the second nearest chosen site."""
        nearest, second, _ = self._two(self.sites)
        return np.asarray(np.where(np.isfinite(second), (nearest + second) / 2, nearest))

    def _keep(self, sites: Whole) -> bool:
        value = float(self._cost[:, sites].min(axis=1).sum())
        if value >= self.value - 1e-9:
            return False
        self.sites, self.value = np.sort(sites), value
        return True

    def _filled(self, sites: Whole) -> Whole:
        """Add the site that saves most until there are enough."""
        nearest = self._cost[:, sites].min(axis=1) if len(sites) else None
        while len(sites) < self._count:
            if nearest is None:
                total = self._cost.sum(axis=0)
            else:
                total = np.minimum(self._cost - nearest[:, None], 0.0).sum(axis=0)
                total[sites] = np.inf
            site = int(total.argmin())
            nearest = self._cost[:, site] if nearest is None else np.minimum(nearest, self._cost[:, site])
            sites = np.append(sites, site)
        return sites

    def _two(self, sites: Whole) -> tuple[Real, Real, Whole]:
        """Ways to the nearest and the second nearest of the sites, and which is the nearest."""
        ways = self._cost[:, sites]
        owner = ways.argmin(axis=1)
        rows = np.arange(len(ways))
        nearest = ways[rows, owner]
        if len(sites) == 1:
            return nearest, np.full(len(ways), np.inf), owner
        others = ways.copy()
        others[rows, owner] = np.inf
        return nearest, others.min(axis=1), owner

    def _exchanged(self, sites: Whole, run: Run | None) -> Whole:
        """Exchange one site for another, the best exchange first, while the ways get shorter."""
        while run is None or not run.over():
            place, site, won = self._best_exchange(sites)
            if won >= -1e-9 * max(self.value if np.isfinite(self.value) else 1.0, 1.0):
                break
            sites = np.append(np.delete(sites, place), site)
        return sites

    def _best_exchange(self, sites: Whole) -> tuple[int, int, float]:
        from scipy.sparse import csr_matrix

        nearest, second, owner = self._two(sites)
        rows = np.arange(len(owner))
        far = np.where(np.isfinite(second), second, self._cost.max())
        # What a new site saves everybody; and what is lost again among those whose own site goes.
        saved = np.minimum(self._cost - nearest[:, None], 0.0).sum(axis=0)
        lost = np.clip(self._cost, nearest[:, None], far[:, None]) - nearest[:, None]
        own = csr_matrix((np.ones(len(rows)), (owner, rows)), shape=(len(sites), len(rows)))
        change = saved[None, :] + own @ lost
        change[self._fixed[sites]] = np.inf
        change[:, sites] = np.inf
        place, site = np.unravel_index(int(change.argmin()), change.shape)
        return int(place), int(site), float(change[place, site])
