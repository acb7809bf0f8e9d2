"""Say what was read, sought, exported or decided; the lines are written with the unit of work that they belong to.

Lines are collected while a request, job or command runs and written at its end, because the chain of hashes admits one
transaction at a time. If they cannot be written, neither is the work done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, transaction
from psycopg.types.json import Jsonb

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope, acting, current
from yiyang.audit.models import AuditLine
from yiyang.base.errors import YiyangError

COLUMNS = ("kind", "actor", "actor_name", "request", "address", "what", "person", "area_code", "reason", "detail")
INSERT = f"INSERT INTO audit_line ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"


@dataclass
class Collected:
    """One unit of work: its lines that are not written yet."""

    lines: list[AuditLine] = field(default_factory=list)
    # What rooms keep while it lasts, under their own words.
    kept: dict[str, Any] = field(default_factory=dict)


_collected: ContextVar[Collected | None] = ContextVar("audit", default=None)


class NotCollecting(YiyangError):
    """Something to be recorded happened outside of a unit of work."""


@contextmanager
def collecting() -> Iterator[Collected]:
    """Collect lines; whoever opens this calls `flush` before the transaction ends."""
    token = _collected.set(Collected())
    try:
        yield _collected.get()  # type: ignore[misc]
    finally:
        _collected.reset(token)


def unit() -> Collected | None:
    """The unit of work in hand: a request, job or command."""
    return _collected.get()


def record(
    kind: str,
    *,
    what: str = "",
    person: int | None = None,
    area: int = NO_AREA,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Note one line under the scope in force.

    Args:
        kind: one of `AuditLine.Kind`.
        what: the thing, as `table:key` or the page's name.
        person: key of the person that was looked at.
        area: its area code.
        reason: what the user gave as reason.
        detail: figures and fields, never personal values.

    Raises:
        NotCollecting: outside of a request, job or `audit.record.work`.
    """
    collected = _collected.get()
    if collected is None:
        raise NotCollecting("审计记录只能在请求或任务中写入。", "Audit lines belong to a request, job or command.")
    scope = current()
    collected.lines.append(
        AuditLine(
            kind=kind,
            actor=scope.user,
            actor_name=scope.name,
            request=scope.request,
            address=scope.address,
            what=what,
            person=person,
            area_code=area,
            reason=reason,
            detail=Jsonb(detail or {}),
        )
    )


def flush(using: str = "default") -> None:
    """Write what was collected, and one line for the writes of this transaction that the triggers noted."""
    collected = _collected.get()
    if collected is None:
        return
    lines, collected.lines = collected.lines, []
    with connections[using].cursor() as cursor:
        # Not bulk_create: it asks the new rows back, and a visitor may add lines but see none.
        cursor.executemany(INSERT, [[getattr(line, column) for column in COLUMNS] for line in lines])
        cursor.execute("SELECT audit_seal_writes()")


@contextmanager
def work(scope: Scope, using: str = "default") -> Iterator[Scope]:
    """One unit of work outside a request: the scope, one transaction, and its audit lines written with it."""
    with acting(scope), collecting(), transaction.atomic(using=using):
        yield scope
        flush(using)
