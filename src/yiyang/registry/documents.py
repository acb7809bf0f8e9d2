"""Papers that belong to a person: checked by their content, stored sealed in the data folder, every download noted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction

from yiyang.access.scope import Scope
from yiyang.access.sealed_files import open_file, seal_file
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.registry.models import Document, Person
from yiyang.registry.reach import require
from yiyang.registry.scanning import Scan

Beginnings = tuple[tuple[bytes, str], ...]
LARGEST = 20 << 20
# What a file begins with, whatever its name says: nothing that a browser or an office program would execute.
BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
# Voice notes, as browsers on phones record them; only where the caller asks for them.
SOUNDS = ((b"\x1aE\xdf\xa3", "audio/webm"), (b"OggS", "audio/ogg"), (b"\x00\x00\x00", "audio/mp4"))
SUFFIXES = {
    "application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png",
    "audio/webm": ".webm", "audio/ogg": ".ogg", "audio/mp4": ".m4a",
}  # fmt: skip


def add(*, by: Scope, person: Person, title: str, blocks: Iterable[bytes]) -> Document:
    """Keep a paper.

    Raises:
        UsageError: no title, empty, too large, neither PDF nor JPEG nor PNG, or it carries a virus.
        PermissionDenied: the person lies out of reach.
    """
    require(by, "person.correct", person)
    return keep(by=by, person=person, title=title, blocks=blocks)


def keep(*, by: Scope, person: Person, title: str, blocks: Iterable[bytes], kinds: Beginnings = BEGINNINGS) -> Document:
    """The same for a caller who has asked himself whether this paper may be handed in (`cases`). Raises UsageError.

    Args:
        kinds: what may be handed in: papers, unless the caller takes `SOUNDS` too.
    """
    if not title.strip():
        raise UsageError("请填写材料名称。", "A document needs a title.")
    checked = _Checked(blocks, kinds)
    scan = Scan(checked)
    name = f"{uuid.uuid4().hex}.sealed"
    path = Path(settings.DATA) / "documents" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size, digest = seal_file(scan, path, _label(name))
    try:
        with transaction.atomic():
            made = Document.objects.create(
                person=person,
                title=title.strip()[:100],
                media_type=checked.media_type,
                size=size,
                sha256=digest,
                scanned=scan.verdict,
                file=str(path.relative_to(settings.DATA)),
                added_by_name=by.name,
            )
    except Exception:
        path.unlink()
        raise
    detail = {"act": "added", "bytes": size, "scanned": str(scan.verdict)}
    record("write", what=f"document:{made.pk}", person=person.pk, area=person.area_code, detail=detail)
    return made


def content(*, by: Scope, document: Document) -> Iterator[bytes]:
    """Hand out a paper, and note who took it. The caller has found it within his scope."""
    person = document.person
    require(by, "person.read", person)
    path = Path(settings.DATA) / document.file
    if not path.is_file():
        raise UsageError("这份材料的文件不在，请从备份恢复。", "The file is missing: restore it from a backup.")
    detail = {"act": "downloaded", "bytes": document.size}
    record("reveal", what=f"document:{document.pk}", person=person.pk, area=person.area_code, detail=detail)
    return open_file(path, _label(path.name))


def _label(name: str) -> str:
    return f"document:{name}"


class _Checked:
    """Blocks that pass through while they are few enough and begin as a paper does."""

    def __init__(self, blocks: Iterable[bytes], kinds: Beginnings) -> None:
        self.media_type, self._blocks, self._kinds = "", blocks, kinds

    def __iter__(self) -> Iterator[bytes]:
        size, head = 0, b""
        for block in self._blocks:
            if not self.media_type:
                head += block
                self.media_type = kind_of(head, self._kinds) if len(head) >= 8 else ""
            size += len(block)
            if size > LARGEST:
                raise UsageError(
                    f"文件超过 {LARGEST >> 20} MB，请压缩后再传。", f"Files may have up to {LARGEST >> 20} MB."
                )
            yield block
        if not self.media_type:
            kind_of(head, self._kinds)


def kind_of(head: bytes, kinds: Beginnings = BEGINNINGS) -> str:
    """The media type that a content begins like. Raises UsageError."""
    for beginning, kind in kinds:
        if head.startswith(beginning):
            return kind
    raise UsageError("只能上传 PDF、JPEG、PNG 文件（按内容识别）。", "Only PDF, JPEG and PNG files are taken.")
