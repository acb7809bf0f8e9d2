"""The area in force: all that the account's grants name, or one area within them that the user chose to work in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from yiyang.accounts.narrowing import chosen_area
from yiyang.areas.models import Area


def place_of(request: HttpRequest) -> dict[str, Any]:
    """For the top bar: the name of the area in force, and what it can be changed to."""
    granted = granted_areas(request)
    chosen = chosen_area(request)
    names = [chosen.name] if chosen else [area.name for area in granted]
    word = "、".join(names[:2]) + (f"等 {len(names)} 个区划" if len(names) > 2 else "")
    below = chosen or (granted[0] if len(granted) == 1 else None)
    choices = granted if len(granted) > 1 and not chosen else children_of(below)
    return {"area_in_force": word, "area_choices": choices, "area_is_narrowed": chosen is not None}


def granted_areas(request: HttpRequest) -> list[Area]:
    """The areas of the grants in force, each once, as the unit of work found them."""
    return list({grant.area_id: grant.area for grant in getattr(request, "grants", ())}.values())


def children_of(area: Area | None) -> list[Area]:
    """The areas of today straight below; villages are too many for a menu and too small to work in alone."""
    if area is None or area.level not in ("province", "city", "county"):
        return []
    return list(area.children.filter(valid_to=None).exclude(code=None).order_by("code")[:80])
