"""Drawing by lot so that anybody can draw again. Pure: no database, no login.

order = the certificate numbers of the pool by SHA-256 of "<seed>\\n<number>" in hex
drawn = the first ceil(share × pool) of them
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from yiyang.base.errors import YiyangError

METHOD = "sha256(seed + '\\n' + number), ascending, first ceil(share * pool)"


def pool_hash(pool: Iterable[str]) -> str:
    """SHA-256 over the sorted certificate numbers, one a line."""
    return hashlib.sha256("\n".join(sorted(pool)).encode()).hexdigest()


def drawn_of(pool: Iterable[str], seed: str, share: Decimal, at_least: int) -> list[str]:
    """The numbers drawn, in the order in which they come. Pure: the same for everybody.

    >>> drawn_of(["PG1", "PG2", "PG3", "PG4"], "2026139: 03 11 17", Decimal("0.5"), 1)
    ['PG4', 'PG1']
    """
    order = sorted(pool, key=lambda number: hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest())
    return order[: max(math.ceil(share * len(order)), min(at_least, len(order)))]


def verify(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What of a published draw does not hold, as (zh, en); nothing = it is as it should be. Pure.

    Raises:
        YiyangError: it is no file of a draw.
    """
    try:
        pool, drawn = [str(each) for each in said["pool"]], [str(each) for each in said["drawn"]]
        share, seed, least = Decimal(str(said["share"])), str(said["seed"]), int(said.get("at_least", 0))
        stated = str(said["pool_hash"])
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise YiyangError("这不是随机抽查的公示文件。", "This is no file of a draw.") from error
    found = []
    if len(set(pool)) != len(pool):
        found.append(("名录中有重复的编号。", "A number stands twice in the pool."))
    if pool_hash(pool) != stated:
        found.append((f"名录指纹应为 {pool_hash(pool)}。", f"The pool's hash should be {pool_hash(pool)}."))
    again = drawn_of(pool, seed, share, least)
    if again != drawn:
        found.append((f"应抽中：{'、'.join(again)}。", f"These should have been drawn: {', '.join(again)}."))
    return found
