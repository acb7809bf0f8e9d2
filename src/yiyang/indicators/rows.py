"""The rows that formulas count, for one area, day and knowledge: opened where they lie, counted where they lie.

People come from the month's run (frozen, as known then) or are resolved anew from what the registers stated, as known
on any day; answers from the run; everything else from the tables of its room, with what became known later left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
from django.db import connection
from django.utils import timezone

from yiyang.areas.logic import span
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.engine.conditions import Condition
from yiyang.engine.duck import connect
from yiyang.engine.facts import as_int
from yiyang.engine.rules import PERIODS_A_YEAR
from yiyang.entitlement import months
from yiyang.entitlement.models import MonthRun
from yiyang.indicators.datasets import REGISTRY, TABLES, Dataset, datasets
from yiyang.indicators.formula import Aggregate, condition_sql, grouped_sql
from yiyang.registry import refresh, sql
from yiyang.registry.contracts import load_contracts
from yiyang.registry.sql import Connection

Json = dict[str, Any]
OWN = ("household", "sex", "birth_date", "alive")
# The columns of registry_person that are no fact of their own name.
PLACES = {"registered_area": "registered_code", "resident_area": "area_code"}


@dataclass(frozen=True)
class Moment:
    """Where, for which day, and as known when; `known` None = the month's run, and what is known today."""

    area: int
    on: date
    known: date | None = None

    @property
    def month(self) -> str:
        """The month of the day."""
        return f"{self.on:%Y-%m}"

    @property
    def reference(self) -> int:
        """The day on which ages are taken: that of the month's run (decision 0005)."""
        return as_int(self.on.replace(day=1))

    def words(self, period: str) -> Json:
        """The parameters of a dataset's query, for a period (day, month, year)."""
        first = self.on.replace(month=1, day=1) if period == "year" else self.on.replace(day=1)
        after, known = self.on + timedelta(days=1), self.known or timezone.localdate()
        until = _midnight(known + timedelta(days=1))
        return {
            "first": first, "after": after, "first_at": _midnight(first), "after_at": _midnight(after), "until": until,
        }  # fmt: skip


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class Rows(AbstractContextManager["Rows"]):
    """Opens datasets as they are asked for. Call it within a unit of work.

    Attributes:
        basis: where the rows of each dataset came from.
    """

    def __init__(self, moment: Moment, basis: Mapping[str, Json] | None = None) -> None:
        self.moment, self.asked = moment, dict(basis or {})
        self.basis: dict[str, Json] = {}
        self.con: Connection = connect(memory="2GB")
        self._open: dict[str, str] = {}
        self._columns: dict[str, set[str]] = {}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.con.close()

    def grouped(self, name: str, period: str, numbers: Sequence[Aggregate]) -> pa.Table | None:
        """area, a0, a1, … of a dataset's rows; None where they are not there for this day (no run of the month)."""
        dataset = datasets()[name]
        columns = set().union(*(number.columns for number in numbers))
        where = self._where(dataset, columns)
        if where is None:
            return None
        if where:
            query = grouped_sql(where, numbers, self.moment.reference)
            return self.con.sql(query).to_arrow_table()
        query = grouped_sql(f"({self._query(dataset, columns)})", numbers, self.moment.reference)
        return _fetched(query, self.moment.words(period), 1 + len(numbers))

    def people(self, name: str, period: str, condition: Condition, within: int, most: int) -> list[int] | None:
        """Whom the rows that meet a condition in an area speak of, each once, at most so many; None: no rows there."""
        dataset = datasets()[name]
        columns = Aggregate(name, condition).columns
        where = self._where(dataset, columns)
        if where is None:
            return None
        low, high = span(within)
        chosen = f"area >= {low} AND area < {high} AND {condition_sql(condition, self.moment.reference)}"
        rows = where or f"({self._query(dataset, columns)})"
        query = f"SELECT DISTINCT person FROM {rows} AS d WHERE {chosen} ORDER BY person LIMIT {int(most)}"
        if where:
            return [int(person) for (person,) in self.con.execute(query).fetchall()]
        with connection.cursor() as cursor:
            cursor.execute(query, self.moment.words(period))
            return [int(person) for (person,) in cursor.fetchall()]

    def where(self, name: str, columns: set[str]) -> tuple[str, bool]:
        """The rows of a dataset as they stand in a FROM, and whether that is DuckDB's. Errors: UsageError: none."""
        dataset = datasets()[name]
        found = self._where(dataset, columns)
        if found is None:
            raise UsageError("这一天没有可以统计的数据。", "There are no rows for this day.")
        return found or f"({self._query(dataset, columns)})", bool(found)

    def _where(self, dataset: Dataset, columns: set[str]) -> str | None:
        """The DuckDB table of a dataset; '' = its rows lie in PostgreSQL; None = there are none for this day."""
        if dataset.source == TABLES:
            self.basis.setdefault(dataset.name, {"kind": "tables"})
            return ""
        if dataset.name not in self._open or not columns <= self._columns.get(dataset.name, set()):
            opened = self._people(columns) if dataset.source == REGISTRY else self._answers()
            if opened is None:
                self.basis[dataset.name] = {"kind": "missing"}
                return None
            self._open[dataset.name] = opened
            self._columns[dataset.name] = columns if dataset.source == REGISTRY else set(dataset.columns)
        return self._open[dataset.name]

    def _query(self, dataset: Dataset, columns: set[str]) -> str:
        return live_people(columns) if dataset.source == REGISTRY else dataset.query

    def _people(self, columns: set[str]) -> str:
        basis = self.basis.get("people") or self.asked.get("people") or self._basis_of_people()
        self.basis["people"] = basis
        if basis["kind"] == "live":
            return ""
        if basis["kind"] == "run":
            run = MonthRun.objects.get(pk=basis["run"])
            facts = months.folder_of(run) / "facts.parquet"
            if not facts.exists():
                raise UsageError("那次月度运行的存档已不在，不能按它重算。", "The run's folder is gone.")
            sql.view(self.con, "people", f"SELECT * FROM {sql.parquet(facts)}")
        elif "people" not in self._open:
            self._resolve(basis)
        return self._placed("people", "people_rows", ", ".join(["p.person", *(f"p.{c}" for c in sorted(columns))]))

    def _basis_of_people(self) -> Json:
        """The run of the month where nothing else is asked; else the registry, live or as it was known."""
        run = self._run()
        if run is not None and self.moment.known in (None, run.known):
            return {"kind": "run", "run": run.pk, "known": f"{run.known}", "hash": run.snapshot_hash}
        standing = refresh.standing(load_contracts(), timezone.localdate())
        if not standing.there:
            return {"kind": "live"}
        if self.moment.known in (None, timezone.localdate()) and standing.month <= self.moment.month:
            return {"kind": "live", "known": f"{timezone.localdate()}"}
        return {"kind": "registry", "month": self.moment.month, "known": f"{self.moment.known or timezone.localdate()}"}

    def _resolve(self, basis: Json) -> None:
        contracts = load_contracts()
        there = refresh.standing(contracts, timezone.localdate()).there
        known = as_int(date.fromisoformat(basis["known"]))
        with tempfile.TemporaryDirectory() as scratch:
            standing = refresh.Standing(there, basis["month"], known)
            refresh.resolve_people(self.con, contracts, load_facts(), standing, "", Path(scratch))

    def _run(self) -> MonthRun | None:
        run = months.in_force(self.moment.area, self.moment.on)
        return run if run is not None and run.month == self.moment.month else None

    def _answers(self) -> str | None:
        asked = self.asked.get("answers")
        run = MonthRun.objects.filter(pk=asked["run"]).first() if asked and "run" in asked else self._run()
        if run is None or not (folder := months.folder_of(run)).is_dir():
            return None
        self.basis["answers"] = {"kind": "run", "run": run.pk, "known": f"{run.known}", "hash": run.snapshot_hash}
        sql.view(self.con, "run_people", f"SELECT * FROM {sql.parquet(folder / 'people.parquet')}")
        self._placed("run_people", "run_places", "p.person")
        sql.table(self.con, "run_villages", "SELECT * FROM run_places")
        sql.view(
            self.con,
            "answer_rows",
            f"SELECT r.area, a.* FROM ({_answers_of(folder)}) AS a JOIN run_villages AS r ON r.person = a.person",
        )
        return "answer_rows"

    def _placed(self, people: str, name: str, columns: str) -> str:
        """People with the village where they live, or are registered, as `Person.area_code` says it."""
        refresh.place(self.con, people)
        sql.view(
            self.con,
            name,
            f"SELECT coalesce(lives.place, registered.place, -1) AS area, {columns} FROM {people} AS p "
            "LEFT JOIN placed AS lives ON lives.code = p.resident_area "
            "LEFT JOIN placed AS registered ON registered.code = p.registered_area",
        )
        return name


