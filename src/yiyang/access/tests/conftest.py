"""A key ring of its own for every test of the room."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from yiyang.access import keyring

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a key ring in force."""
    path = tmp_path / "secrets" / "keys.json"
    monkeypatch.setenv("YIYANG_KEYS", str(path))
    keyring.create(path, now=NOW)
    return path
