"""Make the city: people, months, deliveries, and the truth beside them."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yiyang.areas import logic
from yiyang.areas.tables import census_units
from yiyang.base.errors import UsageError
from yiyang.synthetic import identity, truth
from yiyang.synthetic.chance import Chance
from yiyang.synthetic.days import Month
from yiyang.synthetic.dirt import Dirt, plant
from yiyang.synthetic.facts import first_state
from yiyang.synthetic.notes import write_notes
from yiyang.synthetic.people import RESIDENT, Plan, make_people
from yiyang.synthetic.sheets import SHEETS, Desk, Sheet
from yiyang.synthetic.steps import Event, Step, first_reports, next_month
from yiyang.synthetic.writing import Style, as_text, file_name, write

FEWEST, MOST = 100, 5  # elders; times the census
MOST_UNIDENTIFIED = 0.5


@dataclass
class Made:
    """Counts for the manifest."""

    elders: int = 0
    people: int = 0
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    dirt: dict[str, int] = field(default_factory=dict)


Progress = Callable[[str, str], None]


def plan_of(area: str, months: str, elders: int | None, seed: int, unidentified: float = 0.0) -> Plan:
    """Check what the user asked for. Raises UsageError."""
    found = logic.require(area)
    units = census_units(found.code)
    if not units:
        raise UsageError(
            f"{logic.full_name(found.code)} 不在人口普查的县级表里。请给出县级或以上区划的代码。",
            f"{logic.full_name(found.code)} is not in the census table of counties. Name a county or a larger area.",
        )
    total = sum(unit.elders for unit in units)
    if elders is not None and not FEWEST <= elders <= MOST * total:
        raise UsageError(
            f"--elders 应在 {FEWEST} 到 {MOST * total:,} 之间（普查有 {total:,} 人），现在是 {elders}。",
            f"--elders must lie between {FEWEST} and {MOST * total:,} (the census counts {total:,}); it is {elders}.",
        )
    if not 0 <= unidentified <= MOST_UNIDENTIFIED:
        raise UsageError(
            f"--unidentified 应在 0 到 {MOST_UNIDENTIFIED} 之间，现在是 {unidentified}。",
            f"--unidentified must lie between 0 and {MOST_UNIDENTIFIED}; it is {unidentified}.",
        )
    return Plan(found.code, units, _months(months), elders, seed, unidentified)


def _months(text: str) -> list[Month]:
    months = [Month.parse(part) for part in text.split(",")]
    if any(later != earlier.plus(1) for earlier, later in itertools.pairwise(months)):
        raise UsageError(
            f"--months 应是连续的月份，从早到晚，现在是“{text}”。",
            f"--months must be successive months, the earliest first; it is “{text}”.",
        )
    if not 2001 <= months[0].year <= 2050:
        raise UsageError("--months 应在 2001 年到 2050 年之间。", "--months must lie between 2001 and 2050.")
    return months


def make_city(plan: Plan, folder: Path, progress: Progress) -> Made:
    """Write deliveries and truth of every month into an empty folder."""
    return Maker(plan, folder, progress).make()


class Maker:
    """One city in the making."""

    def __init__(self, plan: Plan, folder: Path, progress: Progress) -> None:
        self.plan, self.folder, self.progress = plan, folder, progress
        self.chance, self.made = Chance(plan.seed), Made()
        self.events: list[tuple[str, Event]] = []
        self.faults: list[pa.Table] = []
        self.nameless: list[tuple[str, str, Dirt]] = []

    def make(self) -> Made:
        """Everything, month by month."""
        self._begin()
        for index, month in enumerate(self.plan.months):
            self.progress(f"{month}：登记册和真值", f"{month}: registers and truth")
            if index:
                step = Step(self.people, self.places, month, index, self.chance)
                next_month(step)
                self.events += [(str(month), event) for event in step.events]
            self._month(Desk(self.people, month, index, self.chance, self.plan.unidentified))
        self._end()
        return self.made

    def _begin(self) -> None:
        self.progress("按普查造人", "Making people from the census")
        self.people, self.places = make_people(self.plan, self.chance)
        first_state(self.people, self.plan.months[0], self.chance)
        first_reports(self.people, self.plan.months[0], self.chance)
        numbers = identity.id_numbers(self.people, self.chance)
        self.people["check"] = numbers.view(np.uint8)[17::18]
        self.ids, self.names = identity.as_arrow(numbers), identity.person_names(self.people, self.chance)
        self.known = truth.Known(len(numbers))
        self.made.elders, self.made.people = int((self.people["cohort"] == RESIDENT).sum()), len(numbers)
        (self.folder / "truth").mkdir()

    def _month(self, desk: Desk) -> None:
        """One month's delivery, and the truth beside it."""
        month = str(desk.month)
        (self.folder / month).mkdir()
        # Arrow and NumPy let go of the interpreter where it matters, so two files are written side by side.
        with ThreadPoolExecutor(2) as pool:
            written = list(pool.map(lambda make: self._register(desk, make), SHEETS))
            for sheet, _, _ in written:
                self.known.hear(sheet)
            list(pool.map(lambda write: write(desk), (self._write_true, self._write_known)))
        self.made.rows[month] = {sheet.register: rows for sheet, rows, _ in written}
        self.faults += [dirt.table(month, file_name(sheet.register)) for sheet, _, dirt in written]
        self.nameless += [(month, sheet.register, dirt) for sheet, _, dirt in written]
        note = {"month": month, "area": logic.short(self.plan.area), "synthetic": True}
        (self.folder / month / "delivery.json").write_text(json.dumps(note) + "\n", "utf-8")

    def _register(self, desk: Desk, make: Callable[[Desk], Sheet]) -> tuple[Sheet, int, Dirt]:
        """One register's file: the sheet, its rows and its faults."""
        sheet, month = make(desk), str(desk.month)
        style = Style(sheet.register, desk.chance)
        columns, dirt = plant(sheet, as_text(sheet, style, self.ids, self.names), style, desk)
        write(self.folder / month, sheet.register, columns, style)
        return sheet, len(columns["id_number"]), dirt

    def _write_true(self, desk: Desk) -> None:
        path = self.folder / "truth" / f"people-{desk.month}.parquet"
        truth.write_people(path, desk, truth.true_facts(desk), self.ids, self.names, truth.present(desk))

    def _write_known(self, desk: Desk) -> None:
        path = self.folder / "truth" / f"known-{desk.month}.parquet"
        truth.write_people(path, desk, self.known.facts(desk.month.reference), self.ids, self.names, desk.listed)

    def _end(self) -> None:
        """Events, faults and notes, once all months are there."""
        truth.write_events(self.folder / "truth" / "events.parquet", self.events, self.ids)
        faults = pa.concat_tables(self.faults)
        pq.write_table(faults, self.folder / "truth" / "dirt.parquet", compression="zstd")
        if self.plan.unidentified:
            truth.write_nameless(self.folder / "truth", self.nameless, self.ids)
        self.made.dirt = dict(sorted(Counter(faults["kind"].to_pylist()).items()))
        for _, event in self.events:
            self.made.events[event.kind] = self.made.events.get(event.kind, 0) + len(event.elder)
        write_notes(self.folder, self.plan, self.places.invented)


def manifest(plan: Plan, made: Made) -> dict[str, Any]:
    """What the folder holds, for DIR/manifest.json."""
    return {
        "kind": "city",
        "synthetic": True,
        "area": logic.short(plan.area),
        "name": logic.full_name(plan.area),
        "seed": plan.seed,
        "months": [str(month) for month in plan.months],
        "elders": made.elders,
        "people": made.people,
        "census": sum(unit.elders for unit in plan.units),
        "rows": made.rows,
        "events": made.events,
        "dirt": made.dirt,
    }
