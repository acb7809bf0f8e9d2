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
        # A view and a table of one name would hide each other.
        self._drop(step.name)
        self.connection.execute(f"CREATE TEMP {'TABLE' if step.keep else 'VIEW'} {step.name} AS {step.sql}")

    def fetch(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def put(self, name: str, table: pa.Table) -> None:
        self.connection.register(f"{name}_arrow", table)
        self.run(Step(name, f"SELECT * FROM {name}_arrow"))
        self.connection.unregister(f"{name}_arrow")

    def read_parquet(self, name: str, path: Path) -> None:
        """A view over one Parquet file, a folder of parts or a glob."""
        self._drop(name)
        self.connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet({_files(path)})")

    def write_parquet(self, sql: str, path: Path) -> None:
        """The query's answer as one Parquet file, streamed."""
        self.connection.execute(f"COPY ({sql}) TO {_quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")

    def count(self, name: str) -> int:
        """Rows of a table."""
        return int(self.connection.execute(f"SELECT COUNT(*) FROM {name}").fetchall()[0][0])

    def _drop(self, name: str) -> None:
        found = self.connection.execute("SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name])
        for (kind,) in found.fetchall():
            self.connection.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {name}")

    def close(self) -> None:
        self.connection.close()


def _files(path: Path) -> str:
    return _quoted(str(path / "*.parquet" if path.is_dir() else path))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def connect(*, memory: str = "3GB", spill: Path | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that never downloads anything."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "memory_limit": memory,
        "preserve_insertion_order": True,
    }
    if spill is not None:
        config["temp_directory"] = str(spill)
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(":memory:", config=config)
