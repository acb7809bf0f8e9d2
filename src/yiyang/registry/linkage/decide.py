"""From scored pairs to decisions: automatic, judge, different. SQL over named tables."""

from __future__ import annotations

from yiyang.registry import sql
from yiyang.registry.linkage.model import CONDITIONS, level_sql
from yiyang.registry.linkage.settings import Thresholds
from yiyang.registry.sql import Connection

AUTOMATIC, JUDGE, DIFFERENT = "automatic", "judge", "different"
COMPARED = tuple(CONDITIONS)


def rows(con: Connection, limits: Thresholds) -> None:
    """Make `decided` from `scored` pairs of rows and people.

    Needs the tables `sides` (key, register) and `listed` (register, person). Per row at most one pair is automatic:
    the best, if it is probable enough, leads the next one by the margin, the names agree at least in part, no other row
    of the register fits that person better, the register does not list him under his number, and not both have a valid
    id number.
    """
    taken = f"CASE WHEN listed.person IS NULL THEN 0 ELSE {limits.listed} END"
    fits = f"{_has_name()} AND listed.person IS NULL AND NOT (is_valid_l AND is_valid_r)"
    sql.table(
        con,
        "weighed",
        "SELECT unique_id_l AS key, unique_id_r AS person, sides.register, "
        f"match_weight - {taken} AS weight, {fits} AS fits, {_why()} "
        "FROM scored JOIN sides ON sides.key = unique_id_l "
        "LEFT JOIN listed ON listed.person = unique_id_r AND listed.register = sides.register",
    )
    best = "row_number() OVER (PARTITION BY register, person ORDER BY weight DESC, key) = 1 AS is_best_row"
    _decide(con, f"SELECT *, {best} FROM weighed", "fits AND is_best_row", limits, limits.judge)


def doubles(con: Connection, limits: Thresholds) -> None:
    """Make `decided` from `scored` pairs of people; never automatic where both have a valid id number."""
    fits = f"{_has_name()} AND NOT (is_valid_l AND is_valid_r) AS fits"
    pairs = f"SELECT unique_id_l AS key, unique_id_r AS person, match_weight AS weight, {fits}, {_why()} FROM scored"
    _decide(con, pairs, "fits", limits, limits.judge_doubles)


def _decide(con: Connection, pairs: str, fits: str, limits: Thresholds, least: float) -> None:
    """The table `decided`: pairs with rank, margin, probability and decision; the first few of each key."""
    order = "OVER (PARTITION BY key ORDER BY weight DESC, person)"
    ranked = (
        f"SELECT *, row_number() {order} AS rank, weight - lead(weight) {order} AS margin, "
        f"1 / (1 + pow(2.0, -weight)) AS probability FROM ({pairs})"
    )
    automatic = (
        f"rank = 1 AND probability >= {limits.automatic} AND COALESCE(margin >= {limits.margin}, TRUE) AND {fits}"
    )
    decision = (
        f"CASE WHEN is_automatic THEN '{AUTOMATIC}' WHEN is_done OR probability < {least} THEN '{DIFFERENT}' "
        f"ELSE '{JUDGE}' END AS decision"
    )
    marked = f"SELECT *, {automatic} AS is_automatic FROM ({ranked})"
    done = f"SELECT *, bool_or(is_automatic) OVER (PARTITION BY key) AS is_done FROM ({marked})"
    sql.table(con, "decided", f"SELECT *, {decision} FROM ({done}) WHERE rank <= {limits.shown}")


def nothing(con: Connection) -> None:
    """An empty `decided`, where there is nobody to compare."""
    columns = [
        "key BIGINT, register VARCHAR, person BIGINT, rank BIGINT, probability DOUBLE, weight DOUBLE, margin DOUBLE",
        "decision VARCHAR",
        *(f"{name} VARCHAR, bits_{name} DOUBLE" for name in COMPARED),
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE decided ({', '.join(columns)})")


def _has_name() -> str:
    return f"COALESCE(({level_sql('name')}) <> 'differs', FALSE)"


def _why() -> str:
    """SQL: level and bits of every comparison."""
    bits = [f"mw_{name}{' + mw_tf_adj_name' if name == 'name' else ''} AS bits_{name}" for name in COMPARED]
    return ", ".join([*(f"{level_sql(name)} AS {name}" for name in COMPARED), *bits])


def answer(extra: str = "") -> str:
    """SQL of the output. `extra`: further columns behind the key."""
    bits = ", ".join(f"CAST(bits_{name} AS FLOAT) AS bits_{name}" for name in COMPARED)
    return (
        f"SELECT key, {extra}person, CAST(rank AS TINYINT) AS rank, probability, weight, margin, decision, "
        f"{', '.join(COMPARED)}, {bits} FROM decided ORDER BY key, rank"
    )
