"""Calls take minutes and no way: dealt to each visitor as a daily portion beside his rounds, even over the month."""

from __future__ import annotations

import numpy as np

from yiyang.visits.planning.board import Board
from yiyang.visits.planning.columns import Columns, Whole
from yiyang.visits.planning.sharing import WAY, candidates_of

# Share of a planned day that rounds may always fill, however many calls there are.
ROUNDS = 0.6
# Calls go to days without a round as long as they take no more than this of what the rounds leave of the month.
SPARE = 0.8


def for_rounds(data: Columns, visits: Whole, calls: Whole, visitor: int, fill: float) -> float:
    """The share of a visitor's day that rounds may fill: whole days make short ways, so less only where calls need it.

    Args:
        visits: rows of the visits for which he goes out.
        fill: the share of a day that is planned at all.
    """
    day, days = int(data.limit[visitor]) * fill, max(int(data.works[visitor].sum()), 1)
    out = data.minutes[visits].sum() + WAY * len(visits)
    wanted = data.minutes[calls].sum()
    if wanted <= SPARE * (day * days - out):
        return fill
    return max(1 - wanted / (day * days), ROUNDS) * fill


def dealt(board: Board, calls: dict[int, Whole]) -> list[int]:
    """Puts each visitor's calls (rows) into his days, after the round or before it; returns what found no day.

    What he has no room for goes to others who may call, the near ones first.
    """
    left = [call for visitor, rows in sorted(calls.items()) for call in _month(board, visitor, rows)]
    return [call for call in left if not _by_another(board, call)]


def _by_another(board: Board, call: int) -> bool:
    """Puts a call into the days of whoever else may make it; the clock never ends this, because it is quick."""
    able = candidates_of(board.data, call, board.wishes).tolist()
    return any(_anywhere(board, one, np.flatnonzero(board.data.works[one]).tolist(), call) for one in able)


def _month(board: Board, visitor: int, rows: Whole) -> list[int]:
    data = board.data
    waiting = rows[np.lexsort((data.ids[rows], data.first[rows], data.last[rows]))].tolist()
    days = np.flatnonzero(data.works[visitor]).tolist()
    room = np.array([_room(board, visitor, day) for day in days])
    target = np.cumsum(_portions(room, float(data.minutes[rows].sum())))
    taken = 0
    for day, until in zip(days, target.tolist(), strict=True):
        due: list[int] = []
        for call in waiting:
            # Half a call more or less: so that what is rounded off does not gather on the last day.
            if taken + data.minutes[call] / 2 > until:
                break
            if data.first[call] <= day <= data.last[call] and board.is_apart(call, day):
                due.append(call)
                taken += int(data.minutes[call])
        put = set(_put(board, visitor, day, due))
        taken -= sum(int(data.minutes[call]) for call in due if call not in put)
        waiting = [call for call in waiting if call not in put]
    return [call for call in waiting if not _anywhere(board, visitor, days, call)]


def _room(board: Board, visitor: int, day: int) -> float:
    """Minutes of a planned day that its round leaves."""
    clock = board.time(visitor, day, board.rounds.get((visitor, day), []))
    used = clock.span if clock else int(board.data.limit[visitor])
    return max(float(board.data.limit[visitor]) * board.wishes.fill - used, 0.0)


def _portions(room: np.ndarray, total: float) -> np.ndarray:
    """Minutes of calls for each day: the same, or what there is room for; days with more room take the rest."""
    level, portions = 0.0, np.zeros(len(room))
    for number, place in enumerate(np.argsort(room, kind="stable").tolist()):
        level = (total - portions.sum()) / (len(room) - number)
        portions[place] = min(level, room[place])
    return portions


def _put(board: Board, visitor: int, day: int, calls: list[int]) -> list[int]:
    """As many of the calls as the day holds, behind the round or ahead of it; returns which."""
    stops = board.rounds.get((visitor, day), [])
    for count in range(len(calls), 0, -1):
        for tried in ([*stops, *calls[:count]], [*calls[:count], *stops]):
            if board.time(visitor, day, tried) is not None:
                board.put(visitor, day, tried)
                return calls[:count]
    return []


def _anywhere(board: Board, visitor: int, days: list[int], call: int) -> bool:
    """Puts a call into the emptiest day of its window that holds it."""
    data = board.data
    able = [day for day in days if data.first[call] <= day <= data.last[call] and board.is_apart(call, day)]
    able.sort(key=lambda day: -_room(board, visitor, day))
    return any(_put(board, visitor, day, [call]) for day in able)
