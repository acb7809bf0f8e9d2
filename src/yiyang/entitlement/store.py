"""A finished run, opened again: its rules, cells, answers and people, each loaded on first use."""

from __future__ import annotations

import json
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yiyang.base.errors import SnapshotError, UsageError
from yiyang.catalog.binding import BoundProgram, bind
from yiyang.catalog.overlay import Overlay
from yiyang.engine.cells import UNKNOWN, Coding, Ints
from yiyang.engine.facts import as_int
from yiyang.engine.pipeline import Cells
from yiyang.entitlement.run import coding_for
from yiyang.entitlement.tables import Answers, People

PEOPLE_COLUMNS = ("person", "household", "birth_date", "registered_area", "resident_area", "cell")


class RunFolder:
    """Reads a run's folder.

    Raises:
        SnapshotError: the folder is no run, or a part of it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.manifest = self._json("manifest.json")
        if self.manifest.get("kind") != "run":
            raise SnapshotError(f"{path} 不是一次运行的输出（由 yiyang run 生成）。", f"{path} is no run (made by yiyang run).")

    @property
    def reference(self) -> int:
        return as_int(self.bound.on)

    @cached_property
    def bound(self) -> BoundProgram:
        """The lists in force when the run was made, not today's."""
        return self.rebind()

    def rebind(self, overlay: Overlay | None = None) -> BoundProgram:
        """The run's lists with changes to try."""
        return bind(self.manifest["areas"], date.fromisoformat(self.manifest["reference_day"]), overlay, self.path / "policy")

    @cached_property
    def summary(self) -> dict[str, Any]:
        return self._json("summary.json")

    @cached_property
    def coding(self) -> Coding:
        return coding_for(self.bound)

    @cached_property
    def cells(self) -> Cells:
        """The occupied cells with how many people each holds."""
        table = self.table("cells.parquet")
        codes = np.zeros(table.num_rows, np.int64)
        for axis, stride in zip(self.coding.axes, self.coding.strides, strict=True):
            codes += table[axis.fact.name].to_numpy().astype(np.int64) * stride
        return Cells(self.coding, codes, table["people"].to_numpy())

    @cached_property
    def answers(self) -> Answers:
        return Answers.of(self.table("answers.parquet"), len(self.bound.program.rules))

    @cached_property
    def people(self) -> People:
        table = self.table("people.parquet")
        return People(*(ints(table[name]) for name in PEOPLE_COLUMNS))

    @cached_property
    def histogram(self) -> pa.Table:
        return self.table("areas.parquet")

    def table(self, name: str, **options: Any) -> pa.Table:
        path = self.path / name
        if not path.exists():
            raise SnapshotError(f"{self.path} 缺少 {name}，运行结果不完整；请重新运行。", f"{self.path} lacks {name}; the run is incomplete, run again.")
        return pq.read_table(path, **options)

    def facts_of(self, people: Ints) -> dict[str, Ints]:
        """Stored facts by column of the people at the given places (places in `people`, which the file follows)."""
        columns = [fact.column for fact in self.bound.program.facts]
        table = self.table("facts.parquet", columns=list(dict.fromkeys(columns)))
        taken = table.take(pa.array(people))
        return {name: ints(taken[name]) for name in taken.column_names}

    def place_of(self, person: int) -> int:
        """A person's place in `people`."""
        place = int(np.searchsorted(self.people.person, person))
        if place >= len(self.people.person) or self.people.person[place] != person:
            raise UsageError(f"这次运行里没有 {person} 这个人。可用 18 位身份证号或人员编号查找。",
                             f"nobody numbered {person} is in this run. Look people up by id number or person number.")
        return place

    def _json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        if not path.exists():
            raise SnapshotError(f"{self.path} 里没有 {name}：这不是一次完整的运行。请用 yiyang run 生成。",
                                f"{self.path} has no {name}: it is no complete run. Make one with yiyang run.")
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return loaded


def ints(column: pa.ChunkedArray) -> Ints:
    """A column as int64 with -1 for NULL."""
    return pc.fill_null(column.cast(pa.int64()), UNKNOWN).to_numpy()
