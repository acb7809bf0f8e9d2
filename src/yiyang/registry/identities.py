"""The only file with names and id numbers: person, id_number, name.

While a build runs, the table `identities` (n, person, name) also spares the hash: `n` is the id number's first
seventeen digits, and a join on integers is five times as fast as MD5.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from yiyang.base.errors import DeliveryError
from yiyang.registry.contracts import Contract
from yiyang.registry.identity import id_sql
from yiyang.registry.sources import Source, quoted


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """The empty table `identities`."""
    con.execute("CREATE OR REPLACE TEMP TABLE identities (n BIGINT, person BIGINT, name VARCHAR)")


def add(con: duckdb.DuckDBPyConnection, contract: Contract, source: Source) -> None:
    """Add the people of a judged register who are not there yet; of several rows of a person the last names him.

    People whose row is in quarantine are added too: somebody must be able to ask them.
    """
    name = contract.column_with("name")
    named = f"NULLIF({name}, '')" if name in source.heading.places else "CAST(NULL AS VARCHAR)"
    con.execute(f"CREATE OR REPLACE TEMP VIEW newcomers AS SELECT n, person, {named} AS name, source_row "
                f"FROM judged_{contract.register_} ANTI JOIN identities USING (n) WHERE n IS NOT NULL")
    con.execute("INSERT INTO identities SELECT n, person, name FROM newcomers ANTI JOIN several USING (person) "
                "UNION ALL SELECT n, person, max_by(name, source_row) FROM newcomers SEMI JOIN several USING (person) GROUP BY n, person")


def carry_over(con: duckdb.DuckDBPyConnection, before: Path) -> None:
    """Keep the people of the snapshot before who are not in this delivery."""
    con.execute(f"INSERT INTO identities SELECT CAST(left(id_number, 17) AS BIGINT), person, name FROM read_parquet({quoted(str(before))}) "
                "ANTI JOIN identities USING (person)")


def write(con: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Write the file, sorted by person.

    Raises:
        DeliveryError: two id numbers have one key. One chance in a hundred thousand for ten million people, never silent.
    """
    if con.execute("SELECT person FROM identities GROUP BY person HAVING count(*) > 1 LIMIT 1").fetchall():
        raise DeliveryError("两个不同的身份证号码算出了同一个人员键。请换一个 YIYANG_PERSON_KEY，并从第一个月起重新生成全部快照。",
                            "Two id numbers gave the same person key. Choose another YIYANG_PERSON_KEY and make all snapshots anew.")
    con.execute(f"COPY (SELECT person, {id_sql('n')} AS id_number, name FROM identities ORDER BY person) "
                f"TO {quoted(str(out))} (FORMAT parquet, COMPRESSION zstd)")
