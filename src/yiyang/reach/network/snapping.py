"""Putting places onto the network: the nearest node that can be used, and who is too far from every road. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yiyang.reach.network.graph import Flags, Network, Real, Whole, flat


@dataclass(frozen=True)
class Snapped:
    """Places on the network.

    Attributes:
        node: the node of each place; -1 where none is near enough.
        metres: straight metres to the nearest usable node, near enough or not.
    """

    node: Whole
    metres: Real

    @property
    def failed(self) -> Flags:
        """Places that are too far from every road that may be used."""
        return np.asarray(self.node < 0)


def snap(network: Network, usable: Whole, lon: Real, lat: Real, limit: float) -> Snapped:
    """The nearest of the `usable` nodes for each place, at most `limit` metres away."""
    from scipy.spatial import cKDTree

    if not len(usable) or not len(lon):
        return Snapped(np.full(len(lon), -1), np.full(len(lon), np.inf))
    middle = float(np.mean(network.lat[usable]))
    tree = cKDTree(flat(network.lon[usable], network.lat[usable], middle))
    metres, nearest = tree.query(flat(lon, lat, middle), workers=-1)
    node = np.where(metres <= limit, usable[np.minimum(nearest, len(usable) - 1)], -1)
    return Snapped(node.astype(np.int64), np.asarray(metres, float))
