"""What changed from one run to the next, and why.

People are compared through their cells: only those whose cell or list changed can have another answer. A change gets
the cause that alone brings it about: the list, or the one fact that, moved from its old class to its new one, turns the
old answer into the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from yiyang.engine.cells import Bools, Coding, Ints, coding_of
from yiyang.engine.evaluate import NO, YES, Evaluator
from yiyang.engine.rules import Program, Rule
from yiyang.entitlement.run import AGES
from yiyang.entitlement.store import RunFolder

CAUSES = {
    "list_revised": ("清单调整", "list revised"), "death": ("去世", "death"), "moved": ("迁移", "moved"), "birthday": ("到达年龄", "birthday"),
    "hardship": ("困难身份变化", "hardship"), "assessment": ("能力评估变化", "assessment"), "disability": ("残疾证变化", "disability"),
    "living": ("居住状况变化", "living arrangement"), "other_fact": ("其他事实变化", "another fact"), "several": ("多项共同变化", "several together"),
    "arrived": ("新进入名册", "new in the registers"), "left": ("不再在名册", "left the registers"),
    "unknown": ("信息缺失，转为待定", "no longer known"), "household": ("同户成员变化", "another household member")}
FACT_CAUSES = {
    "alive": "death", "registered_area": "moved", "resident_area": "moved", "urban_rural": "moved", "age": "birthday", "hardship": "hardship",
    "destitute_support": "hardship", "self_care": "assessment", "ability": "assessment", "ltci_grade": "assessment", "disability_grade": "disability",
    "disability_kind": "disability", "living_arrangement": "living", "lonely": "living"}
NEW, CHANGED, ENDED, OPEN = 1, 2, 3, 4  # OPEN: ended only because a fact is no longer known
KINDS = {NEW: "new", CHANGED: "changed", ENDED: "ended"}
EMPTY = {"person": pa.int64(), "item": pa.string(), "list_area": pa.string(), "kind": pa.string(), "cause": pa.string()} | dict.fromkeys(
    ("fen_a", "fen_b", "high_b", "a_year_a", "a_year_b", "area"), pa.int64())


@dataclass(frozen=True)
class ItemState:
    """An item's answer in each cell, its rules taken together (their scopes exclude each other).

    Attributes:
        yes, may: certainly, possibly.
        low, high: fen a period, certain and possible.
        a_year: periods a year; 0 where nothing is paid.
    """

    yes: Bools
    may: Bools
    low: Ints
    high: Ints
    a_year: Ints

    @classmethod
    def of(cls, rules: Sequence[Rule], answers: Sequence[tuple[Bools, Bools, Ints, Ints]]) -> ItemState:
        """From each rule's (yes, may, low, high). A facility's money goes to nobody; lists may pay by different periods."""
        pays = [rule.pays_people for rule in rules]
        yes, may = (np.logical_or.reduce([answer[k] for answer in answers]) for k in (0, 1))
        low, high = (np.maximum.reduce([answer[k] * paid for answer, paid in zip(answers, pays, strict=True)]) for k in (2, 3))
        periods = [answer[1] * (rule.a_year * paid) for rule, answer, paid in zip(rules, answers, pays, strict=True)]
        return cls(yes, may, low, high, np.maximum.reduce(periods))

    def take(self, cells: Ints) -> ItemState:
        """State by cell; in cell -1 (not in the run) nothing is given."""
        return ItemState(*(_at(values, cells, 0) for values in (self.yes, self.may, self.low, self.high, self.a_year)))

    def without(self, places: Ints) -> ItemState:
        """Nothing paid at the places."""
        low, high = self.low.copy(), self.high.copy()
        low[places], high[places] = 0, 0
        return replace(self, low=low, high=high)

    @property
    def year(self) -> Ints:
        """Fen a year, certain."""
        return self.low * self.a_year

    def same(self, other: ItemState, rows: Ints) -> Bools:
        """Where both certainly say the same, row by row."""
        return ((self.yes[rows] == other.yes[rows]) & (self.low[rows] == other.low[rows]) & (self.year[rows] == other.year[rows]))


@dataclass(frozen=True)
class Pairs:
    """Everybody of either run: place in A and in B (-1 = absent), and cells; the pairs of cells that occur, and whose is which."""

    person: Ints
    place_a: Ints
    place_b: Ints
    cell_a: Ints
    cell_b: Ints

    @cached_property
    def unique(self) -> tuple[Ints, Ints, Ints]:
        """(cell in A, cell in B) of each pair, and each person's pair."""
        width = int(self.cell_b.max(initial=0)) + 2
        keys, pair = np.unique((self.cell_a + 1) * width + self.cell_b + 1, return_inverse=True)
        return keys // width - 1, keys % width - 1, pair


def match(a: RunFolder, b: RunFolder) -> Pairs:
    """People of both runs side by side, sorted by person."""
    person = _merged(a.people.person, b.people.person)
    place_a, place_b = _places(person, a.people.person), _places(person, b.people.person)
    return Pairs(person, place_a, place_b, _at(a.people.cell, place_a, -1), _at(b.people.cell, place_b, -1))


