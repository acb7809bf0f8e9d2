"""The rest of a day after something happened: what falls out is put elsewhere, everybody else's order stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.base.errors import UsageError
from yiyang.visits.planning.board import Board, Key, mended
from yiyang.visits.planning.columns import EPOCH, Columns, columns
from yiyang.visits.planning.figures import figures, placed
from yiyang.visits.planning.problem import VISITS, Change, Problem, Solution
from yiyang.visits.planning.reasons import unserved
from yiyang.visits.planning.stops import stops_table


def replan_day(problem: Problem, solution: Solution, change: Change) -> tuple[Problem, Solution]:
    """The problem and the plan after a change; takes well under a second for a town, seconds for a county.

    Visits that fall out go where they cost least within their windows: often to another day of the same visitor. The
    order of every other visit stays as it was; today nobody is visited earlier than he was told, and only what lies
    behind an insertion becomes later. Days that are over are never touched.

    Raises:
        UsageError: the change names a visitor or visit that is not known.
    """
    _known(problem, change)
    before = _planned_ids(solution)
    changed = _changed(problem, change)
    data = _from_now(columns(changed), change)
    board, second = _board(changed, data, solution, change)
    out = _fallen_out(changed, data, board, second, change)
    out += [row for row in _new_rows(changed, change) if row not in out]
    left = mended(board, [row for row in out if not data.needs_two[row]], set())
    left += _two_again(board, second, [row for row in out if data.needs_two[row]])
    rest = unserved(data, left, set(), problem.wishes)
    kept = solution.unserved.filter(pc.invert(pc.is_in(solution.unserved["visit"], _ids(change.cancelled))))
    stops = stops_table(board, second)
    reasons = pa.concat_tables([kept, rest])
    moved = len(before ^ _planned_ids(replace(solution, stops=stops)))
    said = figures(changed, stops, reasons, solution.figures) | {"moved": moved}
    return changed, Solution(stops, reasons, said)


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


def _planned_ids(solution: Solution) -> set[tuple[Any, ...]]:
    """Who goes where on which day: what people are told anew when it changes."""
    names = ("visit", "visitor", "day")
    return set(zip(*(solution.stops[name].to_pylist() for name in names), strict=True))


def _changed(problem: Problem, change: Change) -> Problem:
    visits = problem.visits.filter(pc.invert(pc.is_in(problem.visits["id"], _ids(change.cancelled))))
    if change.added is not None:
        visits = pa.concat_tables([visits, change.added.select(VISITS.names).cast(VISITS)])
    return replace(problem, visits=visits)


def _from_now(data: Columns, change: Change) -> Columns:
    """Nobody works on days that are over, nor today who is off."""
    works, today = data.works.copy(), (change.day - data.start).days
    works[:, : max(today, 0)] = False
    if 0 <= today < works.shape[1]:
        works[np.isin(data.visitor_ids, change.off), today] = False
    return replace(data, works=works)


def _board(problem: Problem, data: Columns, solution: Solution, change: Change) -> tuple[Board, dict[int, int]]:
    """The board as planned, what has begun held at its minute; and who goes along where two go."""
    rows = placed(
        problem, solution.stops.filter(pc.is_in(solution.stops["visit"], problem.visits["id"].combine_chunks()))
    )
    today, start = (change.day - data.start).days, (data.start - EPOCH).days
    board, second = Board(data, problem.wishes, now=(today, change.at)), dict[int, int]()
    for visit, visitor, along, day, at in zip(*(rows[n].tolist() for n in _NAMES), strict=True):
        key = visitor, day - start
        board.rounds.setdefault(key, []).append(visit)
        if along:
            second[visit] = visitor
        if data.needs_two[visit] or (key[1], at) < (today, change.at):
            board.at[visit] = at
        if (key[1], at) < (today, change.at):
            board.begun[key] = board.begun.get(key, 0) + 1
        elif key[1] == today:
            board.told[visit] = at
    for (visitor, day), stops in list(board.rounds.items()):
        board.put(visitor, day, stops)
    return board, second


_NAMES = ("visit", "visitor", "second", "day", "at")


def _fallen_out(problem: Problem, data: Columns, board: Board, second: dict[int, int], change: Change) -> list[int]:
    """Takes out of the day what those who are off had not begun; the rest of a couple's visit goes with it."""
    today = (change.day - data.start).days
    off = set(np.flatnonzero(np.isin(data.visitor_ids, change.off)).tolist())
    keys = [key for key in board.rounds if key[0] in off and key[1] == today]
    out = [stop for key in keys for stop in board.rounds[key][board.begun.get(key, 0) :]]
    for stop in out:
        board.drop(stop)
        board.at.pop(stop, None)
        board.told.pop(stop, None)
        second.pop(stop, None)
    return out


def _new_rows(problem: Problem, change: Change) -> list[int]:
    """Rows of the visits that came on top: they stand at the end."""
    count = change.added.num_rows if change.added is not None else 0
    return list(range(problem.visits.num_rows - count, problem.visits.num_rows))


def _two_again(board: Board, second: dict[int, int], rows: list[int]) -> list[int]:
    """Finds for each visit two whose rounds both take it at one minute; returns those for which nobody was found."""
    return [row for row in rows if not any(_together(board, second, row, day) for day in board.days_for(row))]


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
