"""Visits of one person that keep days from each other: their windows are cut so that whatever is chosen fits."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np

from yiyang.visits.planning.columns import Columns, Whole

# Up to so many visits of one person every order is tried.
MOST = 6


def spaced(data: Columns) -> tuple[Columns, set[int]]:
    """The columns with windows cut for those with several visits, and the rows of visits that no cut can serve.

    Cutting beforehand costs some freedom and makes every later step simpler: each visit stands alone.
    """
    first, last, hopeless = data.first.copy(), data.last.copy(), set[int]()
    open_days = np.flatnonzero(data.works.any(axis=0))
    for rows in _of_one_person(data):
        order, cut = _ordered(data, rows, open_days)
        if cut is None:
            kept = _as_many_as_fit(data, rows, open_days)
            hopeless |= set(rows) - set(kept)
            order, cut = _ordered(data, kept, open_days)
        for row, (earliest, latest) in zip(order, cut or [], strict=True):
            first[row], last[row] = earliest, latest
    return replace(data, first=first, last=last), hopeless


def _of_one_person(data: Columns) -> list[list[int]]:
    order = np.lexsort((data.ids, data.last, data.first, data.person))
    people = data.person[order]
    borders = np.flatnonzero(np.diff(people)) + 1
    found = np.split(order, borders) if len(order) else []
    return [part.tolist() for part in found if len(part) > 1 and data.gap[part].max() > 0]


def _ordered(data: Columns, rows: list[int], open_days: Whole) -> tuple[list[int], list[tuple[int, int]] | None]:
    """An order in which the visits can be spaced, and its cuts. All orders are tried, so that None is a proof."""
    # Nobody is owed so many visits that this grows: alerts add one or two to the month's.
    for order in permutations(rows) if len(rows) <= MOST else [tuple(rows)]:
        cut = _cut(data, list(order), open_days)
        if cut is not None:
            return list(order), cut
    return rows, None


def _as_many_as_fit(data: Columns, rows: list[int], open_days: Whole) -> list[int]:
    kept: list[int] = []
    for row in rows:
        if _ordered(data, [*kept, row], open_days)[1] is not None:
            kept.append(row)
    return kept


def _cut(data: Columns, rows: list[int], open_days: Whole) -> list[tuple[int, int]] | None:
    """First and last day of each visit, in their order, so that neighbours are `gap` days apart; None if impossible."""
    latest: list[int] = []
    for row, after in zip(reversed(rows), [None, *reversed(rows[1:])], strict=True):
        most = int(data.last[row])
        if after is not None:
            most = min(most, latest[-1] - gap(data, row, after))
        latest.append(_before(open_days, most))
    latest.reverse()
    found: list[tuple[int, int]] = []
    for number, row in enumerate(rows):
        least = int(data.first[row])
        if number:
            least = max(least, found[-1][1] + gap(data, rows[number - 1], row))
        least = _after(open_days, least)
        if least > latest[number]:
            return None
        rest = len(rows) - number
        end = latest[number] if rest == 1 else least + (latest[number] - least) // rest
        found.append((least, end))
    return found


def gap(data: Columns, one: int, other: int) -> int:
    """How many days two visits of one person keep from each other."""
    return int(max(data.gap[one], data.gap[other]))


def _before(open_days: Whole, day: int) -> int:
    place = int(np.searchsorted(open_days, day, side="right")) - 1
    return int(open_days[place]) if place >= 0 else -1


def _after(open_days: Whole, day: int) -> int:
    place = int(np.searchsorted(open_days, day))
    return int(open_days[place]) if place < len(open_days) else 1 << 30
