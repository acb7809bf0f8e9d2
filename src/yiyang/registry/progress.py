"""How far a long job is, told outside of its transaction so that the page sees it."""

from __future__ import annotations

from types import TracebackType

import psycopg
from django.db import connection

from yiyang.access.scope import current


class Progress:
    """Writes the step of one delivery through a connection of its own.

    The job must not hold a lock on the delivery's row meanwhile: it changes the row at its end only.
    """

    def __init__(self, delivery: int, steps: int) -> None:
        self.delivery, self.steps, self.done = delivery, steps, 0

    def __enter__(self) -> Progress:
        words = connection.get_connection_params()
        kept = {key: words[key] for key in ("dbname", "user", "password", "host", "port") if words.get(key)}
        # A job that told its progress while it held the row would wait for itself for ever.
        self.side = psycopg.connect(**kept, autocommit=True, options="-c lock_timeout=3s")
        return self

    def __call__(self, step: str) -> None:
        """The name of the step that begins now."""
        self.done += 1
        settings = current().settings()
        with self.side.transaction():
            for name, value in settings.items():
                self.side.execute("SELECT set_config(%s, %s, true)", [name, value])
            self.side.execute(
                "UPDATE registry_delivery SET step = %s, done = %s, steps = %s WHERE id = %s",
                [step, min(self.done, self.steps), self.steps, self.delivery],
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.side.close()
