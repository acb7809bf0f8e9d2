"""The rest of a day after something happened: what falls out is put elsewhere, everybody else's order stays."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.base.errors import UsageError
from yiyang.visits.planning.board import Board, Key, in_time, mended
from yiyang.visits.planning.columns import EPOCH, Columns, columns
from yiyang.visits.planning.figures import figures, placed
from yiyang.visits.planning.problem import VISITS, Change, Problem, Solution
from yiyang.visits.planning.reasons import unserved
from yiyang.visits.planning.stops import stops_table


def replan_day(problem: Problem, solution: Solution, change: Change, *, seconds: float = 30) -> Solution:
    """The plan after a change, for `changed(problem, change)`; well under a second for a town, seconds for a county.

    Visits that fall out go where they cost least within their windows: often to another day of the same visitor. The
    order of every other visit stays as it was; today nobody is visited earlier than he was told, and only what lies
    behind an insertion becomes later. Days that are over are never touched. A plan that could not be kept as it was
    handed in (moved by hand, a visitor who is gone) is put right on the way.

    Args:
        seconds: when it gets later, what has no place yet is said to have none.

    Raises:
        UsageError: the change names a visitor or visit that is not known.
    """
    until = time.monotonic() + seconds
    _known(problem, change)
    after = changed(problem, change)
    data = _from_now(columns(after), change)
    board, second = _board(after, data, solution, change)
    out = sorted({*_fallen_out(data, board, second, change), *_not_to_be_kept(board, second), *_nowhere(board)})
    left = mended(board, [row for row in out if not data.needs_two[row]], set(), until)
    left += _two_again(board, second, [row for row in out if data.needs_two[row]], until)
    stops, reasons = stops_table(board, second), unserved(data, left, set(), problem.wishes)
    moved = len({visit for visit, _, _ in _appointments(solution.stops) ^ _appointments(stops)})
    return Solution(stops, reasons, figures(after, stops, reasons, solution.figures) | {"moved": moved})


def changed(problem: Problem, change: Change) -> Problem:
    """The problem after a change: cancelled visits gone, added ones at the end. What `replan_day` plans for."""
    visits = problem.visits.filter(pc.invert(pc.is_in(problem.visits["id"], _ids(change.cancelled))))
    if change.added is not None:
        visits = pa.concat_tables([visits, change.added.select(VISITS.names).cast(VISITS)])
    return replace(problem, visits=visits)


def _ids(ids: tuple[int, ...]) -> pa.Array:
    return pa.array(ids, pa.int64())


def _known(problem: Problem, change: Change) -> None:
    visitors, visits = set(problem.visitors["id"].to_pylist()), set(problem.visits["id"].to_pylist())
    faults = [(f"没有探访员 {one}", f"there is no visitor {one}") for one in change.off if one not in visitors]
    faults += [(f"没有探访 {one}", f"there is no visit {one}") for one in change.cancelled if one not in visits]
    if change.added is not None:
        twice = sorted(visits & set(change.added["id"].to_pylist()))
        faults += [(f"探访 {one} 已在计划中", f"visit {one} is in the plan already") for one in twice]
    if faults:
        raise UsageError("这项变化无法处理，请更正后再试。", "the change cannot be followed.", faults)


def _appointments(stops: pa.Table) -> set[tuple[Any, ...]]:
    """Who goes where on which day: what people are told anew when it changes."""
    return set(zip(*(stops[name].to_pylist() for name in ("visit", "visitor", "day")), strict=True))


def _from_now(data: Columns, change: Change) -> Columns:
    """Nobody works on days that are over, nor today who is off."""
    works, today = data.works.copy(), (change.day - data.start).days
    works[:, : max(today, 0)] = False
    if 0 <= today < works.shape[1]:
        works[np.isin(data.visitor_ids, change.off), today] = False
    return replace(data, works=works)


def _board(problem: Problem, data: Columns, solution: Solution, change: Change) -> tuple[Board, dict[int, int]]:
    """The board as planned, what has begun held at its minute; and who goes along where two go."""
    known = pc.and_(
        pc.is_in(solution.stops["visit"], problem.visits["id"].combine_chunks()),
        pc.is_in(solution.stops["visitor"], problem.visitors["id"].combine_chunks()),
    )
    rows = placed(problem, solution.stops.filter(known))
    today, start = (change.day - data.start).days, (data.start - EPOCH).days
    board, second = Board(data, problem.wishes, now=(today, change.at)), dict[int, int]()
    for visit, visitor, along, number, at in zip(*(rows[name].tolist() for name in _NAMES), strict=True):
        key = visitor, number - start
        board.rounds.setdefault(key, []).append(visit)
        has_begun = (key[1], at) < (today, change.at)
        if along:
            second[visit] = visitor
        if data.needs_two[visit] or has_begun:
            board.at[visit] = at
        if has_begun:
            board.begun[key] = board.begun.get(key, 0) + 1
        elif key[1] == today:
            board.told[visit] = at
    for (visitor, day), stops in list(board.rounds.items()):
        board.put(visitor, day, stops)
    return board, second


_NAMES = ("visit", "visitor", "second", "day", "at")


def _fallen_out(data: Columns, board: Board, second: dict[int, int], change: Change) -> list[int]:
    """Takes out of the day what those who are off had not begun; the rest of a couple's visit goes with it."""
    today = (change.day - data.start).days
    off = set(np.flatnonzero(np.isin(data.visitor_ids, change.off)).tolist())
    keys = [key for key in board.rounds if key[0] in off and key[1] == today]
    out = [stop for key in keys for stop in board.rounds[key][board.begun.get(key, 0) :]]
    for stop in out:
        board.drop(stop)
        _forget(board, second, stop)
    return out


