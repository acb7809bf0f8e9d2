"""How far the hiding of cells is from the least: small tables whose least hiding a mixed program proves.

    python -m benchmarks.publication_least [--tables 12] [--seconds 120]

The program knows the same rule (each small count may be `width` more and as much less for all that is told): a yes or
no for every cell, and for each small count and direction a move that changes hidden cells only. Its moves are in
fractions, ours in whole numbers, so it proves a bound from below. Three aims: fewest cells, fewest people in them, and
what hiding goes for (`price_of`). Tables are made up: towns by ages, and towns of two counties by ages by sexes.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from yiyang.indicators.publication.hiding import price_of
from yiyang.indicators.publication.protecting import protect, shape_of
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.system import System, system_of
from yiyang.indicators.publication.tables import Table, flat, nested, table_of

RESULTS = Path(__file__).parent / "results" / "publication_least.json"
RULES = Rules(least=10, width=5)


def main() -> None:
    """Measure and write the results."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--tables", type=int, default=12)
    words.add_argument("--seconds", type=float, default=120)
    given = words.parse_args()
    found = [measured(number, given.seconds) for number in range(given.tables)]
    told = {"tables": found, "summary": summary(found)}
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def table(number: int) -> Table:
    """A made-up table; of every three one with three dimensions."""
    random = np.random.default_rng(number)
    if number % 3 == 2:
        towns = nested("area", "区划", [f"51172{c}00{t}000" for c in (2, 4) for t in (1, 2, 3)], (4, 6), {})
        sizes = random.gamma(2, 60, 6)
        leaves = random.poisson(np.einsum("a,b,c->abc", sizes, [0.6, 0.3, 0.1], [0.48, 0.52]))
        dimensions = [towns, flat("age", "年龄", list("abc")), flat("sex", "性别", list("mf"))]
        return table_of("t", "t", "elders", "2026-10", dimensions, leaves)
    rows, columns = int(random.integers(5, 9)), int(random.integers(4, 7))
    shares = np.sort(random.dirichlet(np.ones(columns)))[::-1]
    leaves = random.poisson(np.outer(random.gamma(2, 60, rows), shares))
    dimensions = [
        flat("area", "乡镇", [f"{i:02}" for i in range(rows)]),
        flat("age", "年龄", list("abcdefg")[:columns]),
    ]
    return table_of("t", "t", "elders", "2026-10", dimensions, leaves)


def measured(number: int, seconds: float) -> dict[str, Any]:
    """One table both ways."""
    made = table(number)
    start = time.perf_counter()
    secured, _ = protect([made], RULES)
    ours = time.perf_counter() - start
    hidden = ~secured[0].shown.reshape(-1)
    counts = made.counts.reshape(-1)
    system = system_of([shape_of(made)])
    small = int(RULES.sensitive(counts).sum())
    price = price_of(counts)
    found: dict[str, Any] = {
        "cells": int(counts.size), "small": small, "seconds": round(ours, 2),
        "total_told": bool(secured[0].shown.flat[0]),
    }  # fmt: skip
    for name, prices in (("cells", np.ones(counts.size)), ("people", counts.astype(float)), ("price", price)):
        start = time.perf_counter()
        value, bound = least(system, counts, prices, seconds, is_total_told=found["total_told"])
        found[f"hidden_{name}"] = round(float(prices[hidden].sum()), 1)
        found |= {f"least_{name}": value, f"bound_{name}": bound}
        found[f"least_{name}_seconds"] = round(time.perf_counter() - start, 1)
    return found


def least(
    system: System, counts: Any, prices: Any, seconds: float, *, is_total_told: bool
) -> tuple[float | None, float | None]:
    """The cheapest hiding, and what is proved to be no cheaper; None where nothing was found in time."""
    small = RULES.sensitive(counts)
    above, below = RULES.above(counts), RULES.below(counts)
    highs: Any = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("time_limit", seconds), ("mip_rel_gap", 1e-6)):
        highs.setOptionValue(option, value)
    n, most = len(counts), float(RULES.width * 4)
    for cell in range(n):
        fixed = 1.0 if small[cell] else 0.0
        top = 0.0 if cell == 0 and is_total_told and not small[0] else 1.0
        highs.addVar(fixed, top)
        highs.changeColCost(cell, float(prices[cell]))
        highs.changeColIntegrality(cell, highspy.HighsVarType.kInteger)
    sums = system.sums.tocsr()
    for cell in np.flatnonzero(small).tolist():
        for sign in (1, -1):
            _demand(highs, sums, counts, n, cell, sign, int(above[cell] if sign > 0 else below[cell]), most)
    highs.run()
    info = highs.getInfo()
    has = info.primal_solution_status == 2
    return (round(info.objective_function_value, 3) if has else None), round(max(info.mip_dual_bound, 0), 3)


def _demand(highs: Any, sums: Any, counts: Any, n: int, cell: int, sign: int, size: int, most: float) -> None:
    """A move of its own: sums stay, only hidden cells move, and this one by what is asked."""
    start = highs.getNumCol()
    for other in range(n):
        low, high = -min(float(counts[other]), most), most
        asked = float(sign * size) if other == cell else None
        highs.addVar(
            asked if asked is not None and sign > 0 else low, asked if asked is not None and sign < 0 else high
        )
        if other != cell:
            highs.addRow(-np.inf, 0.0, 2, np.array([start + other, other], np.int32), np.array([1.0, -high]))
            highs.addRow(0.0, np.inf, 2, np.array([start + other, other], np.int32), np.array([1.0, -low]))
    for row in range(sums.shape[0]):
        part = slice(sums.indptr[row], sums.indptr[row + 1])
        columns = sums.indices[part].astype(np.int32) + start
        highs.addRow(0.0, 0.0, len(columns), columns.astype(np.int32), sums.data[part].astype(float))


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """How much more than the least is hidden, over all tables for which the least was proved to 1 %."""
    told: dict[str, Any] = {}
    for name in ("cells", "people", "price"):
        proved = [e for e in found if e[f"least_{name}"] and e[f"least_{name}"] <= e[f"bound_{name}"] * 1.01 + 1e-6]
        ours = sum(each[f"hidden_{name}"] for each in proved)
        best = sum(each[f"least_{name}"] for each in proved)
        told |= {
            f"{name}_proved": len(proved), f"{name}_ours": round(ours, 1), f"{name}_least": round(best, 1),
            f"{name}_more": round(ours / best - 1, 3) if best else None,
        }  # fmt: skip
    return told


if __name__ == "__main__":
    main()
