"""One month's run: everybody of a snapshot under the lists that answer for him."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yiyang.base.errors import SnapshotError
from yiyang.catalog.binding import BoundProgram
from yiyang.engine import pipeline
from yiyang.engine.cells import UNKNOWN, Coding, Ints, coding_of
from yiyang.engine.evaluate import UNDECIDED, YES
from yiyang.engine.facts import as_int
from yiyang.engine.pipeline import Cells
from yiyang.entitlement import tables
from yiyang.entitlement.tables import Answers, Counts, Found, People

AGES = (60, 101)  # every year of age between is a class of its own, so that a threshold can be simulated on the cells
CARRY = ("household", "birth_date", "registered_area", "resident_area")
Tell = Callable[[str, str], None]


class Backend(pipeline.Backend):
    """A store that can also read a Parquet file."""

    def read_parquet(self, name: str, path: Path) -> None: ...


@dataclass(frozen=True)
class Run:
    """Everything a run found, in memory. `found` and `counts` follow the order of the program's rules."""

    bound: BoundProgram
    cells: Cells
    answers: Answers
    people: People
    found: tuple[Found, ...]
    areas: Mapping[str, tuple[Ints, Ints]]
    counts: tuple[Counts, ...]

    @property
    def reference(self) -> int:
        return as_int(self.bound.on)

    def basis(self, number: int) -> str:
        return self.bound.infos[number].item.basis


def coding_for(bound: BoundProgram) -> Coding:
    """The cells of a run: the list's cuts, and every single year of age."""
    return coding_of(bound.program, every_year=AGES)


def compute(bound: BoundProgram, backend: Backend, people: Path, out: Path, tell: Tell) -> Run:
    """Run the program over a people file and write the run's tables into `out`.

    Args:
        people: Parquet, one row a person, sorted by person (see docs/architecture.md).
        out: an empty folder; gets people, cells, areas, answers, counts and entitlements.
        tell: told of each step in Chinese and English.

    Raises:
        SnapshotError: the people file lacks a fact that the lists ask about, or is not sorted by person.
    """
    tell("给每个人编入人群格", "putting everybody into cells")
    check_people(people, bound)
    if people != out / "facts.parquet":
        shutil.copyfile(people, out / "facts.parquet")
    backend.read_parquet("people", out / "facts.parquet")
    cells = pipeline.count_cells(backend, coding_for(bound), as_int(bound.on), CARRY)
    tell("逐格判定", "answering every cell")
    evaluator, answered = pipeline.evaluate(bound.program, cells)
    table = pipeline.answers_table(bound.program, evaluator, answered)
    answers = Answers.of(table, len(bound.program.rules))
    tell("判定回到每个人", "taking the answers back to people")
    everybody = read_people(backend)
    found = tuple(tables.find(rule, answers.answer[n], everybody) for n, rule in enumerate(bound.program.rules))
    areas = {basis: town_numbers(everybody.area(basis)) for basis in ("registered", "resident")}
    counts = tuple(_count(bound, n, found[n], answers, everybody, areas) for n in range(len(found)))
    run = Run(bound, cells, answers, everybody, found, areas, counts)
    tell("写出结果表", "writing the tables")
    write(run, table, out)
    return run


def check_people(people: Path, bound: BoundProgram) -> None:
    """Refuse a people file of another shape: columns missing, somebody twice, not sorted by person."""
    needed = {"person", *CARRY, *(fact.column for fact in bound.program.facts)}
    if missing := sorted(needed - set(pq.read_schema(people).names)):
        raise SnapshotError(
            f"人员表 {people} 缺少清单要用的列：{'、'.join(missing)}。请用 yiyang registry build 重新生成快照。",
            f"The people of {people} lack columns that the lists ask about: {', '.join(missing)}. "
            "Make the snapshot again with yiyang registry build.",
        )
    person = pq.read_table(people, columns=["person"])["person"].to_numpy()
    if (person[1:] <= person[:-1]).any():
        raise SnapshotError(
            f"人员表 {people} 没有按人员编号排序，或有人出现两次。请用 yiyang registry build 重新生成快照。",
            f"The people of {people} are not sorted by person, or somebody is there twice. "
            "Make the snapshot again with yiyang registry build.",
        )


def read_people(backend: Backend) -> People:
    """The numbered people as arrays, sorted by person."""
    got = backend.fetch(f"SELECT person, {', '.join(CARRY)}, cell FROM numbered ORDER BY person")

    def column(name: str) -> Ints:
        return pc.fill_null(got[name].cast(pa.int64()), UNKNOWN).to_numpy()

    return People(
        column("person"),
        column("household"),
        column("birth_date"),
        column("registered_area"),
        column("resident_area"),
        column("cell"),
    )


