"""The people of a run, or of one of its areas, as weighted units on which two lists are weighed against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from yiyang.engine.cells import Bools, Coding, Ints, coding_of
from yiyang.engine.conditions import Leaf
from yiyang.engine.evaluate import Answer, Evaluator
from yiyang.engine.facts import area_span
from yiyang.engine.rules import Program, Rule
from yiyang.entitlement import places, tables
from yiyang.entitlement.run import AGES
from yiyang.entitlement.store import RunFolder


@dataclass(frozen=True)
class Outcome:
    """What the items of one list mean for each unit.

    Attributes:
        paid: fen a year that each of the unit's people is certainly paid, per item.
        entitled, undecided: certainly; perhaps, because something is not known, per item.
        more: fen a year on top, if all that is undecided were decided in people's favour.
    """

    paid: dict[str, Ints]
    entitled: dict[str, Bools]
    undecided: dict[str, Bools]
    more: Ints


class View:
    """The people of a run as weighted cells: a unit is a cell.

    Args:
        area: only people registered or living there; the run's own by default.
    """

    classes: dict[str, Ints]
    people: Ints
    count: int
    coding: Coding

    def __init__(self, run: RunFolder, area: str | None = None) -> None:
        self.run, self.coding = run, run.coding
        self.area = area or run.manifest["area"]
        if area in (None, run.manifest["area"]):
            self._kept, self.classes, self.people = None, run.cells.classes, run.cells.people
        else:
            cells, people = self._rows[1], self._rows[2]
            self._kept = np.unique(cells)
            self.classes = {name: found[self._kept] for name, found in run.cells.classes.items()}
            self.people = np.bincount(np.searchsorted(self._kept, cells), weights=people).astype(np.int64)
        self.count = len(self.people)

    @cached_property
    def _rows(self) -> tuple[Ints, Ints, Ints]:
        """(place of registration, cell, people) of the histogram's rows that lie in the area."""
        table = self.run.histogram
        registered = table["registered_area"].to_numpy()
        here = self.lies_here(registered, table["resident_area"].to_numpy())
        cell, people = table["cell"].to_numpy().astype(np.int64), table["people"].to_numpy()
        return registered[here], cell[here], people[here]

    def lies_here(self, registered: Ints, resident: Ints) -> Bools:
        """Whose place of registration or residence lies in the area; of the whole run, everybody."""
        if self.area == self.run.manifest["area"]:
            return np.ones(len(registered), bool)
        low, high = area_span(self.area)
        return ((registered >= low) & (registered < high)) | ((resident >= low) & (resident < high))

    @cached_property
    def places(self) -> tuple[Ints, Ints, Ints]:
        """(unit, county or town of registration, people), one element a unit × place."""
        area, cell, people = self._rows
        unit = cell if self._kept is None else np.searchsorted(self._kept, cell)
        known, place = np.unique(places.grouped(area, self.area), return_inverse=True)
        found, inverse = np.unique(place * 2**32 + unit, return_inverse=True)
        return found % 2**32, known[found // 2**32], np.bincount(inverse, weights=people).astype(np.int64)

    def answers(self, program: Program) -> list[Answer]:
        return Evaluator(program, self.coding, self.classes).answers()

    def outcome(self, program: Program, items: frozenset[str]) -> Outcome:
        """What a list's items mean for each unit."""
        found = Outcome({}, {}, {}, np.zeros(self.count, np.int64))
        nothing, nobody = np.zeros(self.count, np.int64), np.zeros(self.count, bool)
        for rule, answer in zip(program.rules, self.answers(program), strict=True):
            if rule.item not in items:
                continue
            item = rule.item
            found.entitled[item] = found.entitled.get(item, nobody) | answer.yes
            found.undecided[item] = found.undecided.get(item, nobody) | (answer.may & ~answer.yes)
            if rule.pays_people:
                low, high = self._share(rule, answer)
                found.paid[item] = found.paid.get(item, nothing) + low * rule.a_year
                found.more[:] += (high - low) * rule.a_year
        return found

    def _share(self, rule: Rule, answer: Answer) -> tuple[Ints, Ints]:
        return answer.paid_low, answer.paid_high


class PersonView(View):
    """Everybody one by one: where the cells are too coarse for a new threshold, or a household shares an item."""

    def __init__(self, run: RunFolder, rules: Sequence[Rule], area: str | None = None) -> None:
        also: list[Leaf] = [leaf for rule in rules for leaf in rule.leaves]
        self.run, self.coding = run, coding_of(run.bound.program, every_year=AGES, also=also)
        self.area = area or run.manifest["area"]
        here = self.lies_here(run.people.registered_area, run.people.resident_area)
        # Who of a household is paid hangs on its members elsewhere too: they are there, but do not count.
        is_shared = any(rule.per == "household" for rule in rules)
        self._who = np.arange(len(here)) if is_shared else np.flatnonzero(here)
        self.count = len(self._who)
        self.classes = self.coding.decode(self.coding.encode(run.facts_of(self._who, self.coding), run.reference))
        self.people = here[self._who].astype(np.int64)

    @cached_property
    def places(self) -> tuple[Ints, Ints, Ints]:
        return (
            np.arange(self.count),
            places.grouped(self.run.people.registered_area[self._who], self.area),
            self.people,
        )

    @cached_property
    def _people(self) -> tables.People:
        """The people of the area, each a cell of his own."""
        columns = {name: column[self._who] for name, column in vars(self.run.people).items()}
        return replace(self.run.people, **{**columns, "cell": np.arange(self.count)})

    def _share(self, rule: Rule, answer: Answer) -> tuple[Ints, Ints]:
        if rule.per != "household":
            return answer.paid_low, answer.paid_high
        found = tables.find(rule, answer.answer.astype(np.int64), self._people)
        low, high = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        paid = found.index[found.payee]
        low[paid], high[paid] = answer.paid_low[paid], answer.paid_high[paid]
        return low, high
