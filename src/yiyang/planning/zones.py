"""Development zones without a code of their own: whose project one is that lies in the city's."""

from __future__ import annotations

from functools import lru_cache

from yiyang.planning.models import Project
from yiyang.planning.reading.places import Gazetteer

CITY = 10**8


def zone_of(project: Project) -> str:
    """The zone whose unit carries a city's project out, or in which it lies; '' = none.

    It has no code to lie under, so that its projects are kept with the city's and told from them by name.
    """
    return "" if project.area_code % CITY else _zone(project.area_code, project.unit, project.place)


@lru_cache(maxsize=2048)
def _zone(city: int, unit: str, place: str) -> str:
    known = Gazetteer(city)
    for found in (known.responsible(unit), known.unit(place)):
        if found is not None:
            return found.name if found.code is None else ""
    return ""
