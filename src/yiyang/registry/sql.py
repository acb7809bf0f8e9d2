"""The few words of SQL that every module here says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C within a query is Ctrl-C: DuckDB tells of it as a RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        if "Query interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise


def quoted(text: str | Path) -> str:
    """A SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A SQL name."""
    return '"' + name.replace('"', '""') + '"'


def parquet(path: Path) -> str:
    """A Parquet file as a relation."""
    return f"read_parquet({quoted(path)})"


def table(con: Connection, name: str, query: str) -> None:
    """Keep a query's answer under a name."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def view(con: Connection, name: str, query: str) -> None:
    """Give a query a name."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def number(con: Connection, query: str) -> int:
    """The one integer a query answers."""
    return int(con.execute(query).fetchall()[0][0])


def columns(con: Connection, relation: str) -> list[str]:
    """Names of a relation's columns."""
    return [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]


def write_parquet(con: Connection, query: str, out: Path) -> None:
    """A query's answer as a Parquet file. The same rows always give the same bytes.

    DuckDB marks a column *not null* where statistics happen to prove it; without statistics all columns are nullable.
    """
    before = con.execute("SELECT current_setting('disabled_optimizers')").fetchall()[0][0]
    con.execute(f"SET disabled_optimizers = {quoted(','.join(filter(None, [before, 'statistics_propagation'])))}")
    try:
        con.execute(f"COPY ({query}) TO {quoted(out)} (FORMAT parquet, COMPRESSION zstd)")
    finally:
        con.execute(f"SET disabled_optimizers = {quoted(before)}")
