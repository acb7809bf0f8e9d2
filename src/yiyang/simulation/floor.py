"""Whether a change falls below the list of the level above, and was not below it before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yiyang.catalog.compare import Compared, Comparison, compare
from yiyang.catalog.labels import area_name
from yiyang.catalog.lists import list_areas, load_list
from yiyang.simulation import logic
from yiyang.simulation.bases import Base


@dataclass(frozen=True)
class Fall:
    """An item that gives somebody less than the list above. `people`: the most typical of them, in words."""

    name: str
    upper: str
    lower: str
    people: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Floor:
    """`upper`: the list above; '' = there is none to compare with. `before`: how many items were below already."""

    upper: str
    falls: tuple[Fall, ...] = ()
    before: int = 0


def floor_of(base: Base, changes: dict[str, Any]) -> Floor:
    """The items that a change brings below the list above. Errors: NoEffect, PolicyError, UsageError."""
    upper = load_list(base.area, base.policy).head.upper if base.area in list_areas(base.policy) else None
    if not upper or upper not in list_areas(base.policy):
        return Floor("")
    on = base.folder.bound.on
    after = compare(base.area, upper, on, logic.overlay_of(changes), fallback=True, policy=base.policy)
    before = _below(compare(base.area, upper, on, fallback=True, policy=base.policy))
    touched = {item: found for item, found in _below(after).items() if _told(found) != _told(before.get(item))}
    return Floor(area_name(upper), tuple(_fall(found) for found in touched.values()), len(before))


def _below(found: Comparison) -> dict[str, Compared]:
    return {one.item: one for one in found.below}


def _told(found: Compared | None) -> Any:
    """What makes a fall another one."""
    if found is None:
        return None
    return found.status, found.lower, tuple((one.person, one.upper.fen, one.lower.fen) for one in found.people)


def _fall(found: Compared) -> Fall:
    shown = tuple(f"{one.person}：{one.upper.words}；{one.lower.words}" for one in found.people)
    return Fall(found.name, found.upper or "未列", found.lower or "未列", shown, found.reasons)
