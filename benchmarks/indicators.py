"""Measuring every indicator of a city, from village to city, step by step.

    python -m benchmarks.indicators --data DIR --area 511700 --on 2026-10-31

DIR is a data folder with a month's run, made ready by `python -m benchmarks.months`; it is written to, so give
it a copy. Measured: the whole (counting, adding up, keeping), the counting alone, the same from the registry as known
on the day (what a recomputation of the past takes), the dashboard's queries, and counting one figure again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "indicators.json"


def main() -> None:
    """Measure and write the results."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", required=True)
    words.add_argument("--area", type=int, default=511700)
    words.add_argument("--on", type=date.fromisoformat, default=date(2026, 10, 31))
    asked = words.parse_args()
    os.environ["YIYANG_DATA"] = asked.data
    from yiyang.site import start

    with start.start():
        start.migrate()
        found = measured(asked.area * 10**6 if asked.area < 10**6 else asked.area, asked.on)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def measured(area: int, on: date) -> dict[str, Any]:
    """Seconds of each part, and how much there was to count."""
    from django.utils import timezone

    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.indicators import measuring, reading
    from yiyang.indicators.policy import find, load_indicators
    from yiyang.indicators.rows import Moment
    from yiyang.registry.models import Person

    known, by = list(load_indicators().values()), platform("benchmark")
    with work(by):
        people = Person.objects.filter(is_current=True).count()
        counted, counting = _timed(lambda: measuring.count(Moment(area, on), known))
        made, whole = _timed(lambda: measuring.measure(by=by, on=on, areas=[area]))
    with work(by):
        yesterday = timezone.localdate() - timedelta(days=1)
        registry, resolving = _timed(lambda: measuring.count(Moment(area, on, yesterday), known))
        _, board = _timed(lambda: reading.board(area, on))
        figure = reading.figure_of("elders_60", area, on)
        assert figure is not None
        again, once_more = _timed(lambda: measuring.again(figure, find("elders_60")))
    assert again.is_same
    areas = len({row["area"] for row in counted.table.select(["area"]).to_pylist()})
    return {
        "area": area, "on": f"{on}", "people": people, "areas": areas,
        "indicators": sum(each.measure is not None for each in known), "figures": made[0].figures,
        "basis": {key: value.get("kind") for key, value in counted.basis.items()},
        "basis_of_registry": registry.basis["people"]["kind"],
        "seconds": whole, "seconds_counting": counting, "seconds_as_known_on_a_day": resolving,
        "seconds_board": board, "seconds_one_again": once_more,
        "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _timed(do: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    found = do()
    return found, round(time.perf_counter() - began, 2)


if __name__ == "__main__":
    main()
