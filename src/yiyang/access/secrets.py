"""Sealing: authenticated encryption of single values, with keyed hashes to search them by.

A sealed value is: version (1 byte), key id (4), of a searchable column the hash of the value (16), nonce (12),
ciphertext, tag (16). All before the nonce and the column's name are authenticated with it, so a value copied to another
column does not open. The hash travels inside, so that whoever writes the value, by ORM, COPY or SQL, cannot leave an
old hash behind: PostgreSQL generates the column to search by (`access.sealed`).

A column is a lasting label such as `person.phone`, never changed; its last word tells how its values are cleaned for
search. Not a certified module: where the law asks for one, a hardware module takes the place of `_engine`.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as _Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from yiyang.access import cleaning, keyring
from yiyang.access.keyring import Cipher, Hash, IndexKey, KeyRing
from yiyang.base.errors import SecretError

PLAIN, INDEXED = b"\x01", b"\x02"
KEY_END = 5
INDEX_BYTES = 16
INDEX_END = KEY_END + INDEX_BYTES
NONCE, TAG = 12, 16
# Of a value in which nothing is left to search by, as a telephone "无".
NOTHING = bytes(INDEX_BYTES)
Seals = Callable[[bytes, bytes, bytes], bytes]


def seal(text: str, column: str) -> bytes:
    """Encrypt under the active key.

    Raises:
        SecretError: no usable key ring.
    """
    return _sealer(column, 1)(text)


def seal_many(texts: Iterable[str | None], column: str) -> list[bytes | None]:
    """`seal` for many values of one column; None stays None."""
    values = list(texts)
    encrypt = _sealer(column, len(values))
    return [None if text is None else encrypt(text) for text in values]


def unseal(sealed: bytes, column: str) -> str:
    """Decrypt a value of this column.

    Raises:
        SecretError: its key is not in the ring, it is damaged, or it comes from another column.
    """
    return _unsealer(column)(sealed)


def unseal_many(sealed: Iterable[bytes | None], column: str) -> list[str | None]:
    """`unseal` for many values of one column; None stays None."""
    decrypt = _unsealer(column)
    return [None if value is None else decrypt(value) for value in sealed]


def index_of(text: str, column: str) -> bytes | None:
    """A keyed hash of 16 bytes by which equal values of one column meet; None where nothing is left to search by."""
    return _indexer(column)(text)


def index_many(texts: Iterable[str | None], column: str) -> list[bytes | None]:
    """`index_of` for many values of one column; None stays None."""
    index = _indexer(column)
    return [None if text is None else index(text) for text in texts]


def key_id(sealed: bytes) -> str:
    """The id of the key a value is sealed under."""
    return bytes(sealed[1:KEY_END]).hex()


def ring() -> KeyRing:
    """The key ring in force. Read again when the file changed, so that a rotation reaches every running process."""
    path = keyring.default_path()
    try:
        found = os.stat(path)
    except OSError:
        return keyring.load(path)  # says what is missing
    return _ring(str(path), found.st_mtime_ns, found.st_ino, found.st_mode)


@lru_cache(maxsize=4)
def _ring(path: str, _changed: int, _inode: int, _mode: int) -> KeyRing:
    return keyring.load(Path(path))


def _sealer(column: str, count: int) -> Callable[[str], bytes]:
    key = ring().active
    encrypt, nonces, name = _engine(key.algorithm, key.secret)[0], iter(_nonces(count)), column.encode()
    index = _indexer(column) if cleaning.kind_of(column) else None
    start = (INDEXED if index else PLAIN) + key.number

    def sealed(text: str) -> bytes:
        nonce, header = next(nonces), start + (index(text) or NOTHING) if index else start
        return header + nonce + encrypt(nonce, text.encode(), header + name)

    return sealed


def _nonces(count: int) -> Sequence[bytes]:
    # One call for all: asking the kernel for each value would double the time of a million.
    noise = os.urandom(NONCE * count)
    return [noise[start : start + NONCE] for start in range(0, len(noise), NONCE)]


def _unsealer(column: str) -> Callable[[bytes], str]:
    keys, name = ring().by_number, column.encode()

    def opened(value: bytes) -> str:
        value = bytes(value)
        end = {PLAIN: KEY_END, INDEXED: INDEX_END}.get(value[:1])
        if end is None:
            raise _broken(column)
        key = keys.get(value[1:KEY_END])
        if key is None:
            raise _unknown(key_id(value), column)
        decrypt = _engine(key.algorithm, key.secret)[1]
        try:
            return decrypt(value[end : end + NONCE], value[end + NONCE :], value[:end] + name).decode()
        except (InvalidTag, ValueError):
            raise _broken(column) from None

    return opened


def _unknown(key: str, column: str) -> SecretError:
    return SecretError(
        f"{column} 的值用密钥 {key} 加密，密钥文件中没有它。请恢复与数据配套的密钥文件。",
        f"A value of {column} is sealed under key {key}, which the key ring lacks. Restore the ring that belongs to "
        "the data.",
    )


def _broken(column: str) -> SecretError:
    return SecretError(
        f"{column} 的一个加密值打不开：已损坏、被改动，或来自别的列。请从备份恢复该行。",
        f"A sealed value of {column} does not open: damaged, altered, or of another column. Restore its row.",
    )


def engine(algorithm: Cipher, secret: bytes) -> tuple[Seals, Seals]:
    """(encrypt, decrypt) of (nonce, text, associated data) under a key; a nonce never serves twice."""
    return _engine(algorithm, secret)


@lru_cache(maxsize=64)
def _engine(algorithm: Cipher, secret: bytes) -> tuple[Seals, Seals]:
    """(encrypt, decrypt) of (nonce, text, associated data) under a key."""
    if algorithm is Cipher.AES:
        aes = AESGCM(secret)
        return aes.encrypt, aes.decrypt
    sm4 = SM4(secret)

    def encrypt(nonce: bytes, text: bytes, bound: bytes) -> bytes:
        work = _Cipher(sm4, GCM(nonce)).encryptor()
        work.authenticate_additional_data(bound)
        return work.update(text) + work.finalize() + work.tag

    def decrypt(nonce: bytes, text: bytes, bound: bytes) -> bytes:
        work = _Cipher(sm4, GCM(nonce, text[-TAG:])).decryptor()
        work.authenticate_additional_data(bound)
        return work.update(text[:-TAG]) + work.finalize()

    return encrypt, decrypt


def _indexer(column: str) -> Callable[[str], bytes | None]:
    key, clean = ring().index, cleaning.KINDS[cleaning.kind_of(column) or "text"]
    # The zero byte ends the name, so that no column's name is the beginning of another's.
    prefix = column.encode() + b"\0"

    def digest(text: str) -> bytes | None:
        cleaned = clean(text).encode()
        return _mac(key, prefix + cleaned)[:INDEX_BYTES] if cleaned else None

    return digest


def _mac(key: IndexKey, message: bytes) -> bytes:
    if key.algorithm is Hash.SHA256:
        return hmac.digest(key.secret, message, "sha256")
    # Not hashlib's SM3: some builds of Python come without it.
    work = HMAC(key.secret, SM3())
    work.update(message)
    return work.finalize()
