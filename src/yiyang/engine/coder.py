"""Cell codes of people held in memory, fast: a table look-up an axis, a chunk at a time, two chunks at once.

A chunk and its scratch space stay in the processor's cache, and NumPy lets go of the interpreter while it works.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from yiyang.engine.cells import UNKNOWN, Axis, Coding
from yiyang.engine.facts import Kind

Column = npt.NDArray[Any]
"""A fact of everybody, in any integer type or bool; UNKNOWN where it is not known."""
Span = tuple[int, int]
CHUNK = 1 << 15
OLDEST = 200
FEW_EDGES = 24
THREADS = min(os.cpu_count() or 1, 4)


class Lookup:
    """What one axis adds to the codes: class times stride."""

    def __init__(self, axis: Axis, stride: int, reference: int, dtype: npt.DTypeLike) -> None:
        self.column, self._is_years = axis.fact.column, axis.fact.kind is Kind.YEARS
        self._axis, self._stride, self._reference, self._dtype = axis, stride, reference, dtype
        self._table = self._table_of(range(OLDEST if self._is_years else axis.fact.size)) if self._has_table else None

    @property
    def _has_table(self) -> bool:
        return self._is_years or self._axis.fact.is_listed

    def parts(self, values: Column, out: Column | None = None) -> Column:
        """What the axis adds to the codes of these stored values; equal parts are equal classes."""
        if self._are_classes(values):
            first = self._axis.edges[0] - 1
            index = values - first if first else values
        elif self._table is not None:
            index = (self._reference - values) // 10000 if self._is_years else values
            return np.take(self._table, index, out=out, mode="clip" if self._is_years else "wrap")
        else:
            index = self._steps(values)
        return np.multiply(index, self._stride, out=out, dtype=self._dtype, casting="unsafe")

    def _are_classes(self, values: Column) -> bool:
        """Whether each value has a class of its own, so that shifting makes one the other; then nobody is unknown."""
        edges = self._axis.edges
        if self._is_years or not edges or not self._axis.is_consecutive or not len(values):
            return False
        return edges[0] - 1 <= int(values.min()) and int(values.max()) <= edges[-1]

    def _table_of(self, values: range) -> Column:
        """The parts by value, the unknown's last: -1 wraps round to it, and 2026 years are clipped to it."""
        known = np.searchsorted(self._axis.edges, values, side="right")
        return (np.append(known, self._axis.unknown) * self._stride).astype(self._dtype)

    def _steps(self, values: Column) -> Column:
        """The classes by comparing with each edge, or by bisection where there are many."""
        edges = self._axis.edges
        if len(edges) > FEW_EDGES:
            index = np.searchsorted(np.array(edges, np.int64), values, side="right")
        else:
            index = np.zeros(len(values), np.int8)
            for edge in edges:
                index += values >= edge
        if values.min(initial=0) < 0:
            index[values == UNKNOWN] = self._axis.unknown
        return index


class Coder:
    """Codes people of one coding on one reference day (yyyymmdd)."""

    def __init__(self, coding: Coding, reference: int) -> None:
        self.dtype: type[np.int32] | type[np.int64] = np.int32 if coding.total < 2**31 else np.int64
        pairs = zip(coding.axes, coding.strides, strict=True)
        self.lookups = [Lookup(axis, stride, reference, self.dtype) for axis, stride in pairs]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the codes are made of."""
        return tuple(dict.fromkeys(look.column for look in self.lookups))

    def codes(self, columns: Mapping[str, Column], count: int) -> Column:
        """The code of each of `count` people."""
        found = np.zeros(count, self.dtype)
        used = {name: _plain(columns[name]) for name in self.columns}

        def code(span: Span) -> None:
            part, scratch = found[slice(*span)], np.empty(span[1] - span[0], self.dtype)
            for look in self.lookups:
                part += look.parts(used[look.column][slice(*span)], scratch)

        in_chunks(code, count)
        return found


def _plain(column: Column) -> Column:
    """Signed integers, as subtraction and -1 need them; bools are read as 0 and 1 where they lie."""
    if column.dtype == np.bool_:
        return column.view(np.int8)
    return column.astype(np.int64) if column.dtype.kind == "u" else column


def in_chunks(work: Callable[[Span], Any], count: int) -> list[Any]:
    """Do the work on (from, to) spans of `count` rows, on all processors; answers in order."""
    spans = [(low, min(low + CHUNK, count)) for low in range(0, count, CHUNK)]
    if len(spans) < 2 * THREADS:
        return [work(span) for span in spans]
    # One task a thread: handing over costs more than a chunk's work.
    shares = np.array_split(np.array(spans), THREADS)
    done = _pool().map(lambda share: [work((int(low), int(high))) for low, high in share], shares)
    return [answer for answers in done for answer in answers]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "yiyang-coder")


# A forked process has none of its parent's threads.
os.register_at_fork(after_in_child=_pool.cache_clear)


def distinct(values: Column) -> Column:
    """The different values, ascending. `np.unique` would first load masked arrays, which takes longer than the rest."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]


def spread(rows: Sequence[Column], cell: Column) -> list[Column]:
    """Answers of cells taken to people: for each row of values a cell, the value of each person's cell."""
    found = [np.empty(len(cell), row.dtype) for row in rows]

    def take(span: Span) -> None:
        index = cell[slice(*span)].astype(np.intp)
        for row, out in zip(rows, found, strict=True):
            np.take(row, index, out=out[slice(*span)], mode="clip")

    in_chunks(take, len(cell))
    return found
