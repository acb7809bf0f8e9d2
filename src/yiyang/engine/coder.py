"""Cell codes of people held in memory, fast: a table look-up an axis, a chunk at a time, two chunks at once.

A chunk and its scratch space stay in the processor's cache, and NumPy lets go of the interpreter while it works.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from yiyang.engine.cells import UNKNOWN, Axis, Coding, Ints
from yiyang.engine.facts import Kind

Column = npt.NDArray[Any]
"""A fact of everybody, in any integer type or bool; UNKNOWN where it is not known."""
Span = tuple[int, int]
CHUNK = 1 << 15
OLDEST = 200
FEW_EDGES = 24
THREADS = min(os.cpu_count() or 1, 4)


class Lookup:
    """One axis: a stored value → a small index → what its class adds to the code."""

    def __init__(self, axis: Axis, stride: int, reference: int, dtype: npt.DTypeLike) -> None:
        self.column, self._axis, self._reference = axis.fact.column, axis, reference
        self.is_years = axis.fact.kind is Kind.YEARS
        self._index, self.mode, classes = self._way(axis)
        self.table: Column = (classes * stride).astype(dtype)

    def add(self, values: Column, code: Column, scratch: Column) -> None:
        """Add the axis's part to the codes of a chunk."""
        np.take(self.table, self._index(values), out=scratch, mode=self.mode)
        code += scratch

    def parts(self, values: Column) -> Column:
        """What the axis adds to the codes; equal parts are equal classes."""
        return np.take(self.table, self._index(values), mode=self.mode)

    def _way(self, axis: Axis) -> tuple[Callable[[Column], Column], Literal["wrap", "clip"], Ints]:
        """How a value becomes an index, what an index outside the table means, and the class of each index."""
        if axis.fact.is_listed:
            # UNKNOWN, -1, wraps round to the last entry of the table.
            known = np.searchsorted(axis.edges, np.arange(axis.fact.size), side="right")
            return _as_it_is, "wrap", np.append(known, axis.unknown)
        if axis.fact.kind is Kind.YEARS:
            # UNKNOWN makes somebody of two thousand years, who is clipped to the last entry.
            known = np.searchsorted(axis.edges, np.arange(OLDEST), side="right")
            return self._years, "clip", np.append(known, axis.unknown)
        return self._steps, "clip", np.arange(axis.size)

    def _years(self, values: Column) -> Column:
        return (self._reference - values) // 10000

    def _steps(self, values: Column) -> Column:
        """The class by comparing with each edge, or by bisection where there are many."""
        axis = self._axis
        if len(axis.edges) > FEW_EDGES:
            index = np.searchsorted(np.array(axis.edges, np.int64), values, side="right")
        else:
            index = np.zeros(len(values), np.int8)
            for edge in axis.edges:
                index += values >= edge
        if values.min(initial=0) < 0:
            index[values == UNKNOWN] = axis.unknown
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
                look.add(used[look.column][slice(*span)], part, scratch)

        in_chunks(code, count)
        return found


def _as_it_is(values: Column) -> Column:
    return values


def _plain(column: Column) -> Column:
    """Signed integers, as subtraction and -1 need them; bools are read as 0 and 1 where they lie."""
    if column.dtype == np.bool_:
        return column.view(np.int8)
    return column.astype(np.int64) if column.dtype.kind == "u" else column


def in_chunks(work: Callable[[Span], Any], count: int) -> list[Any]:
    """Do the work on (from, to) spans of `count` rows, on all processors; answers in order."""
    spans = list(_spans(count))
    if len(spans) < 2 * THREADS:
        return [work(span) for span in spans]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, spans))


def _spans(count: int) -> Iterator[Span]:
    for low in range(0, count, CHUNK):
        yield low, min(low + CHUNK, count)


def spread(rows: Sequence[Column], cell: Column) -> list[Column]:
    """Answers of cells taken to people: for each row of values a cell, the value of each person's cell."""
    found = [np.empty(len(cell), row.dtype) for row in rows]

    def take(span: Span) -> None:
        index = cell[slice(*span)].astype(np.intp)
        for row, out in zip(rows, found, strict=True):
            np.take(row, index, out=out[slice(*span)], mode="clip")

    in_chunks(take, len(cell))
    return found
