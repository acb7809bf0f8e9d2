"""Boundaries on the screen: simplified once a process."""

from __future__ import annotations

from functools import cache

from yiyang.areas.logic import normalise
from yiyang.areas.tables import boundaries
from yiyang.kit.maps import Shapes, shapes_of


@cache
def shapes(code: int) -> Shapes:
    """County shapes within an area; empty where none are held (towns and villages have no outlines)."""
    collection = boundaries(code)
    for feature in collection["features"]:
        feature["properties"]["code"] = normalise(feature["properties"]["code"])
    return shapes_of(collection)
