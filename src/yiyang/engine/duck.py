"""The DuckDB reader: embedded, spills to disk when people outgrow memory."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from yiyang.engine.pipeline import Step


class DuckBackend:
    """Runs steps on one DuckDB connection; tables are temporary.

    Args:
        memory: DuckDB's memory limit, for example "3GB".
        spill: folder for what does not fit.
        threads: None = all processors.
    """

    name = "duckdb"

    def __init__(self, *, memory: str = "3GB", spill: Path | None = None, threads: int | None = None) -> None:
        self.connection = connect(memory=memory, spill=spill, threads=threads)

    def run(self, step: Step) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {step.sql}")

    def fetch(self, sql: str) -> pa.Table:
        return self.connection.execute(sql).to_arrow_table()

    def put(self, name: str, table: pa.Table) -> None:
        self.connection.register(f"{name}_arrow", table)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_arrow")
        self.connection.unregister(f"{name}_arrow")

    def read_parquet(self, name: str, path: Path) -> None:
        """A view over one Parquet file or a glob of them."""
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet({str(path)!r})")

    def close(self) -> None:
        self.connection.close()


def connect(*, memory: str = "3GB", spill: Path | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that never downloads anything."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False, "memory_limit": memory, "preserve_insertion_order": True}
    if spill is not None:
        config["temp_directory"] = str(spill)
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(":memory:", config=config)
