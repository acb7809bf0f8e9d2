"""The mask of a page and that of the quarantine list, which is SQL, show the same; so do the two ways to clean."""

from __future__ import annotations

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from yiyang.access import cleaning, masks
from yiyang.registry import identity
from yiyang.registry.quarantine import masked


@given(st.text(alphabet="0123456789Xx", max_size=20))
def test_the_screen_and_the_quarantine_list_mask_alike(raw: str) -> None:
    assert duckdb.execute(f"SELECT {masked('$raw')}", {"raw": raw}).fetchall() == [(masks.id_number(raw),)]


@given(st.integers(10**14, 10**15 - 1))
def test_an_old_number_is_lifted_alike(old: int) -> None:
    query = f"'{old}' AS raw"
    for layer in identity.layers("raw", 20261122):
        query = f"*, {', '.join(f'{expression} AS {name}' for name, expression in layer.items())} FROM (SELECT {query})"
    found = duckdb.execute(f"SELECT {identity.id_sql('_n')} FROM (SELECT {query})").fetchall()
    assert found == [(cleaning.id_number(str(old)),)]
