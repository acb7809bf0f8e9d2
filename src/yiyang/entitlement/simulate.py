"""What a change of the list would cost and whom it would touch, computed on the cells of a run."""

from __future__ import annotations

import time
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from yiyang.base.errors import NoEffect
from yiyang.catalog.binding import BoundProgram
from yiyang.catalog.overlay import Overlay
from yiyang.catalog.schema import Text
from yiyang.engine.cells import Axis, Bools, Coding, Ints, splits
from yiyang.engine.conditions import thresholds
from yiyang.engine.rules import Program, Rule
from yiyang.entitlement import places, tables
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.views import Outcome, PersonView, View

Json = dict[str, Any]
BANDS = ((60, 69), (70, 79), (80, 89), (90, 99), (100, 120))


@dataclass(frozen=True)
class Touched:
    """The rules whose answer may differ, on both sides, with what they need to be evaluated."""

    before: Program
    after: Program
    items: frozenset[str]


def touched(before: Program, after: Program) -> Touched:
    """Rules that differ, those whose stacking reaches them, and those they reach."""
    old, new = {rule.name: rule for rule in before.rules}, {rule.name: rule for rule in after.rules}
    items = {rule.item for rule in (*before.rules, *after.rules) if old.get(rule.name) != new.get(rule.name)}
    if not items:
        raise NoEffect("这个改动没有改变清单中的任何一项。", "the change alters no item of the list.")
    everything = (*before.rules, *after.rules)
    while more := {rule.item for rule in everything if tables.reads(rule, everything) & items} - items:
        items |= more
    needed = tables.closure(items, everything)
    return Touched(_only(before, needed), _only(after, needed), frozenset(items))


def _only(program: Program, items: Set[str]) -> Program:
    return Program(tuple(rule for rule in program.rules if rule.item in items))


@dataclass(frozen=True)
class Weighed:
    """Two lists on the same people.

    Attributes:
        what: the rules that were asked.
        view: the units of people.
        before, after: what each list means for each unit.
        delta: fen a year that each of a unit's people gets more; only what is certain counts.
        changed: the whole changed list.
    """

    what: Touched
    view: View
    before: Outcome
    after: Outcome
    delta: Ints
    changed: BoundProgram

    def change_of(self, item: str) -> Ints:
        """Fen a year more, per unit, of one item."""
        nothing = np.zeros(self.view.count, np.int64)
        return self.after.paid.get(item, nothing) - self.before.paid.get(item, nothing)

    @cached_property
    def undecided(self) -> Bools:
        """Units of whose people something is not known that an item touched by the change hangs on."""
        found = [*self.before.undecided.values(), *self.after.undecided.values()]
        return np.logical_or.reduce(found) if found else np.zeros(self.view.count, bool)


class Simulator:
    """Keeps a run's cells at hand so that each simulation takes milliseconds.

    Args:
        run: the run to start from.
        area: count only the people registered or living there; by default everybody of the run.

    Example:
        >>> import yiyang
        >>> simulator = yiyang.Simulator(yiyang.RunFolder("out/r11"))
        >>> found = simulator.simulate(yiyang.Overlay.of(["511724/old_age_allowance.eighties=80"]))
        >>> found["budget_year_fen"] == 12 * 2000 * found["winners"], found["losers"]
        (True, 0)
    """

    def __init__(self, run: RunFolder, area: str | None = None) -> None:
        self.run = run
        self.area = area or run.manifest["area"]

    def simulate(self, change: Overlay | BoundProgram) -> Json:
        """Budget a year, winners and losers of a changed list, in all and by county, age and hardship.

        Only what is certain counts: undecided people neither win nor lose.

        Raises:
            NoEffect: the change alters nothing.
        """
        began = time.perf_counter()
        result = self.told(self.weigh(change))
        return result | {"milliseconds": round((time.perf_counter() - began) * 1000, 1)}

    def weigh(self, change: Overlay | BoundProgram) -> Weighed:
        """What each of the units of people gets under both lists.

        Raises:
            NoEffect: the change alters nothing.
        """
        changed = self.run.rebind(change) if isinstance(change, Overlay) else change
        what = touched(self.run.bound.program, changed.program)
        view = self._view(what)
        before, after = view.outcome(what.before, what.items), view.outcome(what.after, what.items)
        nothing = np.zeros(view.count, np.int64)
        delta = sum(after.paid.values(), nothing) - sum(before.paid.values(), nothing)
        return Weighed(what, view, before, after, delta, changed)

    def told(self, found: Weighed) -> Json:
        """The figures of a change, ready to be shown or kept."""
        view, people = found.view, found.view.people
        return {
            "kind": "simulation",
            "month": self.run.manifest["month"],
            "synthetic": self.run.manifest["synthetic"],
            **_figures(found.delta, people),
            "undecided": int(people[found.undecided].sum()),
            "open_year_fen": int((found.after.more * people).sum()),
            "items": self._items(found),
            "by_area": self._by_area(found.delta, view),
            "by_age": _by_axis(found.delta, view, "age"),
            "by_hardship": _by_axis(found.delta, view, "hardship"),
            "histogram": _histogram(found.delta, people),
        }

    def _view(self, what: Touched) -> View:
        rules = (*what.before.rules, *what.after.rules)
        if not all(_covers(self.run.coding, rule) for rule in rules) or any(
            rule.per == "household" and rule.pays_people for rule in rules if rule.item in what.items
        ):
            return PersonView(self.run, rules, self.area)
        return self.cells

    @cached_property
    def cells(self) -> View:
        """The people as cells, kept for all simulations."""
        return View(self.run, self.area)

    def _items(self, found: Weighed) -> list[Json]:
        people, nobody = found.view.people, np.zeros(found.view.count, bool)
        names, rows = _names(found.changed, self.run.bound), []
        for item in sorted(found.what.items):
            old, new = found.before.entitled.get(item, nobody), found.after.entitled.get(item, nobody)
            rows.append(
                {
                    "item": item,
                    "name_zh": names[item].zh,
                    "name_en": names[item].en,
                    "newly_entitled": int(people[new & ~old].sum()),
                    "no_longer_entitled": int(people[old & ~new].sum()),
                    **_figures(found.change_of(item), people),
                }
            )
        return [
            row
            for row in rows
            if any(
                row[name] for name in ("newly_entitled", "no_longer_entitled", "winners", "losers", "budget_year_fen")
            )
        ]

    def _by_area(self, delta: Ints, view: View) -> list[Json]:
        """Figures by county or town of registration, of those where somebody wins or loses."""
        unit, place, people = view.places
        known, index = np.unique(place, return_inverse=True)
        change, count = delta[unit], len(known)
        sums = [
            np.bincount(index[here], weights=weights[here], minlength=count)
            for here, weights in ((change != 0, change * people), (change > 0, people), (change < 0, people))
        ]
        names = ("budget_year_fen", "winners", "losers")
        return [
            {"area": places.code(int(one)), "name": places.name(int(one), self.area)}
            | {name: int(column[row]) for name, column in zip(names, sums, strict=True)}
            for row, one in enumerate(known)
            if sums[1][row] or sums[2][row]
        ]


