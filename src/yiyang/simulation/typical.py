"""Who wins and who loses, as people one can picture: descriptions of cells, never of anybody. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yiyang.areas import logic as areas
from yiyang.catalog.compare_words import SAID_WHOLE
from yiyang.catalog.published import speaker
from yiyang.engine.cells import Axis, Ints
from yiyang.engine.conditions import Compare
from yiyang.engine.facts import Kind, area_span
from yiyang.entitlement.simulate import Weighed

MOST = 6
FEW = 5  # of fewer people no number is told


@dataclass(frozen=True)
class Typical:
    """People whom a change treats alike. `people` None: fewer than five. `fen`: what each gets more a year."""

    who: str
    people: int | None
    fen: int


def typical(found: Weighed, area: str, *, losers: bool) -> list[Typical]:
    """The largest groups of those who lose, or win, the largest first; told by the facts that the change asks about."""
    is_so = found.delta < 0 if losers else found.delta > 0
    units = np.flatnonzero(is_so & (found.view.people > 0))
    if not len(units):
        return []
    names = list(_asked(found))
    rows = np.stack([found.view.classes[name][units] for name in names] + [found.delta[units]])
    patterns, inverse = np.unique(rows, axis=1, return_inverse=True)
    inverse, people = inverse.ravel(), found.view.people[units]
    counts = np.bincount(inverse, weights=people).astype(np.int64)
    told = []
    for place in np.argsort(-counts, kind="stable")[:MOST]:
        classes = dict(zip(names, (int(value) for value in patterns[:-1, place]), strict=True))
        words = [_age(found, units[inverse == place]), *_words(found, classes, area)]
        number = int(counts[place])
        told.append(
            Typical("，".join(filter(None, words)), number if number >= FEW else None, int(patterns[-1, place]))
        )
    return told


def _asked(found: Weighed) -> Iterator[str]:
    """Facts that a touched rule asks about, without age and being alive, in the order of the book."""
    rules = [rule for rule in (*found.what.before.rules, *found.what.after.rules) if rule.item in found.what.items]
    asked = {leaf.fact.name for rule in rules for leaf in rule.leaves}
    known = {axis.fact.name for axis in found.view.coding.axes}
    return (name for name in found.changed.book.facts if name in asked & known and name not in ("age", "alive"))


def _age(found: Weighed, units: Ints) -> str:
    """The median age of the people, in whole years."""
    axis = next((axis for axis in found.view.coding.axes if axis.fact.name == "age"), None)
    if axis is None:
        return ""
    classes, people = found.view.classes["age"][units], found.view.people[units]
    order = np.argsort(classes)
    middle = int(classes[order][np.searchsorted(np.cumsum(people[order]), people.sum() / 2)])
    return "年龄未知" if middle == axis.unknown else f"{axis.representatives[middle]}岁上下"


def _words(found: Weighed, classes: dict[str, int], area: str) -> Iterator[str]:
    for name, number in classes.items():
        axis = found.view.coding[name]
        if axis.fact.kind is Kind.AREA:
            yield _place(axis, number, area)
        elif number != axis.unknown:
            yield _fact(axis, number)


def _place(axis: Axis, number: int, area: str) -> str:
    low, high = area_span(area)
    is_here = number != axis.unknown and low <= axis.values_of(number)[0] < high
    word = "户籍" if axis.fact.name == "registered_area" else "居住地"
    return f"{word}在{areas.name(areas.normalise(area))}" if is_here else ""


def _fact(axis: Axis, number: int) -> str:
    """The class in words; nothing for what goes without saying (`none`)."""
    fact, words = axis.fact, speaker()
    if fact.kind is Kind.BOOL:
        return words.say(Compare(fact, "==", number))
    if not fact.is_listed:
        return ""
    low, high = axis.values_of(number)
    values = fact.values[low:high]
    if [value.name for value in values] == ["none"]:
        return ""
    if len(values) == 1 and fact.name in SAID_WHOLE:
        return words.say(Compare(fact, "==", low))
    return "或".join(value.zh for value in values)