def _merged(a: Ints, b: Ints) -> Ints:
    """The union of two sorted arrays without doubles, sorted (the newcomers are few, so no full sort)."""
    if not len(a) or not len(b):
        return a if len(a) else b
    place = np.searchsorted(a, b)
    fresh = (place == len(a)) | (a[np.minimum(place, len(a) - 1)] != b)
    return np.insert(a, place[fresh], b[fresh])


def _places(person: Ints, known: Ints) -> Ints:
    if not len(known):
        return np.full(len(person), -1)
    place = np.minimum(np.searchsorted(known, person), len(known) - 1)
    return np.where(known[place] == person, place, -1)


def _at(values: Any, places: Ints, absent: int | bool) -> Any:
    """Values at the places; at place -1, which is beyond the last, the value of what is not there."""
    return np.append(values, np.array([absent], values.dtype))[places]


def item_states(run: RunFolder) -> dict[str, ItemState]:
    """State per item id."""
    rules, found = run.bound.program.rules, run.answers
    answers = [(answer == YES, answer != NO, low, high) for answer, low, high in zip(found.answer, found.low, found.high, strict=True)]
    return {item: ItemState.of([rules[n] for n in numbers], [answers[n] for n in numbers]) for item, numbers in run.bound.program.items.items()}


def changes(a: RunFolder, b: RunFolder) -> pa.Table:
    """One row per person × item whose entitlement began, ended or has another amount.

    Returns:
        person, item, list_area, kind (new/changed/ended), cause, fen_a, fen_b (a period, certain, household share
        respected), high_b (a period, possible), a_year_a, a_year_b (periods a year, 0 where nothing is paid), area (of
        registration, 12 digits, newest known), sorted by item, then person.
    """
    pairs, states_a, states_b = match(a, b), item_states(a), item_states(b)
    items = sorted({*states_a, *states_b})
    parts = [_item_changes(item, a, b, pairs, states_a.get(item, nothing(a)), states_b.get(item, nothing(b))) for item in items]
    return _with_causes(pa.concat_tables(parts), a, b, pairs) if parts else pa.table({name: pa.array([], kind) for name, kind in EMPTY.items()})


def nothing(run: RunFolder) -> ItemState:
    """The state of an item that the run's lists do not have."""
    zeros = np.zeros(len(run.cells.codes), np.int64)
    return ItemState(zeros.astype(bool), zeros.astype(bool), zeros, zeros, zeros)


def _item_changes(item: str, a: RunFolder, b: RunFolder, pairs: Pairs, state_a: ItemState, state_b: ItemState) -> pa.Table:
    """People share an answer with their pair of cells, except where a household shares the money."""
    if _is_shared(a, item) or _is_shared(b, item):
        before = state_a.take(pairs.cell_a).without(_unpaid(a, item, pairs.person))
        after = state_b.take(pairs.cell_b).without(_unpaid(b, item, pairs.person))
        kind = _kind(before, after)
        row = where = np.flatnonzero(kind)
    else:
        cell_a, cell_b, pair = pairs.unique
        before, after = state_a.take(cell_a), state_b.take(cell_b)
        kind = _kind(before, after)
        row = np.flatnonzero(kind[pair])
        where = pair[row]
    kind = np.where((kind == ENDED) & after.may, OPEN, kind)
    return pa.table({"row": row, "person": pairs.person[row], "item": np.full(len(row), item), "list_area": _list_area(item, a, b, pairs, row),
                     "kind": kind[where], "fen_a": before.low[where], "fen_b": after.low[where], "high_b": after.high[where],
                     "a_year_a": before.a_year[where], "a_year_b": after.a_year[where]})


def _kind(before: ItemState, after: ItemState) -> Ints:
    other = (before.low != after.low) | (before.year != after.year)
    return np.select([~before.yes & after.yes, before.yes & ~after.yes, before.yes & after.yes & other], [NEW, ENDED, CHANGED], 0)


def _rules(run: RunFolder, item: str) -> list[Rule]:
    return [run.bound.program.rules[n] for n in run.bound.program.items.get(item, ())]


def _is_shared(run: RunFolder, item: str) -> bool:
    return any(rule.per == "household" and rule.pays_people for rule in _rules(run, item))


def _unpaid(run: RunFolder, item: str, person: Ints) -> Ints:
    """Places of those entitled for whom another of the household is paid."""
    found = [np.zeros(0, np.int64)]
    for rule in _rules(run, item):
        if rule.per == "household":
            table = run.table(f"entitlements/{rule.list_area}-{rule.item}.parquet", columns=["person", "answer", "payee"])
            others = (table["answer"].to_numpy() == YES) & ~table["payee"].to_numpy()
            found.append(np.searchsorted(person, table["person"].to_numpy()[others]))
    return np.concatenate(found)