def _answers_of(folder: Path) -> str:
    """Every answer of a run, file by file: each holds one item, so that nobody compares twenty million words."""
    items = {value.name: place for place, value in enumerate(datasets()["answers"].book["item"].values)}
    times = " ".join(f"WHEN '{every}' THEN {number}" for every, number in PERIODS_A_YEAR.items())
    parts = [
        f"SELECT person, {items[item]} AS item, CASE WHEN answer = 1 THEN 1 ELSE 0 END AS certain, "
        f"CASE WHEN payee AND amount_fen > 0 THEN amount_fen * (CASE every::varchar {times} ELSE 1 END) // 100 "
        f"ELSE 0 END AS year_yuan FROM {sql.parquet(file)}"
        for file in sorted((folder / "entitlements").glob("*.parquet"))
        if (item := file.stem.split("-", 1)[1]) in items
    ]
    empty = "SELECT 0 AS person, 0 AS item, 0 AS certain, 0 AS year_yuan WHERE false"
    return " UNION ALL ".join(parts) or empty


def live_people(columns: set[str]) -> str:
    """The people of today in PostgreSQL, with just the facts that are asked for."""
    wanted = [f"{_column(name)} AS {name}" for name in sorted(columns)]
    return (
        f"SELECT {', '.join(['area_code AS area', 'id AS person', *wanted])} FROM registry_person "
        "WHERE is_current AND merged_into_id IS NULL"
    )


def _column(name: str) -> str:
    return name if name in OWN else PLACES.get(name) or f"(facts->>'{name}')::bigint"


def _fetched(query: str, words: Json, width: int) -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute(query, words)
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * width
    names = ["area", *(f"a{place}" for place in range(width - 1))]
    return pa.table(
        {name: pa.array([int(v) for v in column], pa.int64()) for name, column in zip(names, columns, strict=True)}
    )
