"""Points inside an outline, and points outside brought in. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yiyang.reach.network.graph import Flags, Real

# A point outside is drawn towards the nearest one inside, to these shares of the way that parted them.
SHARES = (0.5, 0.25, 0.1, 0.02)


def inside(points: Real, rings: Sequence[Real]) -> Flags:
    """Whether points (n × 2) lie inside the rings, by counting crossings of a ray to the east."""
    found = np.zeros(len(points), bool)
    x, y = points[:, :1], points[:, 1:]
    for ring in rings:
        ahead = np.roll(ring, -1, axis=0)
        spans = (ring[None, :, 1] > y) != (ahead[None, :, 1] > y)
        rise = np.where(ahead[:, 1] == ring[:, 1], 1.0, ahead[:, 1] - ring[:, 1])
        cross = (ahead[:, 0] - ring[:, 0]) * (y - ring[:, 1]) / rise + ring[:, 0]
        found ^= ((spans & (x < cross)).sum(axis=1) % 2).astype(bool)
    return found


def brought_in(points: Real, rings: Sequence[Real], may_move: Flags) -> Real:
    """The points, those outside drawn in as far as they may be moved and anybody is inside."""
    from scipy.spatial import cKDTree

    within = inside(points, rings)
    if not within.any() or within.all():
        return points
    found = points.copy()
    out = np.flatnonzero(~within & may_move)
    _, nearest = cKDTree(points[within]).query(points[out])
    anchor = points[within][nearest]
    for share in SHARES:
        still = ~inside(found[out], rings)
        found[out[still]] = anchor[still] + (points[out[still]] - anchor[still]) * share
    return found
