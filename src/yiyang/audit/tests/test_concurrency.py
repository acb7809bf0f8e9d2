"""Many transactions at once, committed and rolled back, in a database of their own: one chain, no gap, no fork."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from yiyang.audit.tests.conftest import LINE
from yiyang.audit.triggers import Track
from yiyang.audit.verify import verify

NAME = "yiyang_audit_concurrency"
THREADS, EACH = 8, 50


@pytest.fixture
def fresh(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database that holds the audit only, and one table whose writes are noted; the words to connect."""
    with django_db_blocker.unblock():
        owner = connections["owner"]
        words = {**owner.get_connection_params(), "dbname": NAME}
        plain = {key: words[key] for key in ("dbname", "user", "password", "host", "port") if words.get(key)}
        server = {**plain, "dbname": owner.settings_dict["NAME"]}
        with psycopg.connect(**server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
            connection.execute(f"CREATE DATABASE {NAME}")
        connections.databases["fresh"] = {**owner.settings_dict, "NAME": NAME}
        call_command("migrate", "audit", database="fresh", verbosity=0)
        with connections["fresh"].cursor() as cursor:
            cursor.execute("CREATE TABLE thing (id bigint PRIMARY KEY, name text)")
            cursor.execute(str(Track("thing").sql))
        yield psycopg.conninfo.make_conninfo(**plain)
        connections["fresh"].close()
        del connections.databases["fresh"]
        with psycopg.connect(**server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {NAME}")


def _write(conninfo: str, thread: int) -> None:
    with psycopg.connect(conninfo) as connection:
        for number in range(EACH):
            key = thread * 1000 + number
            connection.execute("INSERT INTO thing VALUES (%s, '爱华')", [key])
            connection.execute(LINE + "VALUES ('read', NULL, '爱华', '', '', %s, -1, '', '{}')", [f"thing:{key}"])
            if number % 5 == 4:
                connection.rollback()
            else:
                connection.commit()


def test_eight_at_once_make_one_chain_without_gap_or_fork(fresh: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(_write, [fresh] * THREADS, range(THREADS)))
    kept = THREADS * EACH * 4 // 5
    with connections["fresh"].cursor() as cursor:
        cursor.execute("SELECT count(*), min(seq), max(seq), count(DISTINCT previous) FROM audit_line WHERE seq > 0")
        lines, first, last, followed = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM audit_line WHERE kind = 'seal'")
        seals = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM audit_unsealed")
        assert cursor.fetchone() == (0,)
    assert (first, last) == (1, lines)
    assert followed == lines
    assert seals >= kept
    verdict = verify(using="fresh")
    assert verdict.is_good, verdict.faults
    assert verdict.writes >= kept
