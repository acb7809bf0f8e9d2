"""A place without settings of ours, and a data folder in order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from yiyang.access import keyring
from yiyang.site import postgres
from yiyang.site.doctor.finding import Place


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (postgres.URL_VARIABLE, postgres.APP_URL_VARIABLE, "YIYANG_DATA", "YIYANG_KEYS", "YIYANG_PERSON_KEY")
    for name in (*names, "YIYANG_DEBUG", "YIYANG_HTTPS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Place:
    """A data folder by itself, in order."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    keyring.create(data / "secrets" / "keys.json", now=datetime.now(UTC))
    (data / "static").mkdir()
    (data / "static" / "staticfiles.json").write_text("{}")
    (data / "postgres").mkdir(mode=0o700)
    (data / "postgres" / "PG_VERSION").write_text("18")
    return Place(data)
