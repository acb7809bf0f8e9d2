"""From tables to what may be told of them, and why nobody is found. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.indicators.publication.hiding import NotHidden, Task, holds
from yiyang.indicators.publication.revealing import hide_well
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.system import Shape, System, system_of
from yiyang.indicators.publication.tables import Counts, Flags, Table


@dataclass(frozen=True)
class Secured:
    """A table and what is told of it.

    Attributes:
        shown: which cells are told.
        sensitive: which are small; of the hidden ones they are the reason.
        low, high: what each count may be for all that is told, as far as proved by tables; the count where it is told.
        exposed: sensitive cells that an earlier month's table holds within the drift.
    """

    table: Table
    shown: Flags = field(repr=False)
    sensitive: Flags = field(repr=False)
    low: Counts = field(repr=False)
    high: Counts = field(repr=False)
    exposed: Flags = field(repr=False)

    @property
    def hidden(self) -> int:
        """How many cells are hidden."""
        return int((~self.shown).sum())

    @property
    def secondary(self) -> int:
        """How many are hidden only for the sake of others."""
        return int((~self.shown & ~self.sensitive).sum())

    @property
    def narrowest(self) -> int:
        """The narrowest span of a sensitive cell; -1 where there is none."""
        spans = (self.high - self.low)[self.sensitive]
        return int(spans.min()) if spans.size else -1


@dataclass(frozen=True)
class Proof:
    """Moves of the hidden counts that leave everything told as it is. Whoever has the tables adds them up himself.

    Attributes:
        moves: one row a move, one column a cell of `system`.
    """

    system: System = field(repr=False)
    rules: Rules
    moves: Counts = field(repr=False)


def shape_of(table: Table) -> Shape:
    """The outside of a table."""
    return Shape(table.universe, table.moment, table.dimensions)


def protect(tables: Sequence[Table], rules: Rules, *, earlier: Sequence[Secured] = ()) -> tuple[list[Secured], Proof]:
    """Hide what must be, in tables that are told together and beside those that were told before.

    Args:
        earlier: published tables of the same people: other tables of this month, and those of months before.

    Raises:
        NotHidden: some cell cannot be hidden as asked.
        UsageError: the same cell stands with two values, or nothing is given.
    """
    if not tables:
        raise UsageError("没有要公开的表。", "There is no table.")
    every = [*tables, *(each.table for each in earlier)]
    system = system_of([shape_of(each) for each in every])
    task = _task(system, every, tables, rules, earlier)
    exposed = _cap_exposed(task, rules, len(tables))
    try:
        hide_well(task)
    except NotHidden:
        # The total, too, may have to be hidden: then nothing of so small a table is worth telling.
        if not rules.total_open:
            raise
        task = _task(system, every, tables, replace(rules, total_open=False), earlier)
        exposed = _cap_exposed(task, rules, len(tables))
        hide_well(task)
    proof = Proof(system, rules, np.array(task.moves, np.int64).reshape(-1, len(system.keys)))
    return [_secured(each, i, task, exposed) for i, each in enumerate(tables)], proof


def _task(
    system: System, every: Sequence[Table], new: Sequence[Table], rules: Rules, earlier: Sequence[Secured]
) -> Task:
    counts = system.gather([each.counts for each in every])
    for places, table in zip(system.places, every, strict=True):
        if (counts[places] != table.counts.reshape(-1)).any():
            raise UsageError(
                f"《{table.zh}》与另一张表的同一个数不相等，不能一起公开。",
                f"{table.name} counts the same people differently from another table.",
            )
    fixed, hidden = np.zeros(len(counts), bool), np.zeros(len(counts), bool)
    for places, secured in zip(system.places[len(new) :], earlier, strict=True):
        hidden[places[~secured.shown.reshape(-1)]] = True
        fixed[places[secured.shown.reshape(-1)]] = True
    told = fixed.copy()
    if rules.total_open:
        for places in system.places[: len(new)]:
            fixed[places[0]] = True
    sensitive = rules.sensitive(counts) & ~told
    fixed &= ~sensitive
    above, below = np.where(sensitive, rules.above(counts), 0), np.where(sensitive, rules.below(counts), 0)
    return Task(system, counts, hidden | sensitive, fixed, above, below, rules.drift)


def _cap_exposed(task: Task, rules: Rules, new: int) -> Flags:
    """What an earlier table tells of a sensitive cell cannot be taken back: no more than the drift is asked there."""
    exposed = np.zeros(len(task.counts), bool)
    pairs = task.system.same_cell
    if rules.drift is None or not len(pairs):
        return exposed
    told = task.fixed & ~task.hidden
    exposed[pairs[told[pairs[:, 1]], 0]] = True
    exposed[pairs[told[pairs[:, 0]], 1]] = True
    exposed &= task.above > 0
    task.above[exposed] = np.minimum(task.above[exposed], rules.drift)
    task.below[exposed] = np.minimum(task.below[exposed], rules.drift)
    return exposed


def _secured(table: Table, number: int, task: Task, exposed: Flags) -> Secured:
    at, shape = task.system.places[number], table.counts.shape
    most, fewest = task.most[at].reshape(shape), task.fewest[at].reshape(shape)
    hidden = task.hidden[at].reshape(shape)
    sensitive = (task.above > 0)[at].reshape(shape)
    low, high = table.counts + fewest, table.counts + most
    return Secured(table, ~hidden, sensitive, low, high, exposed[at].reshape(shape))


@dataclass(frozen=True)
class Verdict:
    """What a check of a proof found.

    Attributes:
        problems: why it is no proof, in words of (zh, en); empty when it is.
        narrowest: no sensitive cell is held within fewer than so many.
    """

    problems: tuple[tuple[str, str], ...]
    sensitive: int
    hidden: int
    moves: int
    narrowest: int

    @property
    def holds(self) -> bool:
        """Whether it is a proof."""
        return not self.problems


def check(secured: Sequence[Secured], proof: Proof, *, earlier: Sequence[Secured] = ()) -> Verdict:
    """Add up a proof: by sums alone, without asking how it was found."""
    every = [*secured, *earlier]
    system = system_of([shape_of(each.table) for each in every])
    task = _task(system, [each.table for each in every], [each.table for each in secured], proof.rules, earlier)
    exposed = _cap_exposed(task, proof.rules, len(secured))
    task.hidden = np.zeros(len(task.counts), bool)
    told = np.zeros(len(task.counts), bool)
    for places, each in zip(system.places, every, strict=True):
        task.hidden[places[~each.shown.reshape(-1)]] = True
        told[places[each.shown.reshape(-1)]] = True
    problems = []
    if (told & task.hidden).any():
        problems.append(
            ("同一个数在一张表中隐藏、在另一张表中公开。", "A cell is hidden in one table, told in another.")
        )
    if proof.system.keys != system.keys or not all(holds(task, move) for move in proof.moves):
        problems.append(("证明与要公开的表不符。", "The proof is not of these tables."))
    most = np.maximum.reduce([np.zeros_like(task.counts), *proof.moves])
    fewest = np.minimum.reduce([np.zeros_like(task.counts), *proof.moves])
    lacking = (most < task.above) | (-fewest < task.below)
    if lacking.any():
        count = int(lacking.sum())
        problems.append((f"{count} 个小数没有藏住。", f"{count} small counts are not hidden as asked."))
    asked = (task.above > 0) & ~exposed
    spans = (most - fewest)[asked]
    narrowest = int(spans.min()) if spans.size else -1
    sensitive, hidden = int((task.above > 0).sum()), int(task.hidden.sum())
    return Verdict(tuple(problems), sensitive, hidden, len(proof.moves), narrowest)
