"""Between PostgreSQL and DuckDB, by COPY and in bulk: statements out and in, people in.

Everything runs in the caller's transaction and under its scope; tables of a scratch DuckDB are the other side.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import connection
from psycopg import sql as pg

from yiyang.engine.facts import FactBook
from yiyang.registry import sql
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import OPEN
from yiyang.registry.settling import stored_columns
from yiyang.registry.sql import Connection

# The columns of a statement that a snapshot's file has, with DuckDB's types; then come the facts.
TIMES = {
    "person": "BIGINT",
    "valid_from": "INTEGER",
    "valid_to": "INTEGER",
    "known_from": "INTEGER",
    "known_to": "INTEGER",
    "source_file": "VARCHAR",
    "source_row": "INTEGER",
    "row_hash": "BIGINT",
    "state": "INTEGER",
}
CHUNK = 1 << 20


def copy_out(query: pg.Composable, file: Path) -> None:
    """Write a query's answer as CSV, streaming."""
    statement = pg.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)
    with connection.cursor() as cursor, file.open("wb") as out, cursor.copy(statement) as copy:
        for block in copy:
            out.write(block)


def copy_in(table: str, columns: Iterable[str], file: Path) -> None:
    """Load a CSV file (NULL as an empty unquoted field) into a temporary table, streaming."""
    names = pg.SQL(", ").join(map(pg.Identifier, columns))
    statement = pg.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(pg.Identifier(table), names)
    with connection.cursor() as cursor, file.open("rb") as given, cursor.copy(statement) as copy:
        while block := given.read(CHUNK):
            copy.write(block)


