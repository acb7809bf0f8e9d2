"""What the triggers note of writes, and what a seal holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from yiyang.audit.verify import verify

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Run = Callable[..., list[tuple[Any, ...]]]
NEWEST = 'SELECT key, operation, area_code, before, after FROM audit_write WHERE "table" = %s ORDER BY id DESC LIMIT 1'


def newest(owner: Run, table: str) -> tuple[Any, ...]:
    key, operation, area, before, after = owner(NEWEST, table)[0]
    return key, operation, area, before and json.loads(before), after and json.loads(after)


def seals(owner: Run) -> list[dict[str, Any]]:
    found = owner(
        "SELECT detail FROM audit_line WHERE kind = 'seal' AND what = 'transaction:' || txid_current() ORDER BY seq"
    )
    return [json.loads(detail) for (detail,) in found]


def test_an_update_keeps_only_what_changed(owner: Run) -> None:
    owner("UPDATE areas_area SET name = '竹阳街道办' WHERE code = 511724001000")
    _, operation, area, before, after = newest(owner, "areas_area")
    assert (operation, area) == ("U", 511724001000)
    assert (before, after) == ({"name": "竹阳街道"}, {"name": "竹阳街道办"})


def test_an_update_that_changes_nothing_is_not_noted(owner: Run) -> None:
    owner("UPDATE areas_area SET name = name WHERE code = 511724001000")
    assert owner("SELECT count(*) FROM audit_write WHERE transaction = txid_current()") == [(0,)]
    owner("SELECT audit_seal_writes()")
    assert seals(owner) == []


def test_a_row_whose_key_changes_is_not_overlooked(owner: Run) -> None:
    owner("INSERT INTO areas_area (id, code, name, level, kind, urban_rural, valid_from) VALUES "
          "(900001, 999999999999, '某村', 'village', 'village', '', '2026-01-01')")  # fmt: skip
    owner("UPDATE areas_area SET id = 900002 WHERE id = 900001")
    found = owner("SELECT key FROM audit_write WHERE transaction = txid_current() AND operation = 'U' ORDER BY key")
    assert found == [("900001",), ("900002",)]


def test_emptying_a_table_is_noted(owner: Run) -> None:
    owner("TRUNCATE areas_membership")
    assert newest(owner, "areas_membership")[1] == "T"


def test_each_seal_covers_what_came_since_the_last_one(owner: Run) -> None:
    owner("UPDATE areas_area SET urban_rural = 'urban' WHERE code = 511724001000")
    owner("SELECT audit_seal_writes()")
    owner("UPDATE areas_area SET urban_rural = 'rural' WHERE code IN (511724001000, 511724101000)")
    owner("SELECT audit_seal_writes()")
    first, second = seals(owner)
    assert (first["writes"], second["writes"]) == (1, 2)
    assert first["last"] < second["first"]
    assert verify(using="owner").is_good


def test_what_nobody_sealed_is_sealed_at_commit(owner: Run) -> None:
    owner("UPDATE areas_area SET urban_rural = 'urban' WHERE code = 511724001000")
    owner("SET CONSTRAINTS ALL IMMEDIATE")
    owner("SET CONSTRAINTS ALL DEFERRED")
    owner("UPDATE areas_area SET urban_rural = 'rural' WHERE code = 511724001000")
    owner("SET CONSTRAINTS ALL IMMEDIATE")
    assert [seal["writes"] for seal in seals(owner)] == [1, 1]


def test_a_savepoint_rolled_back_leaves_nothing_in_the_seal(owner: Run) -> None:
    owner("UPDATE areas_area SET urban_rural = 'urban' WHERE code = 511724001000")
    owner("SAVEPOINT here")
    owner("UPDATE areas_area SET urban_rural = 'rural' WHERE code / 1000 = 511724001")
    owner("SELECT audit_seal_writes()")
    owner("ROLLBACK TO here")
    owner("SELECT audit_seal_writes()")
    assert [seal["writes"] for seal in seals(owner)] == [1]
    assert verify(using="owner").is_good


def test_after_a_restore_the_same_number_of_transaction_is_another_transaction(owner: Run) -> None:
    """As it stands in a new cluster: writes of another time that bear this transaction's number."""
    owner(
        'INSERT INTO audit_write (at, transaction, "table", key, operation, area_code, actor_name, request) '
        "VALUES (now() - interval '1 day', txid_current(), 'areas_area', '1', 'U', -1, '', '')"
    )
    owner("UPDATE areas_area SET urban_rural = 'urban' WHERE code = 511724001000")
    owner("SELECT audit_seal_writes()")
    assert [seal["writes"] for seal in seals(owner)] == [1]
