"""Fixtures of the catalog's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from yiyang.catalog.tests.small import Policy


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Policy:
    """A small policy folder, in force for the test; messages name files relative to it."""
    root = tmp_path / "policy"
    root.mkdir()
    monkeypatch.setenv("YIYANG_POLICY", str(root))
    monkeypatch.chdir(tmp_path)
    return Policy(root)
