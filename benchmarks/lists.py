"""How long the condition editor takes over a keystroke: what may come next, and what the condition says in words.

    python -m benchmarks.conditions            # aim: both together within a tenth of a second

The yardstick in the same run is what the editor's file of facts costs to read once: parsing of the YAML alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from benchmarks import table
from yiyang.base.paths import policy_dir
from yiyang.revisions.conditions import complete, judge

RESULTS = Path(__file__).parent / "results" / "lists.json"
TIMES, RUNS = 60, 5
UP, LOW = "511700", "511724"
VALUES = {"from_age": "起始年龄"}
HALF = "age >= 80 and hardship in (destitute, lo"
WHOLE = "age >= 80 and (hardship in (destitute, low_income) or lonely)"


def main() -> None:
    facts = (policy_dir() / "facts.yaml").read_text(encoding="utf-8")
    found = {
        "complete": _median(lambda: complete(HALF, len(HALF), VALUES, "511724", policy_dir())),
        "judge": _median(lambda: judge(WHOLE, {}, policy_dir())),
        "facts parsed": _median(lambda: yaml.load(facts, yaml.CSafeLoader)),
    }
    found["two lists compared, whole process, CPU"] = _process("list", "compare", LOW, UP)
    found["a process that says its help, CPU"] = _process("--help")
    for name, milliseconds in found.items():
        print(f"{name:40} {milliseconds:8.2f} ms")
    RESULTS.write_text(
        json.dumps({"machine": table.machine(), "milliseconds": found}, ensure_ascii=False, indent=1) + "\n"
    )


def _median(work: Callable[[], object]) -> float:
    """Milliseconds of the middle one of TIMES, after one that is not counted."""
    work()
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(taken), 2)


def _process(*words: str) -> float:
    """Milliseconds of processor time of the middle one of RUNS processes, start included."""
    taken = []
    for _ in range(RUNS):
        before = os.times()
        done = subprocess.run([sys.executable, "-m", "yiyang", *words], capture_output=True, text=True, check=False)
        after = os.times()
        if done.returncode not in (0, 4):  # 4: something is below the floor, which is what the comparison is for
            raise SystemExit(done.stderr)
        taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return round(statistics.median(taken) * 1000, 2)


if __name__ == "__main__":
    main()