def _not_to_be_kept(board: Board, second: dict[int, int]) -> list[int]:
    """Takes out what the plan as handed in cannot keep: too late, or for two with only one of them left."""
    out = in_time(board)
    rounds_of: dict[int, int] = {}
    for stops in board.rounds.values():
        for stop in stops:
            rounds_of[stop] = rounds_of.get(stop, 0) + 1
    halves = [stop for stop, count in rounds_of.items() if board.data.needs_two[stop] and count != 2]
    halves = [stop for stop in halves if not any(stop in board.rounds[k][:n] for k, n in board.begun.items())]
    for stop in halves:
        board.drop(stop)
    for stop in (*out, *halves):
        _forget(board, second, stop)
    return [*out, *halves]


def _forget(board: Board, second: dict[int, int], stop: int) -> None:
    board.at.pop(stop, None)
    board.told.pop(stop, None)
    second.pop(stop, None)


def _nowhere(board: Board) -> list[int]:
    """Visits that are in no round now: new ones, those of visitors who are gone, those that had no place before."""
    return [row for row in range(len(board.data.ids)) if row not in board.day_of]


def _two_again(board: Board, second: dict[int, int], rows: list[int], until: float) -> list[int]:
    """Finds for each visit two whose rounds both take it at one minute; returns those for which nobody was found."""
    return [
        row
        for row in rows
        if time.monotonic() > until or not any(_together(board, second, row, day) for day in board.days_for(row))
    ]


def _together(board: Board, second: dict[int, int], visit: int, day: int) -> bool:
    data = board.data
    town = np.flatnonzero((data.visitor_town == data.town[visit]) & data.works[:, day])
    able = [one for one in town.tolist() if data.visitor_skills[one] & data.skills[visit] == data.skills[visit]]
    for lead in sorted(able, key=lambda one: (one != data.usual[visit], one != data.deputy[visit], one)):
        if board.insert(visit, [lead], [day]) is None:
            continue
        board.at[visit] = _minute(board, (lead, day), visit)
        for along in sorted(town.tolist(), key=lambda one: (one != data.deputy[visit], one)):
            if along != lead and board.insert(visit, [along], [day]) is not None:
                second[visit] = along
                return True
        board.at.pop(visit)
        board.drop(visit)
    return False


def _minute(board: Board, key: Key, visit: int) -> int:
    stops = board.rounds[key]
    clock = board.time(*key, stops)
    return clock.begins[stops.index(visit)] if clock else 0
