"""Whether what a file names exists: facts, values, documents, departments. Each finding says where in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from yiyang.base.errors import ConditionError
from yiyang.catalog.loader import Loc, Problems
from yiyang.catalog.people import stored
from yiyang.catalog.schema import Case, Item, ListHead, Source
from yiyang.engine.facts import FactBook, hint_en, hint_zh, nearest
from yiyang.engine.language import parse

Finding = tuple[Loc, str, str]


@dataclass(frozen=True)
class Known:
    documents: set[str]
    departments: set[str]


def check_head(path: Path, head: ListHead, known: Known, problems: Problems) -> None:
    for i, document in enumerate(head.documents):
        for loc, zh, en in _named(("documents", i), document, known.documents, "文件", "document"):
            problems.add(path, loc, zh, en)


def check_item(path: Path, item: Item, book: FactBook, known: Known, problems: Problems, base: Loc = ()) -> None:
    """Everything an item names. `base`: where in the file the item stands."""
    findings = [*_units(item, known), *_sources(item, known), *_values(item), *_amount(item), *_conditions(item, book)]
    for loc, zh, en in findings:
        problems.add(path, (*base, *loc), zh, en)


def check_cases(path: Path, item: Item, cases: tuple[Case, ...], book: FactBook, problems: Problems) -> None:
    names = [case.name for case in cases]
    for i, case in enumerate(cases):
        if case.name in names[:i]:
            problems.add(path, ("cases", i), f"案例“{case.name}”写了两次", f"the case “{case.name}” stands twice")
        for loc, zh, en in _case(item, case, book):
            problems.add(path, ("cases", i, *loc), zh, en)


def sources_of(item: Item) -> Iterator[tuple[Loc, Source]]:
    """Every source with its place in the item's file."""
    yield ("source",), item.source
    for i, source in enumerate(item.documents_also):
        yield ("documents_also", i), source
    for name, value in item.values.items():
        yield ("values", name, "source"), value.source


def values_used(item: Item) -> Iterator[tuple[Loc, str, str]]:
    """(place, value's name, the unit it must have) of every value named outside conditions."""
    if item.times:
        yield ("times",), item.times, "times"
    if item.amount and item.amount.value:
        yield ("amount", "value"), item.amount.value, "fen"
    for i, tier in enumerate(item.amount.tiers if item.amount else ()):
        yield ("amount", "tiers", i, "value"), tier.value, "fen"
    if item.stacking.cap:
        yield ("stacking", "cap", "value"), item.stacking.cap.value, "fen"


def conditions_of(item: Item) -> Iterator[tuple[Loc, str]]:
    """Every condition's text with its place."""
    yield ("who",), item.who
    for i, tier in enumerate(item.amount.tiers if item.amount else ()):
        yield ("amount", "tiers", i, "when"), tier.when


def thresholds_used(item: Item) -> set[str]:
    """Names of the values that the item's conditions use as `@name`."""
    return {name for _, text in conditions_of(item) for name in re.findall(r"@([a-z][a-z0-9_]*)", text)}


def _units(item: Item, known: Known) -> Iterator[Finding]:
    for i, unit in enumerate(item.responsible):
        yield from _named(("responsible", i), unit, known.departments, "责任单位", "department")


def _sources(item: Item, known: Known) -> Iterator[Finding]:
    for loc, source in sources_of(item):
        yield from _named((*loc, "document"), source.document, known.documents, "文件", "document")


def _values(item: Item) -> Iterator[Finding]:
    for loc, name, unit in values_used(item):
        yield from _named(loc, name, item.values, "取值", "value")
        if name in item.values and (found := item.values[name].unit) != unit:
            yield (
                loc,
                f"这里的取值单位应为 {unit}，{name} 的单位是 {found}",
                f"the value here must be in {unit}; {name} is in {found}",
            )
    for name, value in item.values.items():
        if any(number < 0 for number in value.from_.values()):
            yield ("values", name, "from"), f"{name} 不能为负数", f"{name} cannot be negative"


def _amount(item: Item) -> Iterator[Finding]:
    if item.amount and item.no_amount not in (None, "not_stated"):
        yield (
            ("no_amount",),
            f"有 amount 时 no_amount 只能是 not_stated（其余对象文件未载明），不能是 {item.no_amount}",
            f"beside amount, no_amount can only be not_stated (for the remaining people), not {item.no_amount}",
        )
    if item.amount and bool(item.amount.value) == bool(item.amount.tiers):
        yield ("amount",), "amount 要么写 value，要么写 tiers", "amount holds either value or tiers"
    if item.ends and item.ends < item.starts:
        yield (
            ("ends",),
            f"ends {item.ends} 早于 starts {item.starts}",
            f"ends {item.ends} is before starts {item.starts}",
        )


def _conditions(item: Item, book: FactBook) -> Iterator[Finding]:
    newest = {name: value.from_[max(value.from_)] for name, value in item.values.items()}
    for loc, text in conditions_of(item):
        try:
            parse(text, book, newest)
        except ConditionError as error:
            yield loc, error.zh, error.en


def _case(item: Item, case: Case, book: FactBook) -> Iterator[Finding]:
    for name in case.values:
        if "." not in name:
            yield from _named(("values", name), name, item.values, "取值", "value")
    for name, value in case.person.items():
        try:
            stored(book, {name: value}, case.on)
        except ConditionError as error:
            yield ("person", name), error.zh, error.en


def _named(loc: Loc, name: str, known: Iterable[str], zh: str, en: str) -> Iterator[Finding]:
    listed = sorted(known)
    if name in listed:
        return
    near = nearest(name, listed)
    yield (
        loc,
        f"没有名为 {name} 的{zh}{hint_zh(near)}；可用：{'、'.join(listed) or '无'}",
        f"no {en} is named {name}{hint_en(near)}; known: {', '.join(listed) or 'none'}",
    )
