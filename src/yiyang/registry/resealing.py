"""Rotation of keys for what is sealed within a column that is not sealed as a whole: rows without an id number."""

from __future__ import annotations

from collections import Counter

from django.db import connections, transaction

from yiyang.access.reseal import ACTOR
from yiyang.access.secrets import key_id, ring, seal_many, unseal_many
from yiyang.registry.linking import ROW_LABEL


def keys_in_use(using: str) -> Counter[str]:
    """Key id → how many rows in question lie under it."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT row->>'sealed' FROM registry_possibledouble WHERE row->>'sealed' IS NOT NULL")
        return Counter(key_id(bytes.fromhex(text)) for (text,) in cursor.fetchall())


def reseal_rows(using: str) -> int:
    """Seal what identifies the rows in question again under the active key; how many. Raises SecretError."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('yiyang.actor', %s, true)", [ACTOR])
        cursor.execute(
            "SELECT id, row->>'sealed' FROM registry_possibledouble WHERE row->>'sealed' IS NOT NULL FOR UPDATE"
        )
        given = [(key, bytes.fromhex(text)) for key, text in cursor.fetchall()]
        stale = [(key, sealed) for key, sealed in given if key_id(sealed) != ring().active.id]
        fresh = seal_many(unseal_many([sealed for _, sealed in stale], ROW_LABEL), ROW_LABEL)
        values = [(sealed.hex(), key) for (key, _), sealed in zip(stale, fresh, strict=True) if sealed]
        cursor.executemany(
            "UPDATE registry_possibledouble SET row = jsonb_set(row, '{sealed}', to_jsonb(%s::text)) WHERE id = %s",
            values,
        )
    return len(values)
