"""A county's table (town × age × sex × ability, all totals) made fit to be published, against two plainer ways.

    python -m benchmarks.publication [--towns 30]

Measured: seconds to hide and prove, seconds to add up the proof, the share of cells hidden; and what the attacker gets
out of ours, of the table in which only small counts are hidden, and of the one in which each line with a single hidden
count also loses its next smallest (what is commonly done by hand). Counts are made up from fixed shares.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from yiyang.indicators.publication.attack import Seen, attack
from yiyang.indicators.publication.protecting import check, protect, shape_of
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.tables import Flags, Table, flat, table_of

RESULTS = Path(__file__).parent / "results" / "publication.json"
RULES = Rules(least=10, width=5)


def main() -> None:
    """Measure and write the results."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--towns", type=int, default=30)
    found = measured(words.parse_args().towns)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def county(towns: int) -> Table:
    """A made-up county."""
    random = np.random.default_rng(1)
    sizes = random.gamma(2, 600, towns)
    ages, sexes, levels = [0.3, 0.25, 0.2, 0.13, 0.08, 0.035, 0.005], [0.48, 0.52], [0.8, 0.1, 0.05, 0.03, 0.02]
    leaves = random.poisson(np.einsum("a,b,c,d->abcd", sizes, ages, sexes, levels))
    dimensions = [
        flat("area", "乡镇", [f"{i:03}" for i in range(towns)]), flat("age", "年龄", list("abcdefg")),
        flat("sex", "性别", ["m", "f"]), flat("ability", "能力", list("01234")),
    ]  # fmt: skip
    return table_of("county", "county", "elders", "2026-10", dimensions, leaves)


def measured(towns: int) -> dict[str, Any]:
    """Ours, and the plainer ways."""
    table = county(towns)
    start = time.perf_counter()
    secured, proof = protect([table], RULES)
    made = time.perf_counter()
    verdict = check(secured, proof)
    added = time.perf_counter()
    small = RULES.sensitive(table.counts)
    return {
        "cells": table.size, "people": int(table.counts.flat[0]), "small": int(small.sum()),
        "hide_seconds": round(made - start, 1), "check_seconds": round(added - made, 3), "holds": verdict.holds,
        "possible_tables": verdict.moves,
        "ours": _attacked(table, ~secured[0].shown), "small_only": _attacked(table, small),
        "next_smallest_by_line": _attacked(table, by_hand(table, small)),
    }  # fmt: skip


def by_hand(table: Table, small: Flags) -> Flags:
    """In every line with one hidden count its smallest other one is hidden, too, until no line has just one."""
    hidden, before = small.copy(), -1
    while before != hidden.sum():
        before = hidden.sum()
        for axis in range(hidden.ndim):
            lines, counts = np.moveaxis(hidden, axis, 0), np.moveaxis(table.counts, axis, 0)
            alone = lines.sum(axis=0) == 1
            least = np.where(lines, np.iinfo(np.int64).max, counts).argmin(axis=0)
            lines[(least[alone], *np.nonzero(alone))] = True
    return hidden


def _attacked(table: Table, hidden: Flags) -> dict[str, Any]:
    start = time.perf_counter()
    seen = Seen(table.name, shape_of(table), np.where(hidden, 0, table.counts), ~hidden)
    # The only table: its cells stand in their own order.
    found = attack([seen], width=RULES.width, only=RULES.sensitive(table.counts).reshape(-1))
    return {
        "hidden": int(hidden.sum()), "hidden_share": round(float(hidden.mean()), 3),
        "recovered": len(found.recovered), "narrow": len(found.closest), "programs": found.programs,
        "attack_seconds": round(time.perf_counter() - start, 1),
    }  # fmt: skip


if __name__ == "__main__":
    main()
