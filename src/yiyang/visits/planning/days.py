"""On which days offices work: Monday to Friday, less the State Council's holidays and with the days worked for them."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from yiyang.base.errors import MissingPart, UsageError


def month_days(month: str) -> tuple[date, date]:
    """First and last day of a month given as YYYY-MM.

    Raises:
        UsageError: it is not a month.
    """
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise UsageError(f"“{month}”不是月份，应如 2026-12。", f"“{month}” is no month such as 2026-12.") from error
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def working_days(first: date, last: date) -> tuple[date, ...]:
    """The days from `first` to `last`, both included, on which offices work.

    A year whose holidays are not announced yet (`is_known`) counts Monday to Friday except New Year's Day.

    Raises:
        MissingPart: the extra `routing` is not installed.
    """
    every = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return tuple(day for day in every if _works(day))


def is_known(year: int) -> bool:
    """Whether the holidays of a year are known to the installed calendar.

    Raises:
        MissingPart: the extra `routing` is not installed.
    """
    return _announced(date(year, 6, 1)) is not None


def _works(day: date) -> bool:
    announced = _announced(day)
    return announced if announced is not None else day.weekday() < 5 and (day.month, day.day) != (1, 1)


def _announced(day: date) -> bool | None:
    try:
        import chinese_calendar  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingPart(
            "编制探访计划需要 routing 组件：pip install 'yiyang[routing]'。",
            "planning visits needs the extra: pip install 'yiyang[routing]'.",
        ) from error
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        # The calendar knows a year only after the State Council's notice of the November before.
        return None