def _names(*bounds: BoundProgram) -> dict[str, Text]:
    """Names of items by id, the last word first."""
    return {info.item.id: info.item.name for bound in reversed(bounds) for info in bound.infos}


def _covers(coding: Coding, rule: Rule) -> bool:
    """Whether every threshold of the rule is among the coding's cuts."""
    edges = {axis.fact.name: axis.edges for axis in coding.axes}
    return all(leaf.fact.name in edges for leaf in rule.leaves) and all(
        edge in edges[leaf.fact.name] for leaf in rule.leaves for edge in thresholds(leaf) if splits(leaf.fact, edge)
    )


def _figures(delta: Ints, people: Ints) -> Json:
    return {
        "budget_year_fen": int((delta * people).sum()),
        "winners": int(people[delta > 0].sum()),
        "losers": int(people[delta < 0].sum()),
    }


def _by_axis(delta: Ints, view: View, fact: str) -> list[Json]:
    """Figures by age band or by value of a fact; empty when the lists do not ask about it."""
    axis = next((axis for axis in view.coding.axes if axis.fact.name == fact), None)
    if axis is None:
        return []
    groups = _bands(axis) if fact == "age" else [(_labels(axis, number), [number]) for number in range(axis.unknown)]
    found = [(name, np.isin(view.classes[fact], numbers)) for name, numbers in [*groups, ("未知", [axis.unknown])]]
    rows = [{"group": name, **_figures(delta[here], view.people[here])} for name, here in found]
    return [row for row in rows if row["winners"] or row["losers"]]


def _bands(axis: Axis) -> list[tuple[str, list[int]]]:
    """Bands of age with their classes; every year from 60 to 101 is a class, so that each lies in one band."""
    names = [f"<{BANDS[0][0]}", *(f"{low}–{high}" if high < 120 else f"{low}+" for low, high in BANDS)]
    places = np.searchsorted([low for low, _ in BANDS], axis.representatives, side="right")
    return [(name, np.flatnonzero(places == place).tolist()) for place, name in enumerate(names)]


def _labels(axis: Axis, number: int) -> str:
    """The values of a class; where no list tells two values apart they stand together."""
    low, high = axis.values_of(number)
    return "、".join(label.zh for label in axis.fact.values[low:high])


def _histogram(delta: Ints, people: Ints) -> list[Json]:
    """People by change in fen a year, at most 40 bars: single amounts where few, else equal bins."""
    changed = (delta != 0) & (people > 0)
    values, place = np.unique(delta[changed], return_inverse=True)
    counts = np.bincount(place, weights=people[changed], minlength=len(values)).astype(np.int64)
    if len(values) <= 40:
        return [{"from_fen": int(v), "to_fen": int(v), "people": int(n)} for v, n in zip(values, counts, strict=True)]
    edges = np.linspace(values[0], values[-1] + 1, 41)
    which = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, 39)
    return [
        {"from_fen": int(edges[k]), "to_fen": int(edges[k + 1]), "people": int(counts[which == k].sum())}
        for k in range(40)
        if (which == k).any()
    ]
