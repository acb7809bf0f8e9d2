"""Indicators out of indicator tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from yiyang.planning.reading import heads
from yiyang.planning.reading.figures import count, figure, year_of
from yiyang.planning.reading.rows import Context, RowView, views
from yiyang.planning.reading.words import digest, plain, squash
from yiyang.planning.records import Indicator, Table

_IS_RATE = re.compile(r".*(率|占比|比例|比重|覆盖面|百分比)$")
_NOTHING = ("", "-", "—", "——", "/", "无", "－")
_FIELDS = {"number": "number", "name": "indicator", "baseline": "baseline", "nature": "attribute"}
_PLAN_ENDS = {"十三五": 2020, "十四五": 2025, "十五五": 2030}


def indicators(table: Table, context: Context) -> Iterator[Indicator]:
    """One indicator for each row and each column of targets."""
    roles = heads.roles(table.columns)
    targets = [at for at, role in enumerate(roles) if role == "target"]
    rows = list(views(table))
    is_unnumbered = bool(rows) and not any(squash(view.text("number")) for view in rows)
    numbers = _numbers(table, context) if is_unnumbered and "number" in roles else None
    for index, view in enumerate(rows, 1):
        number = index if numbers == "按行序" else count(view.text("number"))
        for at in targets:
            yield _indicator(view, number, at, table, context, is_first=at == targets[0])


def _numbers(table: Table, context: Context) -> str:
    key = digest("numbers", table.caption)
    return context.settling.settle(
        table.where, key, "numbers", "按行序", sure=0.95, choices=("按行序", "不编号"),
        what="表中序号一栏是空的，按行的先后编号。",
    )  # fmt: skip


def _indicator(
    view: RowView, number: int | None, at: int, table: Table, context: Context, *, is_first: bool
) -> Indicator:
    named = heads.column(view.text("indicator"))
    key = view.row.key if is_first else f"{view.row.key}/{at}"
    cell = view.row.cells[at]
    found = figure(cell.text)
    if found is None and plain(cell.text) not in _NOTHING:
        context.settling.settle(cell.where, key, "target", "", sure=0.2, what=f"“{cell.text}”里认不出数。")
    base = figure(view.text("baseline"))
    unit = _unit(view, named.unit, (found or (Decimal(0), "eq", ""))[2], key, context)
    return Indicator(
        number, named.title, unit, base[0] if base else None, _baseline_year(table),
        found[0] if found else None, found[1] if found else "eq", _target_year(table, at),
        view.text("attribute") or None, view.where,
        (*view.fields(**_FIELDS), ("target", cell.where)),
        key,
    )  # fmt: skip


def _unit(view: RowView, in_name: str, in_cell: str, key: str, context: Context) -> str:
    stated = in_name or view.text("measure") or in_cell
    name = squash(view.text("indicator"))
    if stated or not _IS_RATE.match(name):
        return stated
    return context.settling.settle(
        view.place("indicator"), key, "unit", "%", sure=0.9, choices=("%", ""),
        what=f"“{view.text('indicator')}”没有写单位，按名称认作百分比。",
    )  # fmt: skip


def _baseline_year(table: Table) -> int | None:
    at = heads.place_of("baseline", heads.roles(table.columns))
    return year_of(table.columns[at].title) if at is not None else None


def _target_year(table: Table, at: int) -> int | None:
    stated = year_of(table.columns[at].title)
    return stated or next((year for plan, year in _PLAN_ENDS.items() if plan in table.caption), year_of(table.caption))
