"""What a change of the list would cost and whom it would touch, computed on the cells of a run."""

from __future__ import annotations

import time
from collections.abc import Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from yiyang.base.errors import NoEffect
from yiyang.catalog.binding import BoundProgram
from yiyang.catalog.overlay import Overlay
from yiyang.catalog.schema import Text
from yiyang.engine.cells import Axis, Bools, Coding, Ints, coding_of, splits
from yiyang.engine.conditions import thresholds
from yiyang.engine.evaluate import YES, Answer, Evaluator
from yiyang.engine.rules import Program, Rule
from yiyang.entitlement import places, tables
from yiyang.entitlement.run import AGES
from yiyang.entitlement.store import RunFolder

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


class Simulator:
    """Keeps a run's cells at hand so that each simulation takes milliseconds.

    Args:
        run: the run to start from.

    Example:
        >>> import yiyang
        >>> simulator = yiyang.Simulator(yiyang.RunFolder("out/r11"))
        >>> found = simulator.simulate(yiyang.Overlay.of(["511724/old_age_allowance.eighties=80"]))
        >>> found["budget_year_fen"] == 12 * 2000 * found["winners"], found["losers"]
        (True, 0)
    """

    def __init__(self, run: RunFolder) -> None:
        self.run = run

    def simulate(self, change: Overlay | BoundProgram) -> Json:
        """Budget a year, winners and losers of a changed list, in all and by county, age and hardship.

        Only what is certain counts: undecided people neither win nor lose.

        Raises:
            NoEffect: the change alters nothing.
        """
        began = time.perf_counter()
        changed = self.run.rebind(change) if isinstance(change, Overlay) else change
        what = touched(self.run.bound.program, changed.program)
        view = self._view(what)
        before, after = view.paid(what.before, what.items), view.paid(what.after, what.items)
        delta = sum((after[item] for item in after), np.zeros(view.count, np.int64)) - sum(
            (before[item] for item in before), np.zeros(view.count, np.int64)
        )
        gained, lost = view.entitled(what.after, what.items), view.entitled(what.before, what.items)
        result = {
            "kind": "simulation",
            "month": self.run.manifest["month"],
            "synthetic": self.run.manifest["synthetic"],
            **_figures(delta, view.people),
            "items": self._items(what, view, before, after, gained, lost, _names(changed, self.run.bound)),
            "by_area": self._by_area(delta, view),
            "by_age": _by_axis(delta, view, "age"),
            "by_hardship": _by_axis(delta, view, "hardship"),
            "histogram": _histogram(delta, view.people),
        }
        return result | {"milliseconds": round((time.perf_counter() - began) * 1000, 1)}

    def _view(self, what: Touched) -> View:
        rules = (*what.before.rules, *what.after.rules)
        if not all(_covers(self.run.coding, rule) for rule in rules) or any(
            rule.per == "household" and rule.pays_people for rule in rules if rule.item in what.items
        ):
            return PersonView(self.run, what)
        return self._cells_view

    @cached_property
    def _cells_view(self) -> View:
        return View(self.run)

    def _items(
        self,
        what: Touched,
        view: View,
        before: dict[str, Ints],
        after: dict[str, Ints],
        gained: dict[str, Bools],
        lost: dict[str, Bools],
        names: dict[str, Text],
    ) -> list[Json]:
        nothing, nobody = np.zeros(view.count, np.int64), np.zeros(view.count, bool)
        rows = []
        for item in sorted(what.items):
            old, new = lost.get(item, nobody), gained.get(item, nobody)
            change = after.get(item, nothing) - before.get(item, nothing)
            rows.append(
                {
                    "item": item,
                    "name_zh": names[item].zh,
                    "name_en": names[item].en,
                    "newly_entitled": int(view.people[new & ~old].sum()),
                    "no_longer_entitled": int(view.people[old & ~new].sum()),
                    **_figures(change, view.people),
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
        cell, place, people = view.places
        rows = []
        for one in np.unique(place):
            here = place == one
            figures = _figures(delta[cell[here]], people[here])
            rows.append(
                {"area": places.code(int(one)), "name": places.name(int(one), self.run.manifest["area"]), **figures}
            )
        return [row for row in rows if row["winners"] or row["losers"]]


def _names(*bounds: BoundProgram) -> dict[str, Text]:
    """Names of items by id, the last word first."""
    return {info.item.id: info.item.name for bound in reversed(bounds) for info in bound.infos}


class View:
    """The people of a run as weighted cells: a unit is a cell."""

    def __init__(self, run: RunFolder) -> None:
        self.run, self.coding = run, run.coding
        self.classes, self.people = run.cells.classes, run.cells.people
        self.count = len(self.people)

    @cached_property
    def places(self) -> tuple[Ints, Ints, Ints]:
        """(unit, county or town of registration, people), one element a unit × place."""
        table = self.run.histogram
        area, cell, people = (
            table["registered_area"].to_numpy(),
            table["cell"].to_numpy().astype(np.int64),
            table["people"].to_numpy(),
        )
        known, place = np.unique(places.grouped(area, self.run.manifest["area"]), return_inverse=True)
        found, inverse = np.unique(place * 2**32 + cell, return_inverse=True)
        return found % 2**32, known[found // 2**32], np.bincount(inverse, weights=people).astype(np.int64)

    def answers(self, program: Program) -> list[Answer]:
        return Evaluator(program, self.coding, self.classes).answers()

    def paid(self, program: Program, items: frozenset[str]) -> dict[str, Ints]:
        """Fen a year that each unit's people are certainly paid, per item."""
        found: dict[str, Ints] = {}
        for rule, answer in zip(program.rules, self.answers(program), strict=True):
            if rule.item in items and rule.pays_people:
                found[rule.item] = (
                    found.get(rule.item, np.zeros(self.count, np.int64)) + self._share(rule, answer) * rule.a_year
                )
        return found

    def _share(self, rule: Rule, answer: Answer) -> Ints:
        return answer.paid_low

    def entitled(self, program: Program, items: frozenset[str]) -> dict[str, Bools]:
        found: dict[str, Bools] = {}
        for rule, answer in zip(program.rules, self.answers(program), strict=True):
            if rule.item in items:
                found[rule.item] = found.get(rule.item, np.zeros(self.count, bool)) | answer.yes
        return found


class PersonView(View):
    """Everybody one by one: where the cells are too coarse for a new threshold, or a household shares an item."""

    def __init__(self, run: RunFolder, what: Touched) -> None:
        also = [leaf for program in (what.before, what.after) for rule in program.rules for leaf in rule.leaves]
        self.run, self.coding = run, coding_of(run.bound.program, every_year=AGES, also=also)
        self.count = len(run.people.person)
        self.classes = self.coding.decode(
            self.coding.encode(run.facts_of(np.arange(self.count), self.coding), run.reference)
        )
        self.people = np.ones(self.count, np.int64)

    @cached_property
    def places(self) -> tuple[Ints, Ints, Ints]:
        return (
            np.arange(self.count),
            places.grouped(self.run.people.registered_area, self.run.manifest["area"]),
            self.people,
        )

    def _share(self, rule: Rule, answer: Answer) -> Ints:
        if rule.per != "household":
            return answer.paid_low
        found = tables.find(rule, answer.answer.astype(np.int64), replace(self.run.people, cell=np.arange(self.count)))
        share = np.zeros(self.count, np.int64)
        paid = found.index[found.payee & (found.answer == YES)]
        share[paid] = answer.low[paid]
        return share


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
    changed = delta != 0
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
