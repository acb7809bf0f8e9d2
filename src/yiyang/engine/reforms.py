"""A reform on the cells: who wins, who loses, what it costs. Only the rules it touches are asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from yiyang.engine.cells import Ints
from yiyang.engine.coder import spread
from yiyang.engine.evaluate import Answer, Evaluator
from yiyang.engine.rules import Program, Rule

if TYPE_CHECKING:
    from yiyang.engine.memory import MemoryRun

Payment = tuple[Rule, Answer]
Token = tuple[str, str]


@dataclass(frozen=True)
class Reform:
    """What changes under another program, in fen a year, counting what is certain.

    Attributes:
        run: the run that was compared; its cells are those of `by_cell`.
        program: the other program.
        touched: numbers, in the other program, of the rules that were asked again.
        by_cell: the change for each person of a cell, without what goes to households (int64).
        by_person: the change for each person, with that; None where nothing that goes to households changed.
    """

    run: MemoryRun
    program: Program
    touched: frozenset[int]
    by_cell: Ints
    by_person: Ints | None = None

    @cached_property
    def budget(self) -> int:
        """Fen a year more; less when negative."""
        return int(self.by_cell @ self.run.people) if self.by_person is None else int(self.by_person.sum())

    @cached_property
    def winners(self) -> int:
        """People who get more."""
        return self._count(self.by_cell > 0) if self.by_person is None else int((self.by_person > 0).sum())

    @cached_property
    def losers(self) -> int:
        """People who get less."""
        return self._count(self.by_cell < 0) if self.by_person is None else int((self.by_person < 0).sum())

    def people(self) -> Ints:
        """The change for each person."""
        return spread([self.by_cell], self.run.cell)[0] if self.by_person is None else self.by_person

    def _count(self, is_meant: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
        return int(self.run.people[is_meant].sum())


def compare(run: MemoryRun, program: Program, touched: frozenset[int]) -> Reform:
    """The change from the run's program to another, whose touched rules ask only what the run's cells know."""
    places = {rule.name: number for number, rule in enumerate(run.program.rules)}
    known = {n: run.outcomes.of_rule(places[rule.name]) for n, rule in enumerate(program.rules) if n not in touched}
    answers = Evaluator(program, run.coding, run.classes).answers(known)
    new = {program.rules[n].name: (program.rules[n], answers[n]) for n in touched}
    staying = {rule.name for rule in program.rules} - set(new)
    old = {rule.name: (rule, run.outcomes.of_rule(n)) for rule, n in _numbered(run.program) if rule.name not in staying}
    by_cell = _personal(new, run) - _personal(old, run)
    if not any(rule.pays_people and rule.per == "household" for rule, _ in [*new.values(), *old.values()]):
        return Reform(run, program, touched, by_cell)
    by_person = spread([by_cell], run.cell)[0] + _of_households(new, run) - _of_households(old, run)
    return Reform(run, program, touched, by_cell, by_person)


def _numbered(program: Program) -> Iterable[tuple[Rule, int]]:
    return ((rule, number) for number, rule in enumerate(program.rules))


def _personal(payments: Mapping[str, Payment], run: MemoryRun) -> Ints:
    total = np.zeros(len(run.codes), np.int64)
    for rule, answer in payments.values():
        if rule.per == "person":
            total += answer.paid_low * rule.a_year
    return total


def _of_households(payments: Mapping[str, Payment], run: MemoryRun) -> Ints:
    total = np.zeros(run.count, np.int64)
    for rule, answer in payments.values():
        if rule.per == "household":
            verdict, fen = spread([answer.answer, answer.paid_low], run.cell)
            total += fen * run.heads(verdict) * rule.a_year
    return total


def touched_rules(old: Program, new: Program) -> frozenset[int]:
    """Numbers of the new program's rules that may answer otherwise: the changed ones and those that hang on them."""
    before, after = ({rule.name: rule for rule in program.rules} for program in (old, new))
    if [name for name in before if name in after] != [name for name in after if name in before]:
        return frozenset(range(len(new.rules)))  # Of equals the earlier rule goes first, so the order may decide.
    changed = [rule for name, rule in after.items() if before.get(name) != rule]
    lost = [rule for name, rule in before.items() if after.get(name) != rule]
    names = {rule.name for rule in changed}
    tokens = {token for rule in [*changed, *lost] for token in _gives(rule)}
    while more := [rule for rule in new.rules if rule.name not in names and tokens.intersection(_takes(rule))]:
        names.update(rule.name for rule in more)
        tokens.update(token for rule in more for token in _gives(rule))
    return frozenset(number for rule, number in _numbered(new) if rule.name in names)


def _gives(rule: Rule) -> list[Token]:
    """What others may hang on."""
    return [("item", rule.item), *_shared(rule)]


def _takes(rule: Rule) -> list[Token]:
    """What the rule hangs on."""
    items = [*rule.stacking.not_with, *rule.stacking.less]
    return [*(("item", item) for item in items), *_shared(rule)]


def _shared(rule: Rule) -> list[Token]:
    pairs = (("highest", rule.stacking.highest_of), ("cap", rule.stacking.cap_group))
    return [(how, name) for how, name in pairs if name]
