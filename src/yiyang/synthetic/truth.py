"""The truth beside the deliveries: what holds of everybody, and what a faultless registry could know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yiyang.registry.agreement import stored
from yiyang.synthetic.chance import Array
from yiyang.synthetic.days import NO_DAY, yyyymmdd
from yiyang.synthetic.dirt import Dirt
from yiyang.synthetic.policy import code, contracts, facts
from yiyang.synthetic.sheets import Desk, Sheet
from yiyang.synthetic.steps import Event

UNKNOWN = -1


def true_facts(desk: Desk) -> dict[str, Array]:
    """Every fact column of `facts.yaml` as it is on the month's first day; -1 for unknown."""
    p = desk.people
    destitute = p["hardship"] == code("hardship", "destitute")
    return {
        "birth_date": yyyymmdd(p["birth"]),
        "sex": p["sex"],
        "alive": p["death"] == NO_DAY,
        "registered_area": p["registered"],
        "resident_area": p["resident"],
        "urban_rural": 1 - p["urban"],
        "hardship": p["hardship"],
        "destitute_support": np.where(destitute, 1 + p["concentrated"], 0),
        "self_care": np.where(destitute, p["self_care"], UNKNOWN),
        "ability": p["ability"],
        "ltci_insured": p["ltci_insured"],
        "ltci_grade": p["ltci_grade"],
        "medical_insurance": p["medical"],
        "disability_grade": p["disability_grade"],
        "disability_kind": p["disability_kind"],
        "living_arrangement": p["living"],
        "lonely": p["lonely"],
        "birth_planning_family": p["birth_planning"],
        "dementia": p["dementia"],
        "health_check_date": np.where(p["checked"] == 1, yyyymmdd(p["checked_on"]), UNKNOWN),
        "family_doctor": p["checked"] * p["doctor"],
        "preferential": p["preferential"],
        "special_contribution": p["special_contribution"],
        "vagrant": p["vagrant"],
        "pension": p["pension"],
        "poverty_alleviated": p["poverty_alleviated"],
        "family_care_training": np.where(p["trained_in"] <= desk.index, p["training_done"], 0),
    }


class Known:
    """What the deliveries so far say of everybody, without their dirt: facts by column, -1 for unknown."""

    def __init__(self, size: int) -> None:
        self._told: dict[str, dict[str, Array]] = {}
        self._size = size

    def hear(self, sheet: Sheet) -> None:
        """Take in one register of the present month: a full one replaces what it said before, a delta adds to it."""
        contract = contracts()[sheet.register]
        told = {} if contract.delivery == "full" else dict(self._told.get(sheet.register, {}))
        for column, spec in contract.columns.items():
            if spec.fact:
                self._set(told, spec.fact, sheet.rows, self._stored(spec.type, sheet.columns[column]))
        if contract.constant:
            fact = contract.constant.fact
            self._set(told, fact, sheet.rows, np.full(len(sheet.rows), stored(facts()[fact], contract.constant.value)))
        if sheet.register == "ability_assessments":
            self._set(told, "until", sheet.rows, sheet.columns["valid_to"])
        self._told[sheet.register] = told

    @staticmethod
    def _stored(kind: str, given: Array) -> Array:
        return np.where(given == NO_DAY, UNKNOWN, yyyymmdd(given)) if kind == "date" else given

    def _set(self, told: dict[str, Array], fact: str, rows: Array, given: Array) -> None:
        wide = np.int64 if fact.endswith("_area") else np.int32
        column = told[fact].copy() if fact in told else np.full(self._size, UNKNOWN, dtype=wide)
        column[rows] = given
        told[fact] = column

    def facts(self, reference: int) -> dict[str, Array]:
        """One column a fact by the stated precedence; people of whom no register speaks get what absence means."""
        found: dict[str, Array] = {}
        for name, fact in facts().items():
            # What the platform itself finds out later is in no register that a department delivers.
            told = [self._told[register][name] for register in fact.sources if register in self._told]
            column = told[0]
            for less_trusted in told[1:]:
                column = np.where(column == UNKNOWN, less_trusted, column)
            if name == "ability":
                until = self._told["ability_assessments"]["until"]
                column = np.where((until > NO_DAY) & (until < reference), UNKNOWN, column)
            found[fact.column] = column if fact.absent is None else np.where(column == UNKNOWN, fact.absent, column)
        return found


def write_people(path: Path, desk: Desk, columns: dict[str, Array], ids: pa.Array, names: pa.Array, who: Array) -> None:
    """One row a person: elder, id number, name, household, cohort, and the fact columns (null: unknown)."""
    rows = pa.array(np.flatnonzero(who))
    p = desk.people
    table: dict[str, Any] = {
        "elder": p["elder"],
        "id_number": ids,
        "name": names,
        "household": p["household"],
        "cohort": p["cohort"],
    }
    table = {
        name: column.take(rows) if isinstance(column, pa.Array) else pa.array(column[who])
        for name, column in table.items()
    }
    for name, column in columns.items():
        values = column[who]
        kind = pa.int64() if name.endswith("_area") else pa.int32()
        table[name] = pa.array(values.astype(kind.to_pandas_dtype()), mask=values == UNKNOWN)
    pq.write_table(pa.table(table), path, compression="zstd", compression_level=1)


def write_nameless(folder: Path, dirt: list[tuple[str, str, Dirt]], ids: pa.Array) -> None:
    """unidentified.parquet and doubles.parquet: month, register, row, elder (-1 nobody known), kind, what was done, and
    the id number that the elder has (null for nobody)."""
    for name in ("unidentified", "doubles"):
        parts = [
            table.append_column("month", pa.array([month] * len(table), pa.string())).append_column(
                "register", pa.array([register] * len(table), pa.string())
            )
            for month, register, found in dirt
            for table in getattr(found, name)
        ]
        if parts:
            table = pa.concat_tables(parts)
            elder = table["elder"].to_numpy()
            own = ids.take(pa.array(elder, mask=elder < 0))
            pq.write_table(table.append_column("id_number", own), folder / f"{name}.parquet", compression="zstd")


def present(desk: Desk) -> Array:
    """Who belongs to the month: has come and has not moved away, dead or alive."""
    return (desk.people["enters"] <= desk.index) & (desk.people["leaves"] > desk.index)


EVENTS = pa.schema(
    [
        ("month", pa.string()),
        ("elder", pa.int64()),
        ("id_number", pa.string()),
        ("kind", pa.string()),
        ("fact", pa.string()),
        ("day", pa.int32()),
        ("before", pa.int64()),
        ("after", pa.int64()),
    ]
)


def write_events(path: Path, events: list[tuple[str, Event]], ids: pa.Array) -> None:
    """What changed between the months, with its day; `month` is the first whose deliveries show it."""
    parts = [_event_table(month, event, ids) for month, event in events]
    pq.write_table(pa.concat_tables([EVENTS.empty_table(), *parts]), path, compression="zstd", compression_level=1)


def _event_table(month: str, event: Event, ids: pa.Array) -> pa.Table:
    count = len(event.elder)
    columns = [
        [month] * count,
        event.elder,
        ids.take(pa.array(event.elder)),
        [event.kind] * count,
        [event.fact] * count,
        event.day,
        event.before,
        event.after,
    ]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, EVENTS, strict=True)], schema=EVENTS
    )
