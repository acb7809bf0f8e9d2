"""Plan documents lie sealed in the data folder; their text is opened for whoever may see plans there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yiyang.access.sealed_files import open_file, seal_file
from yiyang.base.errors import UsageError
from yiyang.planning.models import PlanFile
from yiyang.planning.reading import SUFFIXES
from yiyang.planning.reading.reader import load

LARGEST = 20 << 20
FOLDER = "plans"


def taken(blocks: Iterable[bytes]) -> bytes:
    """The whole of a file that arrives. Raises UsageError when it is empty or too large."""
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) > LARGEST:
            raise UsageError(
                f"文件超过 {LARGEST >> 20} MB，请拆分或转成文本后再载入。", f"The file exceeds {LARGEST >> 20} MB."
            )
    if not data:
        raise UsageError("文件是空的。", "The file is empty.")
    return bytes(data)


def is_readable(name: str) -> bool:
    """Whether a file's name ends as one of the formats does."""
    return Path(name).suffix.lower() in SUFFIXES


def put(file: PlanFile, data: bytes) -> None:
    """Seal a document's content beside its row."""
    path = path_of(file)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    seal_file([data], path, label_of(path))


def content(file: PlanFile) -> bytes:
    """The document as it was given. Raises UsageError when it is missing, SecretError when it does not open."""
    path = path_of(file)
    if not path.is_file():
        raise UsageError("原文件不在，请从备份恢复。", "The file itself is missing: restore it from a backup.")
    return b"".join(open_file(path, label_of(path)))


def is_there(file: PlanFile) -> bool:
    """Whether the document itself still lies where it was sealed; the doctor tells of those that do not."""
    return path_of(file).is_file()


def lines(file: PlanFile) -> tuple[str, ...]:
    """The text's lines, as places count them."""
    return _lines(file.pk, file.sha256)


@lru_cache(maxsize=32)
def _lines(key: int, sha256: str) -> tuple[str, ...]:
    file = PlanFile(pk=key, sha256=sha256)
    return tuple(load(content(file), "document").lines)


def path_of(file: PlanFile) -> Path:
    """Where it lies."""
    return Path(settings.DATA) / FOLDER / f"{file.pk}-{file.sha256[:16]}.sealed"


def label_of(path: Path) -> str:
    """What a sealed file is."""
    return f"plan:{path.stem}"


def keep_evidence(data: bytes) -> str:
    """Seal evidence of a task under its digest; the same content is kept once. Returns the SHA-256."""
    digest = hashlib.sha256(data).hexdigest()
    path = evidence_path(digest)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        seal_file([data], path, label_of(path))
    return digest


def evidence(digest: str) -> bytes:
    """Evidence as it was handed in. Raises UsageError when it is missing."""
    path = evidence_path(digest)
    if not path.is_file():
        raise UsageError("材料不在，请从备份恢复。", "The file itself is missing: restore it from a backup.")
    return b"".join(open_file(path, label_of(path)))


def evidence_path(digest: str) -> Path:
    """Where evidence lies."""
    return Path(settings.DATA) / FOLDER / f"evidence-{digest}.sealed"


def sealed_files(data: Path) -> Iterator[tuple[Path, str]]:
    """Every sealed file of this room, with its label: for a rotation of keys (`SEALED_FILES`)."""
    for path in sorted((data / FOLDER).glob("*.sealed")):
        yield path, label_of(path)
