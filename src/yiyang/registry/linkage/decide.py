"""From scored pairs to decisions: automatic, judge, different. Pure SQL over named tables."""

from __future__ import annotations

from yiyang.registry import sql
from yiyang.registry.linkage.model import CONDITIONS, level_sql
from yiyang.registry.linkage.settings import LinkageSettings, Thresholds
from yiyang.registry.sql import Connection

AUTOMATIC, JUDGE, DIFFERENT = "automatic", "judge", "different"
COMPARED = tuple(CONDITIONS)


def rows(con: Connection, settings: LinkageSettings) -> None:
    """Make `decided` from `scored` pairs of rows and people.

    Needs the tables `sides` (key, register) and `listed` (register, person). Per row at most one pair is automatic:
    the best, if it is probable enough, leads the next one by the margin, no other row of the register fits that
    person better, the register does not list him under his number, and not both have a valid id number.
    """
    limits = settings.thresholds
    weight = f"match_weight - CASE WHEN listed.person IS NULL THEN 0 ELSE {limits.listed} END"
    sql.table(
        con,
        "weighed",
        f"SELECT unique_id_l AS key, unique_id_r AS person, sides.register, {weight} AS weight, "
        f"listed.person IS NOT NULL AS is_listed, is_valid_l AND is_valid_r AS are_two_numbers, {_parts()} "
        "FROM scored JOIN sides ON sides.key = unique_id_l "
        "LEFT JOIN listed ON listed.person = unique_id_r AND listed.register = sides.register",
    )
    sql.table(con, "ranked", f"SELECT *, {_ranks()} FROM weighed")
    lead = f"COALESCE(weight - next_weight >= {limits.margin}, TRUE)"
    fit = "rank = 1 AND rank_of_person = 1 AND NOT is_listed AND NOT are_two_numbers"
    automatic = f"{_probability()} >= {limits.automatic} AND {lead} AND {fit}"
    _decide(con, automatic, limits)


def doubles(con: Connection, settings: LinkageSettings) -> None:
    """Make `decided` from `scored` pairs of people; never automatic where both have a valid id number."""
    limits = settings.thresholds
    sql.table(
        con,
        "ranked",
        "SELECT unique_id_l AS key, unique_id_r AS person, match_weight AS weight, "
        f"row_number() OVER (PARTITION BY unique_id_l ORDER BY match_weight DESC, unique_id_r) AS rank, {_parts()}, "
        "lead(match_weight) OVER (PARTITION BY unique_id_l ORDER BY match_weight DESC, unique_id_r) AS next_weight, "
        "is_valid_l AND is_valid_r AS are_two_numbers FROM scored",
    )
    lead = f"COALESCE(weight - next_weight >= {limits.margin}, TRUE)"
    automatic = f"{_probability()} >= {limits.automatic} AND {lead} AND rank = 1 AND NOT are_two_numbers"
    _decide(con, automatic, limits)


def _decide(con: Connection, automatic: str, limits: Thresholds) -> None:
    """The table `decided`: ranked pairs with probability and decision, the first few of each row."""
    first = f"max(CASE WHEN {automatic} THEN 1 ELSE 0 END) OVER (PARTITION BY key)"
    sql.table(
        con,
        "decided",
        f"SELECT *, CASE WHEN {automatic} THEN '{AUTOMATIC}' WHEN is_done = 1 OR probability < {limits.judge} "
        f"THEN '{DIFFERENT}' ELSE '{JUDGE}' END AS decision FROM "
        f"(SELECT *, {_probability()} AS probability, {first} AS is_done FROM ranked) WHERE rank <= {limits.shown}",
    )


def _probability() -> str:
    return "1 / (1 + pow(2.0, -weight))"


def _parts() -> str:
    return ", ".join(f"mw_{name} {'+ mw_tf_adj_name ' if name == 'name' else ''}AS bits_{name}" for name in COMPARED)


def _ranks() -> str:
    """SQL: place of a person among those of a row, and of a row among those of a person within one register."""
    return (
        "row_number() OVER (PARTITION BY key ORDER BY weight DESC, person) AS rank, "
        "lead(weight) OVER (PARTITION BY key ORDER BY weight DESC, person) AS next_weight, "
        "row_number() OVER (PARTITION BY register, person ORDER BY weight DESC, key) AS rank_of_person"
    )


def answer(left: str, right: str, extra: str = "") -> str:
    """SQL of the output: the decided pairs with the level and the bits of every comparison."""
    levels = ", ".join(f"{level_sql(name)} AS {name}" for name in COMPARED)
    bits = ", ".join(f"CAST(bits_{name} AS FLOAT) AS bits_{name}" for name in COMPARED)
    columns = ("unique_id", *_columns_of_levels())
    sides = ", ".join(f"{side}.{name} AS {name}_{side}" for side in ("l", "r") for name in columns)
    joined = (
        f"SELECT decided.*, {sides} FROM decided JOIN {left} AS l ON l.unique_id = decided.key "
        f"JOIN {right} AS r ON r.unique_id = decided.person"
    )
    return (
        f"SELECT key, {extra}person, CAST(rank AS TINYINT) AS rank, probability, weight, "
        f"weight - next_weight AS margin, decision, {levels}, {bits} FROM ({joined}) ORDER BY key, rank"
    )


def _columns_of_levels() -> tuple[str, ...]:
    birth = ("birth", "birth_swapped", "birth_days", "birth_year")
    areas = tuple(f"{level}{suffix}" for level in ("village", "town", "county") for suffix in ("", "2"))
    return ("name", "pinyin", "sound", "masks", "shorter", "sex", "phone", "address", "id_text", *birth, *areas)