def town_numbers(area: Ints) -> tuple[Ints, Ints]:
    """(the distinct towns, each person's place among them); -1 stands for an unknown area."""
    towns, numbers = np.unique(np.where(area < 0, UNKNOWN, area // 1000 * 1000), return_inverse=True)
    return towns, numbers


def _count(
    bound: BoundProgram,
    number: int,
    found: Found,
    answers: Answers,
    people: People,
    areas: Mapping[str, tuple[Ints, Ints]],
) -> Counts:
    towns, numbers = areas[bound.infos[number].item.basis]
    return tables.count(
        bound.program.rules[number], found, answers.low[number], answers.high[number], people, numbers, len(towns)
    )


def write(run: Run, answers: pa.Table, out: Path) -> None:
    """All Parquet tables of a run. The same run gives the same bytes."""
    save(answers, out / "answers.parquet")
    save(run.cells.table(), out / "cells.parquet")
    save(people_table(run.people), out / "people.parquet")
    save(tables.histogram(run.people), out / "areas.parquet")
    save(counts_table(run), out / "counts.parquet")
    (out / "entitlements").mkdir()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: _write_found(run, number, out / "entitlements"), range(len(run.found))))


def _write_found(run: Run, number: int, folder: Path) -> None:
    rule = run.bound.program.rules[number]
    save(found_table(run, number), folder / f"{rule.list_area}-{rule.item}.parquet")


def found_table(run: Run, number: int) -> pa.Table:
    """The entitled and undecided people of one rule: person, item, answer, fen, frequency, cell, reasons."""
    rule, found, answers = run.bound.program.rules[number], run.found[number], run.answers
    cell = run.people.cell[found.index]
    low = np.where(found.payee, answers.low[number][cell], 0)
    high = np.where(found.payee, answers.high[number][cell], 0)
    decided = (found.answer == YES) & (low == high)
    count = len(cell)
    return pa.table(
        {
            "person": run.people.person[found.index],
            "item": constant(rule.item, count),
            "list_area": constant(rule.list_area, count),
            "answer": found.answer.astype(np.int8),
            "amount_fen": pa.array(low, mask=~decided),
            "high_fen": high,
            "every": constant(rule.every, count),
            "payee": found.payee,
            "cell": cell.astype(np.int32),
            "met": answers.met[number][cell],
            "unknown": answers.unknown[number][cell],
        }
    )


def constant(text: str, count: int) -> pa.DictionaryArray:
    """A column that says the same in every row, held once."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int8)), pa.array([text]))


def people_table(people: People) -> pa.Table:
    """person, household, birth_date, registered_area, resident_area, cell."""
    columns = {
        "person": people.person,
        "household": people.household,
        "birth_date": people.birth_date,
        "registered_area": people.registered_area,
        "resident_area": people.resident_area,
    }
    return pa.table(
        {name: pa.array(values, mask=values < 0) for name, values in columns.items()}
        | {"cell": people.cell.astype(np.int32)}
    )


def counts_table(run: Run) -> pa.Table:
    """rule, town, entitled, paid, undecided, fen (certain, a period), high_fen (at most); only where not nothing."""
    parts: list[pa.Table] = []
    for number, counts in enumerate(run.counts):
        towns = run.areas[run.basis(number)][0]
        keep = (counts.entitled > 0) | (counts.undecided > 0)
        parts.append(
            pa.table(
                {
                    "rule": np.full(int(keep.sum()), number, np.int32),
                    "town": towns[keep],
                    "entitled": counts.entitled[keep],
                    "paid": counts.paid[keep],
                    "undecided": counts.undecided[keep],
                    "fen": counts.low[keep],
                    "high_fen": counts.high[keep],
                }
            )
        )
    return pa.concat_tables(parts)


def save(table: pa.Table, path: Path) -> None:
    """Write Parquet. A person number is random: looking for repeats in it costs time and saves nothing."""
    packed = [name for name in table.column_names if name != "person"]
    compression = {name: "zstd" if name != "person" else "none" for name in table.column_names}
    pq.write_table(table, path, compression=compression, use_dictionary=packed, row_group_size=1 << 20)


def finding(run: Run) -> Mapping[str, int]:
    """How many people are found at all: entitled to something, undecided in something, both counted once."""
    yes, maybe = (np.logical_or.reduce(run.answers.answer == verdict, axis=0) for verdict in (YES, UNDECIDED))
    weight = run.cells.people
    return {
        "people": int(weight.sum()),
        "entitled_people": int(weight[yes].sum()),
        "undecided_people": int(weight[maybe].sum()),
    }


def names(numbers: Sequence[int]) -> list[str]:
    """Area codes as 12-digit text, 未知 for -1."""
    return ["" if number < 0 else f"{number:012d}" for number in numbers]
