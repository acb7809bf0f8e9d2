"""How long the condition editor takes over a keystroke: what may come next, and what the condition says in words.

    python -m benchmarks.conditions            # aim: both together within a tenth of a second

The yardstick in the same run is what the editor's file of facts costs to read once: parsing of the YAML alone.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from benchmarks import table
from yiyang.base.paths import policy_dir
from yiyang.revisions.conditions import complete, judge

RESULTS = Path(__file__).parent / "results" / "conditions.json"
TIMES = 60
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
    for name, milliseconds in found.items():
        print(f"{name:16} {milliseconds:8.2f} ms")
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


if __name__ == "__main__":
    main()
