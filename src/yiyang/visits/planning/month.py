"""A month's plan: windows that keep their distance, couples, who goes to whom, each one's rounds, what is left, why."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

import numpy as np

from yiyang.visits.planning.board import Board, in_time, mended
from yiyang.visits.planning.calls import dealt, for_rounds
from yiyang.visits.planning.columns import Columns, Whole, columns
from yiyang.visits.planning.doubles import Doubles, doubles
from yiyang.visits.planning.figures import figures
from yiyang.visits.planning.problem import Problem, Solution, Tell
from yiyang.visits.planning.reasons import unserved
from yiyang.visits.planning.rounds import DAY, Done, Task, planned, task
from yiyang.visits.planning.sharing import shared
from yiyang.visits.planning.spacing import spaced
from yiyang.visits.planning.stops import stops_table
from yiyang.visits.planning.tours import shortened

# Rounds of search for one visitor's month. More did not shorten ways on the made-up county (decision 0630).
SEARCH = 1500
# Fewer visitors than this are planned here: starting other processes takes longer.
ALONE = 12
# Share of the time for the rounds; the rest is for what comes before and after.
FOR_ROUNDS = 0.7


def plan_month(problem: Problem, *, seconds: float = 600, tell: Tell | None = None, workers: int = 2) -> Solution:
    """A month's plan, the same for the same problem as long as `figures["cut_short"]` is 0.

    Args:
        seconds: how long it may take; searches are cut short when it gets late.
        tell: told after each step; what it raises ends the planning and comes out here.
        workers: processes that make rounds.

    Raises:
        MissingPart: the extra `routing` is not installed.
    """
    began, used, tell = time.monotonic(), time.process_time(), tell or _silent
    data = columns(problem)
    total = len(data.visitor_ids) + 3
    tell(0, total, "拆分时间窗")
    cut, hopeless = spaced(data)
    rows = np.setdiff1d(np.arange(len(data.ids)), np.array(sorted(hopeless), np.int64))
    couples = doubles(cut, rows[cut.needs_two[rows]], problem.wishes)
    tell(1, total, "分配探访员")
    board = Board(data, problem.wishes, at=dict(couples.at))
    tasks, calls, left = _tasks(problem, cut, rows, couples)
    tell(2, total, "编排每人每日路线")
    short, spent = 0, 0.0
    for number, done in enumerate(_made(tasks, began + seconds * FOR_ROUNDS, workers), 1):
        for day, stops in done.rounds.items():
            board.put(done.visitor, day, stops)
        left += done.left
        short, spent = short + done.cut_short, spent + done.cpu
        tell(2 + number, total, "编排每人每日路线")
    left = sorted({*left, *couples.left, *_halves(board, couples), *in_time(board)})
    tell(total - 1, total, "安置余下探访")
    rest = mended(board, left, hopeless, began + seconds)
    shortened(board)
    # The windows that keep a person's visits apart hold for his calls too.
    board.data = cut
    rest = [*rest, *dealt(board, calls)]
    board.data = data
    stops = stops_table(board, couples.second)
    reasons = unserved(data, [*rest, *hopeless], hopeless, problem.wishes)
    cpu = round(time.process_time() - used + spent, 1)
    effort = {"seconds": round(time.monotonic() - began, 1), "cpu_seconds": cpu, "cut_short": short}
    tell(total, total, "完成")
    return Solution(stops, reasons, figures(problem, stops, reasons) | effort)


def _silent(done: int, total: int, words: str) -> None:
    """Nobody listens."""


def _tasks(
    problem: Problem, data: Columns, rows: Whole, couples: Doubles
) -> tuple[list[Task], dict[int, Whole], list[int]]:
    """Each visitor's visits, those that he makes with somebody else among them; his calls; whom nobody can reach."""
    alone = rows[~data.needs_two[rows]]
    visitor = shared(data, alone, couples.load(data), problem.wishes)
    fixed = {visit: couples.day[visit] * DAY + at for visit, at in couples.at.items()}
    tasks, calls = [], {}
    for one in range(len(data.visitor_ids)):
        double = [visit for visit in couples.day if one in (couples.first[visit], couples.second[visit])]
        mine = alone[visitor == one]
        calls[one] = mine[~data.away[mine]]
        visits = np.concatenate([mine[data.away[mine]], np.array(sorted(double), np.int64)])
        if len(visits):
            fill = for_rounds(data, visits, calls[one], one, problem.wishes.fill)
            given = task(data, one, visits, fixed, fill=fill, seed=problem.seed + one, rounds=SEARCH)
            tasks.append(given)
    return tasks, calls, alone[visitor < 0].tolist()


def _halves(board: Board, couples: Doubles) -> list[int]:
    """Visits for two that only one of them has in his round: taken out, to be said."""
    lost = [
        visit
        for visit, day in couples.day.items()
        if any(visit not in board.rounds.get((one, day), ()) for one in (couples.first[visit], couples.second[visit]))
    ]
    for visit in lost:
        if visit in board.day_of:
            board.drop(visit)
    return lost


def _made(tasks: list[Task], until: float, workers: int) -> Iterator[Done]:
    """The rounds of each task, in the order of the tasks' visitors however long each took."""
    if len(tasks) < ALONE or workers < 2:
        for number, one in enumerate(tasks):
            yield planned(one, _allowed(until, tasks[number:], 1))
        return
    # A forked process would share the parent's connections to the database.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        try:
            yield from _in_turn(pool, tasks, until, workers)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_turn(pool: ProcessPoolExecutor, tasks: list[Task], until: float, workers: int) -> Iterator[Done]:
    """A few tasks at a time, so that each knows how much time is left; the longest first."""
    order = sorted(tasks, key=lambda one: -len(one.visits))
    waiting: set[Future[Done]] = set()
    for number, one in enumerate(order):
        if len(waiting) >= workers * 2:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in ready)
        waiting.add(pool.submit(planned, one, _allowed(until, order[number:], workers)))
    for each in waiting:
        yield each.result()


def _allowed(until: float, tasks: list[Task], workers: int) -> float:
    """Seconds that each of the two searches of the first task may take: thrice its share, for most need less."""
    share = len(tasks[0].visits) / sum(len(one.visits) for one in tasks)
    return max(3.0 * (until - time.monotonic()) * workers * share / 2, 0.1)
