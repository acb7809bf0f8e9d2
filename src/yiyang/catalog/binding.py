"""Lists + areas + a day → the engine's program: for whom each list answers, and with which figures.

- A rule's scope: alive, under the list's area by the item's basis, and under no nearer list that has the same item.
  An item whose condition speaks of `alive` itself (a funeral benefit) decides that for itself.
- Of two lists side by side, one by registration and one by residence, the place of registration answers.
- Figures are those in force on the day. A figure that has not begun is an error; one past its stated expiry no longer
  counts: as an amount the whole amount is then not stated, as a threshold the item is no longer in force.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from yiyang.base.errors import ConditionError, NoEffect, PolicyError, UsageError
from yiyang.catalog.apply import Lists, apply, in_force, is_in_force
from yiyang.catalog.facts import load_facts
from yiyang.catalog.lists import LoadedItem, documents, list_areas, load_list, short
from yiyang.catalog.loader import Problems
from yiyang.catalog.overlay import Overlay
from yiyang.catalog.references import conditions_of, thresholds_used, values_used
from yiyang.catalog.schema import Document, Item, Source
from yiyang.engine.conditions import EVERYONE, Compare, Condition, Not, Within, all_of
from yiyang.engine.facts import FactBook, area_span
from yiyang.engine.language import parse
from yiyang.engine.rules import Program, Rule, Stacking, Tier

__all__ = ["BoundProgram", "Overlay", "RuleInfo", "bind", "covers", "effective", "effective_program"]
BASIS = {"registered": "registered_area", "resident": "resident_area"}


@dataclass(frozen=True)
class RuleInfo:
    """What a rule came from: the item, the list it stands in, and the figures in force on the day.

    Attributes:
        values: figures in force by name (fen, years, …); an expired one is left out.
        value_sources: where each value stands in which document.
        documents: the documents the item rests on, its own first.
        tier_values: the values' names, parallel to the rule's tiers.
    """

    item: Item
    list_area: str
    values: Mapping[str, int]
    value_sources: Mapping[str, Source]
    documents: tuple[Document, ...]
    tier_values: tuple[str, ...]
    path: Path


@dataclass(frozen=True)
class BoundProgram:
    """A program and, parallel to its rules, where each came from."""

    program: Program
    infos: tuple[RuleInfo, ...]
    book: FactBook
    on: date
    areas: tuple[str, ...]

    @property
    def substance(self) -> tuple[object, ...]:
        """All that can make a difference to anybody."""
        return self.program.rules, tuple((info.item, info.values) for info in self.infos)


def bind(areas: Sequence[str], on: date, overlay: Overlay | None = None, policy: Path | None = None) -> BoundProgram:
    """Every rule that may answer for people of the areas on a day.

    Args:
        areas: area codes of the run, for example ["511700"].
        on: the reference day.
        overlay: changes to try.

    Raises:
        PolicyError: a list is faulty, or a figure is missing on the day.
        NoEffect: a change of the overlay matches or changes nothing.
    """
    run = tuple(dict.fromkeys(short(area) for area in areas))
    return _trying(overlay, lambda changes: _bind(run, on, changes, policy))


def _bind(run: tuple[str, ...], on: date, overlay: Overlay | None, policy: Path | None) -> BoundProgram:
    lists = _in_force(lists_near(run, on, overlay, policy), on)
    book, binder = load_facts(policy), _Binder(on, policy)
    for area, items in lists.items():
        for loaded in items.values():
            scope = _scope(loaded.item, area, run, lists, book)
            if scope is not None:
                binder.add(loaded, area, scope)
    return binder.bound(run)


def _trying(overlay: Overlay | None, make: Callable[[Overlay | None], BoundProgram]) -> BoundProgram:
    """The program with the changes, which must be another one than without them."""
    bound = make(overlay)
    if overlay and not overlay.may_be_idle and bound.substance == make(None).substance:
        raise NoEffect(
            f"改动对 {'、'.join(bound.areas)} 现行清单中的任何一项都不起作用",
            f"the changes alter no item in force for {', '.join(bound.areas)}",
        )
    return bound


def effective(area: str, on: date, overlay: Overlay | None = None, policy: Path | None = None) -> list[RuleInfo]:
    """The list in force for one area: its own items, then those of each level above that are not overridden."""
    return list(effective_program(area, on, overlay, policy).infos)


def effective_program(
    area: str, on: date, overlay: Overlay | None = None, policy: Path | None = None, *, own: bool = False
) -> BoundProgram:
    """The list in force for one area as rules for the people it answers for: their scope is being alive only.

    Args:
        own: only the area's own items, nothing from above.
    """
    return _trying(overlay, lambda changes: _effective(short(area), on, changes, policy, own))


def _effective(code: str, on: date, overlay: Overlay | None, policy: Path | None, own: bool) -> BoundProgram:
    lists = _in_force(lists_near((code,), on, overlay, policy), on)
    book, binder, seen = load_facts(policy), _Binder(on, policy), set[str]()
    for above in sorted(lists, key=lambda name: -_depth(name)):
        if not covers(above, code) or (own and above != code):
            continue
        for loaded in lists[above].values():
            if loaded.item.id not in seen:
                binder.add(loaded, above, _alive(loaded.item, book))
        seen |= set(lists[above])
    return binder.bound((code,))


def covers(upper: str, lower: str) -> bool:
    """Whether the lower area lies in the upper one (or is it)."""
    (a, b), (c, d) = area_span(upper), area_span(lower)
    return a <= c and d <= b


def _depth(area: str) -> int:
    low, high = area_span(area)
    return -(high - low)


def lists_near(run: tuple[str, ...], on: date, overlay: Overlay | None, policy: Path | None) -> Lists:
    """Area → id → item of every list above, at or below the run's areas, from the top down, changes applied."""
    near = [area for area in list_areas(policy) if any(covers(area, one) or covers(one, area) for one in run)]
    lists: Lists = {area: load_list(area, policy).items for area in near}
    if overlay:
        lists = apply(lists, overlay, on, policy)
    if not lists:
        raise UsageError(f"没有清单适用于 {'、'.join(run)}", f"no list answers for {', '.join(run)}")
    return {area: lists[area] for area in sorted(lists, key=lambda name: (_depth(name), name))}


