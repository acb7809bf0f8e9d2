"""A tiny city hall: 爱华, 保国, 春兰 and 德明, and the departments that know them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from stdnum.cn import ric

from yiyang.registry.build import build
from yiyang.registry.contracts import load_contracts
from yiyang.registry.identity import person_of
from yiyang.registry.snapshot import Snapshot
from yiyang.registry.tables import resolve

AIHUA, BAOGUO, CHUNLAN, DEMING = (
    body + ric.calc_check_digit(body + "0")
    for body in ("51302919450101001", "51172119380215012", "51303019550630002", "51022819400909033")
)
NAMES = {AIHUA: "爱华", BAOGUO: "保国", CHUNLAN: "春兰", DEMING: "德明"}
ZHUYANG = "511724001001"  # a residents' committee in 大竹县


def person_row(id_number: str, **changes: str) -> dict[str, str]:
    """A row of the household registration, in order unless changed."""
    row = {
        "身份证号码": id_number,
        "姓名": NAMES.get(id_number, "某人"),
        "户号": "H1",
        "性别": "女",
        "出生日期": "",
        "户籍地区划代码": ZHUYANG,
        "现住地区划代码": ZHUYANG,
        "城乡分类": "城镇",
        "登记日期": "2001-05-06",
    }
    return row | changes


def ask(query: str, con: duckdb.DuckDBPyConnection | None = None) -> list[dict[str, Any]]:
    """The rows a query answers."""
    con = (con or duckdb.connect()).execute(query)
    names = [column[0] for column in con.description or []]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


def csv_bytes(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    """Rows as a file with a heading."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


@dataclass
class Hall:
    """Writes deliveries and builds snapshots below one folder."""

    root: Path
    month: str = "2026-10"
    built: list[Snapshot] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        path = self.root / self.month
        if not path.exists():
            path.mkdir(parents=True)
            note = {"month": self.month, "area": "511724", "synthetic": True}
            (path / "delivery.json").write_text(json.dumps(note), encoding="utf-8")
        return path

    def deliver(self, register: str, rows: list[dict[str, str]] | bytes, suffix: str = ".csv") -> Path:
        """Put a register's file down."""
        path = self.folder / f"{load_contracts()[register].file}{suffix}"
        path.write_bytes(rows if isinstance(rows, bytes) else csv_bytes(rows))
        return path

    def police(self, *rows: dict[str, str]) -> Path:
        return self.deliver("police_households", list(rows) or [person_row(i) for i in NAMES])

    def build(self, known: str | None = None, *, alone: bool = False, out: str | None = None) -> Snapshot:
        """Build the month's delivery on the snapshot built before, unless `alone`."""
        day = date.fromisoformat(known or f"{self.month}-05")
        target = self.root / (out or f"s{len(self.built)}")
        previous = self.built[-1].path if self.built and not alone else None
        self.built.append(build(self.folder, known=day, out=target, previous=previous))
        return self.built[-1]

    def people(
        self, snapshot: Snapshot, month: str | None = None, known: str | None = None
    ) -> dict[int, dict[str, Any]]:
        """The people table by person."""
        con = duckdb.connect()
        resolve(con, snapshot.path, month or snapshot.month, date.fromisoformat(known) if known else None)
        return {row["person"]: row for row in ask("SELECT * FROM people", con)}

    def fact(
        self, snapshot: Snapshot, who: str, column: str, month: str | None = None, known: str | None = None
    ) -> Any:
        return self.people(snapshot, month, known)[person_of(who)][column]

    def rows(self, snapshot: Snapshot, register: str) -> list[dict[str, Any]]:
        """The snapshot's rows of a register."""
        return ask(f"SELECT * FROM read_parquet('{snapshot.registers[register]}')")

    def quarantine(self, snapshot: Snapshot) -> list[dict[str, str]]:
        with (snapshot.path / "quarantine.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
