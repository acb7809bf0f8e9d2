"""What a month's run brings into the database, as tables. Pure: folders of runs in, Arrow tables out.

A change names its ground by the rule's place in the program and a cell (`rule`, `cell`; -1 = none).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.engine.cells import Ints
from yiyang.engine.evaluate import YES
from yiyang.entitlement import arrears, next_facts, tables
from yiyang.entitlement.grounds import same_ground
from yiyang.entitlement.store import RunFolder

# Per person at most so many facts to find out, those with most money first.
MOST_FACTS = 3
CHANGE = ("person", "item", "list_area", "kind", "cause", "fen_before", "fen", "every", "basis", "rule", "cell")
NONE = -1


@dataclass(frozen=True)
class Part:
    """Changes of one item in one list."""

    person: Ints
    kind: object
    cause: object
    before: Ints
    after: Ints


def baseline(run: RunFolder, leave_out: Set[str]) -> pa.Table:
    """Whatever is certainly due in an area's first run, as new with the cause `baseline`; see CHANGE.

    Args:
        leave_out: items that make no case.
    """
    parts = [
        _entitled(run, number)
        for number, rule in enumerate(run.bound.program.rules)
        if rule.item not in leave_out and rule.per != "facility"
    ]
    return _joined(parts)


def _entitled(run: RunFolder, number: int) -> pa.Table:
    rule, answers, people = run.bound.program.rules[number], run.answers, run.people
    found = tables.find(rule, answers.answer[number], people)
    index = found.index[(found.answer == YES) & found.payee]
    cell = people.cell[index]
    part = Part(people.person[index], "new", "baseline", np.zeros(len(index), np.int64), answers.low[number][cell])
    return _part(run, number, part, cell)


def changes(run: RunFolder, table: pa.Table) -> pa.Table:
    """What `diff.changes` found between the run before and this one, with its grounds; see CHANGE."""
    parts = []
    keys = table.select(["item", "list_area"]).group_by(["item", "list_area"]).aggregate([]).to_pylist()
    numbers = {(rule.item, rule.list_area): n for n, rule in enumerate(run.bound.program.rules)}
    for key in sorted(keys, key=lambda one: (one["item"], one["list_area"])):
        mask = pc.and_(pc.equal(table["item"], key["item"]), pc.equal(table["list_area"], key["list_area"]))
        parts.append(_changed(run, numbers.get((key["item"], key["list_area"]), NONE), table.filter(mask)))
    return _joined(parts)


def _changed(run: RunFolder, number: int, table: pa.Table) -> pa.Table:
    person = table["person"].to_numpy()
    kind, cause = (table[name].to_numpy(zero_copy_only=False).astype(str) for name in ("kind", "cause"))
    # A fact that is no longer known ends nothing: it is to be found out.
    kind = np.where((kind == "ended") & (cause == "unknown"), "open", kind)
    part = Part(person, kind, cause, table["fen_a"].to_numpy(), table["fen_b"].to_numpy())
    if number == NONE:
        return _without_rule(part, table["item"][0].as_py(), table["list_area"][0].as_py())
    place = np.minimum(np.searchsorted(run.people.person, person), max(len(run.people.person) - 1, 0))
    there = run.people.person[place] == person if len(run.people.person) else np.zeros(len(person), bool)
    return _part(run, number, part, np.where(there, run.people.cell[place], NONE))


def _part(run: RunFolder, number: int, part: Part, cell: Ints) -> pa.Table:
    rule, info = run.bound.program.rules[number], run.bound.infos[number]
    ground = cell.astype(np.int64).copy()
    ground[cell >= 0] = same_ground(run, number, cell[cell >= 0])
    return _rows(part, rule.item, rule.list_area, rule.every, info.item.basis, number, ground)


def _without_rule(part: Part, item: str, list_area: str) -> pa.Table:
    """Changes of an item that the lists no longer have."""
    return _rows(part, item, list_area, "", "registered", NONE, np.full(len(part.person), NONE))


def _rows(part: Part, item: str, list_area: str, every: str, basis: str, rule: int, cell: Ints) -> pa.Table:
    count = len(part.person)
    columns = (
        part.person, item, list_area, part.kind, part.cause, part.before, part.after, every, basis, rule, cell,
    )  # fmt: skip
    arrays = [_column(column, field.type, count) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.table(arrays, schema=SCHEMA)


def _column(values: object, kind: pa.DataType, count: int) -> pa.Array:
    """Values, or one that holds in every row."""
    if isinstance(values, str | int):
        return pa.repeat(pa.scalar(values, kind), count)
    return pa.array(values).cast(kind)


SCHEMA = pa.schema(
    [
        (name, pa.string() if name in ("item", "list_area", "kind", "cause", "every", "basis") else pa.int64())
        for name in CHANGE
    ]
)


def _joined(parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()


def grounds_wanted(table: pa.Table) -> dict[int, Ints]:
    """Rule number → the cells whose grounds the changes name."""
    rule, cell = table["rule"].to_numpy(), table["cell"].to_numpy()
    named = (rule >= 0) & (cell >= 0)
    return {int(number): np.unique(cell[named & (rule == number)]) for number in np.unique(rule[named])}


def unknown(run: RunFolder, leave_out: Set[str]) -> pa.Table:
    """person, fact, items, year_fen: what to find out about whom, at most MOST_FACTS facts a person.

    What no money hangs on is asked where nothing else is, and then one fact only: lists stay as long as one can walk.

    Args:
        leave_out: items that are used without a decision; what only hangs on them is not asked.
    """
    table = next_facts.people(run, next_facts.missing(run, leave_out)).drop(["town"])
    person, money = table["person"].to_numpy(), table["year_fen"].to_numpy()
    order = np.lexsort((np.arange(len(person)), -money, person))
    rank = _rank(person[order])
    kept = (rank == 0) | ((rank < MOST_FACTS) & (money[order] > 0))
    return table.take(pa.array(np.sort(order[kept])))


def _rank(sorted_person: Ints) -> Ints:
    """Each row's place among those of its person."""
    places = np.arange(len(sorted_person))
    is_first = np.ones(len(sorted_person), bool)
    is_first[1:] = sorted_person[1:] != sorted_person[:-1]
    return places - np.maximum.accumulate(np.where(is_first, places, 0))


def owed(then: RunFolder, now: RunFolder) -> pa.Table:
    """person, item, list_area, cause, fen: back-pay (+) and recovery (−) of one month known at two times."""
    table = arrears.arrears(then, now)
    fen = pc.subtract(table["back_pay_fen"], table["recovery_fen"])
    return table.select(["person", "item", "list_area", "cause"]).append_column("fen", fen)