def _in_force(lists: Lists, on: date) -> Lists:
    return {
        area: {name: loaded for name, loaded in items.items() if is_in_force(loaded.item, on)}
        for area, items in lists.items()
    }


def _alive(item: Item, book: FactBook) -> Condition:
    if any(re.search(r"\balive\b", text) for _, text in conditions_of(item)):
        return EVERYONE
    return Compare(book["alive"], "==", 1)


def _scope(item: Item, area: str, run: tuple[str, ...], lists: Lists, book: FactBook) -> Condition | None:
    """For whom the list answers in this run; None when nearer lists answer for everybody."""
    places = _outermost([area if covers(one, area) else one for one in run if covers(one, area) or covers(area, one)])
    if not places:
        return None
    nearer: dict[str, list[str]] = {}
    for other, items in lists.items():
        if other != area and covers(area, other) and item.id in items:
            nearer.setdefault(items[item.id].item.basis, []).append(other)
    if all(any(covers(other, place) for other in nearer.get(item.basis, [])) for place in places):
        return None
    if item.basis == "resident":
        nearer.setdefault("registered", []).extend(_beside(item, area, lists))
    excluded = [Not(Within(book[BASIS[basis]], _outermost(found))) for basis, found in sorted(nearer.items()) if found]
    return all_of(_alive(item, book), Within(book[BASIS[item.basis]], places), *excluded)


def _beside(item: Item, area: str, lists: Lists) -> list[str]:
    """Areas beside this one that give the item to those they register: they go first, nobody has it twice."""
    beside = [other for other in lists if not covers(area, other) and not covers(other, area)]
    return [other for other in beside if item.id in lists[other] and lists[other][item.id].item.basis == "registered"]


def _outermost(areas: Sequence[str]) -> tuple[str, ...]:
    """Without areas that lie in another of them."""
    unique = sorted(set(areas))
    return tuple(area for area in unique if not any(other != area and covers(other, area) for other in unique))


