"""Files at rest: nothing of their content in clear, and nothing changed goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from yiyang.access.sealed_files import CHUNK, open_file, seal_file
from yiyang.base.errors import SecretError

BIG = bytes(range(256)) * (2 * CHUNK // 256) + b"the end"


def read(path: Path, label: str = "document:1") -> bytes:
    return b"".join(open_file(path, label))


@pytest.mark.parametrize("content", [b"", b"x", BIG, BIG[: 2 * CHUNK]])
def test_opens_to_what_was_sealed(content: bytes, tmp_path: Path, keys: Path) -> None:
    size, _ = seal_file([content[:1000], content[1000:]], tmp_path / "a", "document:1")
    assert (size, read(tmp_path / "a")) == (len(content), content)
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_shows_nothing_of_its_content(tmp_path: Path, keys: Path) -> None:
    seal_file([b"5117 secret " * 100], tmp_path / "a", "document:1")
    assert b"secret" not in (tmp_path / "a").read_bytes()


@pytest.mark.parametrize("harm", ["cut", "chunk", "changed", "swapped", "head"])
def test_notices_every_harm(harm: str, tmp_path: Path, keys: Path) -> None:
    path = tmp_path / "a"
    seal_file([BIG], path, "document:1")
    whole, start, step = path.read_bytes(), len(path.read_bytes()) % (CHUNK + 16) - 7 - 16, CHUNK + 16
    harmed = {
        "cut": whole[:-step],
        "chunk": whole[: start + step],
        "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
        "swapped": whole[:start]
        + whole[start + step : start + 2 * step]
        + whole[start : start + step]
        + whole[start + 2 * step :],
        "head": whole[:start],
    }[harm]
    path.write_bytes(harmed)
    with pytest.raises(SecretError):
        read(path)


def test_does_not_open_in_the_place_of_another(tmp_path: Path, keys: Path) -> None:
    seal_file([b"x"], tmp_path / "a", "document:1")
    with pytest.raises(SecretError):
        read(tmp_path / "a", "document:2")
