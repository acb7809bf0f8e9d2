"""Delivered files, and what a check staged beside them, lie sealed: plain only while somebody works with them.

A job works in the folder `stage` beside the file. What has to wait for a decision is put away sealed in `staged`. A
killed process leaves plain files behind: the job that takes its work up clears them, or `sweep` if nobody does.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from yiyang.access.sealed_files import open_file, seal_file
from yiyang.base.errors import DeliveryError

SEALED = ".sealed"
BLOCK = 1 << 20
DAY = 86_400
# Folders of one step in the data folder, removed at its end unless the process is killed. No backup holds the first.
PASSING = (".opened-", "mend-", "merge-", "doubles-")


def keep(path: Path, blocks: Iterable[bytes]) -> tuple[int, str]:
    """Keep a file sealed in a folder for its owner alone; the size and the SHA-256 of its plain content."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return seal_file(blocks, _sealed(path), label_of(path))


def content(path: Path) -> Iterator[bytes]:
    """The plain content of a kept file, block by block. Raises SecretError, DeliveryError."""
    if not _sealed(path).is_file():
        raise DeliveryError("原文件不在，请从备份恢复。", "The file itself is missing: restore it from a backup.")
    return open_file(_sealed(path), label_of(path))


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """A kept file in plain under its own name, while the caller reads it. Raises SecretError, DeliveryError."""
    if path.is_file():  # Delivered before files were sealed.
        yield path
        return
    with TemporaryDirectory(dir=settings.DATA, prefix=".opened-") as folder:
        plain = Path(folder) / path.name
        _write(plain, content(path))
        yield plain


def put_away(stage: Path) -> None:
    """Seal what accepting will need of a stage; nothing of an earlier check stays."""
    shutil.rmtree(_away(stage), ignore_errors=True)
    for path in sorted(stage.glob("*.parquet")):
        with path.open("rb") as file:
            keep(_away(stage) / path.name, iter(lambda file=file: file.read(BLOCK), b""))  # type: ignore[misc]


def is_put_away(stage: Path, name: str = "added.parquet") -> bool:
    """Whether a check left something of that name for whoever accepts."""
    return _sealed(_away(stage) / name).is_file()


@contextmanager
def taken_out(stage: Path, only: str = "*.parquet") -> Iterator[Path]:
    """The stage as the check left it, plain for as long as it is worked with."""
    clear(stage)
    stage.mkdir(mode=0o700)
    try:
        for sealed in sorted(_away(stage).glob(only + SEALED)):
            path = sealed.with_name(sealed.name.removesuffix(SEALED))
            _write(stage / path.name, content(path))
        yield stage
    finally:
        clear(stage)


def clear(stage: Path) -> None:
    """Nothing plain is left."""
    shutil.rmtree(stage, ignore_errors=True)


def forget(stage: Path) -> None:
    """Neither plain nor sealed is left of a stage."""
    clear(stage)
    shutil.rmtree(_away(stage), ignore_errors=True)


def orphans(data: Path, files: Iterable[str], before: float) -> list[Path]:
    """Folders of deliveries that no delivery knows: a process was killed between the file and its record.

    Args:
        files: `Delivery.file` of every delivery.
        before: moment (seconds since 1970): what is younger may still be arriving.
    """
    known = {Path(file).parent.name for file in files if file}
    folders = (data / "deliveries").iterdir() if (data / "deliveries").is_dir() else ()
    return sorted(folder for folder in folders if folder.name not in known and _age(folder) < before)


def sweep(data: Path, files: Iterable[str], working: Iterable[str], now: float) -> int:
    """Remove what killed processes left more than a day ago; returns how many folders.

    Args:
        files, working: `Delivery.file` of every delivery, and of those on which a job may be at work.
    """
    busy = {Path(file).parent.name for file in working}
    plain = [stage for stage in (data / "deliveries").glob("*/stage") if stage.parent.name not in busy]
    passing = [folder for prefix in PASSING for folder in data.glob(f"{prefix}*") if folder.is_dir()]
    old = [folder for folder in (*plain, *passing) if _age(folder) < now - DAY]
    found = [*old, *orphans(data, files, now - DAY)]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return len(found)


def sealed_files(data: Path) -> Iterator[tuple[Path, str]]:
    """Every sealed file of this room, with its label: for a rotation of keys (`SEALED_FILES`)."""
    for path in sorted((data / "documents").rglob(f"*{SEALED}")):
        yield path, f"document:{path.name}"
    for path in sorted((data / "exports").glob(f"*/*{SEALED}")):
        yield path, f"export:{path.parent.name}"
    for top in ("deliveries", "arriving"):
        for path in sorted((data / top).rglob(f"*{SEALED}")):
            yield path, label_of(path.with_name(path.name.removesuffix(SEALED)))


def label_of(path: Path) -> str:
    """What a kept file is: its name and the two folders around it. Put anywhere else, it does not open."""
    return f"{path.parent.parent.name}:{path.parent.name}/{path.name}"


def _sealed(path: Path) -> Path:
    return path.with_name(path.name + SEALED)


def _away(stage: Path) -> Path:
    return stage.with_name("staged")


def _write(path: Path, blocks: Iterable[bytes]) -> None:
    with path.open("wb") as out:
        out.writelines(blocks)


def _age(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
