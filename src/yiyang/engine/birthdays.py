"""Who has a birthday between two reference days, without looking at anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from yiyang.engine.cells import Ints
from yiyang.engine.coder import Column, distinct

YEAR = 10_000  # between a day and the same day a year later, as yyyymmdd


@dataclass(frozen=True)
class Birthdays:
    """People by month and day of birth.

    Attributes:
        rows: rows in the order of month and day (int32).
        years: the year of birth of each of them (int16).
        ends: by mmdd, how many of them have an earlier one.
        corrected: rows whose birth date was corrected since; they are always looked at.
    """

    rows: Column
    years: Column
    ends: Ints
    corrected: Ints

    @classmethod
    def of(cls, births: Column) -> Birthdays:
        """Sort once; `births` as yyyymmdd."""
        years = births // YEAR
        days = (births - years * YEAR).astype(np.uint16)
        order = np.argsort(days, kind="stable").astype(np.int32)
        ends = np.append(0, np.cumsum(np.bincount(days, minlength=YEAR)))
        return cls(order, years.astype(np.int16)[order], ends, np.zeros(0, np.int64))

    def reaching(self, ages: Sequence[int], births: Column, before: int, after: int) -> Ints:
        """Rows of those who reach one of the ages after the one day and until the other, less than a year on.

        Args:
            births: the birth dates as they are now, for those that were corrected.
        """
        is_age = np.zeros(max(ages, default=0) + 2, bool)
        is_age[list(ages)] = True
        corrected = (after - births[self.corrected]) // YEAR
        found = [self.corrected[np.take(is_age, corrected, mode="clip")]]
        for span, year in self._spans(before, after):
            found.append(self.rows[span][np.take(is_age, year - self.years[span], mode="clip")])
        return np.concatenate(found)

    def with_corrected(self, rows: Ints) -> Birthdays:
        """The same after the birth dates of these rows were corrected."""
        return replace(self, corrected=distinct(np.append(self.corrected, rows))) if len(rows) else self

    def _spans(self, before: int, after: int) -> list[tuple[slice, int]]:
        """Where in `rows` those stand who have a birthday on the way, and the year in which they have it."""
        first, last = self.ends[before % YEAR + 1], self.ends[after % YEAR + 1]
        if before // YEAR == after // YEAR:
            return [(slice(first, last), after // YEAR)]
        return [(slice(first, None), before // YEAR), (slice(0, last), after // YEAR)]
