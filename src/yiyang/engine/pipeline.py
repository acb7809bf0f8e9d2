"""A run as a chain of named steps in plain standard SQL, the same text on DuckDB and on Spark.

    people → coded (a code a person) → cells (counted) → [answered in NumPy, by the cell] → numbered → entitlements

Each step is a name and the text of its query, so anyone can print the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import pyarrow as pa

from yiyang.engine.cells import Coding, Ints
from yiyang.engine.evaluate import NO, Answer, Evaluator
from yiyang.engine.rules import Program

Table: TypeAlias = pa.Table


@dataclass(frozen=True)
class Step:
    """One named table and the query that makes it.

    Attributes:
        keep: False where the table is read once only: then it stays a view and takes no room.
    """

    name: str
    sql: str
    keep: bool = True


class Backend(Protocol):
    """What a store must do to carry a run."""

    def run(self, step: Step) -> None:
        """Make the step's table."""

    def fetch(self, sql: str) -> Table:
        """The (small) answer of a query as Arrow."""

    def put(self, name: str, table: Table) -> None:
        """Make a small Arrow table known under a name."""

    def read_parquet(self, name: str, path: Path) -> None:
        """Make a Parquet file, a folder of parts or a glob known under a name."""

    def write_parquet(self, sql: str, path: Path) -> None:
        """Write a (large) answer: one file on DuckDB, a folder of parts on Spark."""

    def close(self) -> None:
        """Free what is held."""


def coded(coding: Coding, reference: int, carry: Sequence[str], people: str = "people", *, keep: bool = True) -> Step:
    """Everybody's cell code, with the columns to carry along."""
    return Step("coded", f"SELECT {', '.join(['person', *carry])}, {coding.sql(reference)} AS code FROM {people}", keep)


COUNTED = Step("counted", "SELECT code, COUNT(*) AS people FROM coded GROUP BY code")
NUMBERED = Step("numbered", "SELECT coded.*, numbers.cell FROM coded JOIN numbers ON coded.code = numbers.code")


def found(household_rules: Sequence[int], *, keep: bool = True) -> tuple[Step, ...]:
    """Entitled and undecided person × rule pairs; of a household item one member, the eldest, is paid.

    Args:
        keep: False where `paid` is written out at once and never asked again.
    """
    said = ", ".join(f"answers.{name}" for name in ("rule", "answer", "low_fen", "high_fen", "met", "unknown"))
    pairs = Step(
        "pairs",
        f"SELECT numbered.person, numbered.household, numbered.birth_date, numbered.cell, {said} "
        "FROM numbered JOIN answers ON numbered.cell = answers.cell WHERE answers.answer > 0",
        keep,
    )
    if not household_rules:
        return (pairs, Step("paid", "SELECT *, 1 AS turn FROM pairs", keep=False))
    numbers = ", ".join(map(str, household_rules))
    ranked = (
        "SELECT *, CAST(ROW_NUMBER() OVER (PARTITION BY rule, answer, household, "
        "CASE WHEN household IS NULL THEN person END "
        f"ORDER BY COALESCE(birth_date, 99999999), person) AS INTEGER) AS turn FROM pairs WHERE rule IN ({numbers})"
    )
    alone = f"SELECT *, 1 AS turn FROM pairs WHERE rule NOT IN ({numbers})"
    return (pairs, Step("paid", f"{alone} UNION ALL {ranked}", keep))


@dataclass(frozen=True)
class Cells:
    """The occupied cells: codes in ascending order (a cell's number is its place) and how many people each holds."""

    coding: Coding
    codes: Ints
    people: Ints

    @property
    def classes(self) -> dict[str, Ints]:
        return self.coding.decode(self.codes)

    def table(self) -> Table:
        """cell, people and one class column a fact."""
        columns: dict[str, object] = {"cell": np.arange(len(self.codes), dtype=np.int32), "people": self.people}
        columns |= {name: classes.astype(np.int16) for name, classes in self.classes.items()}
        return pa.table(columns)


def count_cells(
    backend: Backend, coding: Coding, reference: int, carry: Sequence[str], people: str = "people", *, keep: bool = True
) -> Cells:
    """Code everybody, count the occupied cells and number them (table `numbered`).

    Args:
        keep: False where people outgrow memory: then they are read and coded again where they are needed, which costs
            less than writing them down.
    """
    backend.run(coded(coding, reference, carry, people, keep=keep))
    backend.run(COUNTED)
    counted = backend.fetch("SELECT code, people FROM counted ORDER BY code")
    cells = Cells(coding, counted["code"].to_numpy(), counted["people"].to_numpy())
    backend.put("numbers", pa.table({"code": cells.codes, "cell": np.arange(len(cells.codes), dtype=np.int32)}))
    backend.run(Step(NUMBERED.name, NUMBERED.sql, keep))
    return cells


def evaluate(program: Program, cells: Cells) -> tuple[Evaluator, list[Answer]]:
    """Every rule's answer in every occupied cell."""
    evaluator = Evaluator(program, cells.coding, cells.classes)
    return evaluator, evaluator.answers()


def answers_table(
    program: Program, evaluator: Evaluator, answers: Sequence[Answer], *, everything: bool = True
) -> Table:
    """Per rule × cell: answer, low and high fen, reason bits; sorted by rule, then cell.

    Args:
        everything: also the cells that a rule answers with *no* (needed for "why not").
    """
    parts: dict[str, list[np.ndarray[tuple[int], np.dtype[np.generic]]]] = {name: [] for name in ANSWER_TYPES}
    for number, (rule, answer) in enumerate(zip(program.rules, answers, strict=True)):
        verdict = answer.answer
        keep = np.arange(len(verdict)) if everything else np.flatnonzero(verdict != NO)
        met, unknown = evaluator.reasons(rule, answer)
        pays = rule.per != "facility"
        values: Mapping[str, np.ndarray[tuple[int], np.dtype[np.generic]]] = {
            "cell": keep,
            "rule": np.full(len(keep), number),
            "answer": verdict[keep],
            "low_fen": answer.paid_low[keep] * pays,
            "high_fen": answer.paid_high[keep] * pays,
            "met": met[keep],
            "unknown": unknown[keep],
        }
        for name, column in values.items():
            parts[name].append(column.astype(ANSWER_TYPES[name]))
    return pa.table(
        {name: np.concatenate(column) if column else np.zeros(0, ANSWER_TYPES[name]) for name, column in parts.items()}
    )


ANSWER_TYPES = {
    "cell": np.int32,
    "rule": np.int32,
    "answer": np.int8,
    "low_fen": np.int64,
    "high_fen": np.int64,
    "met": np.int64,
    "unknown": np.int64,
}
