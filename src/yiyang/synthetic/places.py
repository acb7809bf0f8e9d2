"""Where the made-up people live: villages with weights, counties of origin and destination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from yiyang.areas import logic
from yiyang.areas.tables import CensusUnit, census_units
from yiyang.synthetic.chance import Chance
from yiyang.synthetic.policy import parameters

ELDERS_PER_TOWN = 6000
VILLAGES_PER_TOWN = 12


@dataclass(frozen=True, slots=True)
class Places:
    """Villages of all units, one after the other.

    Attributes:
        villages: codes; the unit's own code where it has no villages.
        unit: index of the unit of each village.
        urban: share of the village's people who count as urban (0 or 1, but for a unit without villages).
        edges: for each village the unit's index plus the cumulated weight, so that one search finds a village.
        invented: names of towns and villages that were made up, by code.
    """

    villages: NDArray[np.int64]
    unit: NDArray[np.int64]
    urban: NDArray[np.float64]
    edges: NDArray[np.float64]
    invented: dict[int, str]

    def choose(self, units: NDArray[np.int64], drawn: NDArray[np.float64]) -> NDArray[np.int64]:
        """Indices of villages: each person draws one of his unit."""
        return np.searchsorted(self.edges, units + drawn, side="right")


def places_of(units: Sequence[CensusUnit], chance: Chance) -> Places:
    """The villages of the units with their weights."""
    parts = []
    invented: dict[int, str] = {}
    for unit in units:
        codes, urban = _villages(unit, invented)
        parts.append((codes, urban, _weights(unit, codes, urban, chance)))
    edges = [index + np.cumsum(weights) for index, (_, _, weights) in enumerate(parts)]
    for index, edge in enumerate(edges):
        edge[-1] = index + 1
    return Places(
        np.concatenate([p[0] for p in parts]),
        np.repeat(np.arange(len(parts)), [len(p[0]) for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate(edges),
        invented,
    )


def _villages(unit: CensusUnit, invented: dict[int, str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Codes and urban shares: real villages, or the unit itself (a zone without towns), or made-up ones."""
    found = [a for a in logic.descendants(unit.code, "village") if a.code % 1000 != 498]
    if found:
        return np.array([a.code for a in found]), np.array([float(a.is_urban) for a in found])
    area = logic.find(unit.code)
    if area is not None and area.kind == "development_zone":
        return np.array([unit.code]), np.array([_urban_share(unit)])
    made = _made_up(unit)
    invented.update({code: name for code, (name, _) in made.items()})
    villages = {code: urban for code, (_, urban) in made.items() if code % 1000}
    return np.array(list(villages)), np.array([float(u) for u in villages.values()])


def _made_up(unit: CensusUnit) -> dict[int, tuple[str, bool]]:
    """Towns and villages of a unit whose own are not held: code → (name, urban)."""
    towns = max(2, round(unit.elders / ELDERS_PER_TOWN))
    urban_towns = min(towns - 1, max(1, round(towns * unit.urban_share)))
    made: dict[int, tuple[str, bool]] = {}
    for number in range(towns):
        urban = number < urban_towns
        town = unit.code + (number + 1 if urban else 100 + number - urban_towns) * 1000
        title = f"示例{'街道' if urban else '镇'}{number + 1}（虚构）"
        made[town] = (title, urban)
        for village in range(1, VILLAGES_PER_TOWN + 1):
            made[town + village + (0 if urban else 199)] = (
                f"示例{'社区' if urban else '村'}{number + 1}-{village}（虚构）",
                urban,
            )
    return made


def _urban_share(unit: CensusUnit) -> float:
    return min(0.98, unit.urban_share * float(parameters()["population"]["elder_urban_factor"]))


def _weights(
    unit: CensusUnit, codes: NDArray[np.int64], urban: NDArray[np.float64], chance: Chance
) -> NDArray[np.float64]:
    """Weights that add up to 1, villages of one kind varying about threefold, kinds by the unit's urban share."""
    size = np.exp(0.55 * _normal(chance, codes))
    is_urban = urban >= 0.5
    if is_urban.all() or not is_urban.any():
        return np.asarray(size / size.sum())
    share = np.where(is_urban, _urban_share(unit), 1 - _urban_share(unit))
    return np.asarray(share * size / np.where(is_urban, size[is_urban].sum(), size[~is_urban].sum()))


def _normal(chance: Chance, keys: NDArray[np.int64]) -> NDArray[np.float64]:
    radius = np.sqrt(-2 * np.log1p(-chance.uniform("village size", keys)))
    return np.asarray(radius * np.cos(2 * np.pi * chance.uniform("village angle", keys)))


def origins(unit: int, inside: int) -> tuple[NDArray[np.int64], list[float]]:
    """Counties where people living in a unit may be registered instead, with weights: those named, and the rest of the
    province by its elders."""
    table: Mapping[str, float] = _longest_prefix(unit)
    named = {int(c) * 10**6: float(w) for c, w in table.items() if c != "default"}
    low, high = logic.span(inside)
    province = unit - unit % 10**10
    rest = {u.code: u.elders for u in _counties(province) if not low <= u.code < high and u.code not in named}
    share = float(table.get("default", 1)) / max(1, sum(rest.values()))
    return np.array([*named, *rest]), [*named.values(), *(share * elders for elders in rest.values())]


@cache
def _counties(province: int) -> list[CensusUnit]:
    """The census units of a province that exist as counties of today."""
    ordinary = {area.code for area in logic.counties(province) if area.kind != "development_zone"}
    return [unit for unit in census_units(province) if unit.code in ordinary]


def _longest_prefix(unit: int) -> Mapping[str, float]:
    table = {str(k): v for k, v in parameters()["population"]["origins"].items()}
    found = [k for k in table if f"{unit:012d}".startswith(k)]
    return {str(k): w for k, w in table[max(found, key=len)].items()} if found else {"default": 1.0}


def destinations(inside: int) -> tuple[NDArray[np.int64], list[float]]:
    """Counties outside the area where people registered in it may live instead, with weights."""
    table = {int(c) * 10**6: float(w) for c, w in parameters()["population"]["destinations"].items()}
    outside = {code: weight for code, weight in table.items() if not logic.within(code, inside)}
    return np.array([*outside], dtype=np.int64), [*outside.values()]
