"""The only file with names and id numbers: person, id_number, name."""

from __future__ import annotations

from pathlib import Path

import duckdb

from yiyang.base.errors import DeliveryError
from yiyang.registry.contracts import Contract
from yiyang.registry.sources import Source, quoted


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """The empty table `identities`."""
    con.execute("CREATE OR REPLACE TEMP TABLE identities (person BIGINT, id_number VARCHAR, name VARCHAR)")


def add(con: duckdb.DuckDBPyConnection, contract: Contract, source: Source) -> None:
    """Add the people of a judged register who are not there yet; of several rows of a person the last names him.

    People whose row is in quarantine are added too: somebody must be able to ask them.
    """
    name = contract.column_with("name")
    named = f"NULLIF({name}, '')" if name in source.heading.places else "CAST(NULL AS VARCHAR)"
    there = f"SELECT person, id_number, {named} AS name, source_row FROM judged_{contract.register_} WHERE person IS NOT NULL"
    _refuse_collisions(con, there)
    con.execute(f"CREATE OR REPLACE TEMP VIEW newcomers AS SELECT * FROM ({there}) ANTI JOIN identities USING (person)")
    con.execute("INSERT INTO identities SELECT person, id_number, name FROM newcomers ANTI JOIN several USING (person) "
                "UNION ALL SELECT person, any_value(id_number), max_by(name, source_row) FROM newcomers SEMI JOIN several USING (person) "
                "GROUP BY person")


def carry_over(con: duckdb.DuckDBPyConnection, before: Path) -> None:
    """Keep the people of the snapshot before who are not in this delivery."""
    con.execute(f"INSERT INTO identities SELECT person, id_number, name FROM read_parquet({quoted(str(before))}) "
                "ANTI JOIN identities USING (person)")


def write(con: duckdb.DuckDBPyConnection, out: Path) -> None:
    con.execute(f"COPY (SELECT * FROM identities ORDER BY person) TO {quoted(str(out))} (FORMAT parquet, COMPRESSION zstd)")


def _refuse_collisions(con: duckdb.DuckDBPyConnection, there: str) -> None:
    """Two id numbers with one key: one chance in five million for twelve million people, and never silent."""
    within = (f"SELECT 1 FROM ({there}) SEMI JOIN several USING (person) GROUP BY person HAVING min(id_number) <> max(id_number)")
    across = f"SELECT 1 FROM ({there}) AS t JOIN identities AS i ON i.person = t.person WHERE i.id_number <> t.id_number"
    if con.execute(f"({within}) UNION ALL ({across}) LIMIT 1").fetchall():
        raise DeliveryError("两个不同的身份证号码算出了同一个人员键。请换一个 YIYANG_PERSON_KEY，并从第一个月起重新生成全部快照。",
                            "Two id numbers gave the same person key. Choose another YIYANG_PERSON_KEY and make all snapshots anew.")
