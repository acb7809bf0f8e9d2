"""A month's run on the platform, from database to work lists, step by step.

    python -m benchmarks.months --data DIR --area 511700 --month 2026-11

DIR is a data folder into which the month's registers have gone (`python -m benchmarks.platform --data DIR`). The run is
made, told by step, and dropped again. What follows when it is put in force, cases for everybody whose entitlement
changed, is done and rolled back (`seconds_to_cases`).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "months.json"


def main() -> None:
    """Measure and write the results."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", required=True)
    words.add_argument("--area", type=int, default=511700)
    words.add_argument("--month", default="2026-11")
    asked = words.parse_args()
    os.environ["YIYANG_DATA"] = asked.data
    from yiyang.site import start

    with start.start():
        start.migrate()
        found = measured(asked.area * 10**6 if asked.area < 10**6 else asked.area, asked.month)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


class _Undone(Exception):
    """Rolls back what was only measured."""


def measured(area: int, month: str) -> dict[str, Any]:
    """One run, made by the worker's code in this process."""
    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.entitlement import month_actions, tasks

    by = platform("benchmark")
    with work(by):
        run = month_actions.order(by=by, area=area, month=month)
    began = time.perf_counter()
    tasks.reckon_month.func(run=run.pk, user=None, request="benchmark")
    seconds = round(time.perf_counter() - began, 1)
    with work(by):
        run.refresh_from_db()
        people = run.summary.get("people")
    to_cases, cases = _put_in_force(run)
    with work(by):
        month_actions.drop(by=by, run=run, reason="benchmark")
    load = round(os.getloadavg()[0], 1)
    about = {"area": area, "month": month, "people": people, **run.changes, "cores": os.cpu_count(), "load": load}
    whole = {
        "seconds": seconds,
        "seconds_to_cases": to_cases,
        "seconds_in_all": round(seconds + to_cases, 1),
        "cases": cases,
    }
    return about | whole | {"steps": run.manifest.get("steps", {})}


def _put_in_force(run: Any) -> tuple[float, list[Any]]:
    """Seconds of all that follows from the run, and what each follower says it did; undone again."""
    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.entitlement.starting import followers

    did: list[Any] = []
    began = time.perf_counter()
    with suppress(_Undone), work(platform("benchmark")):
        did = [follow(run, lambda step: None) for follow in followers()]
        raise _Undone
    return round(time.perf_counter() - began, 1), did


if __name__ == "__main__":
    main()
