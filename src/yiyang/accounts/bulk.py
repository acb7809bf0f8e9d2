"""Forty visitors at once: from a sheet to a preview to accounts with temporary passwords on one printable page."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from yiyang.accounts.actions.accounts import clean_username, open_account, opening_problems
from yiyang.accounts.actions.grants import grant_role
from yiyang.accounts.models import User
from yiyang.accounts.offers import area_of
from yiyang.areas.models import Area

ROLE, MOST, LARGEST = "village_visitor", 200, 2 * 2**20
HEADS = {
    "姓名": "name", "名字": "name", "用户名": "username", "登录名": "username",
    "村": "village", "村（社区）": "village", "村(社区)": "village", "社区": "village", "村社区": "village",
}  # fmt: skip


@dataclass
class Visitor:
    """One line of the sheet as it would be opened; `problems` say why it would not."""

    line: int
    name: str
    username: str
    village: str = ""
    area: int = 0
    problems: list[str] = field(default_factory=list)


def preview(file: Any, town: Area, by: User) -> list[Visitor]:
    """What a sheet would open. Raises ValidationError for a file that is no list of names."""
    rows = [row for row in _rows(file) if any(row.values())]
    if not rows or "name" not in rows[0]:
        raise ValidationError("名单须有“姓名”一列，且至少一行。")
    if len(rows) > MOST:
        raise ValidationError(f"一次最多 {MOST} 行，这份名单有 {len(rows)} 行。")
    taken = set(User.objects.values_list("username", flat=True))
    return [_visitor(number, row, town, by, taken) for number, row in enumerate(rows, start=2)]


@transaction.atomic
def open_all(visitors: list[Visitor], *, ends: date | None, by: User) -> list[tuple[User, Area, str]]:
    """Open every account with its grant, or none; account, area and temporary password. Raises NotAllowed."""
    opened = []
    areas = Area.objects.in_bulk([visitor.area for visitor in visitors])
    for visitor in visitors:
        area = areas[visitor.area]
        user, password = open_account(username=visitor.username, name=visitor.name, area=area, by=by)
        starts = timezone.localdate()
        grant_role(user=user, role=ROLE, area=area, starts=starts, ends=ends, by=by, reason="批量开设探访员")
        opened.append((user, area, password))
    return opened


def packed(visitors: list[Visitor]) -> list[dict[str, Any]]:
    """For a signed field between preview and confirmation."""
    return [asdict(visitor) for visitor in visitors]


def unpacked(packed: list[dict[str, Any]]) -> list[Visitor]:
    """The other way round."""
    return [Visitor(**each) for each in packed]


def _visitor(line: int, row: dict[str, str], town: Area, by: User, taken: set[str]) -> Visitor:
    name, village = row.get("name", ""), row.get("village", "")
    username = clean_username(row.get("username", "")) or _made_up(name, taken)
    found = Visitor(line, name, username, village, town.pk)
    area = town
    if village:
        try:
            area = _village(village, town)
            found.area = area.pk
        except ValidationError as problem:
            found.problems += problem.messages
    if row.get("username") and username in taken:
        found.problems.append(f"用户名“{username}”已被使用或在名单中重复。")
    else:
        found.problems += [zh for zh, _ in opening_problems(username, name, area, by)]
    taken.add(username)
    return found


def _village(text: str, town: Area) -> Area:
    """A village by code, or by a name within the town."""
    below = list(Area.objects.filter(parent=town, name=text, valid_to__isnull=True)[:2])
    return below[0] if len(below) == 1 else area_of(text, "account.grant", timezone.localdate())


def _made_up(name: str, taken: set[str]) -> str:
    """The name in pinyin, with a number where that is taken."""
    from pypinyin import lazy_pinyin

    base = re.sub(r"[^a-z]", "", "".join(lazy_pinyin(name)).lower())[:40] or "fangshi"
    number, made = 1, base
    while made in taken or len(made) < 2:
        number += 1
        made = f"{base}{number}"
    return made


def _rows(file: Any) -> list[dict[str, str]]:
    """The sheet's lines by our names of columns; all cells text."""
    if file.size > LARGEST:
        raise ValidationError("文件超过 2 MB。")
    is_sheet = Path(file.name).suffix.lower() in (".xlsx", ".xls")
    lines = _sheet(file) if is_sheet else _text(file.read())
    heads = [HEADS.get(re.sub(r"\s|\*", "", head), "") for head in lines[0]] if lines else []
    return [{head: cell.strip() for head, cell in zip(heads, line, strict=False) if head} for line in lines[1:]]


def _sheet(file: Any) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        found = CalamineWorkbook.from_filelike(io.BytesIO(file.read())).get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError) as error:
        raise ValidationError("打不开这个文件，请另存为 XLSX 或 CSV 再试。") from error
    return [[_cell(cell) for cell in line] for line in found]


def _cell(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _text(raw: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(raw.decode(encoding))))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise ValidationError("读不懂这个文件的编码，请另存为 UTF-8 的 CSV 或 XLSX。")
