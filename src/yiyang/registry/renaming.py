"""Names that the register of people now writes differently: taken over, and put back when the delivery is undone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

from yiyang.base.errors import DeliveryError
from yiyang.registry import kept, sql, store
from yiyang.registry.refresh import spelled
from yiyang.registry.sql import Connection

# Sealed beside the delivered file for as long as that is kept: (person, name before, name since), where any changed.
NAMES = "renamed.json"
RENAME = "UPDATE registry_person SET name = %s, pinyin = %s, initials = %s WHERE id = %s AND name = %s"


def rename_people(con: Connection, identities: Path, scratch: Path, folder: Path) -> int:
    """Take over names that a delivery writes differently; returns how many.

    Args:
        folder: of the delivered file. What is to be put back is written before the transaction ends: an attempt that
            fails is done again from the same names.
    """
    file = scratch / "names.csv"
    store.write_csv(con, f"SELECT person, name FROM {sql.parquet(identities)} WHERE name <> ''", file)
    store.execute("CREATE TEMP TABLE named (person bigint PRIMARY KEY, name text) ON COMMIT DROP")
    store.copy_in("named", ["person", "name"], file)
    file.unlink()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.person, p.name, n.name FROM named AS n JOIN registry_person AS p ON p.id = n.person "
            "AND p.name <> n.name"
        )
        changed = cursor.fetchall()
    store.execute("DROP TABLE named")
    if changed:
        kept.keep(folder / NAMES, [json.dumps(changed, ensure_ascii=False).encode()])
        _rename((person, before, since) for person, before, since in changed)
    return len(changed)


def put_back(folder: Path) -> int:
    """Names as they were before a delivery, of whoever has not been renamed since; returns how many it had changed."""
    try:
        changed = json.loads(b"".join(kept.content(folder / NAMES)))
    except DeliveryError:
        return 0  # It changed none.
    _rename((person, since, before) for person, before, since in changed)
    return len(changed)


def _rename(rows: Iterable[tuple[int, str, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(RENAME, [(to, *spelled(to), person, of) for person, of, to in rows])
