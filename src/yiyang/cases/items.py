"""What the list says of an item where a case is handled: its name, who is entitled, what is given."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yiyang.base.clock import today
from yiyang.cases.processes import load_processes
from yiyang.catalog import issued
from yiyang.catalog.published import Row, publish
from yiyang.notices.words import item_names

COUNTY = 10**6


def item_told(item: str, area: int) -> Row | None:
    """An item as published where an area lies; None where no list has it any more."""
    if area < 0:
        return None
    on = today()
    return _rows(f"{area // COUNTY:06d}", on, issued.current(settings.DATA, on)).get(item)


def items_of(area: int) -> dict[str, Row]:
    """The items that are applied for or given where an area lies, by id; none of an unknown place."""
    if area < 0:
        return {}
    on, direct = today(), load_processes().direct
    rows = _rows(f"{area // COUNTY:06d}", on, issued.current(settings.DATA, on))
    return {item: row for item, row in rows.items() if item not in direct}


@lru_cache(maxsize=64)
def _rows(county: str, on: date, policy: Path | None) -> dict[str, Row]:
    return {str(row.data["id"]): row for row in publish(county, on, policy=policy).rows}


def choices() -> list[tuple[str, str]]:
    """Items of which there are cases, as a drop-down, by name."""
    direct = load_processes().direct
    return sorted(((item, name) for item, name in item_names().items() if item not in direct), key=lambda pair: pair[1])
