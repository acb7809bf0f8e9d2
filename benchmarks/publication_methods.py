"""One table (a county's, town × age × sex × ability, all totals) protected in three ways: what is it still good for?

    python -m benchmarks.publication_methods [--towns 10] [--draws 20]

Hiding: the share of figures not told. Rounding and noise tell all: the mean distance of a figure from its count
(small ones apart), the share of figures within the stated 95 % error, and seconds. Noise is drawn anew each time.

Noise is put on the finest cells only. Beside it stands the other common way: ε shared evenly among all levels of totals
(each a release of its own), fitted together by weighted least squares, without making it whole or non-negative.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from benchmarks.publication import RULES, county
from yiyang.indicators.publication import noise, rounding
from yiyang.indicators.publication.attack import attack
from yiyang.indicators.publication.files import as_json, read_json
from yiyang.indicators.publication.levels import FINEST, kinds_of, leaves_of, level_of_cells, levels_of
from yiyang.indicators.publication.protecting import protect
from yiyang.indicators.publication.tables import Counts, Table, table_of

RESULTS = Path(__file__).parent / "results" / "publication_methods.json"


def main() -> None:
    """Measure and write the results."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--towns", type=int, default=10)
    words.add_argument("--draws", type=int, default=20)
    asked = words.parse_args()
    found = measured(county(asked.towns), asked.draws)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def measured(table: Table, draws: int) -> dict[str, Any]:
    """All methods on one table."""
    hidden, seconds = _timed(lambda: ~protect([table], RULES)[0][0].shown)
    small = (table.counts > 0) & (table.counts < RULES.least)
    found: dict[str, Any] = {
        "cells": table.size, "people": int(table.counts.flat[0]), "small": int(small.sum()),
        "hide": {"seconds": seconds, "not_told": round(float(hidden.mean()), 3),
                 "not_told_by_level": _by_level(table, hidden.astype(float))},
    }  # fmt: skip
    for base in (5, 10):
        found[f"round_{base}"] = _rounded(table, base, small)
    for epsilon in (0.5, 1.0, 2.0):
        found[f"noise_{epsilon:g}"] = _noisy(table, epsilon, draws, small)
        found[f"shared_{epsilon:g}"] = _shared(table, epsilon, draws, small)
    return found


def _timed(work: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    found = work()
    return found, round(time.perf_counter() - start, 2)


def _rounded(table: Table, base: int, small: Any) -> dict[str, Any]:
    each, seconds = _timed(lambda: rounding.round_table(table, base, np.random.default_rng(1)))
    told = as_json(Table(table.name, "", "", "", table.dimensions, each.told), np.ones(small.shape, bool),
                   {"protection": rounding.said(each)})  # fmt: skip
    tried = attack([read_json(told)], width=base - 1, only=small.reshape(-1))
    errors = np.abs(each.told - table.counts)
    return _said(table, errors[None], small) | {
        "seconds": seconds, "relaxed": int(each.relaxed.sum()), "held_too_closely": len(tried.closest)
    }  # fmt: skip


def _noisy(table: Table, epsilon: float, draws: int, small: Any) -> dict[str, Any]:
    noise.mechanism(1, epsilon)
    found, seconds = _timed(lambda: [noise.noisy(table, epsilon).counts for _ in range(draws)])
    errors = np.abs(np.stack(found) - table.counts)
    stated = np.array([noise.error_of(each.leaves, epsilon) for each in levels_of(table.dimensions)])
    within = errors <= stated[level_of_cells(table.dimensions)]
    return _said(table, errors, small) | {
        "seconds": round(seconds / draws, 3), "within_stated": round(float(within.mean()), 3),
        "within_stated_at_worst_level": min(_by_level(table, within.mean(axis=0)).values()),
        "stated": dict(zip(_names(table), stated.tolist(), strict=True)),
    }  # fmt: skip


def _said(table: Table, errors: Any, small: Any) -> dict[str, Any]:
    return {
        "error": round(float(errors.mean()), 2), "error_of_small": round(float(errors[:, small].mean()), 2),
        "error_by_level": _by_level(table, errors.mean(axis=0)),
    }  # fmt: skip


def _names(table: Table) -> list[str]:
    return [each.en for each in levels_of(table.dimensions)]


def _by_level(table: Table, values: Any) -> dict[str, float]:
    at = level_of_cells(table.dimensions)
    return {name: round(float(values[at == place].mean()), 3) for place, name in enumerate(_names(table))}


def _shared(table: Table, epsilon: float, draws: int, small: Any) -> dict[str, Any]:
    """ε shared evenly: each level of totals measured by itself."""
    sums = [[each.adding[[0]], each.adding[kinds_of(each) == FINEST]] for each in table.dimensions]
    levels = list(product((0, 1), repeat=len(sums)))
    true, share = leaves_of(table), epsilon / len(levels)
    errors = []
    for _ in range(draws):
        total = np.zeros(true.shape)
        for level in levels:
            exact = _applied(true, sums, level)
            drawn = noise.mechanism(exact.size, max(share, noise.LEAST))(exact.reshape(-1).astype(int).tolist())
            total += _applied(np.array(drawn).reshape(exact.shape), sums, level, back=True)
        fitted = _fitted(total, sums, levels)
        errors.append(np.abs(_with_totals(table, fitted) - table.counts))
    return _said(table, np.stack(errors), small)


def _applied(values: Any, sums: Any, level: tuple[int, ...], *, back: bool = False) -> Any:
    for axis, kind in enumerate(level):
        matrix = sums[axis][kind].T if back else sums[axis][kind]
        values = np.moveaxis(np.tensordot(matrix, values, axes=(1, axis)), 0, axis)
    return values


def _fitted(total: Any, sums: Any, levels: Any) -> Any:
    def normal(flat: Any) -> Any:
        values = flat.reshape(total.shape)
        parts = (_applied(_applied(values, sums, level), sums, level, back=True) for level in levels)
        return sum(parts).reshape(-1)

    operator = LinearOperator((total.size, total.size), matvec=normal, dtype=float)
    return cg(operator, total.reshape(-1), rtol=1e-8)[0].reshape(total.shape)


def _with_totals(table: Table, leaves: Any) -> Counts:
    whole = table_of("", "", "", "", table.dimensions, np.rint(leaves * 1000).astype(np.int64))
    return np.asarray(whole.counts / 1000)


if __name__ == "__main__":
    main()
