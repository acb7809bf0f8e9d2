"""The simulation page on the runs of a county and of a city: how long the server takes, against a whole second run.

    python -m benchmarks.simulation --run out/county/run-2026-11 --run out/demo/run-2026-11

For each run: a figure of 高龄津贴 moved to another place each time, binding of the list and drawing of the part of
the page included; then two levers and a new tier; then a condition on a fact that no list asks about.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "simulation.json"
TIMES = 60
ITEM = "511724/old_age_allowance"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--run", type=Path, action="append", required=True, help="the folder of a run")
    words.add_argument("--times", type=int, default=TIMES)
    words.add_argument("--cells-only", action="store_true", help="leave out the change that needs everybody one by one")
    given = words.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiyang.site.settings")
    import django
    import django.conf

    django.setup()
    # Pages are drawn without collecting static files first.
    django.conf.settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    found = [measured(path, given.times, given.cells_only) for path in given.run]
    found = [{**one, "load": os.getloadavg()[0]} for one in found]
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, ensure_ascii=False, indent=1))


def measured(path: Path, times: int, cells_only: bool) -> dict[str, Any]:
    """One run: opening it, then each kind of change."""
    from yiyang.entitlement.models import MonthRun
    from yiyang.entitlement.store import RunFolder
    from yiyang.simulation.bases import Base

    folder = RunFolder(path)
    made = MonthRun(month=folder.manifest["month"], known=date.fromisoformat(folder.manifest["known"]), list_hash="-")
    began = time.perf_counter()
    base = Base(made, str(folder.manifest["area"])[:6], folder)
    base.open()
    opened = time.perf_counter() - began
    kinds = {
        "one_lever": lambda n: {f"{ITEM}.eighties": str(61 + n)},
        "two_levers_and_a_tier": lambda n: {
            "511724/care_service_subsidy.amount": str(301 + n),
            f"{ITEM}.nineties": str(121 + n),
            f"when:{ITEM}": "age >= 95 and economic_hardship",
            f"fen:{ITEM}": str(200 + n),
        },
        "a_fact_that_no_list_asks_about": lambda n: {
            f"who:{ITEM}": f"age >= @from_age and (sex == female or age >= {80 + n % 20})"
        },
    }
    if cells_only:
        del kinds["a_fact_that_no_list_asks_about"]
    # What a whole second run takes is told by the run itself.
    whole = sum(float(one) for one in folder.manifest["seconds"].values())
    return {
        "area": base.area,
        "people": base.people,
        "cells": base.simulator.cells.count,
        "open_s": round(opened, 2),
        "whole_run_s": round(whole, 2),
        **{
            kind: _told(list(_timed(base, make, times if "no_list" not in kind else 5)), whole)
            for kind, make in _possible(base, kinds).items()
        },
    }


def _possible(base: Any, kinds: dict[str, Callable[[int], Any]]) -> dict[str, Callable[[int], Any]]:
    """A city's levers are its own list's; the county's stand in its run as changes of the API."""
    return kinds if base.area == "511724" else {kind: _as_county(make) for kind, make in kinds.items()}


def _as_county(make: Callable[[int], Any]) -> Callable[[int], Any]:
    return lambda n: {"county": make(n)}


def _timed(base: Any, make: Callable[[int], Any], times: int) -> Iterator[tuple[float, float]]:
    from django.template.loader import render_to_string

    from yiyang.catalog.binding import effective_program
    from yiyang.simulation import bases, logic
    from yiyang.simulation.workbench import shown

    county = effective_program("511724", base.folder.bound.on, policy=base.policy)
    blocks = logic.blocks_of(county, "511724", base.costs)
    for n in range(times):
        posted = make(n)
        began, worked = time.perf_counter(), time.process_time()
        changes = logic.changes_of(posted.get("county", posted), county, blocks)
        found = bases.reckon(base, changes)
        render_to_string("simulation/result.html", {"base": base, "changes": "", **shown(found)})
        yield time.perf_counter() - began, time.process_time() - worked


def _told(times: list[tuple[float, float]], whole: float) -> dict[str, float]:
    """Wall clock, and the processor time that a machine shared with others does not stretch."""
    wall, worked = (sorted(one[place] for one in times[1:]) for place in (0, 1))
    return {
        "first_ms": round(times[0][0] * 1000, 1),
        "p50_ms": round(statistics.median(wall) * 1000, 1),
        "p95_ms": round(wall[int(len(wall) * 0.95)] * 1000, 1),
        "processor_p50_ms": round(statistics.median(worked) * 1000, 1),
        "processor_p95_ms": round(worked[int(len(worked) * 0.95)] * 1000, 1),
        "times_faster_than_a_run": round(whole / statistics.median(wall), 1),
    }


if __name__ == "__main__":
    main()
