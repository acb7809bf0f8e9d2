"""`yiyang keys` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from yiyang.access import keyring
from yiyang.base.errors import SecretError
from yiyang.site.keys import app


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "secrets" / "keys.json"
    monkeypatch.setenv("YIYANG_KEYS", str(found))
    return found


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_creates_a_ring_once_and_says_to_keep_a_copy(path: Path) -> None:
    said = run("create")
    assert said.exit_code == 0
    assert "另存一份" in said.output
    before = path.read_bytes()
    assert isinstance(run("create").exception, SecretError)
    assert path.read_bytes() == before


def test_the_chinese_algorithms_are_a_word_away() -> None:
    assert run("create", "--sm").exit_code == 0
    told = json.loads(run("status", "--json").stdout)
    assert ([key["algorithm"] for key in told["keys"]], told["index"]) == (["sm4-gcm"], "hmac-sm3")


def test_rotation_names_the_new_key_and_what_to_do_next(path: Path) -> None:
    run("create")
    said = run("rotate", "--sm")
    ring = keyring.load(path)
    assert ring.active.id in said.output
    assert "yiyang keys reseal" in said.output
    told = json.loads(run("status", "--json").stdout)["keys"]
    assert [(key["algorithm"], key["state"]) for key in told] == [("aes-256-gcm", "retired"), ("sm4-gcm", "active")]


def test_status_never_shows_a_secret(path: Path) -> None:
    run("create")
    ring = json.loads(path.read_text())
    shown = run("status").output + run("status", "--json").output
    assert ring["keys"][0]["id"] in shown
    assert ring["keys"][0]["secret"] not in shown
    assert ring["index"]["secret"] not in shown


def test_a_missing_ring_is_told_with_its_remedy() -> None:
    error = run("status").exception
    assert isinstance(error, SecretError)
    assert "yiyang keys create" in error.zh


def test_scripts_are_answered_in_json(path: Path) -> None:
    first = json.loads(run("create", "--json").stdout)
    assert first["file"] == str(path)
    second = json.loads(run("rotate", "--json").stdout)
    assert second == {"key": keyring.load(path).active.id, "algorithm": "aes-256-gcm"}
    assert second["key"] != first["key"]
