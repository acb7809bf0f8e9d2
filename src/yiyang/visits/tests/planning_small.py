"""Small problems by hand: 爱华 and 保国 visit, 春兰 and her neighbours are visited; a degree of latitude is 111 km."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from yiyang.visits.planning.problem import VISITORS, VISITS, Problem, Wishes, problem

MONDAY, TUESDAY, WEDNESDAY = date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)
TOWN = 511724100
AIHUA, BAOGUO = 1, 2


def visit(number: int, **other: Any) -> dict[str, Any]:
    """A visit of 20 minutes near the seat, on one of three days at any hour, by 爱华."""
    return {
        "id": number, "person": number, "village": TOWN * 1000 + 200, "town": TOWN, "lon": 107.2,
        "lat": 30.7 + number / 500, "made_up": True, "urban": False, "away": True, "first": MONDAY, "last": WEDNESDAY,
        "opens": 480, "closes": 1080, "minutes": 20, "skills": [], "needs_two": False, "gap": 0, "usual": AIHUA,
        "deputy": BAOGUO,
    } | other  # fmt: skip


def visitor(number: int, **other: Any) -> dict[str, Any]:
    """A visitor who works for six hours between eight and six on three days."""
    return {
        "id": number, "village": TOWN * 1000 + 200, "town": TOWN, "lon": 107.2, "lat": 30.7, "urban": False,
        "skills": [], "begins": 480, "ends": 1080, "minutes": 360, "days": [MONDAY, TUESDAY, WEDNESDAY],
    } | other  # fmt: skip


def small(visits: list[dict[str, Any]], visitors: list[dict[str, Any]] | None = None, **wishes: Any) -> Problem:
    """A problem of these rows."""
    people = visitors if visitors is not None else [visitor(AIHUA), visitor(BAOGUO)]
    tables = pa.Table.from_pylist(visits, VISITS), pa.Table.from_pylist(people, VISITORS)
    return problem(*tables, wishes=Wishes(**wishes))
