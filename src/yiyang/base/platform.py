"""How a low room's command reaches the database: `site` knows how to start it and says so here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

Starter = Callable[[], AbstractContextManager[Any]]
_starter: list[Starter] = []


def use(starter: Starter) -> None:
    """Say how the platform is started. The command line's root does."""
    _starter[:] = [starter]


def started() -> AbstractContextManager[Any]:
    """The platform with its database, ready while this lasts. Errors: DatabaseError when it cannot be reached."""
    return _starter[0]()
