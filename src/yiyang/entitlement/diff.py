"""What changed from one run to the next; `causes` says why.

People are compared through their cells: only those whose cell or list changed can have another answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from yiyang.base.errors import UsageError
from yiyang.engine.cells import Ints
from yiyang.engine.evaluate import NO, YES
from yiyang.engine.rules import Rule
from yiyang.entitlement.causes import CAUSES, causes
from yiyang.entitlement.states import ItemState, at, item_states, nothing
from yiyang.entitlement.store import RunFolder

NEW, CHANGED, ENDED, OPEN = 1, 2, 3, 4  # OPEN: ended only because a fact is no longer known
KINDS = {NEW: "new", CHANGED: "changed", ENDED: "ended"}
EMPTY = {
    "person": pa.int64(),
    "item": pa.string(),
    "list_area": pa.string(),
    "kind": pa.string(),
    "cause": pa.string(),
} | dict.fromkeys(("fen_a", "fen_b", "high_b", "a_year_a", "a_year_b", "area"), pa.int64())


@dataclass(frozen=True)
class Pairs:
    """Everybody of either run: place in A and in B (-1 = absent), and cells; the pairs of cells that occur."""

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
    return Pairs(person, place_a, place_b, at(a.people.cell, place_a, -1), at(b.people.cell, place_b, -1))


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


def changes(a: RunFolder, b: RunFolder) -> pa.Table:
    """One row per person × item whose entitlement began, ended or has another amount.

    Returns:
        person, item, list_area, kind (new/changed/ended), cause, fen_a, fen_b (a period, certain, household share
        respected), high_b (a period, possible), a_year_a, a_year_b (periods a year, 0 where nothing is paid), area (of
        registration, 12 digits, newest known), sorted by item, then person.
    """
    _same_area(a, b)
    pairs, states_a, states_b = match(a, b), item_states(a), item_states(b)
    items = sorted({*states_a, *states_b})
    parts = [
        _item_changes(item, a, b, pairs, states_a.get(item, nothing(a)), states_b.get(item, nothing(b)))
        for item in items
    ]
    return (
        _with_causes(pa.concat_tables(parts), a, b, pairs)
        if parts
        else pa.table({name: pa.array([], kind) for name, kind in EMPTY.items()})
    )


def _same_area(a: RunFolder, b: RunFolder) -> None:
    areas_a, areas_b = a.manifest["areas"], b.manifest["areas"]
    if areas_a != areas_b:
        raise UsageError(
            f"两次运行不是同一个地区，不能比较：{a.path} 是 {'、'.join(areas_a)}，{b.path} 是 {'、'.join(areas_b)}。",
            f"the runs are of different areas and cannot be compared: {a.path} is {', '.join(areas_a)}, "
            f"{b.path} is {', '.join(areas_b)}.",
        )


def _item_changes(
    item: str, a: RunFolder, b: RunFolder, pairs: Pairs, state_a: ItemState, state_b: ItemState
) -> pa.Table:
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
    own = state_a.take(pairs.cell_a[row]).same(state_b.take(pairs.cell_b[row]))
    return pa.table(
        {
            "row": row,
            "own": own,
            "person": pairs.person[row],
            "item": np.full(len(row), item),
            "list_area": _list_area(item, a, b, pairs, row),
            "kind": kind[where],
            "fen_a": before.low[where],
            "fen_b": after.low[where],
            "high_b": after.high[where],
            "a_year_a": before.a_year[where],
            "a_year_b": after.a_year[where],
        }
    )


def _kind(before: ItemState, after: ItemState) -> Ints:
    other = (before.low != after.low) | (before.year != after.year)
    return np.select(
        [~before.yes & after.yes, before.yes & ~after.yes, before.yes & after.yes & other], [NEW, ENDED, CHANGED], 0
    )


def _rules(run: RunFolder, item: str) -> list[Rule]:
    return [run.bound.program.rules[n] for n in run.bound.program.items.get(item, ())]


def _is_shared(run: RunFolder, item: str) -> bool:
    return any(rule.per == "household" and rule.pays_people for rule in _rules(run, item))


def _unpaid(run: RunFolder, item: str, person: Ints) -> Ints:
    """Places of those entitled for whom another of the household is paid."""
    found = [np.zeros(0, np.int64)]
    for rule in _rules(run, item):
        if rule.per == "household":
            table = run.table(
                f"entitlements/{rule.list_area}-{rule.item}.parquet", columns=["person", "answer", "payee"]
            )
            others = (table["answer"].to_numpy() == YES) & ~table["payee"].to_numpy()
            found.append(np.searchsorted(person, table["person"].to_numpy()[others]))
    return np.concatenate(found)


def _list_area(item: str, a: RunFolder, b: RunFolder, pairs: Pairs, row: Ints) -> Ints:
    """Whose list answers in B (in A, for what ended): of the item's rules, the one that says yes there."""
    found = np.full(len(row), "", dtype="<U12")
    for run, cells in ((a, pairs.cell_a[row]), (b, pairs.cell_b[row])):
        for number in run.bound.program.items.get(item, ()):
            yes = at(run.answers.answer[number], cells, NO) == YES
            found[yes] = run.bound.program.rules[number].list_area
    return found


def _with_causes(table: pa.Table, a: RunFolder, b: RunFolder, pairs: Pairs) -> pa.Table:
    row, kind, item = (
        table["row"].to_numpy(),
        table["kind"].to_numpy(),
        table["item"].to_numpy(zero_copy_only=False).astype(str),
    )
    cause = np.full(len(row), "", dtype="<U16")
    place_a, place_b = pairs.place_a[row], pairs.place_b[row]
    cause[place_a < 0], cause[place_b < 0] = "arrived", "left"
    cause[(kind == OPEN) & (cause == "")] = "unknown"
    cause[(cause == "") & table["own"].to_numpy()] = "household"
    both = np.flatnonzero(cause == "")
    if len(both):
        cause[both] = causes(a, b, place_a[both], place_b[both], item[both])
    area = np.where(place_b >= 0, at(b.people.registered_area, place_b, -1), at(a.people.registered_area, place_a, -1))
    kinds = np.array(["", *KINDS.values(), KINDS[ENDED]])[kind]
    return (
        table.drop(["row", "own", "kind"])
        .append_column("kind", pa.array(kinds))
        .append_column("cause", pa.array(cause))
        .append_column("area", pa.array(area))
    )


__all__ = ["CAUSES", "KINDS", "changes", "match"]
