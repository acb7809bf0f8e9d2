"""Why an entitlement changed: the one difference that alone brings the change about.

The list first, then the facts one by one: with this one difference and nothing else, is the new answer already there?
Everything is asked under the later list, in its words: values of facts that are written otherwise in the earlier run
are translated by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from yiyang.engine.cells import UNKNOWN, Bools, Coding, Ints
from yiyang.engine.facts import Fact
from yiyang.engine.rules import Program
from yiyang.entitlement.states import ItemState, states_of
from yiyang.entitlement.store import RunFolder

CAUSES = {
    "list_revised": ("清单调整", "list revised"),
    "death": ("去世", "death"),
    "moved": ("迁移", "moved"),
    "birthday": ("到达年龄", "birthday"),
    "hardship": ("困难身份变化", "hardship"),
    "assessment": ("能力评估变化", "assessment"),
    "disability": ("残疾证变化", "disability"),
    "living": ("居住状况变化", "living arrangement"),
    "other_fact": ("其他事实变化", "another fact"),
    "several": ("多项共同变化", "several together"),
    "arrived": ("新进入名册", "new in the registers"),
    "left": ("不再在名册", "left the registers"),
    "unknown": ("信息缺失，转为待定", "no longer known"),
    "household": ("同户成员变化", "another household member"),
}
FACT_CAUSES = {
    "alive": "death",
    "registered_area": "moved",
    "resident_area": "moved",
    "urban_rural": "moved",
    "age": "birthday",
    "hardship": "hardship",
    "destitute_support": "hardship",
    "self_care": "assessment",
    "ability": "assessment",
    "ltci_grade": "assessment",
    "disability_grade": "disability",
    "disability_kind": "disability",
    "living_arrangement": "living",
    "lonely": "living",
}


def causes(a: RunFolder, b: RunFolder, place_a: Ints, place_b: Ints, item: Ints) -> Ints:
    """The cause of each changed person × item; places in the people of both runs."""
    codes = np.stack([codes_of(a, place_a, b.coding), b.cells.codes[b.people.cell[place_b]]])
    (old, new), pattern = np.unique(codes, axis=1, return_inverse=True)
    is_revised = a.bound.program.hash != b.bound.program.hash
    return _Trial(b.bound.program, b.coding, b.coding.decode(old), b.coding.decode(new), is_revised).causes(
        pattern.ravel(), item
    )


def codes_of(run: RunFolder, places: Ints, coding: Coding) -> Ints:
    """Cell codes of a run's people in another run's coding."""
    if run.coding == coding:
        return run.cells.codes[run.people.cell[places]]
    unique, which = np.unique(places, return_inverse=True)
    columns = run.facts_of(unique, coding)
    for axis in coding.axes:
        before = run.bound.book.facts.get(axis.fact.name)
        if before and before.values != axis.fact.values:
            columns[axis.fact.column] = _translated(columns[axis.fact.column], before, axis.fact)
    return coding.encode(columns, run.reference)[which]


def _translated(column: Ints, before: Fact, after: Fact) -> Ints:
    """Stored values of a listed fact whose values have changed; a value that is no more becomes unknown."""
    names = [label.name for label in after.values]
    table = [names.index(label.name) if label.name in names else UNKNOWN for label in before.values]
    return np.array([*table, UNKNOWN], np.int64)[column]


@dataclass
class _Trial:
    """Patterns (old classes, new classes) on which single facts are moved from old to new."""

    program: Program
    coding: Coding
    old: Mapping[str, Ints]
    new: Mapping[str, Ints]
    is_revised: bool

    def causes(self, pattern: Ints, item: Ints) -> Ints:
        final = states_of(self.program, self.coding, self.new)
        cause, open_ = np.full(len(item), "several", dtype="<U16"), np.ones(len(item), bool)
        if self.is_revised:
            self._settle(cause, open_, "list_revised", self.old, final, pattern, item)
            dropped = open_ & ~np.isin(item, list(final))
            cause[dropped], open_[dropped] = "list_revised", False
        changed = [name for name in self.old if (self.old[name] != self.new[name]).any()]
        for name in sorted(changed, key=lambda name: (list(CAUSES).index(_of_fact(name)), name)):
            self._settle(cause, open_, _of_fact(name), {**self.old, name: self.new[name]}, final, pattern, item)
        return cause

    def _settle(
        self,
        cause: Ints,
        open_: Bools,
        name: str,
        classes: Mapping[str, Ints],
        final: Mapping[str, ItemState],
        pattern: Ints,
        item: Ints,
    ) -> None:
        """Changes that this one step already brings about get its name."""
        if not open_.any():
            return
        tried = states_of(self.program, self.coding, classes)
        for one in np.unique(item[open_]):
            if one in tried:
                rows = np.flatnonzero(open_ & (item == one))
                same = rows[tried[one].same(final[one], pattern[rows])]
                cause[same], open_[same] = name, False


def _of_fact(name: str) -> str:
    return FACT_CAUSES.get(name, "other_fact")
