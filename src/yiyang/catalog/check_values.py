"""What is wrong with an item's figures and with how items meet: dates, periods, names of other items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from yiyang.catalog.binding import BoundProgram
from yiyang.catalog.findings import Finding, Level, finding
from yiyang.catalog.lists import HEAD, AreaList, LoadedItem
from yiyang.catalog.references import thresholds_used, values_used
from yiyang.catalog.schema import Checked
from yiyang.engine.facts import hint_en, hint_zh, nearest
from yiyang.engine.rules import Rule

Found = Callable[..., Finding]


def check_values(own: AreaList, on: date) -> Iterator[Finding]:
    """Missing, expired and idle figures; items without worked cases; what rests on memory."""
    for loaded in own.items.values():
        found = partial(_found, own.head.area, loaded)
        yield from _missing(loaded, found)
        yield from _expired(loaded, on, found)
        yield from _unused(loaded, found)
        if not loaded.cases:
            yield found(Level.WARNING, "no_case", (), "没有工作案例", "there are no worked cases")
    yield from _notes(own)


def _found(area: str, loaded: LoadedItem, level: Level, kind: str, loc: tuple[str, ...], zh: str, en: str) -> Finding:
    return finding(level, kind, area, loaded.path, loc, zh, en, loaded.item.id)


def _used(loaded: LoadedItem) -> set[str]:
    return {name for _, name, _ in values_used(loaded.item)} | thresholds_used(loaded.item)


def _missing(loaded: LoadedItem, found: Found) -> Iterator[Finding]:
    item = loaded.item
    for name in sorted(_used(loaded)):
        if (first := min(item.values[name].from_)) > item.starts:
            yield found(
                Level.ERROR,
                "missing_value",
                ("values", name, "from"),
                f"项目从 {item.starts} 起实行，取值 {name} 到 {first} 才有",
                f"the item starts on {item.starts} but value {name} only on {first}",
            )


def _expired(loaded: LoadedItem, on: date, found: Found) -> Iterator[Finding]:
    thresholds, used = thresholds_used(loaded.item), _used(loaded)
    for name, value in loaded.item.values.items():
        if not value.expires or value.expires >= on:
            continue
        if name in thresholds:
            zh, en = "项目随之失效", "the item is no longer in force"
        else:
            zh, en = "金额按“未载明”处理", "the amount counts as not stated"
        yield found(
            Level.ERROR if name in used else Level.WARNING,
            "expired_value",
            ("values", name, "expires"),
            f"取值 {name} 已于 {value.expires} 到期{'，' + zh if name in used else ''}；请核对新文件",
            f"value {name} expired on {value.expires}{'; ' + en if name in used else ''}; look for the new document",
        )


def _unused(loaded: LoadedItem, found: Found) -> Iterator[Finding]:
    """Figures for information (percent, facilities, …) are welcome; money and ages that nothing uses look forgotten."""
    for name, value in loaded.item.values.items():
        if value.unit in ("fen", "years") and name not in _used(loaded):
            yield found(
                Level.WARNING,
                "unused_value",
                ("values", name),
                f"取值 {name}（{value.zh}）没有用到：金额档次和条件里都没有它",
                f"value {name} ({value.en}) is not used by any tier or condition",
            )


def _notes(own: AreaList) -> Iterator[Finding]:
    values = [value for loaded in own.items.values() for value in loaded.item.values.values()]
    recalled = [loaded for loaded in own.items.values() if loaded.item.source.checked is Checked.RECALLED]
    found = partial(finding, Level.NOTE, area=own.head.area, path=own.folder / HEAD, loc=())
    if open_ended := sum(value.expires is None for value in values):
        yield found(
            "no_expiry",
            zh=f"{len(values)} 个取值中有 {open_ended} 个没有写明到期日",
            en=f"{open_ended} of {len(values)} values state no expiry",
        )
    if recalled:
        yield found(
            "recalled",
            zh=f"{len(own.items)} 个项目中有 {len(recalled)} 个凭记忆整理，使用前须与原件核对",
            en=f"{len(recalled)} of {len(own.items)} items are from memory; compare with the original before use",
        )


def check_meeting(own: AreaList, bound: BoundProgram, known: set[str]) -> Iterator[Finding]:
    """How the list's items meet others: names that exist, and periods that can be compared.

    Args:
        bound: the list in force for the area, items from above included.
        known: the ids of every item of every list.
    """
    for loaded in own.items.values():
        found = partial(_found, own.head.area, loaded)
        yield from _names(loaded, known, found)
        rule = next((r for r in bound.program.rules if (r.item, r.list_area) == (loaded.item.id, own.head.area)), None)
        if rule:
            yield from _less(rule, bound, found)
            yield from _group(rule, bound, found)
            yield from _cap(rule, bound, found)


def _names(loaded: LoadedItem, known: set[str], found: Found) -> Iterator[Finding]:
    stacking = loaded.item.stacking
    for key, names in (("not_with", stacking.not_with), ("less", stacking.less)):
        for name in names:
            if name not in known:
                near = nearest(name, sorted(known))
                yield found(
                    Level.ERROR,
                    "unknown_item",
                    ("stacking", key),
                    f"{key} 中的 {name} 不是任何清单的项目{hint_zh(near)}",
                    f"{name} in {key} is an item of no list{hint_en(near)}",
                )


def _less(rule: Rule, bound: BoundProgram, found: Found) -> Iterator[Finding]:
    for name in rule.stacking.less:
        for number in bound.program.items.get(name, ()):
            if (other := bound.program.rules[number]).every != rule.every:
                yield _periods(found, "less", rule, other, Level.ERROR)


def _group(rule: Rule, bound: BoundProgram, found: Found) -> Iterator[Finding]:
    name = rule.stacking.highest_of
    if not name:
        return
    members = [bound.program.rules[number] for number in bound.program.group(name)]
    for other in members:
        if other.every != rule.every:
            yield _periods(found, "highest_of", rule, other, Level.WARNING)
    if len(members) == 1:
        yield found(
            Level.WARNING,
            "lone_group",
            ("stacking", "highest_of"),
            f"就高组 {name} 里只有这一个项目",
            f"the item is the only one in group {name}",
        )
    if not rule.tiers:
        yield found(
            Level.WARNING,
            "group_without_amount",
            ("stacking", "highest_of"),
            f"项目没有金额，在就高组 {name} 里无从比较",
            f"the item has no amount to be compared in group {name}",
        )


def _cap(rule: Rule, bound: BoundProgram, found: Found) -> Iterator[Finding]:
    name = rule.stacking.cap_group
    for number in bound.program.capped(name) if name else ():
        other = bound.program.rules[number]
        if other.every != rule.every:
            yield _periods(found, "cap", rule, other, Level.ERROR)
        if other.stacking.cap_fen != rule.stacking.cap_fen:
            yield found(
                Level.ERROR,
                "cap_differs",
                ("stacking", "cap"),
                f"与 {other.name} 同属限额组 {name}，限额却不同",
                f"shares cap {name} with {other.name}, but the limits differ",
            )


def _periods(found: Found, key: str, rule: Rule, other: Rule, level: Level) -> Finding:
    return found(
        level,
        "periods_differ",
        ("stacking", key),
        f"{key} 的各项应按同一周期计发：本项按 {rule.every}，{other.name} 按 {other.every}",
        f"items of {key} need one period: this one is by {rule.every}, {other.name} by {other.every}",
    )
