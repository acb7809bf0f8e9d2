"""The only file with names and id numbers: person, id_number, name.

While a build runs, the table `identities` (n, person, name) also spares the hash: `n` is the id number's first
seventeen digits, and a join on integers is five times as fast as MD5.
"""

from __future__ import annotations

from pathlib import Path

from yiyang.base.errors import DeliveryError
from yiyang.registry import sql
from yiyang.registry.contracts import Contract
from yiyang.registry.identity import id_sql
from yiyang.registry.sources import Source
from yiyang.registry.sql import Connection


def begin(con: Connection) -> None:
    """The empty table `identities`."""
    con.execute("CREATE OR REPLACE TEMP TABLE identities (n BIGINT, person BIGINT, name VARCHAR)")


def add(con: Connection, contract: Contract, source: Source) -> None:
    """Add the people of a judged register who are not there yet; of several rows of a person the last names him.

    People whose row is in quarantine are added too: somebody must be able to ask them.
    """
    name = contract.column_with("name")
    named = name if name in source.heading.places else "CAST(NULL AS VARCHAR)"
    judged = f"judged_{contract.register_} WHERE n IS NOT NULL AND is_new"
    sql.view(con, "newcomers", f"SELECT n, person, {named} AS name, source_row FROM {judged}")
    once = "SELECT n, person, name FROM newcomers ANTI JOIN several USING (person)"
    often = (
        "SELECT n, person, max_by(name, source_row) FROM newcomers SEMI JOIN several USING (person) GROUP BY n, person"
    )
    con.execute(f"INSERT INTO identities {once} UNION ALL {often}")


def carry_over(con: Connection, before: Path) -> None:
    """Keep the people of the snapshot before who are not in this delivery."""
    people = f"SELECT CAST(left(id_number, 17) AS BIGINT) AS n, person, name FROM {sql.parquet(before)}"
    con.execute(f"INSERT INTO identities SELECT * FROM ({people}) ANTI JOIN identities USING (person)")


def write(con: Connection, out: Path) -> None:
    """Write the file, sorted by person. The id number is empty for people who have none.

    Raises:
        DeliveryError: two id numbers have one key (of ten million people, once in some 180,000 snapshots).
    """
    if con.execute("SELECT person FROM identities GROUP BY person HAVING count(*) > 1 LIMIT 1").fetchall():
        raise DeliveryError(
            "两个不同的身份证号码算出了同一个人员键。请换一个 YIYANG_PERSON_KEY，并从第一个月起重新生成全部快照。",
            "Two id numbers gave the same person key. Choose another YIYANG_PERSON_KEY and make all snapshots anew.",
        )
    sql.write_parquet(con, f"SELECT person, {id_sql('n')} AS id_number, name FROM identities ORDER BY person", out)
