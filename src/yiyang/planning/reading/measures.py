"""Lists of policies, elements, reforms, pilots, industries, platforms and services; items of boxes."""

from __future__ import annotations

from collections.abc import Iterator

from yiyang.planning.reading.figures import count
from yiyang.planning.reading.outline import heading
from yiyang.planning.reading.rows import Context, RowView, views
from yiyang.planning.reading.units import names
from yiyang.planning.reading.words import digest, split_outside, squash, tidy
from yiyang.planning.records import Measure, MeasureKind, Table

# Kind of table → kind of its rows.
KINDS: dict[str, MeasureKind] = {
    "policies": "policy",
    "elements": "element",
    "reforms": "reform",
    "pilots": "pilot",
    "industries": "industry",
    "platforms": "platform",
    "services": "service",
}


def measures(table: Table, context: Context) -> Iterator[Measure]:
    """The rows of one list. A group (类别, 服务对象) that stands once for several rows is carried down and doubted."""
    group, is_carried = "", False
    for view in views(table):
        said = view.text("group")
        is_carried = is_carried or (bool(group) and not said and "group" in view.roles)
        group = said or group
        yield _measure(view, table, group)
    if is_carried:
        _doubt_groups(table, context)


def _doubt_groups(table: Table, context: Context) -> None:
    context.settling.settle(
        table.where, digest("groups", table.caption), "group", "向下沿用", sure=0.6, choices=("向下沿用", "逐行核对"),
        what="表中有合并的单元格：没有写类别或服务对象的行，沿用上一行的。转换时合并的格可能错位，请对照原表。",
    )  # fmt: skip


def _measure(view: RowView, table: Table, group: str) -> Measure:
    return Measure(
        KINDS[table.kind], count(view.text("number")), group, view.text(table.kind), view.text("action"),
        view.text("target"), names(view.raw("units")), view.where,
        view.fields(number="number", group="group", name=table.kind, action="action", target="target", units="units"),
        view.row.key,
    )  # fmt: skip


def box_items(table: Table) -> Iterator[Measure]:
    """The items of a box, each with what stands before its first full stop as its name."""
    for view in views(table):
        text = tidy(view.row.cells[0].text)
        top = heading(text)
        name, _, rest = (top.title, "", top.rest) if top and top.title else _first(text)
        if squash(text):
            yield Measure(
                "box", top.number if top else None, table.caption, name, rest, "", (), view.where, (), view.row.key
            )


def _first(text: str) -> tuple[str, str, str]:
    parts = split_outside(text, "。")
    return (parts[0], "", text[len(parts[0]) + 1 :]) if parts else ("", "", "")
