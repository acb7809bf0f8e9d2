"""The areas by which a run's tables are broken down: counties; in a run over one county, its towns."""

from __future__ import annotations

import numpy as np

from yiyang.areas import logic as areas
from yiyang.engine.cells import Ints
from yiyang.engine.facts import area_span

COUNTY, TOWN = 10**6, 10**3


def is_one_county(run_area: str) -> bool:
    """Whether a run's area is a single county (or less), so that its towns are compared."""
    low, high = area_span(run_area)
    return high - low <= COUNTY


def grouped(area: Ints, run_area: str) -> Ints:
    """12-digit area codes → the code of their row; -1 for unknown. Outside the run's area always counties."""
    county = np.where(area < 0, -1, area // COUNTY * COUNTY)
    if not is_one_county(run_area):
        return county
    low, high = area_span(run_area)
    return np.where((area >= low) & (area < high), area // TOWN * TOWN, county)


def code(group: int) -> str:
    """A row's code as text: six digits for a county, nine for a town, empty for unknown."""
    if group < 0:
        return ""
    text = f"{group:012d}"
    return text[:6] if group % COUNTY == 0 else text[:9]


def name(group: int, run_area: str) -> str:
    """A row's name; of people in the county whose town nobody knows, the county's with a note."""
    if group < 0:
        return "未知"
    known = areas.name(group)
    low, high = area_span(run_area)
    return f"{known}（乡镇不明）" if is_one_county(run_area) and group % COUNTY == 0 and low <= group < high else known
