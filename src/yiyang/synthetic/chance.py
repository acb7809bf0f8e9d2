"""Chance that depends on a seed, a purpose and a key only: the same person has the same luck whatever else is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws by key. Two draws are independent when their `purpose` differs."""

    seed: int

    def uniform(self, purpose: str, keys: Array) -> NDArray[np.float64]:
        """Numbers in [0, 1), one for each key."""
        start = int.from_bytes(blake2b(f"{self.seed}/{purpose}".encode(), digest_size=8).digest(), "little")
        with np.errstate(over="ignore"):
            mixed = _mix(keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start))
        return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def happens(self, purpose: str, keys: Array, probability: Array | float) -> NDArray[np.bool_]:
        """True with the probability given (one for all or one for each key)."""
        return np.asarray(self.uniform(purpose, keys) < probability)

    def between(self, purpose: str, keys: Array, low: Array | int, high: Array | int) -> NDArray[np.int64]:
        """Whole numbers from low to high, both included."""
        lows = np.asarray(low, dtype=np.int64)
        width = np.asarray(high, dtype=np.int64) - lows + 1
        return lows + (self.uniform(purpose, keys) * width).astype(np.int64)

    def pick(self, purpose: str, keys: Array, weights: Sequence[float]) -> NDArray[np.int64]:
        """Indices into the weights."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(edges[:-1] / edges[-1], self.uniform(purpose, keys), side="right")

    def pick_by_row(self, purpose: str, keys: Array, shares: Array, row: Array) -> NDArray[np.int64]:
        """Indices into the columns of a table of shares, each key using its row; the rest of 1 is one index more."""
        edges = np.cumsum(shares, axis=1)
        drawn = self.uniform(purpose, keys)
        picked = np.zeros(len(keys), dtype=np.int64)
        for column in range(edges.shape[1]):
            picked += drawn >= edges[row, column]
        return picked


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def by_age(table: Mapping[int, Any], ages: Array) -> Array:
    """Values of a table whose keys are first ages, looked up for each age."""
    starts = sorted(table)
    values = np.asarray([table[start] for start in starts])
    return values[np.clip(np.searchsorted(starts, ages, side="right") - 1, 0, None)]


def largest_remainder(shares: Array, totals: Array) -> NDArray[np.int64]:
    """Whole numbers along the last axis that add up to the totals, as near to the shares as can be."""
    sums = shares.sum(axis=-1, keepdims=True)
    exact = np.divide(shares, sums, out=np.zeros_like(shares, dtype=np.float64), where=sums > 0) * totals[..., None]
    whole = np.floor(exact)
    missing = totals - whole.sum(axis=-1)
    rank = np.argsort(np.argsort(whole - exact, axis=-1, kind="stable"), axis=-1, kind="stable")
    return np.asarray(whole + (rank < missing[..., None]), dtype=np.int64)
