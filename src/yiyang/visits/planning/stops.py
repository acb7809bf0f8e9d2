"""The board as the table of stops."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import pyarrow as pa

from yiyang.visits.planning.board import Board
from yiyang.visits.planning.problem import STOPS
from yiyang.visits.planning.timing import Timed


def stops_table(board: Board, second: Mapping[int, int]) -> pa.Table:
    """Every round of the board as STOPS, in the order of visitors, days and turns; `second` says who goes along."""
    data = board.data
    rounds = [(key, stops) for key, stops in sorted(board.rounds.items()) if stops]
    clocks = [_clock(board, visitor, day, stops) for (visitor, day), stops in rounds]
    every = [(visitor, day, stop) for (visitor, day), stops in rounds for stop in stops]
    return pa.table(
        {
            "visit": data.ids[[stop for _, _, stop in every]] if every else [],
            "visitor": data.visitor_ids[[visitor for visitor, _, _ in every]] if every else [],
            "is_second": [second.get(stop) == visitor for visitor, _, stop in every],
            "day": [data.day(day) for _, day, _ in every],
            "turn": [turn for _, stops in rounds for turn in range(1, len(stops) + 1)],
            "at": list(chain.from_iterable(clock.begins for clock in clocks)),
            "way_minutes": list(chain.from_iterable(clock.way_minutes[:-1] for clock in clocks)),
            "way_metres": list(chain.from_iterable(clock.way_metres[:-1] for clock in clocks)),
        },
        schema=pa.schema([one.with_nullable(True) for one in STOPS]),
    ).cast(STOPS)


def _clock(board: Board, visitor: int, day: int, stops: list[int]) -> Timed:
    clock = board.time(visitor, day, stops)
    if clock is None:
        raise AssertionError(f"the round of visitor {board.data.visitor_ids[visitor]} on {board.data.day(day)} fails")
    return clock
