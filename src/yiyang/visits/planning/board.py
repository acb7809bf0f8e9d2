"""The plan while it is made: rounds by visitor and day, and putting one more visit where it disturbs least."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from yiyang.visits.planning.columns import Columns, Whole
from yiyang.visits.planning.problem import Wishes
from yiyang.visits.planning.sharing import candidates_of
from yiyang.visits.planning.spacing import gap
from yiyang.visits.planning.timing import Timed, timed

Key = tuple[int, int]


@dataclass
class Board:
    """Rounds as rows of visits; `at` holds the minutes that are fixed because two go, or because it has begun."""

    data: Columns
    wishes: Wishes
    rounds: dict[Key, list[int]] = field(default_factory=dict)
    at: dict[int, int] = field(default_factory=dict)
    day_of: dict[int, int] = field(default_factory=dict)
    of_person: dict[int, list[int]] = field(default_factory=dict)
    # How many stops at the head of a round have begun and stay where they are.
    begun: dict[Key, int] = field(default_factory=dict)
    # Minutes before which the visits of today do not begin: when people expect them, or when somebody can be there.
    told: dict[int, int] = field(default_factory=dict)
    # Day and minute of a change: nobody sets out for something new before it.
    now: tuple[int, int] | None = None
    # The times of rounds as they stand, with the very list that they are of: full days are asked about again and again.
    _clocks: dict[Key, tuple[list[int], Timed | None]] = field(default_factory=dict)

    def put(self, visitor: int, day: int, stops: list[int]) -> None:
        """A whole round."""
        self.rounds[visitor, day] = stops
        for stop in stops:
            self._note(stop, day)

    def _note(self, stop: int, day: int) -> None:
        if stop not in self.day_of:
            self.of_person.setdefault(int(self.data.person[stop]), []).append(stop)
        self.day_of[stop] = day

    def drop(self, stop: int) -> None:
        """Takes a visit out of every round it is in."""
        day = self.day_of.pop(stop)
        self.of_person[int(self.data.person[stop])].remove(stop)
        for (visitor, other), stops in self.rounds.items():
            if other == day and stop in stops:
                self.rounds[visitor, other] = [one for one in stops if one != stop]

    def days_for(self, visit: int) -> list[int]:
        """Days of a visit's window that keep their distance from the same person's other visits."""
        window = range(int(self.data.first[visit]), int(self.data.last[visit]) + 1)
        return [day for day in window if self.is_apart(visit, day)]

    def is_apart(self, visit: int, day: int) -> bool:
        """Whether a day keeps its distance from the same person's other visits."""
        others = self.of_person.get(int(self.data.person[visit]), ())
        return all(abs(day - self.day_of[one]) >= gap(self.data, visit, one) for one in others if one != visit)

    def insert(self, visit: int, visitors: Iterable[int], days: Iterable[int]) -> Key | None:
        """Puts a visit where it costs least among visitors and days; None, and nothing changed, if it fits nowhere."""
        best: tuple[float, Key, list[int]] | None = None
        kept = list(days)
        for visitor in visitors:
            price = self._strangeness(visit, visitor)
            if best is not None and price >= best[0]:
                continue
            for day in kept:
                if self.data.works[visitor, day]:
                    found = self._cheapest(visit, visitor, day)
                    if found and (best is None or found[0] + price < best[0]):
                        best = (found[0] + price, (visitor, day), found[1])
        if best is None:
            return None
        key, stops = best[1], best[2]
        self.told |= self._there(*key, [one for one in stops if one != visit], stops.index(visit), visit)
        self.rounds[key] = stops
        self._note(visit, key[1])
        return key

    def _strangeness(self, visit: int, visitor: int) -> float:
        usual = self.data.usual[visit]
        if usual < 0 or visitor == usual:
            return 0.0
        wishes = self.wishes
        return wishes.deputy_instead if visitor == self.data.deputy[visit] else wishes.other_than_usual

    def _cheapest(self, visit: int, visitor: int, day: int) -> tuple[int, list[int]] | None:
        """Minutes of way that the visit adds to a round, and the round with it."""
        stops = self.rounds.setdefault((visitor, day), [])
        before = self._standing(visitor, day, stops)
        if before is None or before.span - before.way + self.data.minutes[visit] > self.data.limit[visitor] + 60:
            return None
        best: tuple[int, list[int]] | None = None
        for place in range(self.begun.get((visitor, day), 0), len(stops) + 1):
            tried = [*stops[:place], visit, *stops[place:]]
            after = self.time(visitor, day, tried, self._there(visitor, day, stops, place, visit))
            if after and (best is None or after.way - before.way < best[0]):
                best = (after.way - before.way, tried)
        return best

    def _standing(self, visitor: int, day: int, stops: list[int]) -> Timed | None:
        known = self._clocks.get((visitor, day))
        if known is None or known[0] is not stops:
            known = self._clocks[visitor, day] = stops, self.time(visitor, day, stops)
        return known[1]

    def _there(self, visitor: int, day: int, stops: list[int], place: int, visit: int) -> dict[int, int]:
        """When somebody who is told only now can be at the visit at the earliest."""
        if self.now is None or day != self.now[0]:
            return {}
        before = stops[place - 1] if place else -1
        return {visit: self.now[1] + self.data.way(visitor, before, visit)[1]}

    def time(self, visitor: int, day: int, stops: list[int], new: dict[int, int] | None = None) -> Timed | None:
        """The times of a round, nothing if it is empty; `new` is the visit that is tried, and when he can be there."""
        if not stops:
            return Timed(0, 0, (), (0,), (0,))
        told = self.told | (new or {}) if self.now and day == self.now[0] else None
        return timed(self.data, visitor, stops, self.at, told, self.begun.get((visitor, day), 0))


def mended(board: Board, left: list[int], hopeless: set[int], until: float = inf) -> list[int]:
    """Puts what found no place wherever it still fits, the hardest first; returns what fits nowhere.

    Args:
        until: `time.monotonic()` after which nothing more is tried.
    """
    data, wishes, rest = board.data, board.wishes, []
    able = {visit: candidates_of(data, visit, wishes) for visit in left}
    for visit in sorted(left, key=lambda one: (len(able[one]), data.last[one] - data.first[one], data.ids[one])):
        if visit in hopeless or data.needs_two[visit] or time.monotonic() > until:
            rest.append(visit)
            continue
        if board.insert(visit, _in_order(data, visit, able[visit]), board.days_for(visit)) is None:
            rest.append(visit)
    return rest


def _in_order(data: Columns, visit: int, able: Whole) -> list[int]:
    """The usual visitor, his deputy, then the near ones: `insert` passes over who costs more than what was found."""
    named = [int(one) for one in (data.usual[visit], data.deputy[visit]) if one >= 0 and one in able]
    return [*dict.fromkeys(named), *(int(one) for one in able if one not in named)]


def in_time(board: Board) -> list[int]:
    """Checks every round by the clock and takes out of it what cannot be kept; returns the visits taken out."""
    out: list[int] = []
    for (visitor, day), stops in sorted(board.rounds.items()):
        kept = list(stops)
        while len(kept) > board.begun.get((visitor, day), 0) and board.time(visitor, day, kept) is None:
            # The last one that is not fixed goes: the earlier ones keep their minutes.
            ahead = kept[board.begun.get((visitor, day), 0) :]
            gone = ([one for one in ahead if one not in board.at] or ahead)[-1]
            kept.remove(gone)
            out.append(gone)
        board.rounds[visitor, day] = kept
    for visit in set(out):
        board.drop(visit)
    return sorted(set(out))
