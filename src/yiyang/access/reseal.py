"""Rotation: seal again under the active key whatever lies under another one, batch by batch.

A batch is a transaction, and a row under the active key is passed over: after an interruption, run it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction

from yiyang.access import secrets
from yiyang.access.sealed import SealedTextField
from yiyang.base.errors import SecretError

Progress = Callable[[int], None]
ACTOR = "yiyang keys reseal"


def sealed_fields(model: type[models.Model]) -> list[SealedTextField]:
    """The sealed fields of a model's own table."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, SealedTextField)]


def sealed_models(using: str) -> list[type[models.Model]]:
    """Every table of a database that holds sealed values; one that is not migrated yet has none."""
    there = set(connections[using].introspection.table_names())
    return [model for model in apps.get_models() if model._meta.db_table in there and sealed_fields(model)]


def keys_in_use(model: type[models.Model], using: str) -> dict[str, int]:
    """Key id → how many values lie under it. One pass over the table."""
    table = _table(model, using)
    found: Counter[str] = Counter()
    for field in sealed_fields(model):
        column = _quoted(using, field)
        key = f"encode(substring({column} from 2 for 4), 'hex')"
        found.update(dict(_rows(using, f"SELECT {key}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1")))
    return dict(found)


def reseal(model: type[models.Model], *, using: str, batch: int = 5000, progress: Progress | None = None) -> int:
    """Seal a table's values again under the active key; the number of rows changed.

    Args:
        using: a connection that sees every row: the owner's.
        batch: rows of one transaction. They stay locked while it lasts, so that no clerk's change is written over.
        progress: told the number of rows of each batch.

    Raises:
        SecretError: row-level security hides rows from this connection, or a value does not open.
    """
    _refuse_partial(model, using)
    changed = 0
    for rows in _batches(model, using, batch):
        changed += rows
        if progress:
            progress(rows)
    return changed


def _refuse_partial(model: type[models.Model], using: str) -> None:
    # Resealing what it sees and calling that everything: then a retired key is thrown away, and data with it.
    if _rows(using, "SELECT row_security_active(%s::regclass)", [_table(model, using)])[0][0]:
        raise SecretError(
            f"当前数据库账号受行级权限限制，看不到 {model._meta.db_table} 的全部行。请用表的所有者账号运行。",
            f"Row-level security hides rows of {model._meta.db_table} from this connection. Run it as the owner.",
        )


def _batches(model: type[models.Model], using: str, size: int) -> Iterator[int]:
    last: Any = None
    while True:
        with transaction.atomic(using=using):
            # By this name the triggers of the audit log note the writes.
            _rows(using, "SELECT set_config('yiyang.actor', %s, true)", [ACTOR])
            rows = _stale(model, using, size, last)
            _write(model, using, rows)
        if not rows:
            return
        last = rows[-1][0]
        yield len(rows)


def _stale(model: type[models.Model], using: str, size: int, last: Any) -> list[tuple[Any, ...]]:
    """(primary key, sealed values …) of the next rows with a value under another key, locked."""
    columns = [_quoted(using, field) for field in sealed_fields(model)]
    key = _quoted(using, model._meta.pk)
    stale = " OR ".join(f"substring({column} from 2 for 4) <> %s" for column in columns)
    after, values = (f"{key} > %s AND ", [last]) if last is not None else ("", [])
    return _rows(
        using,
        f"SELECT {key}, {', '.join(columns)} FROM {_table(model, using)} WHERE {after}({stale}) "
        f"ORDER BY {key} LIMIT %s FOR NO KEY UPDATE",
        [*values, *[secrets.ring().active.number] * len(columns), size],
    )


def _write(model: type[models.Model], using: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    keys, *columns = zip(*rows, strict=True)
    fields, connection = sealed_fields(model), connections[using]
    fresh = [_again(field, values) for field, values in zip(fields, columns, strict=True)]
    names = [_quoted(using, field) for field in fields]
    pk = _quoted(using, model._meta.pk)
    arrays = ", ".join([f"%s::{model._meta.pk.rel_db_type(connection)}[]", *["%s::bytea[]"] * len(fields)])
    places = ", ".join(f"{name} = fresh.v{number}" for number, name in enumerate(names))
    listed = ", ".join(f"v{number}" for number in range(len(names)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_table(model, using)} AS old SET {places} FROM unnest({arrays}) AS fresh (pk, {listed}) "
            f"WHERE old.{pk} = fresh.pk",
            [list(keys), *fresh],
        )


def _again(field: SealedTextField, values: Sequence[Any]) -> list[bytes | None]:
    return secrets.seal_many(secrets.unseal_many(values, field.label), field.label)


def _table(model: type[models.Model], using: str) -> str:
    return connections[using].ops.quote_name(model._meta.db_table)


def _quoted(using: str, field: Any) -> str:
    return connections[using].ops.quote_name(field.column)


def _rows(using: str, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
