"""Days as integers since 1970-01-01, as yyyymmdd, and as text in the forms that departments write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from yiyang.base.errors import UsageError

EPOCH = date(1970, 1, 1)
FIRST = (date(1890, 1, 1) - EPOCH).days
LAST = (date(2110, 1, 1) - EPOCH).days
NO_DAY = FIRST  # stands for "no date"
FORMS = ("%Y-%m-%d", "%Y/%-m/%-d", "%Y%m%d")


def day(year: int, month: int, of_month: int) -> int:
    return (date(year, month, of_month) - EPOCH).days


@cache
def _yyyymmdd() -> NDArray[np.int32]:
    days = np.arange(FIRST, LAST).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    years = months.astype("datetime64[Y]").astype(np.int64) + 1970
    table = years * 10_000 + (months.astype(np.int64) % 12 + 1) * 100 + (days - months).astype(np.int64) + 1
    table[0] = 0
    return table.astype(np.int32)


def yyyymmdd(days: NDArray[np.int32]) -> NDArray[np.int32]:
    """Days as yyyymmdd; no date as 0."""
    return _yyyymmdd()[days - FIRST]


@cache
def _texts(form: str) -> pa.Array:
    """Every day's text in one form; the first, standing for no date, is null."""
    table = _yyyymmdd()
    years, months, of_month = table // 10_000, table // 100 % 100, table % 100
    pattern = {"%Y-%m-%d": "{}-{:02}-{:02}", "%Y/%-m/%-d": "{}/{}/{}", "%Y%m%d": "{}{:02}{:02}"}[form]
    texts = [pattern.format(*parts) for parts in zip(years.tolist(), months.tolist(), of_month.tolist(), strict=True)]
    return pa.array([None, *texts[1:]], pa.string())


def texts(days: NDArray[np.int32], form: str) -> pa.Array:
    """Days as text; no date as null."""
    return _texts(form).take(pa.array(days - FIRST))


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month. Its reference day is its first."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """From 2026-11."""
        try:
            found = date.fromisoformat(f"{text.strip()}-01")
        except ValueError:
            raise UsageError(
                f"月份应写成 2026-11 的样子，现在是“{text}”。", f"A month is written like 2026-11; this is “{text}”."
            ) from None
        return cls(found.year, found.month)

    @property
    def reference(self) -> int:
        return day(self.year, self.month, 1)

    def plus(self, months: int) -> Month:
        count = self.year * 12 + self.month - 1 + months
        return Month(count // 12, count % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"
