"""The two sides of linkage from a snapshot and what its build collected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from yiyang.registry import sql
from yiyang.registry.fields import OPEN
from yiyang.registry.settling import DELIVERED
from yiyang.registry.snapshot import open_snapshot
from yiyang.registry.sql import Connection


@dataclass(frozen=True)
class Relations:
    """Names of views: rows and people in the shape of `features.INPUT`; `listed` (register, person) as a query."""

    rows: str
    people: str
    listed: str


def rows_and_people(con: Connection, snapshot: Path, unidentified: Path) -> Relations:
    """Make the views.

    Args:
        snapshot: folder made by `registry build`.
        unidentified: folder that the same build filled (`unidentified_out`).
    """
    opened = open_snapshot(snapshot)
    people, identities = (sql.parquet(snapshot / f"{name}.parquet") for name in ("people", "identities"))
    contacts = sql.parquet(unidentified / "contacts.parquet")
    # The same words in two rows of one register are one question.
    sql.view(
        con,
        "unidentified_rows",
        f"SELECT * FROM {sql.parquet(unidentified / 'unidentified.parquet')} "
        "QUALIFY row_number() OVER (PARTITION BY key ORDER BY source_row) = 1",
    )
    sql.view(
        con,
        "known_people",
        "SELECT person AS key, id_number AS id_text, name, sex, birth_date AS birth, phone, address, "
        f"resident_area AS area, registered_area AS other_area FROM {people} AS p "
        f"JOIN {identities} AS i USING (person) LEFT JOIN {contacts} AS c USING (person)",
    )
    registers = [row[0] for row in con.execute("SELECT DISTINCT register FROM unidentified_rows ORDER BY 1").fetchall()]
    listed = " UNION ALL ".join(
        f"SELECT '{name}' AS register, person FROM {sql.parquet(opened.registers[name])} AS {name} "
        f"WHERE known_to = {OPEN} AND state = {DELIVERED}"
        for name in registers
        if name in opened.registers
    )
    nobody = "SELECT CAST(NULL AS VARCHAR) AS register, CAST(NULL AS BIGINT) AS person WHERE FALSE"
    return Relations("unidentified_rows", "known_people", listed or nobody)
