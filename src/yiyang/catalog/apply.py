"""Lays an overlay over loaded lists. A change that matches or changes nothing is an error, never a silent no-op."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from yiyang.base.errors import NoEffect, PolicyError
from yiyang.catalog import references
from yiyang.catalog.facts import load_facts
from yiyang.catalog.lists import LoadedItem, departments, documents, in_order
from yiyang.catalog.loader import Problems, validate
from yiyang.catalog.overlay import Overlay, Patch, SetValue, number
from yiyang.catalog.schema import Item, Value
from yiyang.engine.facts import hint_en, hint_zh, nearest

Lists = Mapping[str, Mapping[str, LoadedItem]]


def apply(lists: Lists, overlay: Overlay, on: date, policy: Path | None = None) -> Lists:
    """The lists (area → id → item) with the overlay's changes."""
    changed = {area: dict(items) for area, items in lists.items()}
    for whole in overlay.lists:
        changed[whole.head.area] = dict(whole.items)
    for patch in overlay.patches:
        items = changed.setdefault(patch.area, {})
        items[patch.item] = _patched(patch, items.get(patch.item), policy)
    for change in overlay.sets:
        _set(changed, change, on)
    return {area: in_order(items.values()) for area, items in changed.items()}


def in_force(value: Value, on: date) -> int | None:
    """The figure on a day: the latest that has begun; None before the first, or after a stated expiry."""
    begun = [start for start in value.from_ if start <= on]
    if not begun or (value.expires and value.expires < on):
        return None
    return value.from_[max(begun)]


def is_in_force(item: Item, on: date) -> bool:
    """Begun, not ended, and no threshold of its conditions expired."""
    if item.starts > on or (item.ends and item.ends < on):
        return False
    expired = {name for name, value in item.values.items() if value.expires and value.expires < on}
    return not expired & references.thresholds_used(item)


def _patched(patch: Patch, old: LoadedItem | None, policy: Path | None) -> LoadedItem:
    own: dict[str, Any] = old.item.model_dump(by_alias=True, exclude_unset=True) if old else {"id": patch.item}
    item = validate(patch.path, Item, _merged(own, patch.fields), (patch.area, patch.item))
    if old and item == old.item:
        raise NoEffect(
            f"{patch.path} 对 {patch.area}/{patch.item} 的改动与现行清单相同",
            f"{patch.path} leaves {patch.area}/{patch.item} as it is",
        )
    problems = Problems()
    known = references.Known(set(documents(policy)), set(departments(policy)))
    references.check_item(patch.path, item, load_facts(policy), known, problems, (patch.area, patch.item))
    problems.raise_if_any()
    return LoadedItem(item, old.path if old else patch.path, old.cases if old else ())


def _merged(own: Mapping[Any, Any], fields: Mapping[Any, Any]) -> dict[Any, Any]:
    """Mappings are merged key by key; everything else is replaced."""
    found = dict(own)
    for key, value in fields.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = _merged(found[key], value) if both else value
    return found


def _set(lists: dict[str, dict[str, LoadedItem]], change: SetValue, on: date) -> None:
    areas = [area for area in lists if change.area in (None, area)]
    matched = [
        area for area in areas if change.item in lists[area] and change.value in lists[area][change.item].item.values
    ]
    if not matched:
        raise _unmatched({area: lists[area] for area in areas}, change, list(lists))
    if change.stored is None:
        matched = [area for area in matched if _counts(lists[area][change.item].item, change, on)]
    moved = [area for area in matched if _set_one(lists[area], change, on)]
    if not moved and change.stored is None:
        raise NoEffect(*(_already(change) if matched else _idle(change, on)))


def _counts(item: Item, change: SetValue, on: date) -> bool:
    """Whether the value can make a difference on the day; a value for information, or of an ended item, cannot."""
    used = {name for _, name, _ in references.values_used(item)} | references.thresholds_used(item)
    return change.value in used and is_in_force(item, on)


def _set_one(items: dict[str, LoadedItem], change: SetValue, on: date) -> bool:
    loaded = items[change.item]
    value = loaded.item.values[change.value]
    figure = number(change.text, value, change.name) if change.stored is None else change.stored
    if in_force(value, on) == figure:
        return False
    replaced = value.model_copy(update={"from_": {min(value.from_): figure}, "expires": None})
    item = loaded.item.model_copy(update={"values": {**loaded.item.values, change.value: replaced}})
    items[change.item] = LoadedItem(item, loaded.path, loaded.cases)
    return True


def _unmatched(lists: Lists, change: SetValue, areas: list[str]) -> PolicyError | NoEffect:
    if not lists:
        near = nearest(str(change.area), areas)
        return NoEffect(
            f"{change.name}：本次所用清单中没有地区 {change.area}{hint_zh(near)}；有：{'、'.join(areas)}",
            f"{change.name}: no list of area {change.area} is used here{hint_en(near)}; used: {', '.join(areas)}",
        )
    values = sorted(
        {
            f"{item}.{value}"
            for items in lists.values()
            for item, loaded in items.items()
            for value in loaded.item.values
        }
    )
    near = nearest(f"{change.item}.{change.value}", values)
    own = [name for name in values if name.startswith(f"{change.item}.")]
    return NoEffect(
        f"没有名为 {change.name} 的取值{hint_zh(near)}{'；该项目有：' + '、'.join(own) if own else ''}",
        f"no value is named {change.name}{hint_en(near)}{'; the item has: ' + ', '.join(own) if own else ''}",
    )


def _already(change: SetValue) -> tuple[str, str]:
    return (
        f"{change.name} 现在就是 {change.text}，这个改动没有作用",
        f"{change.name} is {change.text} already: the change does nothing",
    )


def _idle(change: SetValue, on: date) -> tuple[str, str]:
    return (
        f"{change.name} 不影响 {on} 的任何条件和金额（仅供参考，或项目不在实行期），这个改动没有作用",
        f"{change.name} affects no condition or amount on {on} (for information only, or the item is not in force)",
    )
