"""The published lists: which areas have one, what it says on a day, how it came about. Kept while the lists stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from yiyang.areas import logic as areas
from yiyang.base.errors import PolicyError, UsageError
from yiyang.catalog import diffing
from yiyang.catalog.facts import load_facts
from yiyang.catalog.history import Line, history_of
from yiyang.catalog.labels import EVERY, EXACTNESS, area_name, say
from yiyang.catalog.lists import list_areas, load_list
from yiyang.catalog.published import Published, Row, publish
from yiyang.catalog.schema import Every, Exactness
from yiyang.engine.conditions import leaves
from yiyang.engine.language import parse
from yiyang.portal.questions import load_papers

Json = dict[str, Any]
KEPT = 256
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True)
class Place:
    """An area of the chooser. `is_own`: it has a list of its own, else that of the level above answers."""

    code: str
    name: str
    above: str
    is_own: bool
    initials: str
    below: tuple[Place, ...] = field(default=())


@lru_cache(maxsize=8)
def places(policy: Path | None) -> tuple[Place, ...]:
    """Cities (and provinces that list counties themselves) with a list, each with its counties."""
    own = set(list_areas(policy))
    tops = [code for code in own if code.endswith("00") and not code.endswith("0000")]
    tops += [code for code in own if not code.endswith("00") and f"{code[:4]}00" not in own]
    found = []
    for code in sorted(tops):
        below = [] if not code.endswith("00") else areas.counties(areas.normalise(code))
        found.append(_place(code, own, tuple(_place(short(one.code), own) for one in below if short(one.code) != code)))
    return tuple(found)


def short(code: int) -> str:
    """A county's or city's code as lists name it."""
    return f"{code:012d}"[:6]


def _place(code: str, own: set[str], below: tuple[Place, ...] = ()) -> Place:
    name, full = areas.name(areas.normalise(code)), areas.full_name(areas.normalise(code))
    from pypinyin import Style, lazy_pinyin

    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return Place(code, name, full.removesuffix(name), code in own, initials, below)


def place_of(code: str, policy: Path | None) -> Place | None:
    """The area of the chooser with a code."""
    return next((place for place in every(policy) if place.code == code), None)


def every(policy: Path | None) -> list[Place]:
    """All areas of the chooser."""
    return [place for top in places(policy) for place in (top, *top.below)]


def found(text: str, policy: Path | None) -> list[Place]:
    """Areas whose name, initials or code the text is a part of."""
    wanted = text.strip().lower()
    return [p for p in every(policy) if wanted in f"{p.above}{p.name}" or wanted in p.initials or p.code == wanted]


@lru_cache(maxsize=KEPT)
def listed(area: str, on: date, policy: Path | None) -> Published | None:
    """The list in force for an area on a day; None before there was one."""
    try:
        found = publish(area, on, policy=policy)
    except (PolicyError, UsageError):
        # A figure that had not begun on an early day: then there was no list to be read.
        return None
    return found if found.rows else None


def matching(published: Published, text: str, form: str) -> list[Row]:
    """Rows in which all words of the text occur, of one form or of all."""
    words = text.lower().split()
    return [
        row
        for row in published.rows
        if (not form or row.data["form"] == form) and all(word in _told(row) for word in words)
    ]


def _told(row: Row) -> str:
    """What is searched in."""
    return f"{row.name}{row.who}{row.gives}{''.join(row.standard)}{row.responsible}".lower()


def row_of(published: Published, item: str) -> Row | None:
    """The row of an item."""
    return next((row for row in published.rows if row.data["id"] == item), None)


@lru_cache(maxsize=KEPT)
def figures(area: str, item: str, policy: Path | None) -> tuple[Line, ...]:
    """Every figure of an item with its days and source, oldest first."""
    return history_of(area, item, policy).lines


@dataclass(frozen=True)
class Mark:
    """What is worth knowing at a glance: a price cap, or that the service is bought by the government."""

    slug: str
    word: str
    says: str


def marks(row: Row) -> list[Mark]:
    """Price guidance, purchase catalogue, without application, another level's list."""
    found = []
    if row.data["delivery"] == "automatic":
        found.append(Mark("good", "免申即享", "不用申请，符合条件的由部门主动办理。"))
    if row.data["purchase_catalogue"]:
        found.append(Mark("info", "政府购买服务目录", "列入政府购买养老服务目录，由政府购买后提供。"))
    if caps := price_guidance(row):
        found.append(Mark("wait", "价格指导", "；".join(caps)))
    if not row.is_own:
        found.append(Mark("info", f"{area_name(row.list_area)}清单", "本级清单没有另列，按上一级清单执行。"))
    return found


