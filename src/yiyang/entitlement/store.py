"""A finished run, opened again: its rules, cells, answers and people, each loaded on first use."""

from __future__ import annotations

import json
from collections.abc import Callable
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

NEEDED = {"month", "reference_day", "known", "areas", "synthetic", "list_hash"}
PEOPLE_COLUMNS = ("person", "household", "birth_date", "registered_area", "resident_area", "cell")


class RunFolder:
    """Reads a run's folder.

    Raises:
        SnapshotError: the folder is no run, or a part of it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.manifest = self._json("manifest.json")
        if self.manifest.get("kind") != "run" or not self.manifest.keys() >= NEEDED:
            raise SnapshotError(
                f"{path} 不是一次运行的输出（由 yiyang run 生成）。", f"{path} is no run (made by yiyang run)."
            )

    @property
    def reference(self) -> int:
        return as_int(self.bound.on)

    @cached_property
    def bound(self) -> BoundProgram:
        """The lists in force when the run was made, not today's."""
        bound = self.rebind()
        if bound.program.hash != self.manifest["list_hash"]:
            raise SnapshotError(
                f"{self.path} 里的清单与运行时不同（被改动，或出自另一版本的程序）；请用 yiyang run 重新运行。",
                f"The lists in {self.path} are not those of the run (changed, or of another version of this program); "
                "make the run again with yiyang run.",
            )
        return bound

    def rebind(self, overlay: Overlay | None = None) -> BoundProgram:
        """The run's lists with changes to try."""
        return bind(
            self.manifest["areas"], date.fromisoformat(self.manifest["reference_day"]), overlay, self.path / "policy"
        )

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
        """One of the run's Parquet tables."""
        return self._parquet(name, lambda path: pq.read_table(path, **options))

    def _parquet(self, name: str, read: Callable[[Path], Any]) -> Any:
        path = self.path / name
        try:
            return read(path)
        except FileNotFoundError:
            raise SnapshotError(
                f"{self.path} 缺少 {name}，运行结果不完整；请用 yiyang run 重新运行。",
                f"{self.path} lacks {name}; the run is incomplete, make it again with yiyang run.",
            ) from None
        except (pa.ArrowException, OSError) as error:
            raise SnapshotError(
                f"{path} 已损坏（{error}）；请用 yiyang run 重新运行。",
                f"{path} is damaged ({error}); make the run again with yiyang run.",
            ) from error

    def facts_of(self, people: Ints, coding: Coding | None = None) -> dict[str, Ints]:
        """Stored facts by column of the people at the given places (places in `people`, which the file follows).

        Args:
            coding: whose facts; the run's own by default. A fact that the snapshot did not have is unknown.
        """
        columns = list(dict.fromkeys(axis.fact.column for axis in (coding or self.coding).axes))
        there = [name for name in columns if name in self.fact_columns]
        table = self.table("facts.parquet", columns=there).take(pa.array(people))
        return {
            name: ints(table[name]) if name in there else np.full(len(people), UNKNOWN, np.int64) for name in columns
        }

    @cached_property
    def fact_columns(self) -> frozenset[str]:
        """The columns that the people of the run came with."""
        return frozenset(self._parquet("facts.parquet", pq.read_schema).names)

    def __contains__(self, person: int) -> bool:
        return self._find(person) >= 0

    def place_of(self, person: int, asked: str = "") -> int:
        """A person's place in `people`; `asked` is how he was named."""
        place = self._find(person)
        if place < 0:
            name = asked or str(person)
            raise UsageError(
                f"这次运行里没有 {name} 这个人。可用 18 位身份证号或人员编号查找。",
                f"there is no {name} in this run. Look people up by id number or person number.",
            )
        return place

    def _find(self, person: int) -> int:
        known = self.people.person
        place = int(np.searchsorted(known, person)) if person < 2**63 else len(known)
        return place if place < len(known) and known[place] == person else -1

    def _json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            loaded = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise SnapshotError(
                f"{self.path} 里没有 {name}：这不是一次完整的运行。请用 yiyang run 生成。",
                f"{self.path} has no {name}: it is no complete run. Make one with yiyang run.",
            ) from None
        except (OSError, ValueError) as error:
            raise SnapshotError(
                f"{path} 读不出来（{error}）；请用 yiyang run 重新运行。",
                f"{path} cannot be read ({error}); make the run again with yiyang run.",
            ) from error
        return loaded if isinstance(loaded, dict) else {}


def ints(column: pa.ChunkedArray) -> Ints:
    """A column as int64 with -1 for NULL."""
    return pc.fill_null(column.cast(pa.int64()), UNKNOWN).to_numpy()
