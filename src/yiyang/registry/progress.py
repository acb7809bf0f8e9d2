"""How far a long job is, told outside of its transaction so that the page sees it."""

from __future__ import annotations

from types import TracebackType

import psycopg
from django.db import connection
from psycopg import sql as pg

from yiyang.access.scope import current


class Progress:
    """Writes the step of one delivery, or of a row of another table with such columns, through a connection of its own.

    The job must not hold a lock on the row meanwhile: it changes the row at its end only.
    """

    def __init__(self, key: int, steps: int, table: str = "registry_delivery") -> None:
        self.key, self.steps, self.done, self.table = key, steps, 0, table

    def __enter__(self) -> Progress:
        words = connection.get_connection_params()
        kept = {key: words[key] for key in ("dbname", "user", "password", "host", "port") if words.get(key)}
        # A job that told its progress while it held the row would wait for itself for ever.
        self.side = psycopg.connect(**kept, autocommit=True, options="-c lock_timeout=3s")
        return self

    def hold(self, name: str) -> None:
        """Wait until nobody else holds this name; it is let go at the end, however the process ends."""
        self.side.execute("SET lock_timeout = 0")
        self.side.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        self.side.execute("SET lock_timeout = '3s'")

    def __call__(self, step: str) -> None:
        """The name of the step that begins now."""
        self.done += 1
        settings = current().settings()
        with self.side.transaction():
            for name, value in settings.items():
                self.side.execute("SELECT set_config(%s, %s, true)", [name, value])
            self.side.execute(
                pg.SQL("UPDATE {} SET step = %s, done = %s, steps = %s WHERE id = %s").format(
                    pg.Identifier(self.table)
                ),
                [step[:100], min(self.done, self.steps), self.steps, self.key],
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.side.close()
