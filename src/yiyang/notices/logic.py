"""What a message says: a template's words with somebody's data put in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from yiyang.kit import wording
from yiyang.notices.templates import Template, fen_key

EVERY = {
    "once": "一次性",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "year": "每年",
    "time": "每次",
}
NameOf = Callable[[str, str], str]


@dataclass(frozen=True)
class Said:
    """A message in words: the title, the text message, and the paragraphs of page and letter."""

    title: str
    sms: str
    text: tuple[str, ...]


def say(template: Template, data: Mapping[str, Any], name_of: NameOf, always: Mapping[str, str]) -> Said:
    """Put data into the words.

    Args:
        data: as kept with the notice; an item beside the `list_area` whose list names it.
        name_of: item, area of the list → the item's name.
        always: what every template may name: telephone, unit.
    """
    whole = dict(always) | {name: _word(template, name, data, name_of) for name in template.keys}
    short = whole | {name: _cut(whole[name], key.longest) for name, key in template.keys.items()}
    lines = (line for line in template.text if all(whole.get(name) for name in _named(line)))
    return Said(
        template.title.format_map(whole),
        template.sms.format_map(short),
        tuple(line.format_map(whole) for line in lines),
    )


def _named(line: str) -> list[str]:
    return [name for _, name, *_ in Formatter().parse(line) if name]


def _word(template: Template, name: str, data: Mapping[str, Any], name_of: NameOf) -> str:
    kind, value = template.keys[name].kind, data.get(name)
    if kind == "amount":
        return amount(data.get(fen_key(name)), str(data.get("every") or ""))
    if kind == "item":
        return name_of(str(value), str(data.get("list_area") or ""))
    return day(value) if kind == "day" else str(value or "")


def amount(fen: int | None, every: str) -> str:
    """每月 70 元; without money: 服务，不收钱也不发钱 is nobody's word, so 按规定提供服务."""
    if not fen:
        return "按规定提供服务"
    return f"{EVERY.get(every, '')} {yuan(fen)} 元".strip()


def yuan(fen: int) -> str:
    """7000 → 70, 12345 → 123.45: as an elder reads money."""
    return f"{fen // 100:,}" if fen % 100 == 0 else f"{fen // 100:,}.{fen % 100:02d}"


def day(value: Any) -> str:
    """2026-11-01 → 2026年11月1日; anything else as it is."""
    text = wording.day(value) if value else ""
    year, _, rest = text.partition("-")
    month, _, of = rest.partition("-")
    if not (year.isdigit() and month.isdigit() and of.isdigit()):
        return text
    return f"{year}年{int(month)}月{int(of)}日"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