def price_guidance(row: Row) -> list[str]:
    """Ceilings and floors that are shares of a price, or ceilings of what is charged."""
    if row.data["kind"] != "service":
        return []
    found = []
    for value in row.data["values"].values():
        if value["unit"] == "percent" and value["in_force"] is not None and value["exactness"] != "exact":
            found.append(f"{value['zh']}{say(EXACTNESS[Exactness(value['exactness'])])}{value['in_force']}%")
    return found


def papers(row: Row, policy: Path | None) -> list[str]:
    """What to bring when applying; nothing where nobody applies."""
    if row.data["delivery"] == "automatic":
        return []
    known, book = load_papers(), load_facts(policy)
    values = {name: value["in_force"] for name, value in row.data["values"].items() if value["in_force"] is not None}
    asked = {leaf.fact.name for leaf in leaves(parse(row.data["who"]["condition"], book, values))}
    wanted = [*known.everybody, *known.kinds.get(row.data["kind"], ())]
    wanted += [paper for fact, given in known.facts.items() if fact in asked for paper in given]
    return list(dict.fromkeys(wanted))


@lru_cache(maxsize=KEPT)
def versions(area: str, until: date, policy: Path | None) -> tuple[date, ...]:
    """The days on which something in the list in force for an area began or ended, the latest first."""
    now = listed(area, until, policy)
    codes = {row.list_area for row in now.rows} if now else set()
    found: set[date] = set()
    for code in codes:
        for loaded in load_list(code, policy).items.values():
            item = loaded.item
            found |= {item.starts, *(day for value in item.values.values() for day in value.from_)}
            ends = [item.ends, *(value.expires for value in item.values.values())]
            found |= {end + timedelta(1) for end in ends if end}
    return tuple(sorted((day for day in found if EARLIEST <= day <= until), reverse=True))


@lru_cache(maxsize=KEPT)
def difference(area: str, before: date, after: date, policy: Path | None) -> diffing.Difference | None:
    """What differs between two days; None where there was no list on one of them."""
    if listed(area, before, policy) is None or listed(area, after, policy) is None:
        return None
    return diffing.diff(diffing.Side(area, before), diffing.Side(area, after), policy)


OPEN_COLUMNS = (
    "area", "on", "number", "id", "name", "form", "kind", "who", "condition", "gives", "standard", "every",
    "responsible", "delivery", "basis", "list_area", "purchase_catalogue", "documents", "checked",
)  # fmt: skip


def open_rows(published: Published) -> list[Sequence[Any]]:
    """The list as plain rows under OPEN_COLUMNS."""
    on = published.on.isoformat()
    return [
        (
            published.area, on, row.number, row.data["id"], row.name, row.form, row.kind, row.who,
            row.data["who"]["condition"], row.gives, "；".join(row.standard), say(EVERY[Every(row.data["every"])]),
            row.responsible, row.delivery, row.basis, row.list_area, "是" if row.data["purchase_catalogue"] else "否",
            "；".join(row.sources), row.checked,
        )
        for row in published.rows
    ]  # fmt: skip


def open_json(published: Published, licence: str, address: str) -> Mapping[str, Any]:
    """The list with every figure, as open data; its layout is the items' of `policy/schema/`."""
    return {"schema": "yiyang-list-1", "address": address, "licence": licence, **published.json()}
