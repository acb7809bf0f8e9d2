"""How many places can be served in a year when so much is built: a flow from demands to sites. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yiyang.reach.network.graph import Flags, Sparse, Whole

if TYPE_CHECKING:
    from yiyang.reach.siting.phased import Phased

Buildings = tuple[tuple[int, int, int], ...]


class Flows:
    """Flows of one question, year by year."""

    def __init__(self, problem: Phased) -> None:
        self._problem, self._columns = problem, problem.cover.tocsc()

    def served(self, buildings: Buildings) -> int:
        """Places served, summed over the years."""
        return sum(self.most(year, buildings)[0] for year in range(self._problem.years))

    def room(self, year: int, buildings: Buildings) -> Whole:
        """Places of each site in a year. A building takes the place of what stood there, and is no smaller."""
        places = self._problem.existing.copy()
        for site, size, since in buildings:
            if since <= year:
                places[site] = max(int(self._problem.places[size]), int(places[site]))
        return places

    def most(self, year: int, buildings: Buildings) -> tuple[int, Flags]:
        """Places served in a year, and the demands that could use more: those on the source's side of the least cut."""
        value, flow, capacity = self._flow(year, buildings)
        return value, self._beyond(flow, capacity)

    def shared(self, year: int, buildings: Buildings) -> tuple[tuple[int, int, int], ...]:
        """Who goes where: (demand, site, places)."""
        rows, sites, places = self._pairs(year, buildings)
        return tuple(sorted(zip(rows.tolist(), sites.tolist(), places.tolist(), strict=True)))

    def given(self, year: int, buildings: Buildings) -> Whole:
        """Places that each demand gets."""
        rows, _, places = self._pairs(year, buildings)
        found = np.zeros(len(self._problem.demand), np.int64)
        np.add.at(found, rows, places)
        return found

    def _pairs(self, year: int, buildings: Buildings) -> tuple[Whole, Whole, Whole]:
        _, flow, _ = self._flow(year, buildings)
        demands, sites = self._problem.cover.shape
        found = flow.tocoo()
        pairs = (found.row >= 1) & (found.row <= demands) & (found.col > demands) & (found.data > 0)
        pairs &= found.col <= demands + sites
        return found.row[pairs] - 1, found.col[pairs] - 1 - demands, found.data[pairs].astype(np.int64)

    def _flow(self, year: int, buildings: Buildings) -> tuple[int, Sparse, Sparse]:
        """Source 0, demands, sites, sink. Sites without room are left out."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import maximum_flow

        demand, room = self._problem.demand[:, year], self.room(year, buildings)
        demands, sites = self._problem.cover.shape
        open_ = np.flatnonzero(room > 0)
        starts, ends = self._columns.indptr[open_], self._columns.indptr[open_ + 1]
        pairs = np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)] or [np.zeros(0, np.int64)])
        row, site = self._columns.indices[pairs], np.repeat(open_, ends - starts)
        wanted = np.flatnonzero(demand > 0)
        sink = demands + sites + 1
        begin = np.concatenate([np.zeros(len(wanted), np.int64), row + 1, open_ + demands + 1])
        end = np.concatenate([wanted + 1, site + demands + 1, np.full(len(open_), sink)])
        # Through a pair goes no more than the demand has.
        most = np.concatenate([demand[wanted], demand[row], room[open_]]).astype(np.int32)
        capacity = csr_matrix((most, (begin, end)), shape=(sink + 1, sink + 1))
        found = maximum_flow(capacity, 0, sink)
        return int(found.flow_value), found.flow, capacity

    def _beyond(self, flow: Sparse, capacity: Sparse) -> Flags:
        from scipy.sparse.csgraph import breadth_first_order

        left = (capacity - flow).tocsr()
        left.data = (left.data > 0).astype(np.int8)
        left.eliminate_zeros()
        reached = breadth_first_order(left, 0, return_predecessors=False)
        found = np.zeros(capacity.shape[0], bool)
        found[reached] = True
        return np.asarray(found[1 : len(self._problem.demand) + 1])
