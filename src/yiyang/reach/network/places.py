"""Where people live and where facilities stand, as columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from yiyang.reach.network.graph import Flags, Real, Whole


@dataclass(frozen=True)
class Points:
    """Population points, usually one a village.

    Attributes:
        code: 12-digit area code of each point; several points may have the same.
        name: what to call it.
        lon, lat: degrees.
        urban: whether the standard of towns holds for it.
        people: group → people of each point; `elders` is always there.
        made_up: whether its coordinates were invented.
    """

    code: Whole
    name: Sequence[str]
    lon: Real
    lat: Real
    urban: Flags
    people: Mapping[str, Whole]
    made_up: Flags

    def __len__(self) -> int:
        return len(self.code)

    def only(self, rows: Whole | Flags) -> Points:
        """The points of these rows."""
        index = np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows)
        people = {group: counted[index] for group, counted in self.people.items()}
        columns = {field: getattr(self, field)[index] for field in ("code", "lon", "lat", "urban", "made_up")}
        return Points(name=[self.name[row] for row in index], people=people, **columns)


@dataclass(frozen=True)
class Facilities:
    """Facilities, or sites where one could be built.

    Attributes:
        id, name, kind: as given; a kind of `policy/reach.yaml` or empty.
        lon, lat: degrees.
        capacity: places (beds, or people at a time); 0 where it was not said.
        made_up: whether its coordinates were invented.
    """

    id: Sequence[str]
    name: Sequence[str]
    kind: Sequence[str]
    lon: Real
    lat: Real
    capacity: Whole
    made_up: Flags

    def __len__(self) -> int:
        return len(self.id)

    def of_kind(self, kind: str) -> Facilities:
        """The facilities of one kind."""
        return self.only(np.array([each == kind for each in self.kind], bool))

    def only(self, rows: Whole | Flags) -> Facilities:
        """The facilities of these rows."""
        index = np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows)
        words: dict[str, Any] = {
            field: [getattr(self, field)[row] for row in index] for field in ("id", "name", "kind")
        }
        columns = {field: getattr(self, field)[index] for field in ("lon", "lat", "capacity", "made_up")}
        return replace(self, **words, **columns)


def together(first: Facilities, second: Facilities) -> Facilities:
    """Both, the first ones first."""
    words: dict[str, Any] = {
        field: [*getattr(first, field), *getattr(second, field)] for field in ("id", "name", "kind")
    }
    columns: dict[str, Any] = {
        field: np.concatenate([getattr(first, field), getattr(second, field)])
        for field in ("lon", "lat", "capacity", "made_up")
    }
    return Facilities(**words, **columns)


def sites_at(points: Points, kind: str = "") -> Facilities:
    """Each population point as a site where something could be built."""
    ids = [str(code) for code in points.code]
    zeros = np.zeros(len(points), np.int64)
    return Facilities(ids, list(points.name), [kind] * len(ids), points.lon, points.lat, zeros, points.made_up)
