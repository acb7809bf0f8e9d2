"""Tables as records have them, and rows read by the roles of their columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import get_args

from yiyang.planning.reading import heads
from yiyang.planning.reading.doubts import Settling
from yiyang.planning.reading.grids import Grid, GridRow
from yiyang.planning.reading.places import Gazetteer
from yiyang.planning.reading.words import digest, squash, tidy
from yiyang.planning.records import Cell, Fields, Place, Row, Table, TableKind

KINDS: tuple[TableKind, ...] = get_args(TableKind)


@dataclass(slots=True)
class Context:
    """What every part of the reading shares: the document, its area's names, and the doubts."""

    slug: str
    gazetteer: Gazetteer
    settling: Settling
    # Unit of money that the tables read so far state in their heads.
    money_unit: str = ""
    seen: Counter[str] = field(default_factory=Counter)

    def key(self, *parts: str) -> str:
        """A stable key; the second of two equal rows gets a number behind it."""
        key = digest(*parts)
        self.seen[key] += 1
        return key if self.seen[key] == 1 else f"{key}-{self.seen[key]}"


@dataclass(frozen=True, slots=True)
class RowView:
    """A row by the roles of its columns. Of two columns in one role the first counts, unless asked for all."""

    row: Row
    roles: tuple[str, ...]

    def text(self, role: str) -> str:
        """The tidied text of a role's cell, "" where the table has no such column."""
        at = heads.place_of(role, self.roles)
        return tidy(self.row.cells[at].text) if at is not None else ""

    def raw(self, role: str) -> str:
        """The text with its line breaks."""
        at = heads.place_of(role, self.roles)
        return self.row.cells[at].text if at is not None else ""

    def place(self, role: str) -> Place:
        """Where a role's cell stands; the row's own place where there is no such column."""
        at = heads.place_of(role, self.roles)
        return self.row.cells[at].where if at is not None else self.where

    @property
    def where(self) -> Place:
        """The row's first cell that says something."""
        return next((cell.where for cell in self.row.cells if squash(cell.text)), self.row.cells[0].where)

    def fields(self, **named: str) -> Fields:
        """Name of a record's field → place of the cell of a role, for the roles that the table has."""
        return tuple((name, self.place(role)) for name, role in named.items() if role in self.roles)


def made_table(grid: Grid, number: int, caption: str, path: tuple[str, ...], context: Context, *, box: bool) -> Table:
    """A grid as a table of the document."""
    kind: TableKind = "boxes" if box else heads.kind(grid.columns)
    where = Place(context.slug, grid.line, path, number)
    rows = tuple(_rows(grid, caption, where, context))
    table = Table(number, caption, kind, grid.columns, rows, where)
    is_unknown = kind == "other" and len(rows) > 1 and any(column.title for column in grid.columns)
    return replace(table, kind=_doubt_kind(table, context)) if is_unknown else table


def _rows(grid: Grid, caption: str, where: Place, context: Context) -> Iterator[Row]:
    section = ""
    for index, row in enumerate(grid.rows, 1):
        if row.kind == "section":
            section = _said(row)
        cells = tuple(
            Cell(cell.text, Place(where.document, cell.line, where.path, where.table, index, at))
            for at, cell in enumerate(row.cells, 1)
        )
        key = context.key(caption, *(cell.text for cell in cells))
        if row.is_odd:
            _doubt_row(cells, key, context)
        yield Row(cells, section if row.kind == "data" else "", row.kind, key)


def _doubt_row(cells: tuple[Cell, ...], key: str, context: Context) -> None:
    context.settling.settle(
        cells[0].where, key, "cells", "按内容推定", sure=0.6,
        what="这一行的单元格数和表头对不上，各格归到哪一栏是按内容推定的，请对照原文。",
    )  # fmt: skip


def _doubt_kind(table: Table, context: Context) -> TableKind:
    """A table with a head that says too little: what it is for a person to say."""
    key = digest("kind", table.caption, *(column.title for column in table.columns))
    titles = "、".join(column.title for column in table.columns)
    kind = context.settling.settle(
        table.where, key, "kind", "other", sure=0.3, choices=KINDS,
        what=f"认不出这张表（{titles}）是什么清单，没有取出记录。",
    )  # fmt: skip
    return kind if kind in KINDS else "other"


def _said(row: GridRow) -> str:
    return next((tidy(cell.text) for cell in row.cells if squash(cell.text)), "")


def views(table: Table, kind: str = "data") -> Iterator[RowView]:
    """The rows of one kind, by roles."""
    roles = heads.roles(table.columns)
    return (RowView(row, roles) for row in table.rows if row.kind == kind)
