"""Rows without a usable id number: their key, what they tell of whom they are about, and the links decided for them.

A row's **key** is a keyed hash of the register and of what the row tells of the person (id number as written, name,
sex, birth date, telephone, address, area), without blanks and in one width. It does not depend on file, row number or
month, so a decision holds as long as the department repeats the same words; when one changes, the row is asked about
anew. A row that tells nothing but a name has no key: another of that name would have the same.

A decided link is (register, row_key, person) in a Parquet file or table `links`. A person whom nobody has under an id
number gets the key `person_of_row(row_key)`: as stable as the row's, and never equal to one made of an id number.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa

from yiyang.base.errors import SnapshotError
from yiyang.registry import sql
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import clean
from yiyang.registry.identity import MASK, hash_sql, person_key
from yiyang.registry.sources import Source
from yiyang.registry.sql import Connection, quoted

TELLING = ("birth_date", "phone", "address")  # without one of these a row has no key
KEYED = ("name", "sex", *TELLING, "area")
LINKS = pa.schema([("register", pa.string()), ("row_key", pa.int64()), ("person", pa.int64())])
COLUMNS = (
    "key BIGINT, register VARCHAR, source_file VARCHAR, source_row INTEGER, id_text VARCHAR, name VARCHAR, "
    "sex INTEGER, birth INTEGER, phone VARCHAR, address VARCHAR, area BIGINT, only_id BOOLEAN"
)


def person_of_row(row_key: int, key: str | None = None) -> int:
    """The person key of somebody without an id number whom a clerk confirmed, from the key of his first row."""
    text = f"{key or person_key()}R{row_key}"
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[8:], "little") & MASK


def person_of_row_sql(row_key: str) -> str:
    """SQL: the same of a column of row keys."""
    return hash_sql(f"'R' || CAST({row_key} AS VARCHAR)")


def key_sql(contract: Contract, source: Source) -> str:
    """SQL of a row's key over the raw columns; NULL where the row tells too little."""
    there = {what: name for what, name in contract.identifying.items() if name in source.heading.places}
    telling = [clean(there[what]) for what in TELLING if what in there]
    if "name" not in there:
        return "CAST(NULL AS BIGINT)"
    # Of a wrong id number fourteen digits in a row tell as much as a birth date and a county.
    telling.append(f"NULLIF(regexp_extract({clean(contract.id_column)}, '[0-9]{{14}}'), '')")
    texts = [contract.id_column, *(there.get(what, "NULL") for what in KEYED)]
    words = " || chr(31) || ".join(f"COALESCE({clean(text)}, '')" for text in texts)
    start = f"{quoted(f'K{contract.register_}')} || chr(31) || "
    enough = f"{clean(there['name'])} IS NOT NULL AND COALESCE({', '.join(telling)}) IS NOT NULL"
    return f"CASE WHEN {enough} THEN {hash_sql(start + words)} END"


def load_links(con: Connection, path: Path | None) -> None:
    """The table `links` from a Parquet file (register VARCHAR, row_key BIGINT, person BIGINT), or empty.

    Raises:
        SnapshotError: columns are missing, or one row is linked to two persons.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE links (register VARCHAR, row_key BIGINT, person BIGINT)")
    con.execute("CREATE OR REPLACE TEMP TABLE linked_people (person BIGINT, name VARCHAR)")
    if path is None:
        return
    if not path.exists() or not {*LINKS.names} <= {*sql.columns(con, sql.parquet(path))}:
        raise SnapshotError(
            f"{path} 不存在，或没有 register、row_key、person 三列。",
            f"{path} is not there, or lacks the columns register, row_key, person.",
        )
    con.execute(f"INSERT INTO links SELECT DISTINCT register, row_key, person FROM {sql.parquet(path)}")
    if con.execute("SELECT 1 FROM links GROUP BY register, row_key HAVING count(*) > 1 LIMIT 1").fetchall():
        raise SnapshotError(
            f"{path} 里同一行对应了两个人。请只留一个。", f"{path} links one row to two persons. Keep one of them."
        )


def begin(con: Connection) -> None:
    """The empty tables `unidentified` and `contacts`, to be filled register by register."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE unidentified ({COLUMNS})")
    con.execute("CREATE OR REPLACE TEMP TABLE contacts (person BIGINT, phone VARCHAR, address VARCHAR)")


def kept_columns(contract: Contract, source: Source, *, collect: bool) -> list[str]:
    """What the read table keeps beside the usual: the key, and with `collect` the words themselves."""
    bad = "CASE WHEN id_error > 0 THEN {} END AS {}"
    kept = [bad.format(key_sql(contract, source), "row_key")]
    if not collect:
        return kept
    for what, name in _there(contract, source).items():
        # Telephones and addresses are kept of everybody: the others are compared with them.
        is_contact = what in ("phone", "address")
        kept.append(f"{name} AS u_{what}" if is_contact else bad.format(name, f"u_{what}"))
    return kept


