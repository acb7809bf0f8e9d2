"""Who belongs to which hardship group, who entered and left, and by which fact. Pure: tables in, tables out.

People are split into the cells of the groups' conditions (`engine.cells`), so each condition is asked once a cell and
not once a person. Unknown is not false: where a fact is missing, membership is *undecided*.

    people → codes (person, code) → answers (code × group) → rows (person, group, state)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yiyang.catalog.groups import Definition
from yiyang.engine.cells import Coding, Ints, coding_of
from yiyang.engine.conditions import leaves
from yiyang.engine.evaluate import NO, UNDECIDED, YES, Evaluator
from yiyang.engine.rules import Program
from yiyang.registry import sql
from yiyang.registry.sql import Connection

ARRIVED, GONE, SEVERAL = "arrived", "gone", "several"
ENTERED, LEFT, UNSETTLED = "entered", "left", "unsettled"
States = npt.NDArray[np.int8]
# Stands for whoever has no cell: not in the people table of that month.
NOBODY = -1
_NO_RULES = Program(())
_ANSWERS = pa.schema({"code": pa.int64(), "group": pa.string(), "state": pa.int8()})
_WORDS = ("group", "change", "cause")
_MOVES = pa.schema({"before": pa.int64(), "after": pa.int64()} | dict.fromkeys(_WORDS, pa.string()))


@dataclass(frozen=True)
class Month:
    """A table of people (`registry.tables.resolve`) and its reference day, yyyymmdd."""

    people: str
    day: int


def group_rows(con: Connection, month: Month, definitions: Sequence[Definition], *, into: str = "group_rows") -> str:
    """Make the table `into`: person BIGINT, "group" VARCHAR, state TINYINT (1 member, 2 undecided); its name.

    Who is certainly no member has no row.
    """
    coding = coding_of_groups(definitions)
    sql.table(con, f"{into}_codes", _codes(coding, month))
    codes = con.sql(f"SELECT DISTINCT code FROM {into}_codes ORDER BY code").to_arrow_table()
    con.register(f"{into}_answers", _answers(coding, codes.column("code").to_numpy(), definitions))
    joined = f"{into}_codes JOIN {into}_answers USING (code)"
    sql.table(con, into, f'SELECT person, "group", state FROM {joined} WHERE state > {NO} ORDER BY person, "group"')
    con.unregister(f"{into}_answers")
    con.execute(f"DROP TABLE {into}_codes")
    return into


def changes(
    con: Connection, before: Month, after: Month, definitions: Sequence[Definition], *, into: str = "group_changes"
) -> str:
    """Make the table `into`: person, "group", change, cause VARCHAR; its name.

    `change`: entered (a member now, before not or undecided), left (a member before, now certainly not), unsettled (a
    member before, now undecided). `cause`: the fact that alone brings it about; `several` where no single one does;
    `arrived` and `gone` of people who were or are not in the table at all.
    """
    coding = coding_of_groups(definitions)
    pairs = (
        f"SELECT person, coalesce(a.code, {NOBODY}) AS before, coalesce(b.code, {NOBODY}) AS after "
        f"FROM ({_codes(coding, before)}) AS a FULL JOIN ({_codes(coding, after)}) AS b USING (person)"
    )
    sql.table(con, f"{into}_pairs", f"SELECT * FROM ({pairs}) WHERE before <> after")
    moves = con.sql(f"SELECT DISTINCT before, after FROM {into}_pairs ORDER BY ALL").to_arrow_table()
    con.register(f"{into}_moves", _moves(coding, moves, definitions))
    joined = f"{into}_pairs JOIN {into}_moves USING (before, after)"
    sql.table(con, into, f'SELECT person, "group", change, cause FROM {joined} ORDER BY person, "group"')
    con.unregister(f"{into}_moves")
    con.execute(f"DROP TABLE {into}_pairs")
    return into


def coding_of_groups(definitions: Sequence[Definition]) -> Coding:
    """The coarsest cells on which every group's condition has one answer."""
    return coding_of(_NO_RULES, also=[leaf for each in definitions for leaf in leaves(each.condition)])


def _codes(coding: Coding, month: Month) -> str:
    return f"SELECT person, {coding.sql(month.day)} AS code FROM {month.people}"


def _answers(coding: Coding, codes: Ints, definitions: Sequence[Definition]) -> pa.Table:
    states = _states(coding, coding.decode(codes), definitions)
    parts = [
        pa.table([codes, pa.array([name] * len(codes), pa.string()), state], schema=_ANSWERS)
        for name, state in states.items()
    ]
    return pa.concat_tables([_ANSWERS.empty_table(), *parts])


def _states(coding: Coding, classes: Mapping[str, Ints], definitions: Sequence[Definition]) -> dict[str, States]:
    """Group → 0 no, 1 yes, 2 undecided for each cell."""
    evaluator, found = Evaluator(_NO_RULES, coding, classes), {}
    for definition in definitions:
        yes, may = evaluator.truth(definition.condition)
        found[definition.id] = np.where(yes, YES, np.where(may, UNDECIDED, NO)).astype(np.int8)
    return found


def _moves(coding: Coding, moves: pa.Table, definitions: Sequence[Definition]) -> pa.Table:
    """(before, after, group, change, cause) of every move between two cells that changes a membership."""
    before, after = moves["before"].to_numpy(), moves["after"].to_numpy()
    was, now = before != NOBODY, after != NOBODY
    old, new = (coding.decode(np.where(there, code, 0)) for there, code in ((was, before), (now, after)))
    old_states, new_states = _states(coding, old, definitions), _states(coding, new, definitions)
    found = [_MOVES.empty_table()]
    for definition in definitions:
        first = np.where(was, old_states[definition.id], NO)
        last = np.where(now, new_states[definition.id], NO)
        causes = _causes(coding, old, new, definition, last)
        for change, rows in _changed(first, last):
            cause = np.where(~was, ARRIVED, np.where(~now, GONE, causes))
            words = ([definition.id] * len(rows), [change] * len(rows), cause[rows])
            found.append(pa.table([before[rows], after[rows], *map(pa.array, words)], names=_MOVES.names).cast(_MOVES))
    return pa.concat_tables(found)


def _changed(first: States, last: States) -> Iterator[tuple[str, Ints]]:
    yield ENTERED, np.flatnonzero((last == YES) & (first != YES))
    yield LEFT, np.flatnonzero((first == YES) & (last == NO))
    yield UNSETTLED, np.flatnonzero((first == YES) & (last == UNDECIDED))


def _causes(
    coding: Coding, old: Mapping[str, Ints], new: Mapping[str, Ints], definition: Definition, last: States
) -> npt.NDArray[np.object_]:
    """The first fact that, moved alone from old to new, already gives the last state; else `several`.

    In the order in which the condition names them, with being alive first: of somebody who died, that is the reason.
    """
    cause = np.full(len(last), SEVERAL, dtype=object)
    for fact in dict.fromkeys(leaf.fact.name for leaf in leaves(definition.condition)):
        tried = _states(coding, {**old, fact: new[fact]}, [definition])[definition.id]
        settled = (cause == SEVERAL) & (old[fact] != new[fact]) & (tried == last)
        cause[settled] = fact
    return cause
