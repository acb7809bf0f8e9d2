"""How time and memory grow with people: `python -m benchmarks.growth [--engine duckdb|spark] [--people …]`.

People lie in Parquet files and so do the answers; memory is limited to 2 GB. Each size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import people as made
from benchmarks import table, twelve
from benchmarks.measure import cpu_seconds, memory_mb, reset_peak
from yiyang.engine import pipeline
from yiyang.engine.cells import Coding, coding_of
from yiyang.engine.duck import DuckBackend
from yiyang.engine.rules import Program
from yiyang.engine.spark import SparkBackend

Row = dict[str, Any]
HERE = Path(__file__).parent
SIZES = {"duckdb": (100_000, 1_000_000, 5_000_000, 20_000_000, 100_000_000), "spark": (100_000, 1_000_000, 5_000_000)}
MEMORY = "2GB"
PART = 1_000_000
CARRY = ("household", "birth_date")
WRITTEN = "person, rule, cell, answer, low_fen, high_fen, met, unknown"
YEARS = (60, 100)  # a class for each year of age, as a real run has, so that thresholds can be simulated
STEPS = ("start", "count", "evaluate", "people", "entitlements")


def main() -> None:
    options = _options()
    if options.one:
        print(json.dumps(measured(options.engine, options.one, options.folder)))
        return
    rows = [_in_its_own_process(options.engine, count) for count in options.people or SIZES[options.engine]]
    result = {"machine": table.machine(), "memory": MEMORY, "rows": rows}
    (HERE / "results" / f"growth-{options.engine}.json").write_text(json.dumps(result, indent=1) + "\n")
    table.put(f"growth-{options.engine}", shown(result))
    print(shown(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engine", choices=tuple(SIZES), default="duckdb")
    parser.add_argument("--people", type=lambda text: tuple(int(part) for part in text.split(",")), default=None)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_its_own_process(engine: str, count: int) -> Row:
    print(f"{engine}: {count:,} people", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        write_people(count, Path(folder) / "people")
        words = ["--engine", engine, "--one", str(count), "--folder", folder]
        command = [sys.executable, "-m", "benchmarks.growth", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout))


def write_people(count: int, folder: Path) -> None:
    """The benchmark's people, a million a file, two to a household."""
    folder.mkdir()
    for number, first in enumerate(range(0, count, PART)):
        people = made.snapshot(made.make(min(PART, count - first), made.SEED + number))
        person = np.arange(first, first + len(people["ability"]))
        facts = {name: pa.array(column.astype(np.int32)) for name, column in people.items()}
        columns = {"person": pa.array(person), "household": pa.array(person // 2), **facts}
        pq.write_table(pa.table(columns), folder / f"part-{number:05}.parquet", compression="zstd")


def program() -> Program:
    """The twelve items; the retrofit of a home goes to the household, so that payees are found too."""
    rules = twelve.program().rules
    return Program(
        tuple(replace(rule, per="household") if rule.item == "retrofit_eligible" else rule for rule in rules)
    )


def measured(engine: str, count: int, folder: Path) -> Row:
    """Seconds and peak memory of each step."""
    row: Row = {"engine": engine, "people": count}
    reset_peak()
    rules, spill = program(), folder / "spill"
    spill.mkdir()
    with _clock(row, "start"):
        backend = (
            DuckBackend(memory=MEMORY, spill=spill) if engine == "duckdb" else SparkBackend(memory="2g", spill=spill)
        )
        backend.read_parquet("people", folder / "people")
    with _clock(row, "count"):
        coding = coding_of(rules, every_year=YEARS)
        cells = pipeline.count_cells(backend, coding, made.REFERENCE, CARRY, keep=False)
    with _clock(row, "evaluate"):
        evaluator, answers = pipeline.evaluate(rules, cells)
        backend.put("answers", pipeline.answers_table(rules, evaluator, answers, everything=False))
    with _clock(row, "people"):
        backend.write_parquet("SELECT person, household, cell FROM numbered", folder / "cells.parquet")
    with _clock(row, "entitlements"):
        for step in pipeline.found(_of_households(rules), keep=False):
            backend.run(step)
        backend.write_parquet(f"SELECT {WRITTEN} FROM paid WHERE turn = 1", folder / "entitlements.parquet")
    row |= {"peak_mb": memory_mb("VmHWM", with_children=True), **_facts(backend, folder, cells, coding)}
    backend.close()
    return row


def _of_households(rules: Program) -> list[int]:
    return [number for number, rule in enumerate(rules.rules) if rule.per == "household"]


def _facts(backend: DuckBackend | SparkBackend, folder: Path, cells: pipeline.Cells, coding: Coding) -> Row:
    backend.read_parquet("written", folder / "entitlements.parquet")
    sums = "COUNT(*) AS entitlements, CAST(SUM(low_fen) AS BIGINT) AS fen"
    return {
        "cells": len(cells.codes),
        "possible": coding.total,
        "read_mb": _size_mb(folder / "people"),
        "written_mb": round(_size_mb(folder / "cells.parquet") + _size_mb(folder / "entitlements.parquet"), 1),
        **backend.fetch(f"SELECT {sums} FROM written").to_pylist()[0],
    }


def _size_mb(path: Path) -> float:
    files = path.glob("*.parquet") if path.is_dir() else [path]
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


@contextmanager
def _clock(row: Row, step: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), cpu_seconds()
    yield
    row[f"{step}_s"] = round(time.perf_counter() - wall, 4)
    row[f"{step}_cpu_s"] = round(cpu_seconds() - cpu, 4)


def shown(result: Row) -> str:
    """The table of one engine."""
    heads = ["people", "cells", *STEPS, "all", "processor a million", "peak", "read", "written"]
    rows = []
    for row in result["rows"]:
        total = sum(row[f"{step}_s"] for step in STEPS)
        steps = [table.seconds(row[f"{step}_s"]) for step in STEPS]
        sizes = [f"{row[name]:,.0f} MB" for name in ("peak_mb", "read_mb", "written_mb")]
        speed = table.seconds(sum(row[f"{step}_cpu_s"] for step in STEPS[1:]) / row["people"] * 1e6)
        rows.append([f"{row['people']:,}", f"{row['cells']:,}", *steps, table.seconds(total), speed, *sizes])
    note = f"Memory limit {result['memory']}. {table.said(result['machine'])}."
    return f"{table.markdown(heads, rows)}\n\n{note}"


if __name__ == "__main__":
    main()
