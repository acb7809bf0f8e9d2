"""The calendar of publication: what comes out when, what is late. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from yiyang.catalog.publication_schema import Planned

MONTHS = {"month": 1, "quarter": 3, "year": 12}
EVERY = {"month": "每月", "quarter": "每季度", "year": "每年"}
# SDMX's and ISO 8601's words for how often.
DURATIONS = {"month": "P1M", "quarter": "P3M", "year": "P1Y"}
State = Literal["published", "due", "late", "ahead"]
SOON = 15


@dataclass(frozen=True)
class Line:
    """One publication of a period.

    Attributes:
        month: the period's last month, as "2026-09".
        state: published; due (not yet late); late; ahead (the period is not over).
    """

    key: str
    planned: Planned
    month: str
    due: date
    state: State
    days_late: int = 0


def last_over(every: str, today: date) -> str:
    """The last month of the latest period that is over."""
    length = MONTHS[every]
    number = today.year * 12 + today.month - 1
    return _month(number - number % length - 1)


def following(every: str, month: str) -> str:
    """The last month of the period that ends next after a month."""
    number, length = _number(month), MONTHS[every]
    ends = number - number % length + length - 1
    return _month(ends if ends > number else ends + length)


def due_of(planned: Planned, month: str) -> date:
    """When the publication of a period is due."""
    year, place = divmod(_number(month) + planned.months_after, 12)
    return date(year, place + 1, planned.day)


def standing(
    calendar: Mapping[str, Planned], published: Mapping[str, Collection[str]], since: str, today: date
) -> list[Line]:
    """Of every line of the calendar the latest period that is over and the one to come, late ones first.

    Args:
        published: months published, by line of the calendar.
        since: the first month of which anything is known; nothing is asked for before it.
    """
    found = []
    for key, planned in calendar.items():
        month = last_over(planned.every, today)
        if month >= since:
            found.append(_line(key, planned, month, month in published.get(key, ()), today))
        ahead = following(planned.every, month)
        found.append(Line(key, planned, ahead, due_of(planned, ahead), "ahead"))
    order = {"late": 0, "due": 1, "ahead": 2, "published": 3}
    return sorted(found, key=lambda line: (order[line.state], line.due))


def _line(key: str, planned: Planned, month: str, is_done: bool, today: date) -> Line:
    due = due_of(planned, month)
    late = (today - due).days
    state: State = "published" if is_done else "late" if late > 0 else "due"
    return Line(key, planned, month, due, state, max(late, 0) if state == "late" else 0)


def period_words(every: str, month: str) -> str:
    """A period as people say it: 2026年10月, 2026年第3季度, 2026年."""
    year, number = month[:4], int(month[5:])
    return {"month": f"{year}年{number}月", "quarter": f"{year}年第{(number + 2) // 3}季度", "year": f"{year}年"}[every]


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"