class _Binder:
    """Makes rules of items, collecting every problem on the way."""

    def __init__(self, on: date, policy: Path | None) -> None:
        self._on, self._book, self._documents = on, load_facts(policy), documents(policy)
        self._rules: list[Rule] = []
        self._infos: list[RuleInfo] = []
        self._problems = Problems()

    def bound(self, areas: tuple[str, ...]) -> BoundProgram:
        self._problems.raise_if_any()
        try:
            program = Program(tuple(self._rules))
        except PolicyError as error:
            raise self._located(error) from None
        return BoundProgram(program, tuple(self._infos), self._book, self._on, areas)

    def _located(self, error: PolicyError) -> PolicyError:
        """What is wrong with the rules together, with the file and line where each of them says how it meets others."""
        named, problems = set(re.findall(r"[a-z][a-z0-9_]*", error.en)), Problems()
        for info in (info for info in self._infos if info.item.id in named):
            item = info.item.id
            zh, en = f"项目 {item} 的 stacking 在这个循环里", f"the stacking of item {item} is part of the circle"
            problems.add(info.path, ("stacking",), zh, en)
        return PolicyError(error.zh, error.en, problems.found)

    def add(self, loaded: LoadedItem, area: str, scope: Condition) -> None:
        item = loaded.item
        values = self._figures(loaded)
        if values is None:
            return
        try:
            tiers, names = self._tiers(loaded, values)
            who = self._parse(loaded, ("who",), item.who, values)
        except ConditionError:
            return
        self._rules.append(
            Rule(item.id, area, scope, who, tiers, item.every.value, item.per.value, _stacking(item, values))
        )
        sources = {name: value.source for name, value in item.values.items()}
        self._infos.append(RuleInfo(item, area, values, sources, self._documents_of(item), names, loaded.path))

    def _figures(self, loaded: LoadedItem) -> dict[str, int] | None:
        """Figures in force; None (and a problem) when one that is used has not begun."""
        found, used, whole = {}, {name for _, name, _ in values_used(loaded.item)} | thresholds_used(loaded.item), True
        for name, value in loaded.item.values.items():
            if (figure := in_force(value, self._on)) is not None:
                found[name] = figure
            elif name in used and min(value.from_) > self._on:
                whole = False
                first = min(value.from_)
                self._problems.add(
                    loaded.path,
                    ("values", name, "from"),
                    f"取值 {name} 从 {first} 起才有，{self._on} 还没有；项目从 {loaded.item.starts} 起实行",
                    f"value {name} begins on {first}, {self._on} has none; the item starts on {loaded.item.starts}",
                )
        return found if whole else None

    def _tiers(self, loaded: LoadedItem, values: Mapping[str, int]) -> tuple[tuple[Tier, ...], tuple[str, ...]]:
        amount = loaded.item.amount
        if amount is None:
            return (), ()
        pairs = (
            [("everyone", amount.value, -1)]
            if amount.value
            else [(tier.when, tier.value, i) for i, tier in enumerate(amount.tiers)]
        )
        if any(name not in values for _, name, _ in pairs):
            return (), ()
        tiers = [
            Tier(self._parse(loaded, ("amount", "tiers", i, "when"), when, values), values[name])
            for when, name, i in pairs
        ]
        return tuple(tiers), tuple(name for _, name, _ in pairs)

    def _parse(self, loaded: LoadedItem, loc: tuple[str | int, ...], text: str, values: Mapping[str, int]) -> Condition:
        try:
            return parse(text, self._book, values)
        except ConditionError as error:
            self._problems.add(loaded.path, loc, error.zh, error.en)
            raise

    def _documents_of(self, item: Item) -> tuple[Document, ...]:
        named = [item.source, *item.documents_also, *(value.source for value in item.values.values())]
        names = dict.fromkeys(source.document for source in named)
        # A draft laid over an earlier run may cite a document that was not there yet.
        return tuple(self._documents[name] for name in names if name in self._documents)


def _stacking(item: Item, values: Mapping[str, int]) -> Stacking:
    stacking = item.stacking
    cap = stacking.cap if stacking.cap and stacking.cap.value in values else None
    return Stacking(
        stacking.highest_of,
        stacking.not_with,
        stacking.less,
        cap.group if cap else None,
        values[cap.value] if cap else 0,
        stacking.rank,
    )
