"""What a check finds, and where it looks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

OK, WARNING, WRONG = "ok", "warning", "wrong"
Sentence = tuple[str, str]


@dataclass(frozen=True)
class Finding:
    """The answer of a check: what is, and how to mend it, both as (zh, en)."""

    state: str
    says: Sentence
    mend: Sentence = ("", "")


def ok(zh: str, en: str) -> Finding:
    """All is well."""
    return Finding(OK, (zh, en))


def warning(says: Sentence, mend: Sentence) -> Finding:
    """It works, but somebody should look."""
    return Finding(WARNING, says, mend)


def wrong(says: Sentence, mend: Sentence) -> Finding:
    """It does not work, or it is not safe."""
    return Finding(WRONG, says, mend)


@dataclass
class Place:
    """The installation that is looked at.

    Attributes:
        data: its data folder.
        app, owner: open connections; None where there is none.
        unreachable: why the database cannot be entered.
        port: where its web server listens.
        now, zone: the machine's clock and its zone as +0800.
    """

    data: Path
    app: psycopg.Connection[Any] | None = None
    owner: psycopg.Connection[Any] | None = None
    unreachable: Sentence | None = None
    port: int = 8000
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    # Asked when the place is made: Django sets the zone of the process to its own.
    zone: str = field(default_factory=lambda: time.strftime("%z"))

    @property
    def is_production(self) -> bool:
        """An installation with a server of its own; the embedded one is for trials and development."""
        return not (self.data / "postgres" / "PG_VERSION").exists() or os.environ.get("YIYANG_HTTPS") == "1"

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, as the application, or as the owner where only he is known."""
        connection = self.app or self.owner
        return connection.execute(query).fetchall() if connection else []


@dataclass(frozen=True)
class Check:
    """A line of the doctor's table. `with_database`: left out while the database cannot be entered."""

    name: str
    title: Sentence
    run: Callable[[Place], Finding]
    with_database: bool = False
