"""The folder that `registry build` leaves: its manifest, its parts, and whether they are whole.

S/manifest.json  S/registers/<r>.parquet  S/identities.parquet  S/people.parquet  S/quarantine.csv
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from yiyang.base.errors import SnapshotError
from yiyang.engine.facts import as_int

Json = dict[str, Any]
FORMAT = 1


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot; `manifest` as written (docs/architecture.md); `seconds`: how long each part took to make."""

    path: Path
    manifest: Json
    seconds: dict[str, float] = field(default_factory=dict, compare=False)

    @property
    def known(self) -> int:
        """The known date as yyyymmdd."""
        return as_int(date.fromisoformat(self.manifest["known"]))

    @property
    def month(self) -> str:
        return str(self.manifest["month"])

    @property
    def registers(self) -> dict[str, Path]:
        """Register → its Parquet file."""
        return {name: self.path / "registers" / f"{name}.parquet" for name in self.manifest["registers"]}

    @property
    def hash(self) -> str:
        """One number for the whole content."""
        return hashlib.sha256(json.dumps(self.manifest["files"], sort_keys=True).encode()).hexdigest()

    def delivered_by(self, known: int) -> list[str]:
        """Registers of which a delivery was known on the day (yyyymmdd)."""
        return [
            name
            for name, about in self.manifest["registers"].items()
            if any(as_int(date.fromisoformat(d["known"])) <= known for d in about["deliveries"])
        ]

    def verify(self, names: Iterable[str] | None = None) -> None:
        """Compare files (all, or those named) with the manifest. Raises SnapshotError naming every one that differs."""
        files = self.manifest["files"]
        wanted = list(files) if names is None else list(names)
        broken = [
            name for name in wanted if not (self.path / name).is_file() or sha256(self.path / name) != files[name]
        ]
        if broken:
            raise SnapshotError(
                f"快照 {self.path} 已损坏，请用 yiyang registry build 重新生成：",
                f"The snapshot {self.path} is damaged; make it again with yiyang registry build:",
                [(f"{name} 缺失或被改动", f"{name} is missing or was changed") for name in broken],
            )


def open_snapshot(path: Path) -> Snapshot:
    """The snapshot in a folder. Raises SnapshotError if there is none."""
    try:
        manifest = json.loads((Path(path) / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SnapshotError(
            f"{path} 不是快照：读不到 manifest.json。请指向 yiyang registry build 的 --out 文件夹。",
            f"{path} is no snapshot: its manifest.json cannot be read. Name the --out folder of yiyang registry build.",
        ) from error
    if not isinstance(manifest, dict) or manifest.get("kind") != "snapshot" or manifest.get("format") != FORMAT:
        raise SnapshotError(
            f"{path} 不是本版本的快照。请用 yiyang registry build 重新生成。",
            f"{path} is no snapshot of this version. Make it again with yiyang registry build.",
        )
    return Snapshot(Path(path), manifest)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def people_for(snapshot: Path, on: date, out: Path) -> tuple[Path, Json]:
    """The people file for a reference day, and where it comes from.

    Args:
        on: a month's first day.
        out: where to write it if the snapshot was not made for that month.

    Returns:
        The path of a Parquet file (the snapshot's own, or `out`) and {area, month, known, synthetic, hash}.
    """
    from yiyang.registry.tables import write_people

    opened = open_snapshot(snapshot)
    manifest = opened.manifest
    source = {key: manifest[key] for key in ("area", "month", "known", "synthetic")} | {"hash": opened.hash}
    month = f"{on:%Y-%m}"
    if month == opened.month:
        opened.verify(["people.parquet"])
        return opened.path / "people.parquet", source
    return write_people(snapshot, month, None, out), source
