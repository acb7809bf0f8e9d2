"""The tiny city hall of `hall.py` in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from yiyang.registry.tests.hall import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)
