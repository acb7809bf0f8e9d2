"""The file itself: a tar of manifest, dump, files and a closing list of hashes, sealed or not, used as a stream.

manifest.json            what is in it; first, so that a reader can refuse at once
database/000000 …        pg_dump's custom format in pieces, because its length is not known beforehand
files/…                  the data folder's files
secrets/…                keys, only when sealed or asked for
end.json                 sha256 of the dump and of each file; last, so that a file cut off is noticed
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from yiyang.base.errors import BackupError
from yiyang.site.backup.sealing import MAGIC, SealedReader, SealingWriter, Secret

FORMAT = "yiyang-backup-1"
_PIECE = 8 * 2**20
_BLOCK = 2**20


@dataclass
class Hashes:
    """What end.json says: sha256 of the dump and of each file by its name, and the bytes of all."""

    dump: Any = field(default_factory=hashlib.sha256)
    files: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"dump": self.dump.hexdigest(), "files": self.files}


class Writer:
    """Puts parts into an archive, in the order of the module's docstring."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self.hashes, self.bytes = tar, Hashes(), 0

    def manifest(self, words: dict[str, Any]) -> None:
        """The first part."""
        self._add("manifest.json", json.dumps({"format": FORMAT, **words}, ensure_ascii=False, indent=1).encode())

    def dump(self, source: IO[bytes]) -> None:
        """The database, piece by piece."""
        number = 0
        while piece := source.read(_PIECE):
            self.hashes.dump.update(piece)
            self._add(f"database/{number:06}", piece)
            number += 1

    def file(self, name: str, path: Path) -> None:
        """One file. It may grow while it is read: what it had at the beginning is taken."""
        with path.open("rb") as source:
            info = _info(name, os.fstat(source.fileno()).st_size)
            reader = _Hashing(source)
            self._tar.addfile(info, reader)
        self.hashes.files[name] = reader.hash.hexdigest()
        self.bytes += info.size

    def end(self) -> None:
        """The last part."""
        self._add("end.json", json.dumps(self.hashes.as_json(), ensure_ascii=False).encode())

    def _add(self, name: str, content: bytes) -> None:
        self._tar.addfile(_info(name, len(content)), io.BytesIO(content))
        self.bytes += len(content)


class _Hashing:
    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.hash = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._source.read(size)
        self.hash.update(part)
        return part


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


@contextmanager
def writing(path: Path, secret: Secret | None) -> Iterator[Writer]:
    """Write an archive, whole or not at all is the caller's part. Readable by its owner only, on disk when it ends."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        target: IO[bytes] = SealingWriter(file, secret) if secret else file  # type: ignore[assignment]
        with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_BLOCK) as tar:
            yield Writer(tar)
        if secret:
            target.close()
        file.flush()
        os.fsync(file.fileno())


class Reader:
    """Gives an archive's parts in their order.

    Attributes:
        manifest: the first part.
    """

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self._hashes = tar, Hashes()
        self._held: tarfile.TarInfo | None = None
        first = self._next()
        if first is None or first.name != "manifest.json":
            raise _foreign()
        self.manifest: dict[str, Any] = json.loads(self._whole(first))
        if self.manifest.get("format") != FORMAT:
            raise _foreign()
        # JSON knows no pairs.
        for found in self.manifest["content"].values():
            found.update({name: tuple(figures) for name, figures in found.items()})

    def dump(self) -> Iterator[bytes]:
        """The dump's bytes; what follows is held for `files`."""
        while (member := self._next()) and member.name.startswith("database/"):
            piece = self._whole(member)
            self._hashes.dump.update(piece)
            yield piece
        self._held = member

    def files(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Each file's name and content, which must be read before the next; then the hashes are compared.

        Errors: BackupError when a part is changed or missing.
        """
        while (member := self._held or self._next()) and member.name != "end.json":
            self._held = None
            source = _Hashing(self._tar.extractfile(member))  # type: ignore[arg-type]
            yield _safe(member), source  # type: ignore[misc]
            while source.read(_BLOCK):  # What the caller left.
                pass
            self._hashes.files[member.name] = source.hash.hexdigest()
        if member is None or json.loads(self._whole(member)) != self._hashes.as_json():
            raise _damaged()

    def _next(self) -> tarfile.TarInfo | None:
        return self._tar.next()

    def _whole(self, member: tarfile.TarInfo) -> bytes:
        content = self._tar.extractfile(member)
        found = content.read() if content else b""
        if len(found) != member.size:
            raise _damaged()
        return found


def _safe(member: tarfile.TarInfo) -> str:
    parts = Path(member.name).parts
    if not member.isfile() or parts[0] not in ("files", "secrets") or ".." in parts or len(parts) < 2:
        raise BackupError(
            f"备份中有不该有的条目：{member.name}。不会写入。",
            f"The backup holds an entry that is not ours: {member.name}.",
        )
    return member.name


@contextmanager
def reading(path: Path, secret: Secret | None) -> Iterator[Reader]:
    """Read an archive. Errors: BackupError: not ours, sealed, damaged, cut off."""
    try:
        with (
            path.open("rb") as file,
            tarfile.open(fileobj=_opened(file, secret), mode="r|", bufsize=_BLOCK) as tar,
        ):
            yield Reader(tar)
    except (tarfile.TarError, EOFError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _damaged() from error
    except FileNotFoundError as error:
        if error.filename != str(path):
            raise
        raise BackupError(f"没有备份文件 {path}。", f"There is no backup {path}.") from error


def is_sealed(path: Path) -> bool:
    """Whether a backup is encrypted. A missing file is not."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _opened(file: IO[bytes], secret: Secret | None) -> IO[bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        file.seek(0)
        return file
    if not secret:
        raise BackupError(
            "该备份已加密，请用 --passphrase-file 或 --key-file 打开。",
            "This backup is encrypted; open it with --passphrase-file or --key-file.",
        )
    return io.BufferedReader(SealedReader(file, secret), _BLOCK)


def _foreign() -> BackupError:
    return BackupError("这不是颐养的备份文件。", "This is not a backup of Yiyang.")


def _damaged() -> BackupError:
    return BackupError(
        "备份损坏或被截断，没有恢复任何内容。请用另一份备份。",
        "The backup is damaged or cut off; nothing was restored. Use another one.",
    )
