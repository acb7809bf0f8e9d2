"""A draft laid out as a policy folder, so that the catalogue's own check, comparison and cases judge it.

One folder an area and process, rewritten where the draft changed: what the catalogue caches by path and time stays
good for the other forty files. Whoever uses it holds the lock, because two threads may judge two editions.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from yiyang.base.paths import policy_dir
from yiyang.catalog import issued
from yiyang.catalog.issued import SOURCES
from yiyang.catalog.lists import short

_lock = threading.RLock()


def policy_on(on: date) -> Path:
    """The policy in force on a day, where lists of the levels above stand."""
    return issued.current(Path(settings.DATA), on) or policy_dir()


def state_of(base: Path) -> str:
    """Whatever differs when a file of a policy folder does: names, sizes and times of all of them, hashed."""
    found = hashlib.sha256()
    for path in sorted(base.rglob("*.yaml")):
        told = path.stat()
        found.update(f"{path.relative_to(base)} {told.st_size} {told.st_mtime_ns}\n".encode())
    return found.hexdigest()


@contextmanager
def laid_out(area: int, files: Mapping[str, str], base: Path) -> Iterator[Path]:
    """A policy folder like `base` in which the area's list is the draft. Good while this lasts."""
    code = short(f"{area:012d}")
    with _lock:
        root = _tables() / code
        _link(root, base, code)
        _write(root, code, files)
        yield root


@cache
def _tables() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="yiyang-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _link(root: Path, base: Path, area: str) -> None:
    """Everything but the list itself and the documents is the base's own."""
    mark = root / ".base"
    if mark.is_symlink() and mark.readlink() == base:
        return
    shutil.rmtree(root, ignore_errors=True)
    (root / "lists" / area).mkdir(parents=True)
    (root / "sources").mkdir()
    for path in base.iterdir():
        if path.name not in ("lists", "sources"):
            (root / path.name).symlink_to(path)
    for path in (base / "lists").iterdir():
        if path.name != area:
            (root / "lists" / path.name).symlink_to(path)
    for path in (base / "sources").iterdir():
        (root / "sources" / path.name).symlink_to(path)
    mark.symlink_to(base)


def _write(root: Path, area: str, files: Mapping[str, str]) -> None:
    wanted = {root / name if name.startswith(SOURCES) else root / "lists" / area / name: files[name] for name in files}
    for path in [*(root / "lists" / area).iterdir(), *(root / "sources").iterdir()]:
        if path not in wanted and not path.is_symlink():
            path.unlink()
    for path, text in wanted.items():
        data = text.encode("utf-8")
        if path.is_symlink():
            path.unlink()
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
