"""Rounded tables with their true counts, as one sealed-away piece; draws of noise, until they are published. Pure."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.indicators.publication.rounding import Rounded
from yiyang.indicators.publication.tables import Dimension, Table

NAMES = ("name", "zh", "universe", "moment")


def pack(rounded: Rounded) -> bytes:
    """A rounded table with its counts."""
    table = rounded.table
    head = {name: getattr(table, name) for name in NAMES} | {"base": rounded.base}
    head["dimensions"] = [[d.name, d.zh, d.codes, d.labels, d.parents] for d in table.dimensions]
    out = io.BytesIO()
    words = np.frombuffer(json.dumps(head).encode(), np.uint8)
    np.savez_compressed(out, rounded=words, counts=table.counts, told=rounded.told)
    return out.getvalue()


def unpack(body: bytes) -> Rounded:
    """What was packed. Raises UsageError where it is none."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            head: dict[str, Any] = json.loads(kept["rounded"].tobytes())
            dimensions = tuple(Dimension(d[0], d[1], *map(tuple, d[2:])) for d in head["dimensions"])
            name, zh, universe, moment = (str(head[each]) for each in NAMES)
            table = Table(name, zh, universe, moment, dimensions, kept["counts"])
            return Rounded(table, int(head["base"]), kept["told"])
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise UsageError("这不是取整表的真实数文件。", "It is no file of a rounded table.") from error


def is_rounded(body: bytes) -> bool:
    """Whether a piece holds a rounded table."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as kept:
            return "rounded.npy" in kept.namelist()
    except zipfile.BadZipFile:
        return False
