"""What each engine says about one random case, in one form that can be compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from yiyang.engine import pipeline, reference
from yiyang.engine.cells import UNKNOWN, Ints, coding_of
from yiyang.engine.evaluate import UNDECIDED
from yiyang.engine.pipeline import Backend, Cells
from yiyang.engine.rules import Program
from yiyang.engine.tests.strategies import Case, Person

Row = tuple[int, int, int, int, int, int, int]
"""person, rule, answer, low fen, high fen, met bits, unknown bits; one a person and rule."""
Paid = set[tuple[int, int]]
"""(person, rule): who of a household is paid, or found at all where the rule is for persons."""
CARRY = ("household", "birth_date")


def by_reference(case: Case) -> list[Row]:
    """The plain-Python reader, person by person."""
    rows: list[Row] = []
    for person in case.people:
        for number, result in enumerate(reference.answers(case.program, person, case.reference)):
            answer = UNDECIDED if result.entitled is None else int(result.entitled)
            low, high = result.paid if result.rule.per != "facility" else (0, 0)
            said = [result.reasons[reason] for reason in result.rule.reasons]
            met = sum(1 << bit for bit, truth in enumerate(said) if truth)
            unknown = sum(1 << bit for bit, truth in enumerate(said) if truth is None)
            rows.append((int(person["person"] or 0), number, answer, low, high, met, unknown))
    return rows


def paid_by_reference(case: Case, rows: Sequence[Row]) -> Paid:
    """Of each household the eldest with the same answer; who has no household stands for himself."""
    people = {person["person"]: person for person in case.people}
    first: dict[tuple[object, ...], tuple[int, int]] = {}
    paid: Paid = set()
    for person, rule, answer, *_ in rows:
        if answer and case.program.rules[rule].per == "household":
            home = people[person]["household"]
            key = (rule, answer, home, person if home is None else None)
            rank = (people[person]["birth_date"] or 99999999, person)
            first[key] = min(first.get(key, rank), rank)
        elif answer:
            paid.add((person, rule))
    return paid | {(rank[1], int(str(key[0]))) for key, rank in first.items()}


def columns_of(case: Case) -> dict[str, Ints]:
    """The people as NumPy columns, unknown being UNKNOWN."""
    names = case.people[0].keys()
    return {name: np.array([_stored(person[name]) for person in case.people], np.int64) for name in names}


def _stored(value: int | None) -> int:
    return UNKNOWN if value is None else value


def by_numpy(case: Case) -> list[Row]:
    """NumPy codes of people, then cells."""
    coding = coding_of(case.program, every_year=case.every_year)
    columns = columns_of(case)
    codes, cell = np.unique(coding.encode(columns, case.reference), return_inverse=True)
    table = answers_of(case.program, Cells(coding, codes, np.bincount(cell)))
    answers = {(c, rule): rest for c, rule, *rest in zip(*(table[name].to_pylist() for name in ROW), strict=True)}
    rules = range(len(case.program.rules))
    return [
        (int(p), n, *answers[c, n])
        for p, c in zip(columns["person"].tolist(), cell.tolist(), strict=True)
        for n in rules
    ]


ROW = ("cell", "rule", "answer", "low_fen", "high_fen", "met", "unknown")


def answers_of(program: Program, cells: Cells) -> pa.Table:
    evaluator, answers = pipeline.evaluate(program, cells)
    return pipeline.answers_table(program, evaluator, answers)


def people_table(people: Sequence[Person]) -> pa.Table:
    """People as the store has them: 32-bit facts, 64-bit keys and areas, NULL for unknown."""
    columns = dict.fromkeys(name for person in people for name in person)
    return pa.table({name: pa.array([person.get(name) for person in people], _type(name)) for name in columns})


def _type(column: str) -> pa.DataType:
    return pa.int64() if column in ("person", "household") or column.startswith("area") else pa.int32()


def by_pipeline(case: Case, backend: Backend) -> tuple[list[Row], Paid]:
    """The chain of steps on a store: the full answers, and who was found and paid."""
    backend.put("people", people_table(case.people))
    cells = pipeline.count_cells(backend, coding_of(case.program, every_year=case.every_year), case.reference, CARRY)
    backend.put("answers", answers_of(case.program, cells))
    for step in pipeline.found(household_rules(case.program)):
        backend.run(step)
    return read_rows(backend), read_paid(backend)


def household_rules(program: Program) -> list[int]:
    return [number for number, rule in enumerate(program.rules) if rule.per == "household"]


def read_rows(backend: Backend) -> list[Row]:
    names = ", ".join(f"answers.{name}" for name in ROW[1:])
    table = backend.fetch(f"SELECT numbered.person, {names} FROM numbered JOIN answers ON numbered.cell = answers.cell")
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True))


def read_paid(backend: Backend) -> Paid:
    table = backend.fetch("SELECT person, rule FROM paid WHERE turn = 1")
    return set(zip(table["person"].to_pylist(), table["rule"].to_pylist(), strict=True))
