"""Who keeps the county's plans, and a folder for the files of each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import DAZHU
from yiyang.access.scope import Scope
from yiyang.planning import files
from yiyang.planning.tests.town import scope


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> None:
    """Files of this test lie in a folder of its own."""
    settings.DATA = tmp_path
    settings.SECOND_FACTOR = False
    files._lines.cache_clear()


@pytest.fixture
def user(grant: Callable[..., Any]) -> Any:
    """爱华 keeps the county's plans."""
    return grant("爱华", "county_officer", DAZHU)


@pytest.fixture
def clerk(user: Any) -> Scope:
    """What she may."""
    return scope(user)


@pytest.fixture
def browser(user: Any, logged_in: Callable[..., Any]) -> Any:
    """Her browser, logged in."""
    return logged_in(user)
