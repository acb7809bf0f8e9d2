"""Differential privacy: noise on the finest cells, drawn by OpenDP; whatever else is told is made from them.

Neighbours are two tables that differ by one person more or less. A person stands in one finest cell, so that the
finest cells together change by one (sensitivity 1 in L1), and whole-number Laplace noise of scale 1/ε on each is ε-
private. No floating-point number is drawn: OpenDP samples whole numbers exactly, from the randomness of the operating
system. The seed is nowhere kept, so no draw can be repeated, by an auditor either.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from yiyang.base.errors import MissingPart, UsageError
from yiyang.indicators.publication.fitting import fit
from yiyang.indicators.publication.levels import cells_a_person, leaves_of, levels_of
from yiyang.indicators.publication.tables import Counts, Table, table_of

Json = dict[str, Any]
# The share of figures that are no further off than stated.
SURE = 0.95
# How fine ε is kept, told and added up.
FINEST = 0.001
LEAST, MOST = 0.01, 10.0


def mechanism(size: int, epsilon: float) -> Any:
    """OpenDP's measurement of so many whole numbers, at most ε-private for one person more or less.

    Errors: UsageError outside 0.01 to 10; MissingPart without OpenDP.
    """
    if not LEAST <= epsilon <= MOST:
        raise UsageError(f"ε 应在 {LEAST} 到 {MOST:.0f} 之间。", f"epsilon lies between {LEAST} and {MOST:.0f}.")
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T=int), size=size), dp.l1_distance(T=int)
    scale = 1 / epsilon
    found = dp.m.make_laplace(*space, scale=scale)
    # 1/(1/ε) may come out above ε in the last digit; the map rounds up, too.
    while found.map(1) > epsilon:
        scale *= 1 + 1e-12
        found = dp.m.make_laplace(*space, scale=scale)
    return found


def _opendp() -> Any:
    try:
        import opendp.prelude as dp
    except ImportError as error:
        raise MissingPart(
            "加噪（差分隐私）需要 OpenDP：请安装 yiyang[privacy]。", "Noise takes OpenDP: install yiyang[privacy]."
        ) from error
    # Noise itself is among what OpenDP calls contributed: proofs are written, but not yet vetted by its own process.
    dp.enable_features("contrib")
    return dp


def version() -> str:
    """Which OpenDP."""
    from importlib.metadata import version as installed

    return f"OpenDP {installed('opendp')}"


def measure(table: Table, epsilon: float) -> Counts:
    """The finest cells with noise: the only look at true counts. May be below zero."""
    true = leaves_of(table)
    drawn = mechanism(true.size, epsilon)(true.reshape(-1).tolist())
    return np.array(drawn, np.int64).reshape(true.shape)


def noisy(table: Table, epsilon: float) -> Table:
    """A table that may be told: whole numbers, none below zero, every total the sum of its parts."""
    return publishable(table, measure(table, epsilon))


def publishable(outside: Table, measured: Counts) -> Table:
    """What is told, from the noisy counts and what is public anyhow; `outside.counts` is never looked at."""
    told = outside.name, outside.zh, outside.universe, outside.moment, outside.dimensions
    return table_of(*told, fit(outside.dimensions, measured))


def error_of(leaves: int, epsilon: float) -> int:
    """How far at most the sum of so many noises lies from zero, in 95 of 100 draws. Exact, by Fourier's sum."""
    q = float(np.exp(-epsilon))
    deviation = float(np.sqrt(2 * q * leaves)) / (1 - q)
    size = 1 << max(8, int(np.ceil(np.log2(40 * (deviation + 1 / epsilon)))))
    angles = 2 * np.pi * np.arange(size) / size
    one = (1 - q) ** 2 / (1 - 2 * q * np.cos(angles) + q * q)
    chances = np.fft.ifft(one**leaves).real
    within = chances[0] + 2 * np.cumsum(chances[1 : size // 2])
    return 0 if chances[0] >= SURE else int(np.searchsorted(within, SURE)) + 1


def said(table: Table, epsilon: float) -> Json:
    """What is published about the method, with the error of each level."""
    levels = levels_of(table.dimensions)
    return {
        "method": "noise", "epsilon": epsilon, "delta": 0, "mechanism": "discrete Laplace", "scale": 1 / epsilon,
        "software": version(), "neighbours": "one person more or less", "sensitivity": 1, "composition": "basic",
        "cells_a_person": cells_a_person(table.dimensions), "sure": SURE,
        "levels": [
            {"kinds": each.kinds, "zh": each.zh, "en": each.en, "cells": each.cells,
             "error": error_of(each.leaves, epsilon)}
            for each in levels
        ],
    }  # fmt: skip
