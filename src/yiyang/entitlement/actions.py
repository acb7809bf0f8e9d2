"""What the commands do: make a run, compare two, and put the outputs down whole."""

from __future__ import annotations

import hashlib
import json
import re
import time
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

import yiyang
from yiyang.areas import logic as areas
from yiyang.areas.tables import boundaries
from yiyang.base.errors import SnapshotError, UsageError
from yiyang.base.output import atomic_folder
from yiyang.base.screen import Steps, progress
from yiyang.catalog.binding import bind
from yiyang.catalog.frozen import freeze
from yiyang.catalog.overlay import Overlay
from yiyang.entitlement import arrears, diff, diffsum, next_facts, report, workbook
from yiyang.entitlement.run import Tell, compute
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.summary import summarise
from yiyang.registry.snapshot import people_for

Json = dict[str, Any]
Engine = Literal["duckdb", "spark"]
MEMORY = "3GB"


def reference_day(month: str) -> date:
    """The first day of a month written YYYY-MM."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", month):
            raise ValueError
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise UsageError(
            f"月份 {month} 写法不对，应为 2026-11 这样的年-月。", f"{month} is no month; write it as 2026-11."
        ) from None


def run(
    *,
    snapshot: Path,
    month: str,
    out: Path,
    engine: Engine = "duckdb",
    overlay: Overlay | None = None,
    previous: Path | None = None,
    then: Path | None = None,
    pages: bool = True,
    policy: Path | None = None,
    tell: Tell = lambda _zh, _en: None,
) -> RunFolder:
    """Answer everybody of a snapshot for a month and write the run's folder, whole or not at all.

    Args:
        previous: the run of the month before; its differences go into the report and `diff.json`.
        then: a folder made by `compute_arrears`; its back-pay and recovery go into the report.
        pages: also report.html and tables.xlsx.
        policy: the lists; None = those that ship.
        tell: also told of each step, in Chinese and English.
    """
    on = reference_day(month)
    before, back = RunFolder(previous) if previous else None, _arrears_of(then) if then else None
    with progress(f"{month} 运行", f"run {month}", total=8) as bar, atomic_folder(out) as folder:
        clock = _Clock(bar, tell)
        clock.tell("读取快照", "reading the snapshot")
        people, source = people_for(snapshot, on, folder / "facts.parquet")
        bound = bind([source["area"]], on, overlay, policy)
        freeze(bound, folder / "policy", policy, overlay=overlay)
        backend = open_backend(engine, folder)
        try:
            result = compute(bound, backend, people, folder, clock.tell)
        finally:
            backend.close()
        clock.tell("汇总", "adding up")
        summary = summarise(result, area=source["area"], month=month, synthetic=source["synthetic"])
        _json(folder / "summary.json", summary)
        _json(folder / "rules.json", _rules(result.bound))
        manifest = _manifest(folder, month, on, source, result.bound.program.hash, engine, overlay)
        _json(folder / "manifest.json", manifest | {"seconds": clock.seconds})
        changes = _changes(before, folder, clock) if before else None
        if pages:
            clock.tell("写报告", "writing the report")
            write_pages(folder, summary | {"manifest": manifest}, changes, back)
        _json(folder / "manifest.json", manifest | {"seconds": clock.stop()})
    return RunFolder(out)


def open_backend(engine: Engine, folder: Path) -> Any:
    """The store that carries the run."""
    if engine == "spark":
        from yiyang.engine.spark import SparkBackend

        return SparkBackend()
    from yiyang.engine.duck import DuckBackend

    return DuckBackend(memory=MEMORY, spill=folder / "spill")


class _Clock:
    """Times the steps and shows them."""

    def __init__(self, bar: Steps, tell: Tell) -> None:
        self._bar, self._also, self._name, self._began = bar, tell, "", time.perf_counter()
        self.seconds: dict[str, float] = {}

    def tell(self, zh: str, en: str) -> None:
        self._note()
        self._name = en
        self._bar.step(zh, en)
        self._also(zh, en)

    def stop(self) -> dict[str, float]:
        self._note()
        return self.seconds

    def _note(self) -> None:
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = round(now - self._began, 2)
        self._began = now


def _rules(bound: Any) -> list[Json]:
    from yiyang.entitlement.summary import describe

    return [
        {"rule": number, **describe(rule, info)}
        for number, (rule, info) in enumerate(zip(bound.program.rules, bound.infos, strict=True))
    ]


def _manifest(
    folder: Path, month: str, on: date, source: Json, list_hash: str, engine: Engine, overlay: Overlay | None
) -> Json:
    """List, snapshot and engine version: the same three give the same bytes."""
    files = sorted(path for path in folder.rglob("*.parquet"))
    return {
        "kind": "run",
        "month": month,
        "reference_day": on.isoformat(),
        "known": source["known"],
        "area": source["area"],
        "areas": [source["area"]],
        "synthetic": source["synthetic"],
        "list_hash": list_hash,
        "snapshot_hash": source["hash"],
        "engine": engine,
        "version": yiyang.__version__,
        "is_trial": bool(overlay),
        "files": {str(path.relative_to(folder)): sha256(path) for path in files},
    }


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changes(before: RunFolder, folder: Path, clock: _Clock) -> Json:
    clock.tell("与上月比较", "comparing with the month before")
    after = RunFolder(folder)
    table = diff.changes(before, after)
    pq.write_table(table, folder / "changes.parquet", compression="zstd")
    changes = diffsum.summarise(table, before, after)
    _json(folder / "diff.json", changes)
    return changes


def _arrears_of(path: Path) -> Json:
    try:
        loaded: Json = json.loads((path / "arrears.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SnapshotError(
            f"{path} 不是补发追回的输出（由 yiyang arrears --out 生成）：{error}",
            f"{path} holds no arrears (made by yiyang arrears --out): {error}",
        ) from error
    return loaded


def write_pages(folder: Path, summary: Json, changes: Json | None, back: Json | None) -> None:
    """report.html and tables.xlsx."""
    report.render(summary, changes, back, boundaries(areas.normalise(summary["area"]["code"])), folder / "report.html")
    workbook.write(summary, changes, back, folder / "tables.xlsx")


def compare_runs(a: Path, b: Path, out: Path | None) -> Json:
    """Differences of two runs; with `out` also who (changes.parquet)."""
    before, after = RunFolder(a), RunFolder(b)
    table = diff.changes(before, after)
    found = diffsum.summarise(table, before, after)
    if out:
        _write_comparison(out, found, table, "changes.parquet", (a, b))
    return found


def compute_arrears(then: Path, now: Path, out: Path | None) -> Json:
    """Back-pay and recovery of one month known at two times; with `out` also per person (arrears.parquet)."""
    before, after = RunFolder(then), RunFolder(now)
    table = arrears.arrears(before, after)
    found = arrears.summarise(table, before, after)
    if out:
        _write_comparison(out, found, table, "arrears.parquet", (then, now))
    return found


def _write_comparison(out: Path, found: Json, table: pa.Table, name: str, runs: tuple[Path, Path]) -> None:
    """The folder of a comparison of two runs: its figures, who they are, and which runs."""
    kind = found["kind"]
    with atomic_folder(out) as folder:
        pq.write_table(table, folder / name, compression="zstd")
        _json(folder / f"{kind}.json", found)
        _json(folder / "manifest.json", {"kind": kind, "runs": [str(run) for run in runs]})


def write_next(run: RunFolder, found: list[next_facts.Missing], summary: Json, out: Path) -> None:
    """next.json, next.parquet (person × missing fact) and one CSV per township for the people who ask."""
    table = next_facts.people(run, found)
    names = {fact["fact"]: fact["zh"] for fact in summary["facts"]}
    with atomic_folder(out) as folder:
        pq.write_table(table, folder / "next.parquet", compression="zstd")
        _json(folder / "next.json", summary)
        _json(folder / "manifest.json", {"kind": "next", "run": str(run.path)})
        (folder / "townships").mkdir()
        for code, name, rows in next_facts.by_town(table):
            next_facts.write_csv(
                rows,
                names,
                folder / "townships" / f"{code:012d}-{name}.csv" if code >= 0 else folder / "townships" / f"{name}.csv",
            )


def _json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


__all__ = ["compare_runs", "compute_arrears", "reference_day", "run", "write_pages"]
