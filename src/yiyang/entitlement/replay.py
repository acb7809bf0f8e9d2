"""A run made once more from the snapshot and the lists that it kept: equal to the byte, or what differs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.utils import timezone

from yiyang.audit.record import record
from yiyang.entitlement import actions
from yiyang.entitlement.models import MonthRun
from yiyang.entitlement.store import RunFolder

Json = dict[str, Any]
SNAPSHOT = "snapshot"


def differences(folder: Path) -> list[str]:
    """The tables of a run that are other ones when it is made again, or when they are read; none is as it should be.

    Raises:
        SnapshotError: the folder is no run, or its snapshot is damaged.
    """
    manifest = RunFolder(folder).manifest
    stated: dict[str, str] = manifest["files"]
    changed = [name for name in stated if not _is(folder / name, stated[name])]
    with tempfile.TemporaryDirectory(prefix=".replay-", dir=folder.parent) as scratch:
        again = actions.run(
            snapshot=folder / SNAPSHOT, month=manifest["month"], out=Path(scratch) / "run", pages=False,
            policy=folder / "policy",
        )  # fmt: skip
        made: dict[str, str] = again.manifest["files"]
    names = {*stated, *made}
    return sorted({*changed, *(name for name in names if stated.get(name) != made.get(name))})


def note(run: MonthRun, found: list[str]) -> None:
    """Keep what came of a replay, within the open unit of work."""
    said: Json = {"at": timezone.now().isoformat(), "differs": found}
    fresh = MonthRun.objects.get(pk=run.pk)
    MonthRun.objects.filter(pk=run.pk).update(manifest=fresh.manifest | {"replayed": said})
    record("system", what=f"run:{run.pk}", area=run.area_code, detail={"replayed": True, "differs": len(found)})


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and actions.sha256(path) == sha256
