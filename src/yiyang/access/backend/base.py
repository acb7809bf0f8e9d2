"""PostgreSQL, told at the beginning of every transaction who acts: the second lock opens for nobody else.

The settings are local to the transaction (`set_config(…, true)`), so a pooled connection carries nothing over, and what
runs outside a transaction sees no row.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from yiyang.access.scope import SETTINGS, current

TELL = ", ".join("set_config(%s, %s, true)" for _ in SETTINGS)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, plus the scope."""

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        super().set_autocommit(autocommit, *args, **kwargs)
        if not autocommit:
            self.tell_scope()

    def tell_scope(self) -> None:
        """Tell the open transaction which scope is in force."""
        settings = current().settings()
        with self.cursor() as cursor:
            cursor.execute(f"SELECT {TELL}", [part for pair in settings.items() for part in pair])
