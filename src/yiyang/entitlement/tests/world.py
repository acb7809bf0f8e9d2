"""A small world made by hand: a policy folder, people told in words, and the months that are run for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yiyang.base.paths import policy_dir
from yiyang.catalog.facts import load_facts
from yiyang.catalog.people import stored
from yiyang.catalog.tests.small import SOURCE, Policy
from yiyang.entitlement import actions
from yiyang.entitlement.store import RunFolder
from yiyang.registry.snapshot import FORMAT

REAL = policy_dir()
NAMES = ("爱华", "保国", "春兰", "德明", "恩泽", "芳华")
DAZHU, QUXIAN, ELSEWHERE = "511724001001", "511725001001", "360202001001"
Told = Mapping[str, Any]
"""A person in words: facts by name, and `household`. Who is not told otherwise is registered and lives in 大竹县."""
Row = dict[str, int | None]
"""A person as stored: integers by column, None = unknown."""


def number(name: str) -> int:
    """The person number of one of NAMES."""
    return NAMES.index(name) + 1


class World:
    """A policy folder in force, and the folder in which snapshots and runs appear."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "policy").mkdir()
        self.policy = Policy(root / "policy")
        (root / "policy" / "areas").symlink_to(REAL / "areas")

    def row(self, person: int, told: Told, month: str = "2026-11") -> Row:
        """A person as stored, in the order of the people file."""
        facts = {name: value for name, value in told.items() if name != "household"}
        home = {"registered_area": DAZHU, "resident_area": facts.get("registered_area", DAZHU), "age": 70}
        home = {name: value for name, value in home.items() if not (name == "age" and "birth_date" in facts)}
        on = date.fromisoformat(f"{month}-01")
        return {"person": person, "household": told.get("household"), **stored(load_facts(), home | facts, on)}

    def snapshot(self, rows: list[Row], month: str = "2026-11", known: str | None = None, name: str = "s") -> Path:
        """A snapshot of these people for a month, as `registry build` would leave it."""
        folder = self.root / f"{name}-{month}"
        folder.mkdir()
        pq.write_table(table_of(rows), folder / "people.parquet")
        digest = hashlib.sha256((folder / "people.parquet").read_bytes()).hexdigest()
        about = {"month": month, "known": known or f"{month}-05", "area": "511700", "synthetic": True}
        manifest = {"kind": "snapshot", "format": FORMAT, **about, "registers": {}, "files": {"people.parquet": digest}}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return folder

    def run(self, people: Mapping[str, Told], month: str = "2026-11", name: str = "r", **options: Any) -> RunFolder:
        """Run a month for some of NAMES; they stand in the order of the file whatever the order here."""
        rows = [self.row(number(who), told, month) for who, told in people.items()]
        return self.run_rows(sorted(rows, key=lambda row: row["person"] or 0), month, name, **options)

    def run_rows(self, rows: list[Row], month: str = "2026-11", name: str = "r", **options: Any) -> RunFolder:
        known = options.pop("known", None)
        found = self.snapshot(rows, month, known, f"{name}-snapshot")
        options = {"pages": False, **options}
        return actions.run(snapshot=found, month=month, out=self.root / f"{name}-{month}", **options)


def table_of(rows: list[Row]) -> pa.Table:
    """People as the registry writes them."""
    wide = {"person", "household", *(fact.column for fact in load_facts().facts.values() if fact.kind == "area")}
    names = rows[0] if rows else {"person": None, "household": None, **dict.fromkeys(load_facts().columns)}
    return pa.table({n: pa.array([row[n] for row in rows], pa.int64() if n in wide else pa.int32()) for n in names})


def values(**fen: int) -> str:
    """`values:` of an item, sums in fen by name."""
    entries = (
        f"{name}: {{zh: {name}, en: {name}, unit: fen, from: {{2020-01-01: {one}}}, source: {SOURCE}}}"
        for name, one in fen.items()
    )
    return f"{{{', '.join(entries)}}}"


def tiers(**when: str) -> str:
    """`amount:` of an item, tiers from the top: value=condition."""
    entries = (f"{{when: {condition!r}, value: {name}}}" for name, condition in when.items())
    return f"{{tiers: [{', '.join(entries)}]}}"


def entitlements(run: RunFolder) -> list[dict[str, Any]]:
    """Every row of the run's entitlements."""
    tables = [pq.read_table(path) for path in sorted((run.path / "entitlements").glob("*.parquet"))]
    return [row for table in tables for row in table.to_pylist()]


def having(run: RunFolder, item: str) -> dict[str, int | None]:
    """Who certainly has an item: name → fen a period."""
    rows = [row for row in entitlements(run) if row["item"] == item and row["answer"] == 1]
    return {NAMES[row["person"] - 1]: row["amount_fen"] for row in rows}


Held = dict[tuple[int, str], tuple[int, int]]
"""(person, item) → fen a period, fen a year."""


def held(run: RunFolder) -> Held:
    """What people certainly have, and what they are certainly paid, from the folder of entitlements alone."""
    rules = {(rule.list_area, rule.item): (number, rule) for number, rule in enumerate(run.bound.program.rules)}
    found = {}
    for row in entitlements(run):
        number, rule = rules[row["list_area"], row["item"]]
        if row["answer"] == 1:
            least = int(run.answers.low[number][row["cell"]]) if row["payee"] else 0
            fen = least if row["amount_fen"] is None else row["amount_fen"]
            found[row["person"], row["item"]] = fen, fen * rule.a_year * rule.pays_people
    return found
