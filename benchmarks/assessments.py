"""Scoring 100,000 assessments at once, against our own scorer one by one (`yiyang.assessment.logic.score`).

    python -m benchmarks.assessments [--count 100000] [--times 5]

For each scale: made-up answers, most of them not the worst, as Arrow columns and as the stored JSON. Every row's
level, points, parts and rules are compared with those of the scorer one by one. Medians go to results/assessments.json
and into README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import table
from yiyang.assessment import scales
from yiyang.assessment.instrument import Instrument

RESULTS = Path(__file__).parent / "results" / "assessments.json"
SCORED = ("gbt_42195_2022", "ltci_2021", "destitute_self_care")
BAR = 5.0  # seconds for 100,000


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--count", type=int, default=100_000)
    words.add_argument("--times", type=int, default=5)
    given = words.parse_args()
    rows = [measured(scales.instruments()[slug], given.count, given.times) for slug in SCORED]
    found = {"machine": table.machine(), "load": round(os.getloadavg()[0], 1), "bar_s": BAR, "rows": rows}
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    table.put("assessments", shown(found))
    print(shown(found))


def measured(scale: Instrument, count: int, times: int) -> dict[str, Any]:
    """One scale: columns, stored JSON, comparing two readings, and one by one."""
    answers = made(scale, count)
    each = answers.to_pylist()
    stored = [json.dumps(row, ensure_ascii=False) for row in each]
    at_once, columns = timed(lambda: scales.score_many(scale, answers), times)
    _, from_json = timed(lambda: scales.score_many(scale, scales.table_of(scale, stored)), times)
    _, compared = timed(lambda: scales.compare_versions(answers, scale, scale), times)
    single, one_by_one = timed(lambda: [scales.score(scale, row) for row in each], max(times // 2, 1))
    for one, many in zip(single, at_once.to_pylist(), strict=True):
        assert many == {name: getattr(one, name) for name in many}
    return {
        "scale": scale.id,
        "version": scale.version,
        "assessments": count,
        "columns_s": columns,
        "stored_json_s": from_json,
        "two_versions_s": compared,
        "one_by_one_s": one_by_one,
        "times_faster": round(one_by_one / columns, 1),
        "levels": np.bincount(at_once["level"].to_numpy(), minlength=scale.worst + 1).tolist(),
    }


def made(scale: Instrument, count: int) -> pa.Table:
    """Answers drawn with one seed: the better of two draws for each item."""
    draw = np.random.default_rng(42195)
    columns = {}
    for code, item in scale.items.items():
        values = np.array([option.value for option in item.options])
        places = np.minimum(draw.integers(0, len(values), count), draw.integers(0, len(values), count))
        columns[code] = pa.array(values[places])
    return pa.table(columns)


def timed(act: Callable[[], Any], times: int) -> tuple[Any, float]:
    """What came out, and the median seconds."""
    seconds = []
    found = act()
    for _ in range(times):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return found, round(statistics.median(seconds), 4)


def shown(found: dict[str, Any]) -> str:
    """The table of README.md."""
    heads = ["scale", "assessments", "columns", "stored JSON", "two versions compared", "one by one", "times faster"]
    rows = [
        [
            row["scale"],
            f"{row['assessments']:,}",
            *(table.seconds(row[name]) for name in ("columns_s", "stored_json_s", "two_versions_s", "one_by_one_s")),
            f"{row['times_faster']:.0f} ×",
        ]
        for row in found["rows"]
    ]
    slowest = max(row["stored_json_s"] for row in found["rows"])
    held = "held" if slowest < found["bar_s"] else "missed"
    bar = f"Bar: 100,000 in < {found['bar_s']:.0f} s, stored JSON included: {held}, {table.seconds(slowest)}."
    said = f"{bar} Every row equal to one by one. Load {found['load']}. {table.said(found['machine'])}."
    return f"{table.markdown(heads, rows)}\n\n{said}"


if __name__ == "__main__":
    main()
