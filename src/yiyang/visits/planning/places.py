"""Where people live when nobody has said so: villages inside their town, households around their village, all made up.

The same codes and keys give the same places. What is made up is marked, and is to be shown as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yiyang.synthetic.chance import Chance
from yiyang.visits.planning.roads import DEGREE

Real = NDArray[np.float64]
# Metres: how far villages lie from their town's middle and households from their village's. 大竹县 has 2,076 km² for
# 31 towns and 324 villages, which is a circle of 4.6 km a town and 1.4 km a village.
TOWN, TOWN_URBAN = 4_300.0, 1_500.0
VILLAGE, VILLAGE_URBAN = 1_400.0, 400.0
# Of so many drawn points each town takes the one farthest from the other towns.
TRIES = 24
# A draw misses a county's border box by half; after so many it is taken as it is.
DRAWS = 64


@dataclass(frozen=True)
class Centres:
    """The middle of each village in degrees, and whether it was made up."""

    lon: Mapping[int, float]
    lat: Mapping[int, float]
    made_up: Mapping[int, bool]


def centres(
    villages: Sequence[int],
    urban: Sequence[bool],
    known: Mapping[int, tuple[float, float]],
    border: Sequence[ArrayLike],
    seed: int,
) -> Centres:
    """The middle of each village.

    Args:
        villages: 12-digit codes, each once.
        urban: whether a village is a neighbourhood of a town.
        known: (lon, lat) of villages and of towns, by code, as far as somebody stated them.
        border: rings of the county, each n × 2 (lon, lat); towns without a known place are put inside.
        seed: another seed, another county.
    """
    chance = Chance(seed)
    codes = np.asarray(villages, np.int64)
    middles = _towns(
        sorted({int(code) // 1000 * 1000 for code in codes}), known, [np.asarray(r) for r in border], chance
    )
    town = np.array([middles[int(code) // 1000 * 1000] for code in codes]).reshape(-1, 2)
    lon, lat = _around(chance, "village", codes, town, np.where(urban, TOWN_URBAN, TOWN))
    found = {int(code): known.get(int(code), (x, y)) for code, x, y in zip(codes, lon, lat, strict=True)}
    return Centres(
        {code: float(place[0]) for code, place in found.items()},
        {code: float(place[1]) for code, place in found.items()},
        {code: code not in known for code in found},
    )


def households(
    villages: ArrayLike, homes: ArrayLike, urban: ArrayLike, middles: Centres, seed: int
) -> tuple[Real, Real]:
    """Degrees of each home's door: scattered around the village, the same for the same home and seed."""
    codes = np.asarray(villages, np.int64)
    middle = np.array([(middles.lon[int(code)], middles.lat[int(code)]) for code in codes]).reshape(-1, 2)
    radius = np.where(np.asarray(urban, bool), VILLAGE_URBAN, VILLAGE)
    return _around(Chance(seed), "household", np.asarray(homes, np.int64), middle, radius)


def _around(chance: Chance, purpose: str, keys: NDArray[np.int64], middle: Real, radius: Real) -> tuple[Real, Real]:
    """Points evenly over a circle of `radius` metres around each middle."""
    far = np.sqrt(chance.uniform(f"{purpose} far", keys)) * radius / DEGREE
    turn = chance.uniform(f"{purpose} turn", keys) * 2 * np.pi
    lat = middle[:, 1] + far * np.sin(turn)
    return middle[:, 0] + far * np.cos(turn) / np.cos(np.radians(lat)), lat


def _towns(
    codes: Sequence[int], known: Mapping[int, tuple[float, float]], border: Sequence[Real], chance: Chance
) -> dict[int, tuple[float, float]]:
    found = {code: known[code] for code in codes if code in known}
    for code in codes:
        if code not in found:
            found[code] = _inside(code, list(found.values()), border, chance)
    return found


def _inside(
    code: int, taken: Sequence[tuple[float, float]], border: Sequence[Real], chance: Chance
) -> tuple[float, float]:
    keys = code * DRAWS + np.arange(DRAWS, dtype=np.int64)
    low = np.min([ring.min(axis=0) for ring in border], axis=0)
    high = np.max([ring.max(axis=0) for ring in border], axis=0)
    drawn = np.stack([chance.uniform("town lon", keys), chance.uniform("town lat", keys)], axis=1) * (high - low) + low
    kept = drawn[_within(drawn, border)][:TRIES]
    kept = kept if len(kept) else drawn[:1]
    if not taken:
        return float(kept[0, 0]), float(kept[0, 1])
    away = np.linalg.norm(kept[:, None, :] - np.array(taken)[None, :, :], axis=2).min(axis=1)
    best = kept[int(away.argmax())]
    return float(best[0]), float(best[1])


def _within(points: Real, border: Sequence[Real]) -> NDArray[np.bool_]:
    """Whether points lie inside the rings, by counting crossings of a ray to the east."""
    inside = np.zeros(len(points), bool)
    x, y = points[:, :1], points[:, 1:]
    for ring in border:
        ahead = np.roll(ring, -1, axis=0)
        spans = (ring[None, :, 1] > y) != (ahead[None, :, 1] > y)
        rise = np.where(ahead[:, 1] == ring[:, 1], 1.0, ahead[:, 1] - ring[:, 1])
        cross = (ahead[:, 0] - ring[:, 0]) * (y - ring[:, 1]) / rise + ring[:, 0]
        inside ^= ((spans & (x < cross)).sum(axis=1) % 2).astype(bool)
    return inside
