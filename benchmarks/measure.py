"""One measurement in a process of its own: `python -m benchmarks.measure ENGINE PEOPLE` prints one line of JSON."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import people as made
from benchmarks import twelve
from benchmarks.people import Column, Later, People

Measured = dict[str, Any]
PROC = Path("/proc")


def memory_mb(field: str, *, with_children: bool = False) -> float:
    """VmRSS or VmHWM in MB; not a number where there is no /proc."""
    found = float("nan")
    for process in _family() if with_children else ["self"]:
        with contextlib.suppress(OSError):
            lines = (PROC / process / "status").read_text().splitlines()
            size = next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:")), 0.0)
            found = size if found != found else found + size
    return found


def cpu_seconds() -> float:
    """Processor seconds of this process and of those it started (Spark's Java)."""
    ticks = sum(sum(map(int, _stat(process)[11:13])) for process in _family() if process != str(os.getpid()))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _family() -> list[str]:
    """This process and its descendants, by number."""
    parents = {path.name: fields[1] for path in PROC.glob("[0-9]*") if (fields := _stat(path.name))}
    found = [str(os.getpid())]
    for member in found:
        found += [process for process, parent in parents.items() if parent == member]
    return found


def _stat(process: str) -> list[str]:
    """The fields of /proc/N/stat after the name in parentheses."""
    with contextlib.suppress(OSError):
        return (PROC / process / "stat").read_text().rpartition(")")[2].split()
    return []


def reset_peak() -> None:
    gc.collect()
    with contextlib.suppress(OSError):
        (PROC / "self" / "clear_refs").write_text("5")


class Clock:
    """Seconds, processor seconds and peak memory by name of the step."""

    def __init__(self) -> None:
        self.found: Measured = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        reset_peak()
        base, wall, cpu = memory_mb("VmRSS"), time.perf_counter(), time.process_time()
        yield
        self.found[f"{name}_s"] = time.perf_counter() - wall
        self.found[f"{name}_cpu_s"] = time.process_time() - cpu
        self.found[f"{name}_peak_mb"] = memory_mb("VmHWM")
        self.found[f"{name}_base_mb"] = base


def digest(columns: dict[str, Column]) -> str:
    """Of every answer of every person: two engines with the same digest agree on everybody."""
    total = hashlib.blake2b(digest_size=16)
    for item in twelve.ITEMS:
        total.update(np.ascontiguousarray(columns[item]).astype(np.int32).tobytes())
    return total.hexdigest()


def said(name: str, columns: dict[str, Column]) -> Measured:
    return {f"{name}_digest": digest(columns), f"{name}_sums": twelve.sums(columns)}


def gains(change: Column, people: Column | int = 1) -> Measured:
    """Budget in yuan a month, winners and losers; `people` behind each value."""
    return {
        "budget": float((change * people).sum(dtype=np.float64)),
        "winners": int(((change > 0) * people).sum()),
        "losers": int(((change < 0) * people).sum()),
    }


def openfisca(style: str, people: People, later: Later) -> Measured:
    from benchmarks import fisca

    clock = Clock()
    with clock.step("answers"):
        base_system = fisca.system(style)
        base = fisca.simulation(base_system, people)
        found = fisca.answers(base)
    result = said("answers", found)
    with clock.step("reform"):
        other = fisca.simulation(fisca.Reformed(base_system), people)
        pairs = [fisca.answers(simulated, items=twelve.CASH) for simulated in (other, base)]
        after, before = (sum(columns[item].astype(np.float32) for item in twelve.CASH) for columns in pairs)
        result |= gains(after - before)
    del other, pairs, after, before
    with clock.step("next"):
        fisca.put(base, later.people, fisca.NEXT_MONTH)
        after_month = fisca.answers(base, fisca.NEXT_MONTH)
        changed = np.zeros(len(people["age"]), bool)
        for item in twelve.ITEMS:
            changed |= after_month[item] != found[item]
    result |= said("next", after_month)
    return clock.found | result | {"next_changed": int(changed.sum())}


def yiyang(_: str, people: People, later: Later) -> Measured:
    from yiyang.engine.memory import MemoryRun

    columns = made.snapshot(people)
    after = made.snapshot(later.people) | {"birth_date": columns["birth_date"]}
    clock = Clock()
    with clock.step("answers"):
        program = twelve.program()
        run = MemoryRun(program, columns, made.REFERENCE)
        answers, fen = run.people_table()
    result = said("answers", twelve.in_yuan(answers, fen)) | {"cells": len(run.codes), "possible": run.coding.total}
    _check_reasons(run, answers)
    with clock.step("reform"):
        reform = run.reform(twelve.reformed(program))
        result |= {"budget": reform.budget / 1200, "winners": reform.winners, "losers": reform.losers}
    with clock.step("calendar"):
        _ = run.birthdays
    with clock.step("next"):
        month = run.next_month(later.changed, after, made.NEXT_REFERENCE)
        changed = len(month.bring_up_to_date(answers, fen))
    result |= said("next", twelve.in_yuan(answers, fen)) | {"next_changed": changed}
    with clock.step("again"):
        full = MemoryRun(program, after, made.NEXT_REFERENCE)
        full_answers, full_fen = full.people_table()
    assert digest(twelve.in_yuan(full_answers, full_fen)) == result["next_digest"]
    return clock.found | result


def _check_reasons(run: Any, table: list[Column]) -> None:
    """Some people's reasons must explain their answers: nobody entitled lacks a reason that all must meet."""
    for person in range(0, run.count, max(run.count // 50, 1)):
        for rule, item in enumerate(twelve.ITEMS):
            reasons = run.reasons_of(person, rule)
            assert None not in reasons.values()
            if item in ("assessment_eligible", "health_management", "legal_service"):
                assert all(reasons.values()) == bool(table[rule][person] == 1)


ENGINES: dict[str, tuple[Callable[[str, People, Later], Measured], str]] = {
    "openfisca documented": (openfisca, "documented"),
    "openfisca tuned": (openfisca, "tuned"),
    "yiyang": (yiyang, ""),
}


def main(engine: str, count: int) -> None:
    run, style = ENGINES[engine]
    # Each engine first answers a hundred people, so that what it loads on first use is loaded before the clock starts.
    few = made.make(100)
    run(style, few, made.later(few))
    people = made.make(count)
    later = made.later(people)
    print(json.dumps({"engine": engine, "people": count, **run(style, people, later)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
