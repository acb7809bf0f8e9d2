"""The in-memory reader: people as NumPy columns, answered by the cell, simulated and followed month by month.

>>> run = MemoryRun(program, columns, 20261101)  # doctest: +SKIP
>>> run.people_table(), run.reasons_of(person=7, rule=0)  # doctest: +SKIP
>>> run.reform(other_program).winners  # doctest: +SKIP
>>> run.next_month(changed, columns, 20261201).moved  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from yiyang.engine.birthdays import YEAR, Birthdays
from yiyang.engine.cells import UNKNOWN, Bools, Coding, Ints, coding_of
from yiyang.engine.coder import Coder, Column, distinct, spread
from yiyang.engine.conditions import Leaf
from yiyang.engine.evaluate import UNDECIDED, YES, Answer, Evaluator
from yiyang.engine.facts import Kind
from yiyang.engine.reforms import Reform, compare, touched_rules
from yiyang.engine.rules import Program, Reason

MOST_DENSE = 1 << 24  # possible cells up to which a table of all of them is cheaper than sorting people


@dataclass(frozen=True)
class Outcomes:
    """What every rule says in every cell; each array is rules x cells.

    Attributes:
        answer: 0 not entitled, 1 entitled, 2 undecided (uint8).
        low, high: fen a period, certain and possible (int64).
        met, unknown: one bit a reason of the rule (int64).
    """

    answer: Column
    low: Ints
    high: Ints
    met: Ints
    unknown: Ints

    def joined(self, more: Outcomes) -> Outcomes:
        """The same rules in more cells."""
        pairs = zip(vars(self).values(), vars(more).values(), strict=True)
        return Outcomes(*(np.concatenate(pair, axis=1) for pair in pairs))

    def of_rule(self, number: int) -> Answer:
        """One rule's answer in the evaluator's form."""
        answer = self.answer[number]
        return Answer(answer == YES, answer > 0, self.low[number], self.high[number], {})


@dataclass(frozen=True)
class Moved:
    """Who is in another cell than the month before: their rows, and the cells before and after."""

    rows: Ints
    before: Column
    after: Column


class MemoryRun:
    """One month's answers for people held in memory.

    Args:
        program: the rules.
        columns: people by column name, in any integer type or bool, UNKNOWN (-1) where not known; not copied. A
            `household` column is used where it is there.
        reference: the reference day as yyyymmdd.
        coding: the cells; by default the coarsest that answers the program. See `coding_of`.

    Attributes:
        cell: the number of each person's cell (uint16 or int32).
        codes, people: of each cell, its code and how many people it holds.
        outcomes: what every rule says in every cell.
        moved: of a run made by `next_month`, who changed cells.
    """

    cell: Column
    codes: Ints
    people: Ints
    outcomes: Outcomes
    moved: Moved | None = None
    _numbers: Column | None = None

    def __init__(
        self, program: Program, columns: Mapping[str, Column], reference: int, coding: Coding | None = None
    ) -> None:
        self.program, self.columns, self.reference = program, columns, reference
        self.coding = coding or coding_of(program)
        self.count = len(next(iter(columns.values())))
        self._coder = Coder(self.coding, reference)
        self._place(self._coder.codes(columns, self.count))
        self.outcomes = self._outcomes(self.classes)

    @cached_property
    def classes(self) -> dict[str, Ints]:
        """The class of each cell by fact name."""
        return self.coding.decode(self.codes)

    def people_table(self, rows: Ints | None = None) -> tuple[list[Column], list[Column]]:
        """(answers, fen) of each person, or of the people in some rows; one column a rule.

        An answer is 0 no, 1 yes, 2 undecided. The fen are certain and a period's; a household's stand with each member.
        """
        rules, cell = self.program.rules, self.cell if rows is None else self.cell[rows]
        paying = [number for number, rule in enumerate(rules) if rule.tiers]
        found = spread([*self.outcomes.answer, *(_narrow(self.outcomes.low[n]) for n in paying)], cell)
        fen = dict(zip(paying, found[len(rules) :], strict=True))
        nothing = np.broadcast_to(np.int32(0), len(cell))
        return found[: len(rules)], [fen.get(number, nothing) for number in range(len(rules))]

    def reasons_of(self, person: int, rule: int) -> dict[Reason, bool | None]:
        """Why, or why not: each reason of the rule, met, not met or unknown (None), for the person in that row."""
        cell = self.cell[person]
        met, unknown = int(self.outcomes.met[rule, cell]), int(self.outcomes.unknown[rule, cell])
        reasons = self.program.rules[rule].reasons
        return {reason: None if unknown >> bit & 1 else bool(met >> bit & 1) for bit, reason in enumerate(reasons)}

    def payees(self, rule: int) -> Bools:
        """To whom the rule's money goes: everybody found, or of each household one."""
        (verdict,) = spread([self.outcomes.answer[rule]], self.cell)
        return self.heads(verdict) if self.program.rules[rule].per == "household" else verdict > 0

    def heads(self, verdict: Column) -> Bools:
        """Of each household the eldest of those with the same verdict (yes, or undecided), of each person's verdict."""
        if "household" not in self.columns:
            return verdict > 0
        heads = np.zeros(self.count, bool)
        for wanted in (YES, UNDECIDED):
            rows = self._by_household[verdict[self._by_household] == wanted]
            home = self.columns["household"][rows]
            is_first = np.append(True, home[1:] != home[:-1])[: len(rows)]
            heads[rows[is_first | (home == UNKNOWN)]] = True
        return heads

    def totals(self, rule: int) -> tuple[int, int]:
        """Fen a period of all people: certain, and possible."""
        people = self.people
        if self.program.rules[rule].per == "household":
            people = np.bincount(self.cell[self.payees(rule)], minlength=len(self.codes))
        return int(self.outcomes.low[rule] @ people), int(self.outcomes.high[rule] @ people)

    def reform(self, program: Program) -> Reform:
        """What another program changes. Only the changed rules, and those that hang on them, are asked again.

        Where it has thresholds that the cells do not know, people are coded anew, which takes as long as a run: give
        the run a finer coding to avoid that (`coding_of(..., every_year=...)`).
        """
        touched = touched_rules(self.program, program)
        missing = [leaf for n in touched for leaf in program.rules[n].leaves if not self.coding.knows(leaf)]
        return compare(self.refined(missing) if missing else self, program, touched)

    def refined(self, leaves: Iterable[Leaf]) -> MemoryRun:
        """The same run on finer cells."""
        return MemoryRun(self.program, self.columns, self.reference, self.coding.refined(leaves))

    def next_month(self, changed: Ints, columns: Mapping[str, Column], reference: int) -> MemoryRun:
        """The following run; it looks only at people of whom something changed.

        Args:
            changed: rows of those of whom a register says something new.
            columns: the new columns, the same people in the same rows.
            reference: the new reference day; whose birthday crosses a cut until then is found here.
        """
        new = object.__new__(MemoryRun)
        new.__dict__ |= {name: value for name, value in vars(self).items() if name not in _OF_ONE_MONTH}
        new.columns, new.reference, new._coder = columns, reference, Coder(self.coding, reference)
        new.birthdays = self._corrected(changed, columns)
        rows = self._touched(changed, new)
        new._move(rows, new._coder.codes({name: columns[name][rows] for name in new._coder.columns}, len(rows)))
        return new

    def bring_up_to_date(self, answers: Sequence[Column], fen: Sequence[Column]) -> Ints:
        """Turn the people table of the month before into this month's, in place; rows of people with another answer."""
        if self.moved is None:
            return np.zeros(0, np.int64)
        before, after = self.moved.before.astype(np.intp), self.moved.after.astype(np.intp)
        is_other = np.zeros(len(before), bool)
        paying = [number for number, rule in enumerate(self.program.rules) if rule.tiers]
        pairs = [*zip(answers, self.outcomes.answer, strict=True), *((fen[n], self.outcomes.low[n]) for n in paying)]
        for column, values in pairs:
            differs = values[before] != values[after]
            column[self.moved.rows[differs]] = values[after[differs]]
            is_other |= differs
        return self.moved.rows[is_other]

    def _outcomes(self, classes: Mapping[str, Ints]) -> Outcomes:
        evaluator = Evaluator(self.program, self.coding, classes)
        answers = evaluator.answers()
        pairs = zip(self.program.rules, answers, strict=True)
        reasons = [evaluator.reasons(rule, answer) for rule, answer in pairs]
        return Outcomes(
            np.array([answer.answer for answer in answers]),
            np.array([answer.paid_low for answer in answers]),
            np.array([answer.paid_high for answer in answers]),
            np.array([met for met, _ in reasons]),
            np.array([unknown for _, unknown in reasons]),
        )

    def _place(self, codes: Column) -> None:
        """Number the occupied cells, ascending by code, and put everybody into his."""
        if self.coding.total > MOST_DENSE:
            self.codes, cell, self.people = np.unique(codes, return_inverse=True, return_counts=True)
            self.cell = cell.astype(_numbering(len(self.codes)))
            return
        counted = np.bincount(codes, minlength=self.coding.total)
        self.codes = np.flatnonzero(counted)
        self.people = counted[self.codes]
        self._numbers = np.full(self.coding.total, UNKNOWN, np.int32)
        self._numbers[self.codes] = np.arange(len(self.codes), dtype=np.int32)
        (self.cell,) = spread([self._numbers.astype(_numbering(len(self.codes)))], codes)

    def _touched(self, changed: Ints, new: MemoryRun) -> Ints:
        """Rows that may be in another cell: those said to have changed, and birthdays that cross a cut."""
        if not 0 <= new.reference - self.reference < YEAR:
            return np.arange(self.count)
        touched = [changed]
        for axis in self.coding.axes:
            if axis.fact.kind is Kind.YEARS:
                reaching = self.birthdays[axis.fact.column].reaching
                touched.append(reaching(axis.edges, new.columns[axis.fact.column], self.reference, new.reference))
        return distinct(np.concatenate(touched))

    @cached_property
    def birthdays(self) -> dict[str, Birthdays]:
        """By column of birth dates. Sorted once; the following months take it over."""
        used = {axis.fact.column for axis in self.coding.axes if axis.fact.kind is Kind.YEARS}
        return {name: Birthdays.of(self.columns[name]) for name in used}

    def _corrected(self, changed: Ints, columns: Mapping[str, Column]) -> dict[str, Birthdays]:
        """The birthdays for the following months."""
        return {
            name: birthdays.with_corrected(changed[self.columns[name][changed] != columns[name][changed]])
            for name, birthdays in self.birthdays.items()
        }

    def _move(self, rows: Ints, codes: Column) -> None:
        """Put the rows into the cells of their new codes; a cell that was empty so far is answered and added."""
        after = self._find(codes)
        if (missing := after == UNKNOWN).any():
            self._add(distinct(codes[missing]))
            after = self._find(codes)
        count, before = len(self.codes), self.cell[rows]
        moved = before != after
        self.cell = self.cell.astype(_numbering(count))
        self.moved = Moved(rows[moved], before[moved], after[moved])
        gone, come = (np.bincount(cells, minlength=count) for cells in (self.moved.before, self.moved.after))
        self.people = np.append(self.people, np.zeros(count - len(self.people), np.int64)) - gone + come
        self.cell[self.moved.rows] = self.moved.after

    def _find(self, codes: Column) -> Column:
        """The cells' numbers; UNKNOWN where a code was never met."""
        if self._numbers is not None:
            return self._numbers[codes]
        order = np.argsort(self.codes)
        place = np.searchsorted(self.codes, codes, sorter=order)
        number = order[np.minimum(place, len(order) - 1)].astype(np.int32)
        return np.where(self.codes[number] == codes, number, np.int32(UNKNOWN))

    def _add(self, codes: Ints) -> None:
        if self._numbers is not None:
            self._numbers = self._numbers.copy()
            self._numbers[codes] = np.arange(len(self.codes), len(self.codes) + len(codes), dtype=np.int32)
        self.codes = np.append(self.codes, codes)
        self.outcomes = self.outcomes.joined(self._outcomes(self.coding.decode(codes)))

    @cached_property
    def _by_household(self) -> Ints:
        """Rows by household, the eldest first; who has no known birth date comes last."""
        rows = np.arange(self.count)
        births = self.columns.get("birth_date", rows)
        return np.lexsort((rows, np.where(births == UNKNOWN, 99999999, births), self.columns["household"]))


_OF_ONE_MONTH = frozenset({"classes", "_by_household", "birthdays", "moved"})


def _numbering(count: int) -> type[np.uint16] | type[np.int32]:
    """The smallest type that numbers so many cells."""
    return np.uint16 if count < 2**16 else np.int32


def _narrow(fen: Ints) -> Column:
    """Half the room where 32 bits hold every amount."""
    return fen.astype(np.int32) if fen.max(initial=0) < 2**31 else fen
