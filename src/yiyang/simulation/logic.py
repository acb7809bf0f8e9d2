"""What of a list can be moved, and what somebody moved: pure, from the lists in force and the words of a form.

A change is kept as data: `{"sets": ["511724/old_age_allowance.eighties=80"], "patches": {area: {item: {field: …}}}}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from yiyang.base.errors import UsageError
from yiyang.catalog.binding import BoundProgram, RuleInfo
from yiyang.catalog.labels import CHECKED, EVERY, EXACTNESS, FORMS, PER, area_name, say
from yiyang.catalog.overlay import Overlay, Patch, parse_set
from yiyang.catalog.published import speaker
from yiyang.catalog.references import thresholds_used, values_used
from yiyang.catalog.schema import Item, Value
from yiyang.engine.rules import Rule

Json = dict[str, Any]
TRIAL = Path("测算")  # where the complaints about a change say that it stands
WHO, END, WHEN, FEN = "who", "end", "when", "fen"
UNITS = {"fen": "元", "years": "周岁", "times": "次", "percent": "%", "facilities": "个", "hours": "小时", "days": "天"}
AGES = (60, 105)


@dataclass(frozen=True)
class Lever:
    """A figure that can be moved. `now`, `least`, `most`, `step` are in `unit`, money in yuan."""

    name: str  # 511724/old_age_allowance.eighties
    label: str
    now: str
    unit: str
    least: int
    most: int
    step: str
    source: str
    exactness: str = ""


@dataclass(frozen=True)
class Block:
    """One item with its levers.

    Attributes:
        name: area/item.
        is_upper: it stands in a list above the area's own.
        year_fen: what it certainly costs a year now; 0 where it pays nobody money.
    """

    name: str
    title: str
    form: str
    who: str
    sentence: str
    period: str
    list_name: str
    is_upper: bool
    pays: bool
    year_fen: int
    levers: tuple[Lever, ...]

    @property
    def year_yuan(self) -> float:
        """What it costs now, in yuan."""
        return self.year_fen / 100


def blocks_of(bound: BoundProgram, area: str, costs: Mapping[str, int]) -> tuple[Block, ...]:
    """The items of a list in force, what costs most first. `costs`: fen a year by item."""
    pairs = zip(bound.program.rules, bound.infos, strict=True)
    found = [_block(rule, info, area, costs.get(rule.item, 0)) for rule, info in pairs]
    return tuple(sorted(found, key=lambda block: (not block.pays, -block.year_fen, not block.levers, block.is_upper)))


def _block(rule: Rule, info: RuleInfo, area: str, year_fen: int) -> Block:
    item = info.item
    return Block(
        name=f"{info.list_area}/{item.id}",
        title=item.name.zh,
        form=say(FORMS[item.form]),
        who=item.who,
        sentence=speaker().say(rule.who),
        period=say(PER[item.per]) + say(EVERY[item.every]),
        list_name=f"{area_name(info.list_area)}清单",
        is_upper=info.list_area != area,
        pays=rule.pays_people,
        year_fen=year_fen,
        levers=tuple(_levers(info)),
    )


def _levers(info: RuleInfo) -> Iterator[Lever]:
    item = info.item
    used = {name for _, name, unit in values_used(item) if unit != "times"} | thresholds_used(item)
    for name, value in item.values.items():
        if name in used and name in info.values:
            yield _lever(f"{info.list_area}/{item.id}.{name}", value, info)


def _lever(name: str, value: Value, info: RuleInfo) -> Lever:
    stored = info.values[name.rpartition(".")[2]]
    now = yuan(stored) if value.unit == "fen" else str(stored)
    least, most = AGES if value.unit == "years" else (0, 3 * max(int(Decimal(now)), 1))
    title = next((one.title for one in info.documents if one.id == value.source.document), value.source.document)
    source = f"《{title}》{value.source.article}（{say(CHECKED[value.source.checked])}）"
    step = "1" if value.unit != "fen" or most <= 300 else "5"
    return Lever(name, value.zh, now, UNITS[value.unit], least, most, step, source, say(EXACTNESS[value.exactness]))


def yuan(fen: int) -> str:
    """Fen as somebody would type it: 60, 62.5."""
    text = f"{Decimal(fen) / 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def changes_of(posted: Mapping[str, str], bound: BoundProgram, blocks: Sequence[Block]) -> Json:
    """What a form moves away from the list in force; `{}` where nothing. Fields: the name of a lever, or `who:`,
    `end:`, `when:`, `fen:` before the name of an item.

    Raises:
        UsageError: a figure is none.
    """
    sets = [f"{lever.name}={text}" for block in blocks for lever in block.levers if (text := _moved(lever, posted))]
    patches: Json = {}
    items = {f"{info.list_area}/{info.item.id}": info.item for info in bound.infos}
    for block in blocks:
        if fields := _fields(block, items[block.name], posted, bound.on):
            area, item = block.name.split("/")
            patches.setdefault(area, {})[item] = fields
    return {name: found for name, found in (("sets", sets), ("patches", patches)) if found}


def _moved(lever: Lever, posted: Mapping[str, str]) -> str:
    """The new figure; empty where it is as it was."""
    text = posted.get(lever.name, "").strip().lstrip("¥￥").rstrip("元").replace(",", "")
    if not text:
        return ""
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise _no_figure(lever, text) from None
    is_money = lever.unit == UNITS["fen"]
    if not figure.is_finite() or not 0 <= figure <= 10**7 or figure != round(figure, 2 if is_money else 0):
        raise _no_figure(lever, text)
    return "" if figure == Decimal(lever.now) else yuan(int(figure * 100))


def _no_figure(lever: Lever, text: str) -> UsageError:
    zh = f"“{lever.label}”应填数字（{lever.unit}），不能是“{text}”。"
    return UsageError(zh, f"{lever.name} is no figure: {text}")


def _fields(block: Block, item: Item, posted: Mapping[str, str], on: date) -> Json:
    """The fields of an item that a form changes."""
    if posted.get(f"{END}:{block.name}"):
        return {"ends": (on - timedelta(1)).isoformat()}
    found: Json = {}
    who = " ".join(posted.get(f"{WHO}:{block.name}", "").split())
    if who and who != " ".join(item.who.split()):
        found["who"] = who
    when, fen = (posted.get(f"{part}:{block.name}", "").strip() for part in (WHEN, FEN))
    if when or fen:
        found |= _new_tier(block, item, when, fen)
    return found


def _new_tier(block: Block, item: Item, when: str, amount: str) -> Json:
    """A tier of its own on top of the others: it is read first."""
    if not (when and amount):
        raise UsageError(f"“{block.title}”新增一档，要同时写条件和金额。", f"a tier of {block.name} needs both parts")
    if item.per.value == "facility":
        raise UsageError(f"“{block.title}”发给机构，不能加档。", f"{block.name} goes to facilities")
    try:
        fen = int(Decimal(amount.rstrip("元")) * 100)
    except InvalidOperation:
        raise UsageError(f"“{block.title}”新增一档的金额不是数字：{amount}", f"no figure: {amount}") from None
    old = item.amount
    rest = [{"when": tier.when, "value": tier.value} for tier in old.tiers] if old else []
    rest += [{"when": "everyone", "value": old.value}] if old and old.value else []
    trial = {"zh": "新增一档", "en": "new tier", "unit": "fen", "from": {item.starts.isoformat(): fen}}
    source = item.source.model_dump(mode="json")
    return {
        "amount": {"value": None, "tiers": [{"when": when, "value": "trial"}, *rest]},
        "values": {"trial": {**trial, "source": source}},
    }


def overlay_of(changes: Mapping[str, Any]) -> Overlay:
    """A kept change as the overlay that the lists are bound with. Errors: UsageError for what is none."""
    patches = [
        Patch(str(area), str(item), dict(fields), TRIAL)
        for area, items in dict(changes.get("patches", {})).items()
        for item, fields in dict(items).items()
    ]
    return Overlay(patches=tuple(patches), sets=tuple(parse_set(str(text)) for text in changes.get("sets", ())))


def said(changes: Mapping[str, Any], blocks: Sequence[Block]) -> list[str]:
    """A change in words, a line each: 高龄津贴 80至89周岁：60 元 → 80 元."""
    levers = {lever.name: (block, lever) for block in blocks for lever in block.levers}
    titles = {block.name: block.title for block in blocks}
    lines = []
    for text in changes.get("sets", ()):
        name, _, figure = str(text).partition("=")
        block, lever = levers.get(name, (None, None))
        if block is None or lever is None:
            lines.append(str(text))
        else:
            lines.append(f"{block.title} {lever.label}：{lever.now} → {figure} {lever.unit}")
    for area, items in dict(changes.get("patches", {})).items():
        for item, fields in items.items():
            title = titles.get(f"{area}/{item}", f"{area}/{item}")
            lines += [f"{title}：{words}" for words in _said(fields)]
    return lines


def _said(fields: Mapping[str, Any]) -> Iterator[str]:
    if "ends" in fields:
        yield "停止实行"
    if "who" in fields:
        yield f"服务对象改为 {fields['who']}"
    trial = fields.get("values", {}).get("trial")
    if trial:
        tier = fields["amount"]["tiers"][0]
        yield f"新增一档 {tier['when']}：{yuan(next(iter(trial['from'].values())))} 元"
    if rest := sorted(set(fields) - {"ends", "who", "values", "amount"}):
        yield f"改动 {'、'.join(rest)}"


def posted_of(changes: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form that a kept change fills; what only the API can say is left out."""
    found = dict(str(text).split("=", 1) for text in changes.get("sets", ()))
    for area, items in dict(changes.get("patches", {})).items():
        for item, fields in items.items():
            found |= {f"{part}:{area}/{item}": text for part, text in _filled(fields)}
    return found


def _filled(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "ends" in fields:
        yield END, "on"
    if "who" in fields:
        yield WHO, str(fields["who"])
    if trial := fields.get("values", {}).get("trial"):
        yield WHEN, str(fields["amount"]["tiers"][0]["when"])
        yield FEN, yuan(next(iter(trial["from"].values())))
