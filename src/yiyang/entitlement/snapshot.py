"""The people of a snapshot for any month."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from yiyang.base.errors import SnapshotError
from yiyang.engine.duck import connect
from yiyang.registry.tables import resolve


@dataclass(frozen=True)
class Source:
    """What a run is made from."""

    people: Path
    area: str
    known: str
    synthetic: bool
    hash: str


def people_for(snapshot: Path, month: str, target: Path, memory: str) -> Source:
    """The people file of a month: the snapshot's own, or resolved anew for another month into `target`."""
    path = snapshot / "manifest.json"
    if not path.exists():
        raise SnapshotError(f"{snapshot} 不是快照（没有 manifest.json）。请先用 yiyang registry build 生成。",
                            f"{snapshot} is no snapshot (no manifest.json). Make one with yiyang registry build.")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    people = snapshot / "people.parquet" if manifest["month"] == month else _resolved(snapshot, month, target, memory)
    return Source(people, manifest["area"], manifest["known"], bool(manifest["synthetic"]), hashlib.sha256(path.read_bytes()).hexdigest())


def _resolved(snapshot: Path, month: str, target: Path, memory: str) -> Path:
    con = connect(memory=memory, spill=target.parent / "spill")
    try:
        resolve(con, snapshot, month, None)
        con.execute(f"COPY (SELECT * FROM people ORDER BY person) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    finally:
        con.close()
    return target
