"""Encryption of a stream: AES-256-GCM in chunks, under a key from a passphrase (scrypt) or from a key file (HKDF).

Layout: MAGIC, the length of the head (4 bytes), the head (JSON: how the key is made), then chunks of 1 MiB and the tag
each. A chunk's nonce is a random prefix, its number and whether it is the last, so no chunk can be moved or dropped and
the end cannot be cut off unnoticed (the STREAM construction). The head is authenticated with every chunk.
"""

from __future__ import annotations

import io
import json
import secrets
import struct
from base64 import b64decode, b64encode
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from yiyang.base.errors import BackupError

MAGIC = b"YIYANG-BACKUP-SEALED-1\n"
CHUNK, _TAG, _PREFIX = 2**20, 16, 7
# 128 MiB and a third of a second for each guess.
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
_SHORTEST_PASSPHRASE, _SHORTEST_KEY_FILE = 12, 32


class Secret:
    """What opens a sealed backup: a passphrase or the content of a key file.

    Errors: BackupError when it is too short.
    """

    def __init__(self, passphrase: str | None = None, key_file: Path | None = None) -> None:
        self.kind = "hkdf-sha256" if key_file else "scrypt"
        self.content = _read(key_file) if key_file else (passphrase or "").encode()
        if not key_file and len(passphrase or "") < _SHORTEST_PASSPHRASE:
            raise BackupError(
                f"口令太短，至少 {_SHORTEST_PASSPHRASE} 个字符。",
                f"The passphrase is too short: at least {_SHORTEST_PASSPHRASE} characters.",
            )

    def key(self, head: dict[str, Any]) -> bytes:
        """The key that a head describes. Errors: BackupError when it was sealed with the other kind of secret."""
        if head["kdf"] != self.kind:
            raise BackupError(
                f"该备份由{'密钥文件' if head['kdf'] != 'scrypt' else '口令'}加密，请提供它。",
                f"This backup was sealed with a {'key file' if head['kdf'] != 'scrypt' else 'passphrase'}; give that.",
            )
        salt = b64decode(head["salt"])
        if self.kind == "scrypt":
            return Scrypt(salt=salt, length=32, n=head["n"], r=head["r"], p=head["p"]).derive(self.content)
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=MAGIC).derive(self.content)


def _read(key_file: Path) -> bytes:
    try:
        content = key_file.read_bytes()
    except OSError as error:
        raise BackupError(
            f"读不了密钥文件 {key_file}：{error.strerror}", f"Cannot read the key file {key_file}: {error.strerror}"
        ) from error
    if len(content) < _SHORTEST_KEY_FILE:
        raise BackupError(
            f"密钥文件 {key_file} 太短。可用 openssl rand -out {key_file} 64 生成。",
            f"The key file {key_file} is too short. Make one: openssl rand -out {key_file} 64",
        )
    return content


class SealingWriter(io.RawIOBase):
    """Write plain bytes, and sealed ones reach `target`. `close` seals the last chunk and leaves `target` open."""

    def __init__(self, target: IO[bytes], secret: Secret) -> None:
        salt, prefix = secrets.token_bytes(16), secrets.token_bytes(_PREFIX)
        head: dict[str, Any] = {"kdf": secret.kind, "salt": b64encode(salt).decode()}
        head |= {"prefix": b64encode(prefix).decode(), "chunk": CHUNK, **(_SCRYPT if secret.kind == "scrypt" else {})}
        self._head = json.dumps(head).encode()
        self._target, self._prefix, self._number = target, prefix, 0
        self._cipher, self._held = AESGCM(secret.key(head)), bytearray()
        target.write(MAGIC + struct.pack(">I", len(self._head)) + self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        # The last chunk is marked as such, so one is always kept back.
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._held), last=True)
        super().close()

    def _seal(self, plain: bytes, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last)
        self._target.write(self._cipher.encrypt(nonce, plain, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Read the plain bytes of a sealed stream whose MAGIC was read already.

    Errors: BackupError for a wrong secret, and for a chunk that is changed, missing or cut off.
    """

    def __init__(self, source: IO[bytes], secret: Secret) -> None:
        try:
            size = struct.unpack(">I", source.read(4))[0]
            self._head = source.read(size)
            head = json.loads(self._head)
            self._prefix, self._size = b64decode(head["prefix"]), int(head["chunk"]) + _TAG
        except (struct.error, ValueError, KeyError) as error:
            raise _damaged(0) from error
        self._cipher, self._source, self._number = AESGCM(secret.key(head)), source, 0
        self._next, self._plain, self._at = source.read(self._size), b"", 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._at == len(self._plain) and self._next:
            self._open()
        part = self._plain[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _open(self) -> None:
        sealed, self._next = self._next, self._source.read(self._size)
        nonce = _nonce(self._prefix, self._number, last=not self._next)
        try:
            self._plain, self._at = self._cipher.decrypt(nonce, sealed, self._head), 0
        except InvalidTag as error:
            raise _damaged(self._number) from error
        self._number += 1


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, last)


def _damaged(number: int) -> BackupError:
    if number == 0:
        return BackupError(
            "口令或密钥文件不对，或备份开头已损坏。",
            "Wrong passphrase or key file, or the backup is damaged at its start.",
        )
    return BackupError(
        f"备份在第 {number} MiB 处损坏或被截断。请用另一份备份。",
        f"The backup is damaged or cut off at MiB {number}. Use another one.",
    )