def append(table: str, columns: Iterable[str], file: Path) -> None:
    """Add a CSV file to a table under row-level security, which COPY refuses to fill: by way of a temporary one."""
    columns = list(columns)
    names = pg.SQL(", ").join(map(pg.Identifier, columns))
    words = {"table": pg.Identifier(table), "names": names}
    execute(pg.SQL("CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0").format(**words))
    copy_in("incoming", columns, file)
    execute(pg.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM incoming").format(**words))
    execute("DROP TABLE incoming")


def execute(query: pg.Composable | str, parameters: Iterable[object] = ()) -> int:
    """Run a statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))  # type: ignore[arg-type]
        return int(cursor.rowcount)


def read_csv(file: Path, columns: dict[str, str]) -> str:
    """DuckDB: a CSV file that `copy_out` wrote, as a relation."""
    stated = ", ".join(f"{sql.quoted(name)}: {sql.quoted(kind)}" for name, kind in columns.items())
    return f"read_csv({sql.quoted(file)}, columns = {{{stated}}}, header = false, auto_detect = false)"


def write_csv(con: Connection, query: str, file: Path) -> None:
    """DuckDB: a query's answer as a CSV file that `copy_in` reads."""
    con.execute(f"COPY ({query}) TO {sql.quoted(file)} (FORMAT csv, HEADER false)")


def statements(
    con: Connection,
    contract: Contract,
    facts: FactBook,
    scratch: Path,
    *,
    area: int | None = None,
    of: str = "",
    merged: bool = False,
    with_id: bool = False,
) -> str:
    """Bring the statements of a register into DuckDB as a table r_<register>.

    Args:
        scratch: folder for the file in between, which is removed.
        area: only those of deliveries for this area (what such a delivery is compared with).
        of: a temporary table of PostgreSQL with a column `person`; only these people's statements.
        merged: name people as merges of files say, not as the registers do.
        with_id: the first column is the statement's id.

    Returns:
        The table's name. Columns as in a snapshot's registers/<r>.parquet. Statements that nobody ever believed
        (replaced on the day they became known) are left out.
    """
    columns = ({"id": "BIGINT"} if with_id else {}) | TIMES | stored_columns(contract, facts)
    file, name = scratch / f"{contract.register_}.csv", f"r_{contract.register_}"
    copy_out(_statements_query(contract, facts, area, of, merged, with_id), file)
    sql.table(con, name, f"SELECT * FROM {read_csv(file, columns)}")
    file.unlink()
    return name


def is_first(register: str, area: int) -> bool:
    """Whether nothing that the register stated for the area is believed: it never spoke, or all was taken back."""
    there = (
        "SELECT 1 FROM registry_statement AS s JOIN registry_delivery AS d ON d.id = s.opened_id "
        f"WHERE s.register = %s AND d.area_code = %s AND s.known_to = {OPEN} LIMIT 1"
    )
    return execute(there, [register, area]) == 0


def _statements_query(
    contract: Contract, facts: FactBook, area: int | None, of: str, merged: bool, with_id: bool
) -> pg.Composable:
    person = pg.SQL("coalesce(a.person_id, s.person)" if merged else "s.person")
    chosen = [person if name == "person" else pg.Identifier("s", name) for name in TIMES]
    values = [pg.SQL("(s.values->>{})::bigint").format(pg.Literal(name)) for name in stored_columns(contract, facts)]
    query = pg.SQL("SELECT {} FROM registry_statement AS s").format(
        pg.SQL(", ").join([*([pg.SQL("s.id")] if with_id else []), *chosen, *values])
    )
    if merged:
        query += pg.SQL(" LEFT JOIN registry_alias AS a ON a.key = s.person")
    if of:
        query += pg.SQL(" JOIN {} AS o ON o.person = {}").format(pg.Identifier(of), person)
    if area is not None:
        query += pg.SQL(" JOIN registry_delivery AS d ON d.id = s.opened_id AND d.area_code = {}").format(
            pg.Literal(area)
        )
    return query + pg.SQL(" WHERE s.register = {} AND s.known_to > s.known_from").format(pg.Literal(contract.register_))


def add_statements(
    con: Connection, contract: Contract, relation: str, columns: list[str], delivery: int, scratch: Path
) -> None:
    """Append statements of a delivery from a DuckDB relation with the columns of a register's file."""
    file = scratch / "added.csv"
    values = ", ".join(f"{sql.quoted(name)}: {name}" for name in columns)
    # NULL facts are not stored: a missing key reads as NULL.
    packed = f"json_merge_patch('{{}}', to_json({{{values}}}))" if columns else "'{}'"
    write_csv(
        con,
        f"SELECT {sql.quoted(contract.register_)}, {', '.join(TIMES)}, {packed}, {delivery} FROM {relation}",
        file,
    )
    append("registry_statement", ["register", *TIMES, "values", "opened_id"], file)
    file.unlink()


def close_statements(con: Connection, relation: str, delivery: int, scratch: Path) -> None:
    """End our belief in statements: a DuckDB relation (id, known_to)."""
    file = scratch / "closed.csv"
    write_csv(con, f"SELECT id, known_to FROM {relation}", file)
    execute("CREATE TEMP TABLE closing (id bigint, known_to integer) ON COMMIT DROP")
    copy_in("closing", ["id", "known_to"], file)
    execute(
        "UPDATE registry_statement AS s SET known_to = c.known_to, closed_id = %s FROM closing AS c WHERE s.id = c.id",
        [delivery],
    )
    execute("DROP TABLE closing")
    file.unlink()


def name_people(con: Connection, relation: str, table: str, scratch: Path) -> None:
    """A temporary table of PostgreSQL (person) from the column `person` of a DuckDB relation."""
    file = scratch / f"{table}.csv"
    write_csv(con, f"SELECT DISTINCT person FROM {relation}", file)
    execute(pg.SQL("CREATE TEMP TABLE {} (person bigint PRIMARY KEY) ON COMMIT DROP").format(pg.Identifier(table)))
    copy_in(table, ["person"], file)
    execute(pg.SQL("ANALYZE {}").format(pg.Identifier(table)))
    file.unlink()
