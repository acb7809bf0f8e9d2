"""Files that somebody chose and has not confirmed yet: kept aside sealed for a day, then gone."""

from __future__ import annotations

import json
import re
import shutil
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from yiyang.access.scope import Scope
from yiyang.base.errors import UsageError
from yiyang.registry import kept
from yiyang.registry.contracts import Contracts
from yiyang.registry.recognising import month_of, register_of

KEPT = 86_400
TOKEN = re.compile(r"[0-9a-f]{32}")
NOTE = "arrived.json"


@dataclass(frozen=True)
class Arrived:
    """One chosen file: as it was called, where it lies, and what it seems to be ('' = not recognised)."""

    name: str
    file: str
    size: int
    register: str
    month: str


def put_aside(by: Scope, files: list[Any], contracts: Contracts) -> str:
    """Keep files aside for an account, streaming; returns the token under which they wait."""
    sweep()
    token = uuid.uuid4().hex
    folder = _root() / token
    folder.mkdir(parents=True, mode=0o700)
    found = [_keep(folder, number, file, contracts) for number, file in enumerate(files)]
    (folder / NOTE).write_text(json.dumps({"user": by.user, "files": [asdict(each) for each in found]}), "utf-8")
    return token


def _keep(folder: Path, number: int, given: Any, contracts: Contracts) -> Arrived:
    name = Path(given.name or "").name
    path = folder / f"{number}{Path(name).suffix.lower()[:10]}"
    with path.open("wb") as out:
        for block in given.chunks(1 << 20):
            out.write(block)
    try:
        register = register_of(name, path, contracts)
        with path.open("rb") as file:
            size, _ = kept.keep(path, iter(lambda: file.read(1 << 20), b""))
    finally:
        path.unlink()
    return Arrived(name, path.name, size, register, month_of(name))


def waiting(by: Scope, token: str) -> list[tuple[Arrived, Path]]:
    """The files of a token, for the account that chose them; `kept.content` reads them.

    Raises:
        UsageError: they are gone, or somebody else's.
    """
    folder = _root() / token
    note = folder / NOTE
    there = TOKEN.fullmatch(token) and note.exists()
    told: dict[str, Any] = json.loads(note.read_text("utf-8")) if there else {"user": None}
    if told["user"] is None or told["user"] != by.user:
        raise UsageError("这些文件已不在了，请重新选择。", "The files are gone; choose them again.")
    return [(Arrived(**each), folder / each["file"]) for each in told["files"]]


def forget(token: str) -> None:
    """Remove what was put aside."""
    if TOKEN.fullmatch(token):
        shutil.rmtree(_root() / token, ignore_errors=True)


def _root() -> Path:
    return Path(settings.DATA) / "arriving"


def sweep() -> None:
    """Remove what nobody confirmed within a day."""
    root = _root()
    for folder in root.iterdir() if root.exists() else ():
        if folder.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(folder, ignore_errors=True)
