"""Many random cases in one chain of steps, because a Spark job takes long to begin however few the people are.

Each case has its own numbers for people, codes, cells and rules; the SQL of its codes is the engine's, untouched.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from yiyang.engine import pipeline
from yiyang.engine.cells import Coding, coding_of
from yiyang.engine.pipeline import COUNTED, NUMBERED, Backend, Cells, Step, coded
from yiyang.engine.tests.agreement import (
    CARRY,
    Paid,
    Row,
    answers_of,
    household_rules,
    people_table,
    read_paid,
    read_rows,
)
from yiyang.engine.tests.strategies import Case, Person

CODES = 2**40  # more than one case has
EACH = 1000  # people or rules, at most, of one case


def run_batch(cases: Sequence[Case], backend: Backend) -> list[tuple[list[Row], Paid]]:
    """The answers of each case, as `by_pipeline` gives them."""
    backend.put("people", people_table([person for n, case in enumerate(cases) for person in _renumbered(n, case)]))
    codings = [coding_of(case.program, every_year=case.every_year) for case in cases]
    backend.run(Step("coded", " UNION ALL ".join(_coded_sql(n, case, codings[n]) for n, case in enumerate(cases))))
    backend.run(COUNTED)
    codes = backend.fetch("SELECT code, people FROM counted ORDER BY code")["code"].to_numpy()
    backend.put("numbers", pa.table({"code": codes, "cell": np.arange(len(codes), dtype=np.int32)}))
    backend.run(NUMBERED)
    backend.put("answers", pa.concat_tables([_answers(n, case, codings[n], codes) for n, case in enumerate(cases)]))
    for step in pipeline.found(
        [EACH * n + rule for n, case in enumerate(cases) for rule in household_rules(case.program)]
    ):
        backend.run(step)
    return _split(len(cases), read_rows(backend), read_paid(backend))


def _renumbered(number: int, case: Case) -> list[Person]:
    return [
        person | {"person": EACH * number + int(person["person"] or 0), "example": number} for person in case.people
    ]


def _coded_sql(number: int, case: Case, coding: Coding) -> str:
    people = f"(SELECT * FROM people WHERE example = {number}) AS people"
    own = coded(coding, case.reference, CARRY, people).sql
    return f"SELECT person, {', '.join(CARRY)}, code + {CODES * number} AS code FROM ({own}) AS own"


def _answers(number: int, case: Case, coding: Coding, codes: np.ndarray) -> pa.Table:
    first, after = np.searchsorted(codes, [CODES * number, CODES * (number + 1)])
    own = codes[first:after] - CODES * number
    assert coding.total <= CODES
    table = answers_of(case.program, Cells(coding, own, np.ones_like(own)))
    shifts = {"cell": first, "rule": EACH * number}
    moved = {name: pa.array(table[name].to_numpy() + shift, pa.int32()) for name, shift in shifts.items()}
    return pa.table({name: moved.get(name, table[name]) for name in table.column_names})


def _split(count: int, rows: list[Row], paid: Paid) -> list[tuple[list[Row], Paid]]:
    found: list[tuple[list[Row], Paid]] = [([], set()) for _ in range(count)]
    for person, rule, answer, low, high, met, unknown in rows:
        found[rule // EACH][0].append((person % EACH, rule % EACH, answer, low, high, met, unknown))
    for person, rule in paid:
        found[rule // EACH][1].add((person % EACH, rule % EACH))
    return found
