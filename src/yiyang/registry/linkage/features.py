"""From what is known of rows and people to the columns that are compared.

Input (missing columns count as unknown): key BIGINT, id_text VARCHAR, name VARCHAR, sex INTEGER (0 male, 1 female),
birth INTEGER (yyyymmdd, also days that the solar calendar lacks), phone VARCHAR, address VARCHAR, area BIGINT (12
digits, where he lives), other_area BIGINT (where he is registered).
"""

from __future__ import annotations

from yiyang.registry import sql
from yiyang.registry.fields import clean
from yiyang.registry.identity import check_sql
from yiyang.registry.linkage.names import readings
from yiyang.registry.linkage.settings import LinkageSettings
from yiyang.registry.sql import Connection

INPUT = {
    "key": "BIGINT",
    "id_text": "VARCHAR",
    "name": "VARCHAR",
    "sex": "INTEGER",
    "birth": "INTEGER",
    "phone": "VARCHAR",
    "address": "VARCHAR",
    "area": "BIGINT",
    "other_area": "BIGINT",
}


def make(con: Connection, relation: str, out: str, settings: LinkageSettings) -> int:
    """Make the table `out` of what is compared, one row a key; the number of rows.

    Columns: unique_id, id_text, is_valid (an id number that is right by form), name, pinyin, sound, masks, shorter,
    sex, birth and birth_swapped (texts of eight digits), birth_days, birth_year, phone, address, village, town, county,
    and village2, town2, county2 of the other area.
    """
    there = sql.columns(con, relation)
    given = [name if name in there else f"CAST(NULL AS {kind}) AS {name}" for name, kind in INPUT.items()]
    _read_names(con, relation, settings)
    id_text = clean("id_text")
    plain = f"SELECT {', '.join(given)}, {_name('name')} AS plain FROM (FROM {relation}) AS raw"
    sql.table(
        con,
        out,
        f"SELECT key AS unique_id, {_useful_id(id_text)} AS id_text, {_is_valid(id_text)} AS is_valid, "
        f"plain AS name, pinyin, sound, masks, shorter, CAST(sex AS TINYINT) AS sex, {', '.join(_birth())}, "
        f"{_phone()} AS phone, {_address()} AS address, {_areas('area', '')}, {_areas('other_area', '2')} "
        f"FROM (SELECT * RENAME (name AS as_written) FROM ({plain})) AS given "
        "LEFT JOIN readings ON readings.name = given.plain",
    )
    return sql.number(con, f"SELECT count(*) FROM {out}")


def _read_names(con: Connection, relation: str, settings: LinkageSettings) -> None:
    """The table `readings` of the relation's distinct names."""
    distinct = f"SELECT DISTINCT {_name('name')} AS name FROM {relation} WHERE {_name('name')} IS NOT NULL ORDER BY 1"
    found = [row[0] for row in con.execute(distinct).fetchall()]
    con.register("readings_in", readings(found, settings))
    sql.table(con, "readings", "SELECT * FROM readings_in")
    con.unregister("readings_in")


def _name(raw: str) -> str:
    """SQL: the name without blanks and the dot of longer names."""
    return f"NULLIF(regexp_replace({clean(raw)}, '[·•.．]', '', 'g'), '')"


def _useful_id(text: str) -> str:
    """SQL: an id number with at least fourteen digits; less says nothing that is worth a comparison."""
    return f"CASE WHEN regexp_full_match({text}, '[0-9]{{14,18}}[0-9X]?') THEN {text} END"


def _is_valid(text: str) -> str:
    n = f"TRY_CAST(left({text}, 17) AS BIGINT)"
    return f"COALESCE(strlen({text}) = 18 AND {check_sql(n)} = right({text}, 1), FALSE)"


def _birth() -> list[str]:
    day = "try_strptime(CAST(birth AS VARCHAR), '%Y%m%d')"
    turned = "birth // 10000 * 10000 + birth % 100 * 100 + birth // 100 % 100"
    can_turn = "birth % 100 <= 12 AND birth % 100 <> birth // 100 % 100"
    return [
        "CAST(birth AS VARCHAR) AS birth",
        f"CASE WHEN {can_turn} THEN CAST({turned} AS VARCHAR) END AS birth_swapped",
        f"date_diff('day', DATE '1900-01-01', CAST({day} AS DATE)) AS birth_days",
        "birth // 10000 AS birth_year",
    ]


def _phone() -> str:
    """SQL: the last eleven digits (or all of a short number); what has fewer than seven is none."""
    digits = "regexp_replace(phone, '[^0-9]', '', 'g')"
    return f"CASE WHEN strlen({digits}) >= 7 THEN right({digits}, 11) END"


def _address() -> str:
    """SQL: without blanks and punctuation; what is short says nothing."""
    plain = f"regexp_replace({clean('address')}, '[,，.。、()（）#－-]', '', 'g')"
    return f"CASE WHEN length({plain}) >= 5 THEN {plain} END"


def _areas(area: str, suffix: str) -> str:
    """SQL: village, town and county of a code; NULL for the levels it does not speak of."""
    return (
        f"CASE WHEN {area} % 1000 > 0 THEN {area} END AS village{suffix}, "
        f"CASE WHEN {area} % 1000000 > 0 THEN {area} // 1000 END AS town{suffix}, {area} // 1000000 AS county{suffix}"
    )