def _there(contract: Contract, source: Source) -> dict[str, str]:
    return {what: name for what, name in contract.identifying.items() if name in source.heading.places}


def collect(con: Connection, contract: Contract, source: Source, faults: list[str]) -> None:
    """Add the register's rows without a usable id number to `unidentified` and what others tell to `contacts`.

    Args:
        faults: names of the fault columns of judged_<r> other than the id number's.
    """
    name, there = contract.register_, _there(contract, source)
    text = {what: f"t.u_{what}" if what in there else "CAST(NULL AS VARCHAR)" for what in KEYED}
    only = " AND ".join(f"j.{fault} = 0" for fault in faults) or "TRUE"
    rows = f"read_{name} AS t JOIN judged_{name} AS j ON t.rowid = j.rid"
    con.execute(
        f"INSERT INTO unidentified SELECT t.row_key, {quoted(name)}, {quoted(source.label)}, j.source_row, "
        f"{clean('t.r_id_number')}, {text['name']}, {sex_sql(text['sex'])}, {day_sql(text['birth_date'])}, "
        f"{text['phone']}, {text['address']}, {area_sql(text['area'])}, {only} FROM {rows} WHERE t.row_key IS NOT NULL"
    )
    if {"phone", "address"} & {*there}:
        told = f"COALESCE({text['phone']}, {text['address']}) IS NOT NULL"
        con.execute(
            f"INSERT INTO contacts SELECT j.person, {text['phone']}, {text['address']} FROM {rows} "
            f"WHERE t.id_error = 0 AND {told}"
        )


def note_linked(con: Connection, contract: Contract, source: Source) -> int:
    """How many rows of a judged register were linked; keeps the names, should one have no id number at all."""
    name = contract.column_with("name")
    judged = f"judged_{contract.register_} WHERE n IS NULL AND person IS NOT NULL"
    if name in source.heading.places:
        con.execute(
            f"INSERT INTO linked_people SELECT person, max_by({name}, source_row) FROM {judged} GROUP BY person"
        )
    return sql.number(con, f"SELECT count(*) FROM {judged}")


def add_nameless(con: Connection) -> None:
    """Put linked people whom no register and no earlier snapshot has under an id number among the identities."""
    once = "SELECT person, max(name) AS name FROM linked_people ANTI JOIN identities USING (person) GROUP BY person"
    con.execute(f"INSERT INTO identities SELECT CAST(NULL AS BIGINT) AS n, person, name FROM ({once})")


def write(con: Connection, folder: Path) -> None:
    """unidentified.parquet and contacts.parquet (one row a person: the telephone and address stated most often)."""
    folder.mkdir(parents=True, exist_ok=True)
    order = "ORDER BY register, source_row"
    sql.write_parquet(con, f"SELECT * FROM unidentified {order}", folder / "unidentified.parquet")
    write_contacts(con, folder / "contacts.parquet")


def write_contacts(con: Connection, out: Path) -> None:
    """One row a person: the telephone and address stated most often."""
    per = "SELECT person, {0}, count(*) AS times FROM contacts WHERE {0} IS NOT NULL GROUP BY person, {0}"
    best = "SELECT person, max_by({0}, (times, {0})) AS {0} FROM ({1}) GROUP BY person"
    phone, address = (best.format(what, per.format(what)) for what in ("phone", "address"))
    both = f"SELECT person, phone, address FROM ({phone}) FULL JOIN ({address}) USING (person) ORDER BY person"
    sql.write_parquet(con, both, out)


def sex_sql(text: str) -> str:
    """SQL: 0 male, 1 female, NULL whatever else."""
    word = clean(text)
    male, female = (f"left({word}, 1) IN ({words})" for words in ("'男', '1', 'M'", "'女', '2', 'F'"))
    return f"CASE WHEN {male} THEN 0 WHEN {female} THEN 1 END"


def day_sql(text: str) -> str:
    """SQL: a day as yyyymmdd, also one that the solar calendar lacks (the thirtieth of a lunar February)."""
    parts = f"regexp_extract({clean(text)}, '^(\\d{{4}})[-/.年]?(\\d{{1,2}})[-/.月]?(\\d{{1,2}})日?', ['y', 'm', 'd'])"
    number = f"TRY_CAST(({parts})['y'] || lpad(({parts})['m'], 2, '0') || lpad(({parts})['d'], 2, '0') AS INTEGER)"
    return f"CASE WHEN {number} BETWEEN 18800101 AND 22000101 THEN {number} END"


def area_sql(text: str) -> str:
    """SQL: a code of 6, 9 or 12 digits as the 12-digit integer."""
    form = f"regexp_full_match({clean(text)}, '[0-9]{{6}}|[0-9]{{9}}|[0-9]{{12}}')"
    return f"CASE WHEN {form} THEN CAST(rpad({clean(text)}, 12, '0') AS BIGINT) END"
