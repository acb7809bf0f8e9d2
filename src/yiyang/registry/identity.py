"""The id number of GB 11643 in SQL: cleaned, lifted from 15 digits, its checksum computed, hashed to a person.

The address prefix is never compared with today's areas: elders carry the codes of counties long renamed.
"""

from __future__ import annotations

import hashlib
import os

from yiyang.registry import reasons
from yiyang.registry.fields import birth_of
from yiyang.registry.sql import quoted

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
MASK = (1 << 63) - 1
DEFAULT_KEY = "yiyang-person-key-1"

# Full-width digits and letters become plain ones; blanks, dashes and the apostrophe of Excel's text cells vanish.
FROM = "０１２３４５６７８９ＸｘxEe．＋ \t\r\n\u3000\u00a0\ufeff\u200b'’‘`-－"
TO = "0123456789XXXEE.+"


def person_key() -> str:
    """The key of the hash. Set YIYANG_PERSON_KEY to a secret of your own before real data comes in, and keep it:
    snapshots made under different keys cannot be joined."""
    return os.environ.get("YIYANG_PERSON_KEY") or DEFAULT_KEY


def person_of(id_number: str, key: str | None = None) -> int:
    """The person of an 18-digit id number, as the SQL computes it (for tests and single look-ups)."""
    digest = hashlib.md5(((key or person_key()) + id_number).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") & MASK


def hash_sql(text: str) -> str:
    """A 63-bit key of a text expression. MD5: DuckDB has it natively, and its own `hash()` changes between versions."""
    return f"CAST(md5_number_lower({quoted(person_key())} || {text}) & {MASK} AS BIGINT)"


DIGITS = " + ".join(f"{weight} * (%s // {10 ** (16 - place)} %% 10)" for place, weight in enumerate(WEIGHTS))


def check_character(body: str) -> str:
    """The check character of seventeen digits (GB 11643)."""
    return CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True)) % 11]


def check_sql(n: str) -> str:
    """SQL: the check character of seventeen digits given as a BIGINT."""
    return f"substr('{CHECKS}', CAST(({DIGITS % ((n,) * 17)}) % 11 AS INTEGER) + 1, 1)"


def id_sql(n: str) -> str:
    """SQL: the 18-digit id number of seventeen digits given as a BIGINT."""
    return f"CAST({n} AS VARCHAR) || {check_sql(n)}"


def layers(raw: str, known: int) -> list[dict[str, str]]:
    """Layers of expressions, each over the ones before: _id, _body, _n, _check and _birth, id_error.

    `_n` holds the first seventeen digits as a BIGINT: they are the whole number, and integers join faster than texts.

    Args:
        raw: the column as delivered.
        known: yyyymmdd; nobody is born after it.
    """
    lifted = "left(_id, 6) || '19' || substr(_id, 7)"
    return [
        {
            "_id": f"CASE WHEN strlen({raw}) = 18 AND right({raw}, 1) <> 'x' THEN {raw} "
            f"ELSE NULLIF(translate({raw}, {quoted(FROM)}, {quoted(TO)}), '') END"
        },
        {"_body": f"CASE strlen(_id) WHEN 18 THEN left(_id, 17) WHEN 15 THEN {lifted} END"},
        {"_n": "CASE WHEN regexp_full_match(_body, '[1-9][0-9]{16}') THEN TRY_CAST(_body AS BIGINT) END"},
        {"_check": check_sql("_n"), "_birth": birth_of("_n")},
        {"id_error": _error(known)},
    ]


def _error(known: int) -> str:
    real = "try_strptime(substr(_body, 7, 8), '%Y%m%d') IS NOT NULL"
    return (
        "CAST(CASE WHEN _n IS NOT NULL THEN "
        f"CASE WHEN strlen(_id) = 18 AND right(_id, 1) <> _check THEN {reasons.ID_CHECKSUM} "
        f"WHEN _birth NOT BETWEEN 18800101 AND {known} OR NOT ({real}) THEN {reasons.ID_BIRTH} ELSE 0 END "
        f"WHEN _id IS NULL THEN {reasons.ID_MISSING} "
        f"WHEN regexp_full_match(_id, '[0-9.]+E[+]?[0-9]+') THEN {reasons.ID_AS_NUMBER} "
        f"WHEN _body IS NULL THEN {reasons.ID_LENGTH} ELSE {reasons.ID_CHARACTERS} END AS TINYINT)"
    )
