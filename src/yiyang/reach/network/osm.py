"""Roads out of an OpenStreetMap extract (.osm.pbf, .osm), read with osmium. Pure but for the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from yiyang.base.errors import MissingPart, UsageError
from yiyang.reach.network.graph import AHEAD, BACK, BOTH_WAYS, CLASSES, Network, cut, metres_between
from yiyang.reach.policy import Road

ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
# No piece of road is longer than this, so that whoever lives beside it finds a node.
LONGEST = 60.0
ROADS: Mapping[str, Road] = {
    "motorway": "motorway", "motorway_link": "motorway", "trunk": "trunk", "trunk_link": "trunk",
    "primary": "primary", "primary_link": "primary", "secondary": "secondary", "secondary_link": "secondary",
    "tertiary": "tertiary", "tertiary_link": "tertiary", "unclassified": "tertiary", "road": "tertiary",
    "residential": "residential", "living_street": "residential", "service": "service", "track": "track",
    "cycleway": "cycle", "path": "path", "footway": "path", "pedestrian": "path", "bridleway": "path", "steps": "steps",
    "platform": "path", "corridor": "path",
}  # fmt: skip
NO = frozenset({"no", "private", "use_sidepath"})
# The key that speaks of a mode in particular, asked before the general one.
KEYS: Mapping[str, tuple[str, ...]] = {
    "walk": ("foot", "access"),
    "ride": ("bicycle", "vehicle", "access"),
    "drive": ("motor_vehicle", "vehicle", "access"),
}


def read_roads(path: Path) -> Network:
    """The roads of an extract.

    Errors: UsageError for a file that is missing, of another kind, bad or without roads; MissingPart without osmium.
    """
    osmium = _osmium()
    if not path.is_file():
        raise UsageError(f"没有路网文件 {path}。", f"There is no road file {path}.")
    if not str(path).lower().endswith(ENDINGS):
        raise UsageError(
            f"路网文件应为 OpenStreetMap 提取文件（.osm.pbf 或 .osm），现在是 {path.name}。",
            f"Roads come from an OpenStreetMap extract (.osm.pbf or .osm); this is {path.name}.",
        )
    try:
        network = _network(_ways(osmium, path))
    except (RuntimeError, ValueError) as error:
        raise UsageError(
            f"{path.name} 读不出来，可能已损坏或不完整：{error}", f"{path.name} cannot be read: {error}"
        ) from error
    if network is None:
        raise UsageError(f"{path.name} 里没有道路。", f"{path.name} holds no roads.")
    return cut(network, LONGEST)


def _osmium() -> Any:
    try:
        import osmium
    except ImportError as error:
        raise MissingPart(
            "读取路网需要 reach 组件：pip install 'yiyang[reach]'。",
            "reading roads needs the extra: pip install 'yiyang[reach]'.",
        ) from error
    return osmium


Found = tuple[list[Any], list[int], list[int], list[int]]


def _ways(osmium: Any, path: Path) -> Found:
    """Node ids and coordinates of each road one after the other; nodes, class and permission by road."""
    nodes: list[Any] = []
    counts: list[int] = []
    roads: list[int] = []
    allowed: list[int] = []
    ways = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        if not way.is_way() or (road := ROADS.get(way.tags["highway"])) is None:
            continue
        bits = permission(dict(way.tags))
        # An extract cut at its border names nodes that it does not hold.
        here = [(node.ref, node.lon, node.lat) for node in way.nodes if node.location.valid()]
        if bits and len(here) > 1:
            nodes += here
            counts.append(len(here))
            roads.append(CLASSES.index(road))
            allowed.append(bits)
    return nodes, counts, roads, allowed


def permission(tags: Mapping[str, str]) -> int:
    """Bits of `AHEAD` and `BACK`: who may use a road, and in which direction."""
    bits = BOTH_WAYS
    for mode, keys in KEYS.items():
        said = next((tags[key] for key in keys if key in tags), "")
        if said in NO:
            bits &= ~(AHEAD[mode] | BACK[mode])  # type: ignore[index]
    if tags.get("area") == "yes":
        bits &= AHEAD["walk"] | BACK["walk"]
    return _one_way(bits, tags)


def _one_way(bits: int, tags: Mapping[str, str]) -> int:
    oneway = tags.get("oneway", "yes" if tags.get("junction") == "roundabout" else "no")
    if oneway in ("yes", "true", "1"):
        bits &= ~BACK["drive"]
        return bits if tags.get("oneway:bicycle") == "no" else bits & ~BACK["ride"]
    if oneway == "-1":
        bits &= ~AHEAD["drive"]
        return bits if tags.get("oneway:bicycle") == "no" else bits & ~AHEAD["ride"]
    return bits


def _network(found: Found) -> Network | None:
    nodes, counts, roads, allowed = found
    if not nodes:
        return None
    table = np.array(nodes, dtype=[("id", np.int64), ("lon", float), ("lat", float)])
    _, first, number = np.unique(table["id"], return_index=True, return_inverse=True)
    lon, lat = table["lon"][first], table["lat"][first]
    # Each node but a road's last begins a piece.
    begins = np.ones(len(nodes), bool)
    begins[np.cumsum(counts) - 1] = False
    start, end = number[begins], number[np.flatnonzero(begins) + 1]
    way = np.repeat(np.arange(len(counts)), np.array(counts) - 1)
    return Network(
        lon, lat, start, end, metres_between(lon[start], lat[start], lon[end], lat[end]),
        np.array(roads, np.uint8)[way], np.array(allowed, np.uint8)[way], made_up=False,
    )  # fmt: skip
