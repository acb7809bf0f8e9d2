"""Worked cases run on every engine: plain Python, NumPy on cells, DuckDB, and Spark where it is wanted.

A case is answered by the whole program of its list's area, so that stacking with other items counts. Areas that a case
does not name are the list's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from yiyang.catalog.binding import BoundProgram, bind
from yiyang.catalog.lists import AreaList, LoadedItem, cases_path
from yiyang.catalog.overlay import Overlay, SetValue
from yiyang.catalog.people import stored
from yiyang.catalog.schema import Case, Per
from yiyang.engine import pipeline, reference
from yiyang.engine.cells import UNKNOWN, coding_of
from yiyang.engine.evaluate import Evaluator
from yiyang.engine.facts import Kind, as_int

IN_MEMORY = ("reference", "numpy")
VERDICTS = ("not_entitled", "entitled", "undecided")
Person = Mapping[str, int | None]
Given = tuple[str, int, int]
"""What an engine answers: verdict, low and high fen."""
Engine = Callable[[BoundProgram, Sequence[int], Sequence[Person]], list[Given]]


@dataclass(frozen=True)
class CaseRun:
    """One case on one engine."""

    area: str
    item: str
    number: int
    case: Case
    path: Path
    engine: str
    got: Given
    has_amount: bool = True  # what a facility is paid does not come back to people on SQL engines

    @property
    def cases_file(self) -> Path:
        return cases_path(self.path)

    @property
    def is_right(self) -> bool:
        verdict, low, high = self.got
        wanted = self.case.amount_fen if self.has_amount else None
        return verdict == self.case.answer and (wanted is None or low == high == wanted)


@dataclass(frozen=True)
class _Asked:
    """A case with the key of its program: the day, and the figures it overrides."""

    loaded: LoadedItem
    number: int
    case: Case

    def key(self) -> tuple[date, tuple[tuple[str, int], ...]]:
        item = self.loaded.item.id
        values = {name if "." in name else f"{item}.{name}": figure for name, figure in self.case.values.items()}
        return self.case.on, tuple(sorted(values.items()))


@contextmanager
def opened(*, spark: bool = False) -> Iterator[Mapping[str, Engine]]:
    """The engines by name, as long as they are needed. Spark needs PySpark and Java."""
    from yiyang.engine.duck import DuckBackend

    with ExitStack() as stack:
        duck = stack.enter_context(closing(DuckBackend(threads=1)))
        found: dict[str, Engine] = {"reference": _reference, "numpy": _numpy, "duckdb": partial(_sql, duck)}
        if spark:
            from yiyang.engine.spark import SparkBackend

            found["spark"] = partial(_sql, stack.enter_context(closing(SparkBackend(threads=2))))
        yield found


def run_cases(own: AreaList, engines: Mapping[str, Engine], policy: Path | None = None) -> Iterator[CaseRun]:
    """Every case of a list on every engine."""
    groups: dict[tuple[date, tuple[tuple[str, int], ...]], list[_Asked]] = {}
    for loaded in own.items.values():
        for number, case in enumerate(loaded.cases):
            asked = _Asked(loaded, number, case)
            groups.setdefault(asked.key(), []).append(asked)
    for (on, values), group in groups.items():
        bound = bind([own.head.area], on, _overlay(values, own.head.area), policy)
        yield from _run(bound, group, own.head.area, engines)


def _overlay(values: Iterable[tuple[str, int]], area: str) -> Overlay:
    return Overlay(sets=tuple(_set(name, figure, area) for name, figure in values))


def _set(name: str, figure: int, area: str) -> SetValue:
    item, _, value = name.partition(".")
    return SetValue(item, value, str(figure), area, figure)


def _run(bound: BoundProgram, group: list[_Asked], area: str, engines: Mapping[str, Engine]) -> Iterator[CaseRun]:
    numbers = {rule.item: n for n, rule in enumerate(bound.program.rules) if rule.list_area == area}
    people = [_person(bound, asked.case, area) for asked in group]
    # An item that is not in force on the case's day answers nobody.
    rules = [numbers.get(asked.loaded.item.id, -1) for asked in group]
    for name, engine in engines.items():
        for asked, got in zip(group, engine(bound, rules, people), strict=True):
            path = asked.loaded.path
            paid = name in IN_MEMORY or asked.loaded.item.per is not Per.FACILITY
            yield CaseRun(area, asked.loaded.item.id, asked.number, asked.case, path, name, got, paid)


def _person(bound: BoundProgram, case: Case, area: str) -> Person:
    own = {fact.name: area for fact in bound.book.facts.values() if fact.kind is Kind.AREA}
    return stored(bound.book, own | case.person, case.on)


def _reference(bound: BoundProgram, rules: Sequence[int], people: Sequence[Person]) -> list[Given]:
    found: list[Given] = []
    for rule, person in zip(rules, people, strict=True):
        if rule < 0:
            found.append((VERDICTS[0], 0, 0))
            continue
        result = reference.answers(bound.program, person, as_int(bound.on))[rule]
        verdict = VERDICTS[2 if result.entitled is None else int(result.entitled)]
        found.append((verdict, *result.paid))
    return found


def _numpy(bound: BoundProgram, rules: Sequence[int], people: Sequence[Person]) -> list[Given]:
    coding = coding_of(bound.program)
    columns = {
        fact.column: np.array([_or_unknown(person[fact.column]) for person in people], np.int64)
        for fact in bound.book.facts.values()
    }
    codes = coding.encode(columns, as_int(bound.on))
    answers = Evaluator(bound.program, coding, coding.decode(codes)).answers()
    return [
        (VERDICTS[answers[rule].answer[i]], int(answers[rule].paid_low[i]), int(answers[rule].paid_high[i]))
        if rule >= 0
        else (VERDICTS[0], 0, 0)
        for i, rule in enumerate(rules)
    ]


def _or_unknown(value: int | None) -> int:
    return UNKNOWN if value is None else value


def _sql(backend: pipeline.Backend, bound: BoundProgram, rules: Sequence[int], people: Sequence[Person]) -> list[Given]:
    """As a run does it: code, count, evaluate, join back."""
    backend.put("people", _table(bound, people))
    cells = pipeline.count_cells(backend, coding_of(bound.program), as_int(bound.on), ("household", "birth_date"))
    evaluator, answers = pipeline.evaluate(bound.program, cells)
    backend.put("answers", pipeline.answers_table(bound.program, evaluator, answers))
    for step in pipeline.found(()):
        backend.run(step)
    rows = backend.fetch("SELECT person, rule, answer, low_fen, high_fen FROM paid").to_pylist()
    found = {(row["person"], row["rule"]): (VERDICTS[row["answer"]], row["low_fen"], row["high_fen"]) for row in rows}
    return [found.get((i, rule), (VERDICTS[0], 0, 0)) for i, rule in enumerate(rules)]


def _table(bound: BoundProgram, people: Sequence[Person]) -> pa.Table:
    number = pa.array(range(len(people)), pa.int64())
    columns = {
        column: pa.array([person[column] for person in people], pa.int64() if _is_area(bound, column) else pa.int32())
        for column in bound.book.columns
    }
    return pa.table({"person": number, "household": number, **columns})


def _is_area(bound: BoundProgram, column: str) -> bool:
    return any(fact.column == column and fact.kind is Kind.AREA for fact in bound.book.facts.values())
