"""Figures entered by a sheet: an empty one taken along, a filled one brought back, every fault told by its row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.db import transaction
from python_calamine import CalamineError, CalamineWorkbook

from yiyang.access.scope import Scope
from yiyang.areas import logic as areas
from yiyang.areas.names import name
from yiyang.base.errors import UsageError, YiyangError
from yiyang.base.workbooks import require_compact
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators.actions import Said, enter
from yiyang.indicators.policy import load_indicators

HEADS = (
    "指标编号", "指标", "单位", "区划代码", "区划", "统计日期", "分子", "分母", "数值", "来源", "佐证说明", "更正理由",
    "开发区", "已计入区划代码",
)  # fmt: skip
NEEDED = ("指标编号", "区划代码", "统计日期", "来源")
MOST = 5_000
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Fault:
    """Why a row did not go in."""

    row: int
    column: str
    value: str
    reason: str


@dataclass
class Taken:
    """What came of a sheet: rows entered, rows that were there already, faults. With a fault nothing went in."""

    entered: int = 0
    same: int = 0
    faults: list[Fault] = field(default_factory=list)


class _Undone(Exception):
    """Nothing of a sheet with a fault stays."""


def template(area: int, on: date) -> bytes:
    """The empty sheet of an area: one row for each indicator that is reported."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    page, notes = book.add_worksheet("填报"), book.add_worksheet("说明")
    head = book.add_format({"bold": True, "bg_color": "#1F6650", "font_color": "#FFFFFF"})
    day, locked = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"font_color": "#4B5A54"})
    for place, word in enumerate(HEADS):
        page.write_string(0, place, word, head)
        page.set_column(place, place, 40 if word == "指标" else 24 if word in ("来源", "佐证说明") else 14)
    for row, indicator in enumerate(_reported(), 1):
        for place, word in enumerate((indicator.id, indicator.name.zh, indicator.unit, f"{area:012d}", name(area))):
            page.write_string(row, place, word, locked)
        page.write_datetime(row, 5, datetime(on.year, on.month, on.day), day)
    page.freeze_panes(1, 2)
    notes.set_column(0, 0, 100)
    for row, line in enumerate(_notes()):
        notes.write_string(row, 0, line)
    book.close()
    return out.getvalue()


def _reported() -> list[Indicator]:
    return [each for each in load_indicators().values() if each.reported is not None]


def _notes() -> list[str]:
    said = [
        "一行一个指标。不填的行会跳过。",
        "占比、比率最好填分子和分母，数值由平台计算；没有分子分母的直接填数值。",
        "来源写文件名、报表名或台账名。",
        "同一指标、区划、日期已有填报的，内容相同则不变；不同的须写更正理由。",
        "没有区划代码的开发区：区划代码填所在的市，开发区填名称；数已含在某个县里的，填“已计入区划代码”，不再相加。",
        "表里只要有一行有误，整张表都不入库，改好后重新上传。",
    ]
    return [*said, "", *(f"{each.id}　{each.name.zh}：{each.definition}" for each in _reported())]


def take(*, by: Scope, body: bytes) -> Taken:
    """Enter a filled sheet, whole or not at all. Errors: UsageError where it is no such sheet."""
    rows, found = list(_rows(body)), Taken()
    digest = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            for row, given in rows:
                _enter(by, row, given, digest, found)
            if found.faults:
                raise _Undone
    except _Undone:
        found.entered = found.same = 0
    return found


def _rows(body: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    require_compact(body)
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError) as problem:
        raise UsageError("这不是可以读取的 Excel 表（.xlsx）。", "This is no readable workbook.") from problem
    table: Sequence[Sequence[Any]] = sheet.to_python(skip_empty_area=False)
    heads = [f"{cell}".strip() for cell in table[0]] if table else []
    if missing := [word for word in NEEDED if word not in heads]:
        raise UsageError(f"第一行缺少列：{'、'.join(missing)}。请用平台下载的空表。", f"Columns are missing: {missing}")
    if len(table) > MOST:
        raise UsageError(f"一张表最多 {MOST:,} 行。", f"At most {MOST} rows.")
    for row, cells in enumerate(table[1:], 2):
        given = dict(zip(heads, cells, strict=False))
        if any(given.get(word) not in ("", None) for word in ("分子", "分母", "数值")):
            yield row, given


def _enter(by: Scope, row: int, given: dict[str, Any], digest: str, found: Taken) -> None:
    column = "数值"
    try:
        said, column = _said(given), ""
        _, is_new = enter(by=by, said=said, reason=f"{given.get('更正理由') or ''}", sheet=digest)
    except _BadCell as problem:
        found.faults.append(Fault(row, problem.column, problem.given, problem.zh))
    except PermissionDenied:
        found.faults.append(Fault(row, "区划代码", f"{given.get('区划代码')}", "您不能填报这个区划的指标。"))
    except YiyangError as problem:
        found.faults.append(Fault(row, column or "整行", f"{given.get('指标') or given.get('指标编号')}", problem.zh))
    else:
        found.entered, found.same = found.entered + is_new, found.same + (not is_new)


class _BadCell(UsageError):
    """A cell that cannot be read."""

    def __init__(self, column: str, given: object, zh: str) -> None:
        super().__init__(zh, f"{column}: {given}")
        self.column, self.given = column, f"{given}"[:60]


def _said(given: dict[str, Any]) -> Said:
    return Said(
        indicator=_indicator(given), area=_area(given), on=_day(given), source=f"{given.get('来源') or ''}",
        value=_number(given, "数值"), numerator=_number(given, "分子"), denominator=_number(given, "分母"),
        note=f"{given.get('佐证说明') or ''}", zone=f"{given.get('开发区') or ''}".strip(),
        within=_area(given, "已计入区划代码") if given.get("已计入区划代码") not in ("", None) else None,
    )  # fmt: skip


def _indicator(given: dict[str, Any]) -> str:
    found = f"{given.get('指标编号') or ''}".strip()
    if found not in load_indicators():
        raise _BadCell("指标编号", found, "没有这个指标，请用空表里的编号。")
    return found


def _area(given: dict[str, Any], column: str = "区划代码") -> int:
    raw = given.get(column)
    text = f"{raw:.0f}" if isinstance(raw, float) else f"{raw or ''}".strip()
    if not re.fullmatch(r"\d{6}(\d{3})?(\d{3})?", text):
        raise _BadCell(column, text, "区划代码应是6、9或12位数字。")
    return areas.normalise(text)


def _day(given: dict[str, Any]) -> date:
    raw = given.get("统计日期")
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(f"{raw or ''}".strip().replace("/", "-"))
    except ValueError as problem:
        raise _BadCell("统计日期", raw, "日期应形如 2025-12-31。") from problem


def _number(given: dict[str, Any], column: str) -> float | None:
    raw = given.get(column)
    if raw in ("", None):
        return None
    if isinstance(raw, int | float):
        return float(raw)
    try:
        return float(f"{raw}".strip().removesuffix("%").replace(",", ""))
    except ValueError as problem:
        raise _BadCell(column, raw, "应填数字。") from problem
