"""How many places can be served in a year when so much is built: a flow from demands to sites. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yiyang.reach.network.graph import Sparse, Whole

if TYPE_CHECKING:
    from yiyang.reach.siting.phased import Phased

Buildings = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Shared:
    """Places that people of a demand use at a site, pair by pair."""

    demand: Whole
    site: Whole
    places: Whole

    def triples(self) -> tuple[tuple[int, int, int], ...]:
        """(demand, site, places) in order."""
        return tuple(sorted(zip(self.demand.tolist(), self.site.tolist(), self.places.tolist(), strict=True)))


class Flows:
    """Flows of one question. The years are one graph: they do not meet in it, and one call costs less than several."""

    def __init__(self, problem: Phased) -> None:
        self._problem, self._columns = problem, problem.cover.tocsc()
        # People of a demand in a year are one node, and so is a site in a year.
        self._need = problem.demand.T.ravel()
        self._wanted = np.flatnonzero(self._need > 0)

    def room(self, buildings: Buildings) -> Whole:
        """Places, years × sites. A building takes the place of what stood there, and is no smaller."""
        places = np.tile(self._problem.existing, (self._problem.years, 1))
        for site, size, since in buildings:
            places[since:, site] = max(int(self._problem.places[site, size]), int(places[0, site]))
        return places

    def shared(self, buildings: Buildings) -> tuple[Shared, ...]:
        """Who goes where in each year, so that most are served."""
        demands, sites = self._problem.cover.shape
        needs, years = len(self._need), self._problem.years
        found = self._flow(self.room(buildings)).tocoo()
        pairs = (found.row > 0) & (found.row <= needs) & (found.col > needs) & (found.data > 0)
        demand, site, places = found.row[pairs] - 1, found.col[pairs] - 1 - needs, found.data[pairs].astype(np.int64)
        of_year = demand // demands
        return tuple(
            Shared(demand[of_year == year] % demands, site[of_year == year] % sites, places[of_year == year])
            for year in range(years)
        )

    def _flow(self, room: Whole) -> Sparse:
        """Source 0, demands by year, sites by year, sink. Sites without room are left out."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import maximum_flow

        demands, sites = self._problem.cover.shape
        year, open_ = np.nonzero(room)
        starts = self._columns.indptr[open_].astype(np.int64)
        many = self._columns.indptr[open_ + 1] - starts
        # The pairs of each open site, one after the other.
        at = np.repeat(starts - np.concatenate([[0], np.cumsum(many)[:-1]]), many) + np.arange(int(many.sum()))
        demand = self._columns.indices[at] + np.repeat(year * demands, many)
        site, needs = 1 + len(self._need) + year * sites + open_, self._need
        sink = 1 + len(needs) + room.size
        begin = np.concatenate([np.zeros(len(self._wanted), np.int64), demand + 1, site])
        end = np.concatenate([self._wanted + 1, np.repeat(site, many), np.full(len(site), sink)])
        # Through a pair goes no more than the demand has.
        most = np.concatenate([needs[self._wanted], needs[demand], room[year, open_]]).astype(np.int32)
        return maximum_flow(csr_matrix((most, (begin, end)), shape=(sink + 1, sink + 1)), 0, sink).flow
