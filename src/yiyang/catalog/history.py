"""An item's figures by date, with their sources."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from yiyang.base import screen
from yiyang.base.errors import UsageError
from yiyang.base.screen import t
from yiyang.catalog.labels import CHECKED, EXACTNESS, area_name, say, text
from yiyang.catalog.lists import documents, load_list
from yiyang.catalog.schema import Value
from yiyang.engine.facts import hint_en, hint_zh, nearest

UNITS = {
    "fen": ("元", "yuan"),
    "years": ("周岁", "years"),
    "times": ("次", "times"),
    "percent": ("%", "%"),
    "facilities": ("个机构", "facilities"),
    "hours": ("小时", "hours"),
    "days": ("天", "days"),
}


@dataclass(frozen=True)
class Line:
    """One figure and the days on which it holds; `until` is empty while nothing follows."""

    value: str
    label: str
    start: date
    until: str
    stored: int
    unit: str
    figure: str
    source: str


@dataclass(frozen=True)
class History:
    area: str
    area_name: str
    item: str
    name: str
    starts: date
    ends: date | None
    lines: tuple[Line, ...]

    def summary(self) -> tuple[str, str]:
        end = self.ends.isoformat() if self.ends else "—"
        return (
            f"项目自 {self.starts} 起实行，终止：{end}；共 {len(self.lines)} 个数。",
            f"The item starts on {self.starts} and ends: {end}; {len(self.lines)} figures.",
        )

    def json(self) -> dict[str, Any]:
        return asdict(self)


def history_of(area: str, item_id: str, policy: Path | None = None) -> History:
    """Every figure of one item of one list, oldest first.

    Raises:
        UsageError: the list has no such item; names the nearest.
    """
    own = load_list(area, policy)
    if item_id not in own.items:
        near = nearest(item_id, list(own.items))
        known = sorted(own.items)
        raise UsageError(
            f"{area_name(area)}的清单里没有项目 {item_id}{hint_zh(near)}；有：{'、'.join(known)}",
            f"the list of {area_name(area)} has no item {item_id}{hint_en(near)}; it has: {', '.join(known)}",
        )
    item, titles = own.items[item_id].item, {name: found.title for name, found in documents(policy).items()}
    lines = tuple(line for name, value in item.values.items() for line in _lines(name, value, titles))
    return History(area, area_name(area), item_id, text(item.name), item.starts, item.ends, lines)


def _lines(name: str, value: Value, titles: dict[str, str]) -> list[Line]:
    starts = sorted(value.from_)
    ends = [(start - timedelta(1)).isoformat() for start in starts[1:]]
    last = value.expires.isoformat() if value.expires else ""
    source = f"《{titles[value.source.document]}》{value.source.article}（{say(CHECKED[value.source.checked])}）"
    return [
        Line(name, t(value.zh, value.en), start, until, value.from_[start], value.unit, figure(value, start), source)
        for start, until in zip(starts, [*ends, last], strict=True)
    ]


def figure(value: Value, start: date) -> str:
    """A figure in words: 不低于 ¥300.00, 80周岁."""
    stored = value.from_[start]
    shown = (
        screen.yuan(stored)
        if value.unit == "fen"
        else t(f"{stored}{UNITS[value.unit][0]}", f"{stored} {UNITS[value.unit][1]}")
    )
    return f"{say(EXACTNESS[value.exactness])}{shown}"
