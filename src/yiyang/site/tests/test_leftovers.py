"""Rows that a file of tests would leave are seen."""

from __future__ import annotations

import psycopg
import pytest

from yiyang.site.tests import leftovers

ROW = "INSERT INTO accounts_apicalls (caller, minute, calls) VALUES ('leftover', 0, 1)"


@pytest.mark.django_db
def test_a_committed_row_is_told_once_and_one_taken_back_never() -> None:
    watch = leftovers.Watch(leftovers.watched[0].conninfo)
    with psycopg.connect(watch.conninfo) as connection:
        connection.execute(ROW)
        connection.rollback()
        assert watch.left() == {}
        connection.execute(ROW)
        connection.commit()
        try:
            assert watch.left() == {"accounts_apicalls": 1}
            assert watch.left() == {}
        finally:
            connection.execute("DELETE FROM accounts_apicalls WHERE caller = 'leftover'")
            connection.commit()
    assert watch.left() == {"accounts_apicalls": -1}
