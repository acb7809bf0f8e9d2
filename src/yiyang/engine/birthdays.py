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
    """Rows of people by month and day of birth.

    Attributes:
        rows: rows in the order of month and day (int32).
        ends: for each mmdd + 1, how many of `rows` have an earlier or the same one.
        corrected: rows whose birth date was corrected since; they are always looked at.
    """

    rows: Column
    ends: Ints
    corrected: Ints

    @classmethod
    def of(cls, births: Column) -> Birthdays:
        """Sort once; `births` as yyyymmdd."""
        days = (births - births // YEAR * YEAR).astype(np.uint16)
        order = np.argsort(days, kind="stable").astype(np.int32)
        ends = np.append(0, np.cumsum(np.bincount(days, minlength=YEAR)))
        return cls(order, ends, np.zeros(0, np.int64))

    def between(self, before: int, after: int) -> Ints:
        """Rows with a birthday after the one day and until the other, which is less than a year on."""
        first, last = before % YEAR + 1, after % YEAR + 1
        if before == after:
            spans = [self.rows[:0]]
        elif first < last:
            spans = [self.rows[self.ends[first] : self.ends[last]]]
        else:
            spans = [self.rows[self.ends[first] :], self.rows[: self.ends[last]]]
        return np.concatenate([self.corrected, *spans])

    def reaching(self, ages: Sequence[int], births: Column, before: int, after: int) -> Ints:
        """Rows of those who reach one of the ages on the way, or whose birth date was corrected some time."""
        is_age = np.zeros(max(ages, default=0) + 2, bool)
        is_age[list(ages)] = True
        rows = self.between(before, after)
        return rows[np.take(is_age, (after - births[rows]) // YEAR, mode="clip")]

    def with_corrected(self, rows: Ints) -> Birthdays:
        """The same after the birth dates of these rows were corrected."""
        return replace(self, corrected=distinct(np.append(self.corrected, rows))) if len(rows) else self
