"""A problem as NumPy columns, visits and visitors by their row: what every step of the planner reckons with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yiyang.visits.planning.problem import Problem, Roads
from yiyang.visits.planning.roads import way

EPOCH = date(1970, 1, 1)
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """Rows of visits and visitors; days count from `start`; -1 is nobody; skills are bits."""

    start: date
    roads: Roads
    ids: Whole
    person: Whole
    village: Whole
    town: Whole
    place: tuple[Any, Any, Any]
    away: NDArray[np.bool_]
    first: Whole
    last: Whole
    opens: Whole
    closes: Whole
    minutes: Whole
    skills: Whole
    needs_two: NDArray[np.bool_]
    gap: Whole
    usual: Whole
    deputy: Whole
    visitor_ids: Whole
    visitor_town: Whole
    seat: tuple[Any, Any, Any]
    visitor_skills: Whole
    begins: Whole
    ends: Whole
    limit: Whole
    # works[visitor, day]
    works: NDArray[np.bool_]

    def way(self, visitor: int, here: int, there: int) -> tuple[int, int]:
        """Metres and minutes of one visitor between two visits; -1 is his seat, and so is a telephone call."""
        return way(self.roads, self.spot(visitor, here), self.spot(visitor, there))

    def spot(self, visitor: int, visit: int) -> tuple[Any, Any, Any]:
        """Where a visitor is at a visit: (lon, lat, urban)."""
        place, row = (self.place, visit) if visit >= 0 and self.away[visit] else (self.seat, visitor)
        return float(place[0][row]), float(place[1][row]), bool(place[2][row])

    def spots(self, visitor: int, visits: Whole) -> tuple[Any, Any, Any]:
        """His seat and then each visit, as three arrays."""
        away = self.away[visits]
        return tuple(  # type: ignore[return-value]
            np.concatenate([seat[visitor : visitor + 1], np.where(away, place[visits], seat[visitor])])
            for place, seat in zip(self.place, self.seat, strict=True)
        )

    def day(self, number: int) -> date:
        """The date of a day number."""
        return self.start + timedelta(days=int(number))

    def may(self, visit: int, with_skills: bool = True) -> NDArray[np.bool_]:
        """Which visitors have the skills and work on a day of the visit's window, wherever they are."""
        works: NDArray[np.bool_] = np.any(self.works[:, self.first[visit] : self.last[visit] + 1], axis=1)
        if not with_skills:
            return works
        return works & (self.visitor_skills & self.skills[visit] == self.skills[visit])


def only(data: Columns, rows: NDArray[np.bool_]) -> Columns:
    """The columns with some of the visits."""
    of_visits = ("ids", "person", "village", "town", "away", "first", "last", "opens", "closes", "minutes", "skills",
                 "needs_two", "gap", "usual", "deputy")  # fmt: skip
    place = (data.place[0][rows], data.place[1][rows], data.place[2][rows])
    return replace(data, place=place, **{name: getattr(data, name)[rows] for name in of_visits})


def columns(problem: Problem) -> Columns:
    """The columns of a problem."""
    visits, visitors = problem.visits, problem.visitors
    names = {one: bit for bit, one in enumerate(_skill_names(visits, visitors))}
    first, last = _days(visits["first"]), _days(visits["last"])
    start = int(first.min()) if len(first) else 0
    rows = {int(one): row for row, one in enumerate(visitors["id"].to_pylist())}
    return Columns(
        start=EPOCH + timedelta(days=start),
        roads=problem.roads,
        ids=_whole(visits["id"]),
        person=_whole(visits["person"]),
        village=_whole(visits["village"]),
        town=_whole(visits["town"]),
        place=_places(visits),
        away=visits["away"].to_numpy(),
        first=first - start,
        last=last - start,
        opens=_whole(visits["opens"]),
        closes=_whole(visits["closes"]),
        minutes=_whole(visits["minutes"]),
        skills=_bits(visits["skills"], names),
        needs_two=visits["needs_two"].to_numpy(),
        gap=_whole(visits["gap"]),
        usual=_rows(visits["usual"], rows),
        deputy=_rows(visits["deputy"], rows),
        visitor_ids=_whole(visitors["id"]),
        visitor_town=_whole(visitors["town"]),
        seat=_places(visitors),
        visitor_skills=_bits(visitors["skills"], names),
        begins=_whole(visitors["begins"]),
        ends=_whole(visitors["ends"]),
        limit=_whole(visitors["minutes"]),
        works=_works(visitors, start, int(last.max()) - start + 1 if len(last) else 1),
    )


def _whole(column: pa.ChunkedArray) -> Whole:
    return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64)


def _days(column: pa.ChunkedArray) -> Whole:
    return _whole(column.cast(pa.int32()))


def _places(table: pa.Table) -> tuple[Any, Any, Any]:
    return table["lon"].to_numpy(), table["lat"].to_numpy(), table["urban"].to_numpy()


def _skill_names(*tables: pa.Table) -> list[str]:
    return sorted({str(one) for table in tables for one in pc.unique(pc.list_flatten(table["skills"])).to_pylist()})


def _bits(column: pa.ChunkedArray, names: dict[str, int]) -> Whole:
    return np.array([sum(1 << names[one] for one in set(skills)) for skills in column.to_pylist()], np.int64)


def _rows(column: pa.ChunkedArray, rows: dict[int, int]) -> Whole:
    return np.array([rows.get(one, -1) if one is not None else -1 for one in column.to_pylist()], np.int64)


def _works(visitors: pa.Table, start: int, length: int) -> NDArray[np.bool_]:
    works = np.zeros((visitors.num_rows, length), bool)
    for row, days in enumerate(visitors["days"].to_pylist()):
        numbers = [(day - EPOCH).days - start for day in days]
        works[row, [number for number in numbers if 0 <= number < length]] = True
    return works
