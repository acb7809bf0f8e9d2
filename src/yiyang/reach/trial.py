"""What the commands stand on: the files that were given, the rest made up from policy data and marked so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yiyang.areas.logic import require
from yiyang.reach.network.made_places import made_up_facilities, made_up_points
from yiyang.reach.network.made_up import made_up_network
from yiyang.reach.network.osm import read_roads
from yiyang.reach.network.reading import read_facilities, read_points
from yiyang.reach.policy import Kind, Reach, load_reach
from yiyang.reach.suggesting import Ground

WORDS: Mapping[str, tuple[str, str]] = {
    "roads": ("路网", "roads"), "points": ("人口点", "population points"), "facilities": ("设施", "facilities"),
}  # fmt: skip


@dataclass(frozen=True)
class Files:
    """Files of the user; what is not given is made up."""

    roads: Path | None = None
    points: Path | None = None
    facilities: Path | None = None

    @property
    def made_up(self) -> list[str]:
        """What was not given."""
        return [name for name in WORDS if getattr(self, name) is None]

    def warning(self) -> tuple[str, str] | None:
        """What everybody who sees the figures must know; None when nothing was made up."""
        if not self.made_up:
            return None
        zh, en = ("、".join(WORDS[name][0] for name in self.made_up), ", ".join(WORDS[n][1] for n in self.made_up))
        return f"注意：{zh}为虚拟数据，仅供试用。", f"Note: {en} are made up, for trying out only."


def ground(area: str, files: Files, *, kind: str | None = None, seed: int = 1) -> tuple[Ground, Kind | None]:
    """Roads, people and facilities of an area, of one kind if it is named, held against that kind's standard."""
    policy: Reach = load_reach()
    name, found = policy.kind(kind) if kind else (None, None)
    points = read_points(files.points) if files.points else made_up_points(require(area).code, seed=seed)
    network = read_roads(files.roads) if files.roads else made_up_network(points, seed=seed)
    facilities = (
        read_facilities(files.facilities, policy, points) if files.facilities else made_up_facilities(points, seed=seed)
    )
    if name:
        facilities = facilities.of_kind(name)
    return Ground(network, points, facilities, policy, policy.standards_of(found)), found
