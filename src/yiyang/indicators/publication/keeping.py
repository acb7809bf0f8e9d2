"""Tables with their true counts and the proof, as one sealed-away piece: it never stands beside what is published."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.indicators.publication.protecting import Proof, Secured, shape_of
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.system import system_of
from yiyang.indicators.publication.tables import Dimension, Table

Json = dict[str, Any]
ARRAYS = ("shown", "sensitive", "low", "high", "exposed")


def to_bytes(secured: Sequence[Secured], proof: Proof, earlier: int) -> bytes:
    """Pack tables (the last `earlier` of them were published before) and proof."""
    head = {"rules": asdict(proof.rules), "earlier": earlier, "tables": [_head(each.table) for each in secured]}
    arrays: dict[str, Any] = {"moves": proof.moves.astype(np.int32)}
    for i, each in enumerate(secured):
        arrays[f"counts{i}"] = each.table.counts
        arrays |= {f"{name}{i}": getattr(each, name) for name in ARRAYS}
    out = io.BytesIO()
    np.savez_compressed(out, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)
    return out.getvalue()


def _head(table: Table) -> Json:
    kept = {name: getattr(table, name) for name in ("name", "zh", "universe", "moment")}
    return kept | {"dimensions": [[d.name, d.zh, d.codes, d.labels, d.parents] for d in table.dimensions]}


def from_bytes(body: bytes) -> tuple[list[Secured], list[Secured], Proof]:
    """New tables, earlier ones, and the proof. Raises UsageError where it is none."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            head = json.loads(kept["head"].tobytes())
            tables = [_secured(kept, each, i) for i, each in enumerate(head["tables"])]
            moves = kept["moves"].astype(np.int64)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise UsageError("这不是证明文件。", "It is no file of a proof.") from error
    system = system_of([shape_of(each.table) for each in tables])
    new = len(tables) - int(head["earlier"])
    return tables[:new], tables[new:], Proof(system, Rules(**head["rules"]), moves)


def _secured(kept: Any, head: Json, number: int) -> Secured:
    dimensions = tuple(Dimension(d[0], d[1], tuple(d[2]), tuple(d[3]), tuple(d[4])) for d in head["dimensions"])
    table = Table(head["name"], head["zh"], head["universe"], head["moment"], dimensions, kept[f"counts{number}"])
    return Secured(table, *(kept[f"{name}{number}"] for name in ARRAYS))
