"""`policy/facts.yaml` as a FactBook, and the implications that always hold between facts."""

from __future__ import annotations

import re
from functools import partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from yiyang.base.errors import ConditionError
from yiyang.base.paths import policy_dir
from yiyang.catalog.loader import Problems, Stamp, load, stamp
from yiyang.catalog.schema import FactEntry, FactFile
from yiyang.engine.conditions import Condition
from yiyang.engine.facts import Fact, FactBook, Kind, Label, as_int, hint_en, hint_zh, nearest
from yiyang.engine.language import parse

_LISTED = (Kind.ENUM, Kind.ORDERED)
_books: dict[Stamp, tuple[FactBook, tuple[Condition, ...]]] = {}


def load_facts(policy: Path | None = None) -> FactBook:
    """All facts and terms. Cached until the file changes.

    Raises:
        PolicyError: names every problem with file and line.
    """
    return _load(_path(policy))[0]


def load_implications(policy: Path | None = None) -> tuple[Condition, ...]:
    """Conditions that hold for every possible person, for example *supported as destitute only if destitute*."""
    return _load(_path(policy))[1]


def _path(policy: Path | None) -> Path:
    return (policy or policy_dir()) / "facts.yaml"


def _load(path: Path) -> tuple[FactBook, tuple[Condition, ...]]:
    key = stamp(path)
    if key not in _books:
        _books[key] = _read(path)
    return _books[key]


def _read(path: Path) -> tuple[FactBook, tuple[Condition, ...]]:
    entries, problems = load(path, FactFile), Problems()
    facts = {
        name: _fact(name, entry, partial(problems.add, path, ("facts", name))) for name, entry in entries.facts.items()
    }
    terms = {name: (Label(name, term.zh, term.en), term.means) for name, term in entries.terms.items()}
    for name in sorted(set(facts) & set(terms)):
        problems.add(path, ("terms", name), f"{name} 既是事实又是术语", f"{name} is both a fact and a term")
    _no_cycle(path, terms, problems)
    problems.raise_if_any()
    book = FactBook(facts, terms)
    for name, (_, text) in terms.items():
        _parsed(path, ("terms", name, "means"), text, book, problems)
    held = [_parsed(path, ("implications", i), text, book, problems) for i, text in enumerate(entries.implications)]
    problems.raise_if_any()
    return book, tuple(condition for condition in held if condition)


def _parsed(path: Path, loc: tuple[str | int, ...], text: str, book: FactBook, problems: Problems) -> Condition | None:
    try:
        return parse(text, book)
    except ConditionError as error:
        problems.add(path, loc, error.zh, error.en)
        return None


def _no_cycle(path: Path, terms: dict[str, tuple[Label, str]], problems: Problems) -> None:
    uses = {
        name: {word for word in re.findall(r"[a-z][a-z0-9_]*", text) if word in terms}
        for name, (_, text) in terms.items()
    }
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        problems.add(
            path,
            ("terms", error.args[1][0]),
            f"术语互相引用，成了循环：{circle}",
            f"terms refer to each other in a circle: {circle}",
        )


def _fact(name: str, entry: FactEntry, complain: partial[None]) -> Fact:
    if (entry.kind in _LISTED) != bool(entry.values):
        complain(
            f"{name}：只有 enum 和 ordered 要列出 values，且不能为空",
            f"{name}: values belong to enum and ordered only, and there never empty",
        )
    unit = entry.unit
    return Fact(
        name,
        entry.kind,
        entry.zh,
        entry.en,
        entry.column or name,
        values=tuple(Label(value, text.zh, text.en) for value, text in entry.values.items()),
        unit_zh=unit.zh if unit else "",
        unit_en=unit.en if unit else "",
        minimum=entry.minimum,
        maximum=entry.maximum,
        absent=_absent(name, entry, complain),
        sources=entry.from_,
        owner=entry.owner,
        zh_not=entry.zh_not or "",
        en_not=entry.en_not or "",
    )


def _absent(name: str, entry: FactEntry, complain: partial[None]) -> int | None:
    """The stored integer of `absent`; None = unknown."""
    given = entry.absent
    if given == "unknown":
        return None
    if entry.kind in _LISTED:
        allowed = [*entry.values, "unknown"]
        if given in entry.values:
            return list(entry.values).index(str(given))
    elif entry.kind is Kind.BOOL:
        allowed = ["0", "1", "unknown"]
        if isinstance(given, int) and given in (0, 1):
            return given
    elif entry.kind is Kind.DATE and not isinstance(given, str | int):
        return as_int(given)
    else:
        allowed = ["unknown"]
        if entry.kind is Kind.INT and isinstance(given, int):
            return given
    near = nearest(str(given), allowed)
    complain(
        f"{name} 的 absent 不能是 {given}{hint_zh(near)}；可用：{'、'.join(allowed)}",
        f"absent of {name} cannot be {given}{hint_en(near)}; allowed: {', '.join(allowed)}",
    )
    return None
