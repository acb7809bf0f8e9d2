"""Area codes of a delivery as the areas in force in the database: the published table and every change made since."""

from __future__ import annotations

from collections.abc import Iterable

from yiyang.access.ranges import NO_AREA
from yiyang.areas.logic import SIZES
from yiyang.areas.models import Area
from yiyang.areas.places import current, current_codes
from yiyang.registry.places import places


class InForce:
    """The areas of today, read once for a delivery or a resolution."""

    def __init__(self) -> None:
        self.codes = current_codes()
        rows = Area.objects.filter(valid_to__isnull=True, code__isnull=False).values_list("code", flat=True)
        self.there = {code for code in rows if code is not None}

    def known(self, codes: Iterable[int]) -> dict[int, int]:
        """As `registry.places.places`, after what was renamed, merged or recoded on the platform."""
        moved = {code: current(code, self.codes) for code in codes}
        listed = places(code for code in moved.values() if code not in self.there)
        found = {code: now if now in self.there else listed.get(now) for code, now in moved.items()}
        return {code: now for code, now in found.items() if now}

    def nearest(self, code: int) -> int:
        """The area in force that answers for a code: itself, its successor, or the nearest above; else no area."""
        now = current(code, self.codes)
        return next((now - now % size for _, size in SIZES if now - now % size in self.there), NO_AREA)
