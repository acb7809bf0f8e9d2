"""What changed from one run to the next, and why.

People are compared through their cells: only those whose cell or list changed can have another answer. A change gets
the cause that alone brings it about: the list, or the one fact that, moved from its old class to its new one, turns the
old answer into the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from yiyang.engine.cells import Bools, Coding, Ints, coding_of
from yiyang.engine.evaluate import NO, YES, Answer, Evaluator
from yiyang.engine.rules import Program, Rule
from yiyang.entitlement.run import AGES
from yiyang.entitlement.store import RunFolder

CAUSES = {
    "list_revised": ("清单调整", "list revised"), "death": ("去世", "death"), "moved": ("迁移", "moved"), "birthday": ("到达年龄", "birthday"),
    "hardship": ("困难身份变化", "hardship"), "assessment": ("能力评估变化", "assessment"), "disability": ("残疾证变化", "disability"),
    "living": ("居住状况变化", "living arrangement"), "other_fact": ("其他事实变化", "another fact"), "several": ("多项共同变化", "several together"),
    "arrived": ("新进入名册", "new in the registers"), "left": ("不再在名册", "left the registers"), "household": ("同户成员变化", "another household member")}
FACT_CAUSES = {
    "alive": "death", "registered_area": "moved", "resident_area": "moved", "urban_rural": "moved", "age": "birthday", "hardship": "hardship",
    "destitute_support": "hardship", "self_care": "assessment", "ability": "assessment", "ltci_grade": "assessment", "disability_grade": "disability",
    "disability_kind": "disability", "living_arrangement": "living", "lonely": "living"}
NEW, CHANGED, ENDED = 1, 2, 3
KINDS = {NEW: "new", CHANGED: "changed", ENDED: "ended"}


@dataclass(frozen=True)
class ItemState:
    """An item's answer in each cell, its rules taken together (their scopes exclude each other).

    `low`: fen a period; `a_year`: periods a year, 0 where nothing is paid.
    """

    yes: Bools
    low: Ints
    a_year: Ints

    @classmethod
    def of(cls, rules: Sequence[Rule], yes: Sequence[Bools], low: Sequence[Ints]) -> ItemState:
        """From each rule's answers; lists may pay an item by different periods."""
        periods = [np.where(one, rule.a_year if rule.pays_people else 0, 0) for rule, one in zip(rules, yes, strict=True)]
        return cls(np.logical_or.reduce(yes), np.sum(low, axis=0), np.sum(periods, axis=0))

    def take(self, cells: Ints) -> ItemState:
        """State for people by cell; cell -1 (not in the run) is entitled to nothing."""
        return ItemState(_at(self.yes, cells, False), _at(self.low, cells, 0), _at(self.a_year, cells, 0))

    def same(self, other: ItemState, rows: Ints) -> Bools:
        """Where both say the same, row by row."""
        return ((self.yes[rows] == other.yes[rows]) & (self.low[rows] == other.low[rows]) & (self.a_year[rows] == other.a_year[rows]))


@dataclass(frozen=True)
class Pairs:
    """Everybody of either run: place in A and in B (-1 = absent), and cells."""

    person: Ints
    place_a: Ints
    place_b: Ints
    cell_a: Ints
    cell_b: Ints


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
    rules, answers = run.bound.program.rules, run.answers
    return {item: ItemState.of([rules[n] for n in numbers], [answers.answer[n] == YES for n in numbers], [answers.low[n] for n in numbers])
            for item, numbers in run.bound.program.items.items()}


def changes(a: RunFolder, b: RunFolder) -> pa.Table:
    """One row per person × item whose entitlement began, ended or has another amount.

    Returns:
        person, item, list_area, kind (new/changed/ended), cause, fen_a, fen_b (a period, household share respected),
        a_year_a, a_year_b (periods a year, 0 where nothing is paid), area (of registration, 12 digits, newest known),
        sorted by item, then person.
    """
    pairs, states_a, states_b = match(a, b), item_states(a), item_states(b)
    parts = [part for item in sorted({*states_a, *states_b}) if (part := _item_changes(item, a, b, pairs, states_a, states_b)).num_rows]
    if not parts:
        return _empty()
    table = pa.concat_tables(parts)
    return _with_causes(table, a, b, pairs)


def _empty() -> pa.Table:
    ints64, text = pa.int64(), pa.string()
    return pa.table({name: pa.array([], kind) for name, kind in
                     [("person", ints64), ("item", text), ("list_area", text), ("kind", text), ("cause", text), ("fen_a", ints64), ("fen_b", ints64),
                      ("a_year_a", ints64), ("a_year_b", ints64), ("area", ints64)]})


def _item_changes(item: str, a: RunFolder, b: RunFolder, pairs: Pairs, states_a: dict[str, ItemState], states_b: dict[str, ItemState]) -> pa.Table:
    before, after = _state(states_a, item, a, pairs.cell_a), _state(states_b, item, b, pairs.cell_b)
    fen_a, fen_b = _paid(a, item, pairs.person, before), _paid(b, item, pairs.person, after)
    other = (fen_a != fen_b) | (fen_a * before.a_year != fen_b * after.a_year)
    kind = np.select([~before.yes & after.yes, before.yes & ~after.yes, before.yes & after.yes & other], [NEW, ENDED, CHANGED], 0)
    row = np.flatnonzero(kind)
    return pa.table({"row": row, "person": pairs.person[row], "item": np.full(len(row), item), "list_area": _list_area(item, a, b, pairs, row),
                     "kind": kind[row], "fen_a": fen_a[row], "fen_b": fen_b[row], "a_year_a": before.a_year[row], "a_year_b": after.a_year[row]})


def _state(states: dict[str, ItemState], item: str, run: RunFolder, cells: Ints) -> ItemState:
    zeros = np.zeros(len(run.cells.codes), np.int64)
    nothing = ItemState(zeros.astype(bool), zeros, zeros)
    return states.get(item, nothing).take(cells)


def _paid(run: RunFolder, item: str, person: Ints, state: ItemState) -> Ints:
    """Fen a period each person is certainly paid; of a household only its payee."""
    rules = [run.bound.program.rules[n] for n in run.bound.program.items.get(item, ())]
    paid = state.low.copy()
    for rule in rules:
        if rule.per == "household" and rule.pays_people:
            table = run.table(f"entitlements/{rule.list_area}-{rule.item}.parquet", columns=["person", "answer", "payee"])
            others = (table["answer"].to_numpy() == YES) & ~table["payee"].to_numpy()
            paid[np.searchsorted(person, table["person"].to_numpy()[others])] = 0
    return paid


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
    both = np.flatnonzero(cause == "")
    if len(both):
        cause[both] = causes(a, b, place_a[both], place_b[both], item[both])
    area = np.where(place_b >= 0, _at(b.people.registered_area, place_b, -1), _at(a.people.registered_area, place_a, -1))
    kinds = np.array(["", *KINDS.values()])[kind]
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
    return {item: ItemState.of([program.rules[n] for n in numbers], [answers[n].yes for n in numbers], [_low(program.rules[n], answers[n]) for n in numbers])
            for item, numbers in program.items.items()}


def _low(rule: Rule, answer: Answer) -> Ints:
    """A facility's money goes to nobody."""
    return answer.paid_low if rule.per != "facility" else np.zeros_like(answer.low)
