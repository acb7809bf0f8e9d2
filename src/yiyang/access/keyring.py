"""The key ring: a JSON file outside the database, readable by its owner alone. Knows no Django.

New values are sealed under the one active key; retired keys stay to open what was sealed before. The index key makes
the keyed hashes for exact search. It is never rotated: every stored hash hangs on it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, model_validator

from yiyang.base.errors import SecretError


class Cipher(StrEnum):
    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"


class Hash(StrEnum):
    SHA256 = "hmac-sha256"
    SM3 = "hmac-sm3"


SIZES = {Cipher.AES: 32, Cipher.SM4: 16, Hash.SHA256: 32, Hash.SM3: 32}


def _decoded(value: object) -> bytes:
    return value if isinstance(value, bytes) else b64decode(str(value), validate=True)


# repr=False, and hide_input_in_errors below: a secret must not reach a log by way of an error.
Secret = Annotated[
    bytes, BeforeValidator(_decoded), PlainSerializer(lambda raw: b64encode(raw).decode()), Field(repr=False)
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Key(_Strict):
    """A key that seals; `id` is eight hexadecimal digits and stands in every value sealed under it."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    algorithm: Cipher
    secret: Secret
    created: datetime
    state: Literal["active", "retired"]

    @model_validator(mode="after")
    def _sized(self) -> Key:
        return _check_size(self)

    @property
    def number(self) -> bytes:
        """The id as the four bytes in a sealed value."""
        return bytes.fromhex(self.id)


class IndexKey(_Strict):
    """The key of the hashes for exact search."""

    algorithm: Hash
    secret: Secret
    created: datetime

    @model_validator(mode="after")
    def _sized(self) -> IndexKey:
        return _check_size(self)


_AnyKey = TypeVar("_AnyKey", Key, IndexKey)


def _check_size(key: _AnyKey) -> _AnyKey:
    if len(key.secret) != SIZES[key.algorithm]:
        raise ValueError(f"a secret of {key.algorithm} has {SIZES[key.algorithm]} bytes, not {len(key.secret)}")
    return key


class KeyRing(_Strict):
    """All keys of an installation. Exactly one seals; the others only open."""

    format: Literal["yiyang-keys-1"] = "yiyang-keys-1"
    keys: Annotated[tuple[Key, ...], Field(min_length=1)]
    index: IndexKey

    @model_validator(mode="after")
    def _one_active(self) -> KeyRing:
        if [key.state for key in self.keys].count("active") != 1:
            raise ValueError("exactly one key must be active")
        if len({key.id for key in self.keys}) != len(self.keys):
            raise ValueError("two keys have the same id")
        return self

    @cached_property
    def active(self) -> Key:
        """The key under which new values are sealed."""
        return next(key for key in self.keys if key.state == "active")

    @cached_property
    def by_number(self) -> dict[bytes, Key]:
        """Every key by the four bytes that a sealed value carries."""
        return {key.number: key for key in self.keys}


def default_path() -> Path:
    """`YIYANG_KEYS`, or `secrets/keys.json` in the folder of data (`YIYANG_DATA`, else `var`)."""
    if chosen := os.environ.get("YIYANG_KEYS"):
        return Path(chosen)
    return Path(os.environ.get("YIYANG_DATA") or "var") / "secrets" / "keys.json"


def create(path: Path, *, now: datetime, cipher: Cipher = Cipher.AES, index: Hash = Hash.SHA256) -> KeyRing:
    """Make a new key ring. `now`: the time written beside the keys.

    Raises:
        SecretError: there is a file already. A ring is never overwritten: whatever it sealed would be lost.
    """
    made = KeyRing(
        keys=(_new_key(cipher, now),),
        index=IndexKey(algorithm=index, secret=secrets.token_bytes(SIZES[index]), created=now),
    )
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(path):
            _refuse_existing(path)
            _write(path, made)
    return made


def load(path: Path) -> KeyRing:
    """Read the key ring.

    Raises:
        SecretError: missing, readable by others, or damaged. The sentence never shows what stands in the file.
    """
    try:
        with path.open("rb") as file:
            _refuse_open(path, os.fstat(file.fileno()).st_mode)
            return KeyRing.model_validate_json(file.read())
    except FileNotFoundError:
        raise SecretError(
            f"没有密钥文件 {path}。新装系统请运行 yiyang keys create；已有数据的系统请从备份恢复原密钥文件，"
            "新密钥打不开旧数据。",
            f"There is no key ring at {path}. Run `yiyang keys create` on a new installation; where there are data "
            "already, restore the ring from its backup: a new one does not open them.",
        ) from None
    except OSError as error:
        raise SecretError(f"读不了密钥文件 {path}：{error.strerror}", f"Cannot read {path}: {error.strerror}") from None
    except ValidationError as error:
        raise _damaged(path, error) from None


def rotate(path: Path, *, now: datetime, cipher: Cipher | None = None) -> KeyRing:
    """Add a new active key and retire the one before; sealed values stay readable until and after they are resealed.

    Args:
        cipher: None = as before.
    """
    with _writing(path), _locked(path):
        ring = load(path)
        retired = tuple(key.model_copy(update={"state": "retired"}) for key in ring.keys)
        new = _new_key(cipher or ring.active.algorithm, now)
        changed = KeyRing(keys=(*retired, new), index=ring.index)
        _write(path, changed)
    return changed


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise SecretError(f"密钥文件已存在：{path}。不会覆盖。", f"There is a key ring already: {path}. It is kept.")


def _new_key(cipher: Cipher, now: datetime) -> Key:
    # A random id, not a counter: two installations never share one, so a foreign ring is told from a damaged value.
    secret = secrets.token_bytes(SIZES[cipher])
    return Key(id=secrets.token_hex(4), algorithm=cipher, secret=secret, created=now, state="active")


def _refuse_open(path: Path, mode: int) -> None:
    if mode & 0o077:
        raise SecretError(
            f"密钥文件 {path} 权限为 {mode & 0o777:04o}，其他用户可以读取。请运行 chmod 600 {path}，并考虑更换密钥。",
            f"The key ring {path} has mode {mode & 0o777:04o}: others can read it. Run chmod 600 {path} and consider "
            "rotating the keys.",
        )


def _damaged(path: Path, error: ValidationError) -> SecretError:
    found = [(".".join(map(str, each["loc"])) or "file", each["msg"]) for each in error.errors(include_input=False)]
    lines = [(f"{place}：{what}", f"{place}: {what}") for place, what in found]
    return SecretError(
        f"密钥文件 {path} 内容有误，请从备份恢复：", f"The key ring {path} is damaged; restore it from a backup:", lines
    )


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SecretError(
            f"写不了密钥文件 {path}：{error.strerror}。原有文件未改动。",
            f"Cannot write {path}: {error.strerror}. What was there is untouched.",
        ) from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time. The lock lies on the folder, because the file itself is replaced."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(path: Path, ring: KeyRing) -> None:
    """Put the file in place whole; it is never readable by others, not even for a moment."""
    work = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    text = json.dumps(ring.model_dump(mode="json"), indent=2) + "\n"
    try:
        with os.fdopen(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        work.replace(path)
    finally:
        work.unlink(missing_ok=True)
