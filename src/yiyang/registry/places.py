"""Area codes of a delivery as the areas of today."""

from __future__ import annotations

from collections.abc import Iterable

from yiyang.areas import logic


def places(codes: Iterable[int]) -> dict[int, int]:
    """For each 12-digit code that stands for something: the area of today; codes that exist nowhere are left out.

    Renamed and merged counties give the county of today. A village that the table lacks is kept as its town, a town
    that it lacks as its county: lists answer for counties, so that costs nobody anything. Where the table has no
    villages at all (other provinces) the code stays as it is, if its county exists.
    """
    found: dict[int, int] = {}
    for code in codes:
        now = logic.current(code)
        nearest = logic.nearest(now)
        if nearest == now:
            found[code] = now
        elif logic.level(nearest) in ("county", "town", "village"):
            found[code] = nearest if logic.has_villages(now) else now
    found.pop(logic.NATION, None)
    return found
