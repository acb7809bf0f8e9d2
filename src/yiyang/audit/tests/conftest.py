"""A log of a few lines and writes, made on the owner's connection, which a test may then tamper with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

LINE = "INSERT INTO audit_line (kind, actor, actor_name, request, address, what, area_code, reason, detail) "
Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def owner(db: None) -> Run:
    """owner(sql, *values) runs on the owner's connection, in the test's transaction; rows are given back."""

    def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def log(owner: Run) -> list[int]:
    """Five lines, and a transaction's writes to accounts and areas under a seal; the numbers of the lines."""
    owner("SELECT set_config('yiyang.actor', '爱华', true)")
    for number in range(5):
        owner(LINE + "VALUES ('read', NULL, '爱华', 'r', '', %s, -1, '', '{}')", f"person:{number}")
    owner("UPDATE areas_area SET name = name || '（改）' WHERE code / 1000 = 511724001")
    owner("SELECT audit_seal_writes()")
    return [seq for (seq,) in owner("SELECT seq FROM audit_line ORDER BY seq DESC LIMIT 6")][::-1]