def _list_area(item: str, a: RunFolder, b: RunFolder, pairs: Pairs, row: Ints) -> Ints:
    """Whose list answers in B (in A, for what ended): of the item's rules, the one that says yes there."""
    found = np.full(len(row), "", dtype="<U12")
    for run, cells in ((a, pairs.cell_a[row]), (b, pairs.cell_b[row])):
        for number in run.bound.program.items.get(item, ()):
            yes = _at(run.answers.answer[number], cells, NO) == YES
            found[yes] = run.bound.program.rules[number].list_area
    return found


def _with_causes(table: pa.Table, a: RunFolder, b: RunFolder, pairs: Pairs) -> pa.Table:
    row, kind, item = table["row"].to_numpy(), table["kind"].to_numpy(), table["item"].to_numpy(zero_copy_only=False).astype(str)
    cause = np.full(len(row), "", dtype="<U16")
    place_a, place_b = pairs.place_a[row], pairs.place_b[row]
    cause[place_a < 0], cause[place_b < 0] = "arrived", "left"
    cause[(kind == OPEN) & (cause == "")] = "unknown"
    both = np.flatnonzero(cause == "")
    if len(both):
        cause[both] = causes(a, b, place_a[both], place_b[both], item[both])
    area = np.where(place_b >= 0, _at(b.people.registered_area, place_b, -1), _at(a.people.registered_area, place_a, -1))
    kinds = np.array(["", *KINDS.values(), KINDS[ENDED]])[kind]
    return table.drop(["row", "kind"]).append_column("kind", pa.array(kinds)).append_column("cause", pa.array(cause)).append_column("area", pa.array(area))


def causes(a: RunFolder, b: RunFolder, place_a: Ints, place_b: Ints, item: Ints) -> Ints:
    """The cause of each changed person × item, both runs knowing the person."""
    program_a, program_b = a.bound.program, b.bound.program
    coding = _common_coding(program_a, program_b)
    unique, which = np.unique(np.stack([place_a, place_b]), axis=1, return_inverse=True)
    people_a, people_b = unique
    old = coding.decode(coding.encode(a.facts_of(people_a, coding), a.reference))
    new = coding.decode(coding.encode(b.facts_of(people_b, coding), b.reference))
    patterns, inverse = np.unique(np.stack([*old.values(), *new.values()]), axis=1, return_inverse=True)
    half = len(coding.axes)
    names = [axis.fact.name for axis in coding.axes]
    trial = _Trial(program_a, program_b, coding, dict(zip(names, patterns[:half], strict=True)), dict(zip(names, patterns[half:], strict=True)))
    return trial.causes(inverse.ravel()[which.ravel()], item)


def _common_coding(first: Program, second: Program) -> Coding:
    return coding_of(first, every_year=AGES, also=[leaf for rule in second.rules for leaf in rule.leaves])


@dataclass
class _Trial:
    """Patterns (old classes, new classes) on which single facts are moved from old to new."""

    before: Program
    after: Program
    coding: Coding
    old: dict[str, Ints]
    new: dict[str, Ints]

    def causes(self, pattern: Ints, item: Ints) -> Ints:
        final = _states(self.after, self.coding, self.new)
        cause = np.full(len(item), "several", dtype="<U16")
        open_ = np.ones(len(item), bool)
        if self.before.hash != self.after.hash:
            self._settle(cause, open_, "list_revised", self.after, self.old, final, pattern, item)
        changed = [name for name in self.old if (self.old[name] != self.new[name]).any()]
        for name in sorted(changed, key=lambda name: (list(CAUSES).index(FACT_CAUSES.get(name, "other_fact")), name)):
            self._settle(cause, open_, FACT_CAUSES.get(name, "other_fact"), self.after, {**self.old, name: self.new[name]}, final, pattern, item)
        self._households(cause, open_, final, pattern, item)
        return cause

    def _settle(self, cause: Ints, open_: Bools, name: str, program: Program, classes: dict[str, Ints], final: dict[str, ItemState],
                pattern: Ints, item: Ints) -> None:
        """Changes that this one step already brings about get its name."""
        tried = _states(program, self.coding, classes)
        for one in np.unique(item[open_]):
            rows = np.flatnonzero(open_ & (item == one))
            if one in tried:
                cells = pattern[rows]
                same = tried[one].same(final[one], cells)
                cause[rows[same]] = name
                open_[rows[same]] = False
            elif name == "list_revised":
                cause[rows], open_[rows] = name, False

    def _households(self, cause: Ints, open_: Bools, final: dict[str, ItemState], pattern: Ints, item: Ints) -> None:
        """Where a person's own answer did not change at all, another member of the household made the difference."""
        start = _states(self.before, self.coding, self.old)
        for one in np.unique(item[open_ | (cause != "")]):
            if one in start and one in final:
                rows = np.flatnonzero(item == one)
                cells = pattern[rows]
                cause[rows[start[one].same(final[one], cells)]] = "household"


def _states(program: Program, coding: Coding, classes: dict[str, Ints]) -> dict[str, ItemState]:
    answers = Evaluator(program, coding, classes).answers()
    found = [(answer.yes, answer.may, answer.paid_low, answer.paid_high) for answer in answers]
    return {item: ItemState.of([program.rules[n] for n in numbers], [found[n] for n in numbers]) for item, numbers in program.items.items()}
