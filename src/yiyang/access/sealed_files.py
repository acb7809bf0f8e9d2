"""Files sealed at rest: in chunks of 1 MiB under the active key of the ring, so that any size streams.

Layout: MAGIC, key id (4 bytes), a random prefix (7), then chunks. A chunk's nonce is the prefix, its number and whether
it is the last, so that none can be moved, dropped or cut off unnoticed (the STREAM construction). The label (what file
it is) and the head are authenticated with every chunk: a file put in another's place does not open.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from yiyang.access import secrets
from yiyang.access.secrets import TAG
from yiyang.base.errors import SecretError
from yiyang.base.output import atomic_file

MAGIC = b"YIYANG-SEALED-1\n"
CHUNK, _PREFIX = 1 << 20, 7


def seal_file(blocks: Iterable[bytes], path: Path, label: str) -> tuple[int, str]:
    """Write blocks sealed; the file appears whole or not at all, readable by its owner alone.

    Args:
        label: what the file is, such as document:<fingerprint>; needed again to open it.

    Returns:
        The size and the SHA-256 of the plain content.

    Raises:
        SecretError: no usable key ring. StorageError: the disk is full.
    """
    key = secrets.ring().active
    encrypt = secrets.engine(key.algorithm, key.secret)[0]
    head = MAGIC + key.number + os.urandom(_PREFIX)
    size, digest = 0, hashlib.sha256()
    with atomic_file(path) as work, open(work, "wb", opener=_private) as out:
        out.write(head)
        for number, (plain, is_last) in enumerate(_chunks(blocks)):
            out.write(encrypt(_nonce(head, number, is_last), plain, head + label.encode()))
            digest.update(plain)
            size += len(plain)
    return size, digest.hexdigest()


def open_file(path: Path, label: str) -> Iterator[bytes]:
    """The plain content, chunk by chunk; each is checked before it is handed out.

    Raises:
        SecretError: the key is missing, or the file was damaged, cut off or put in another's place.
    """
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + 4 + _PREFIX)
        key = secrets.ring().by_number.get(head[len(MAGIC) : len(MAGIC) + 4])
        if key is None or not head.startswith(MAGIC):
            raise _broken(path)
        decrypt = secrets.engine(key.algorithm, key.secret)[1]
        for number, (sealed, is_last) in enumerate(_read(file)):
            try:
                yield decrypt(_nonce(head, number, is_last), sealed, head + label.encode())
            except InvalidTag:
                raise _broken(path) from None


def key_of(path: Path) -> str:
    """The id of the key under which a file lies. Raises SecretError."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + 4)
    if not head.startswith(MAGIC):
        raise _broken(path)
    return head[len(MAGIC) :].hex()


def reseal_file(path: Path, label: str) -> bool:
    """Seal a file again under the active key, if it lies under another one; whether it did. Raises SecretError.

    Whoever reads it meanwhile goes on reading the old one to its end.
    """
    if key_of(path) == secrets.ring().active.id:
        return False
    seal_file(open_file(path, label), path, label)
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _chunks(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Plain chunks; the last one, which may be empty, is marked, so one is always kept back."""
    held = bytearray()
    for block in blocks:
        held += block
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK]), False
            del held[:CHUNK]
    yield bytes(held), True


def _read(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    here = file.read(CHUNK + TAG)
    if not here:
        # Even an empty content has a chunk: this file was cut off.
        yield bytes(TAG), True
    while here:
        following = file.read(CHUNK + TAG)
        yield here, not following
        here = following


def _nonce(head: bytes, number: int, is_last: bool) -> bytes:
    return head[-_PREFIX:] + struct.pack(">I?", number, is_last)


def _broken(path: Path) -> SecretError:
    return SecretError(
        f"文件 {path.name} 打不开：已损坏、被改动，或密钥不在。请从备份恢复。",
        f"The sealed file {path.name} does not open: damaged, altered, or its key is missing. Restore it.",
    )
