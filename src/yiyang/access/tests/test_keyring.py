"""The key ring is private, never overwritten, and says what is wrong without showing a secret."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from yiyang.access import keyring
from yiyang.access.keyring import Cipher, Hash
from yiyang.base.errors import SecretError

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_only_its_owner_can_read_it(keys: Path) -> None:
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_refuses_a_ring_that_others_may_touch(keys: Path, mode: int) -> None:
    keys.chmod(mode)
    with pytest.raises(SecretError, match="chmod 600"):
        keyring.load(keys)


def test_never_overwrites_a_ring(keys: Path) -> None:
    before = keys.read_bytes()
    with pytest.raises(SecretError, match="There is a key ring already"):
        keyring.create(keys, now=NOW)
    assert keys.read_bytes() == before


def test_reads_back_what_it_wrote(tmp_path: Path) -> None:
    made = keyring.create(tmp_path / "k.json", now=NOW, cipher=Cipher.SM4, index=Hash.SM3)
    assert keyring.load(tmp_path / "k.json") == made
    assert (made.active.algorithm, made.index.algorithm, made.active.created) == (Cipher.SM4, Hash.SM3, NOW)


def test_a_missing_ring_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="yiyang keys create"):
        keyring.load(tmp_path / "none.json")


def test_rotation_retires_the_key_before_and_keeps_the_index_key(keys: Path) -> None:
    before = keyring.load(keys)
    after = keyring.rotate(keys, now=NOW, cipher=Cipher.SM4)
    assert [key.state for key in after.keys] == ["retired", "active"]
    assert after.keys[0].secret == before.active.secret
    assert after.index == before.index
    assert after.active.algorithm is Cipher.SM4
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


def test_two_rotations_at_once_both_count(keys: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: keyring.rotate(keys, now=NOW), range(8)))
    assert len(keyring.load(keys).keys) == 9
    assert [path.name for path in keys.parent.iterdir()] == ["keys.json"]


def _no_active(ring: dict[str, Any]) -> None:
    ring["keys"][0]["state"] = "retired"


def _short_secret(ring: dict[str, Any]) -> None:
    ring["keys"][0]["secret"] = "c2hvcnQ="


def _twice(ring: dict[str, Any]) -> None:
    ring["keys"].append(ring["keys"][0] | {"state": "retired"})


def _unknown_word(ring: dict[str, Any]) -> None:
    ring["keys"][0]["colour"] = "red"


def _other_algorithm(ring: dict[str, Any]) -> None:
    ring["keys"][0]["algorithm"] = "rot13"


@pytest.mark.parametrize("damage", [_no_active, _short_secret, _twice, _unknown_word, _other_algorithm])
def test_a_damaged_ring_is_refused_without_showing_its_secrets(keys: Path, damage: Any) -> None:
    ring = json.loads(keys.read_text())
    hidden = [ring["keys"][0]["secret"], ring["index"]["secret"]]
    damage(ring)
    keys.write_text(json.dumps(ring))
    with pytest.raises(SecretError, match="is damaged") as caught:
        keyring.load(keys)
    assert caught.value.problems
    assert not [secret for secret in [*hidden, "c2hvcnQ="] if secret in str(caught.value) + repr(caught.value)]


def test_a_cut_off_file_is_refused(keys: Path) -> None:
    keys.write_text(keys.read_text()[:100])
    with pytest.raises(SecretError, match="is damaged"):
        keyring.load(keys)


def test_no_repr_shows_a_secret(keys: Path) -> None:
    ring = keyring.load(keys)
    text = f"{ring!r} {ring} {ring.active!r} {ring.index!r}"
    assert "secret" not in text
    assert repr(ring.active.secret)[2:-1] not in text


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SecretError, match="Cannot write"):
        keyring.create(tmp_path / "file" / "keys.json", now=NOW)
