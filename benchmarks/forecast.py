"""How good and how fast the forecast is: against the UN, against the census of 2020, against what others say.

    python -m benchmarks.forecast

Prints everything that the page 预测有多准 shows, and how long a county, a city and the nation take with their fans.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

from yiyang.forecast import check, claimed, projections, units

RESULTS = Path(__file__).parent / "results" / "forecast.json"
TIMES = 7
AREAS = {"county": 511724000000, "city": 511700000000, "nation": 0}


def main() -> None:
    found = {
        "united_nations": [_compared(each) for each in check.against_un()],
        "revision_2022": [_compared(each) for each in check.against_revision()],
        "back_test": _back_test(),
        "claims": [_claim(each) for each in claimed.everywhere()],
        "milliseconds": {name: _took(code) for name, code in AREAS.items()},
        "made_from": projections.made_from(),
        "load": os.getloadavg()[0],
    }
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _compared(each: check.Compared) -> dict[str, Any]:
    counts = {"ours": round(each.ours), "theirs": round(each.theirs)}
    return {"year": each.year, "age": each.age, **counts, "percent": round(each.percent, 3)}


def _back_test() -> dict[str, Any]:
    test = check.back_test()
    rows = zip(test.names, check.plain_errors(), check.errors(), strict=True)
    return {
        "bands": check.BAND_NAMES,
        "units": [
            {"name": name, "ageing_only": _percents(plain), "with_others_moves": _percents(moved)}
            for name, plain, moved in rows
        ],
        "cities": [
            {"name": name, "ageing_only": _percents(plain), "with_others_moves": _percents(moved)}
            for name, plain, moved in check.cities()
        ],
        "spread": _percents(test.spread),
        "coverage": [vars(each) for each in check.coverage()],
        "mortality_factors": dict(zip(test.names, (round(float(each), 3) for each in units.factors()), strict=True)),
    }


def _percents(values: Any) -> list[float]:
    return [round(100 * float(each), 1) for each in values]


def _claim(each: claimed.Held) -> dict[str, Any]:
    one = each.claim
    said = {"area": each.area, "year": one.year, "age": one.age, "base": one.base, "theirs": one.people}
    return said | {"ours": round(each.ours), "percent": round(each.error, 1), "is_forecast": one.is_forecast}


def _took(area: int) -> dict[str, float]:
    """Milliseconds to 2035, 400 draws, what is kept thrown away before each; and the whole again from what is kept."""
    times = []
    for _ in range(TIMES):
        projections._kept.cache_clear()
        began = time.perf_counter()
        projections.project(area)
        times.append(1000 * (time.perf_counter() - began))
    began = time.perf_counter()
    projections.project(area)
    kept = 1000 * (time.perf_counter() - began)
    return {"median": round(statistics.median(times), 1), "most": round(max(times), 1), "kept": round(kept, 2)}


if __name__ == "__main__":
    main()
