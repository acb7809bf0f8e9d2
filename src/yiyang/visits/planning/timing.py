"""One day's round in time: when each stop begins, when he leaves, whether all of it can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from yiyang.visits.planning.columns import Columns


@dataclass(frozen=True)
class Timed:
    """A round that can be kept: minutes of the day, and the way in minutes and metres."""

    leaves: int
    returns: int
    begins: tuple[int, ...]
    way_minutes: tuple[int, ...]
    way_metres: tuple[int, ...]

    @property
    def span(self) -> int:
        """Minutes from leaving the seat to being back."""
        return self.returns - self.leaves

    @property
    def way(self) -> int:
        """Minutes on the way, both to the first stop and back from the last."""
        return sum(self.way_minutes)


def timed(
    data: Columns,
    visitor: int,
    stops: Sequence[int],
    fixed: Mapping[int, int],
    told: Mapping[int, int] | None = None,
    begun: int = 0,
) -> Timed | None:
    """When everything happens, as early as possible and leaving as late as that allows; None if it cannot be kept.

    Args:
        stops: rows of visits in their order.
        fixed: visits whose beginning is fixed, because another comes too.
        told: minutes before which visits do not begin, because people were told so.
        begun: how many stops at the head have begun, each at its fixed minute: they are facts, and not checked.
    """
    ways = _ways(data, visitor, stops)
    windows = [_window(data, stop, fixed, told or {}) for stop in stops]
    found = _forward(data, stops, ways, windows, int(data.begins[visitor]), begun)
    if found is None:
        return None
    leaves = max(_leaves(data, stops, ways, windows, found[1]), int(data.begins[visitor]))
    if len(stops) > begun and (found[1] > data.ends[visitor] or found[1] - leaves > data.limit[visitor]):
        return None
    # Leaving later changes nothing but the waiting; what is told is the round as it is then gone.
    later = _forward(data, stops, ways, windows, leaves, begun) or found
    return Timed(leaves, later[1], tuple(later[0]), tuple(one[1] for one in ways), tuple(one[0] for one in ways))


def _forward(
    data: Columns,
    stops: Sequence[int],
    ways: list[tuple[int, int]],
    windows: list[tuple[int, int]],
    leaves: int,
    begun: int,
) -> tuple[list[int], int] | None:
    """When each stop begins and when he is back, everything as early as it can be; None if a window is missed."""
    now, begins = leaves, list[int]()
    for stop, (_, minutes), (opens, closes) in zip(stops, ways[:-1], windows, strict=True):
        now = max(now + minutes, opens)
        if len(begins) < begun:
            now = opens
        elif now > closes:
            return None
        begins.append(now)
        now += int(data.minutes[stop])
    return begins, now + ways[-1][1]


def _ways(data: Columns, visitor: int, stops: Sequence[int]) -> list[tuple[int, int]]:
    chain = [-1, *stops, -1]
    return [data.way(visitor, here, there) for here, there in pairwise(chain)]


def _window(data: Columns, stop: int, fixed: Mapping[int, int], told: Mapping[int, int]) -> tuple[int, int]:
    if stop in fixed:
        return fixed[stop], fixed[stop]
    return max(int(data.opens[stop]), told.get(stop, 0)), int(data.closes[stop] - data.minutes[stop])


def _leaves(
    data: Columns, stops: Sequence[int], ways: list[tuple[int, int]], windows: list[tuple[int, int]], returns: int
) -> int:
    """The latest minute at which he can leave and still be back at `returns`: waiting is spent at home."""
    at = returns - ways[-1][1]
    for stop, (_, minutes), (_, closes) in zip(reversed(stops), reversed(ways[:-1]), reversed(windows), strict=True):
        at = min(at - int(data.minutes[stop]), closes) - minutes
    return at
