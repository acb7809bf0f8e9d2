"""A table from a CSV of people, or of counts: each column a dimension. Set-based, on DuckDB. Pure but for the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.engine.duck import connect
from yiyang.indicators.publication.tables import TOTAL, Dimension, Subtotals, Table, grouped, nested, table_of

# Areas lie in each other by their first digits: province, city, county, town; 12 = village.
CUTS = (2, 4, 6, 9)
MOST = 2_000_000


def table_from(
    path: Path, columns: Sequence[str], *, count: str = "", areas: str = "", name: str, title: str, universe: str,
    moment: str,
) -> Table:  # fmt: skip
    """Count the rows of a CSV, or add up its column of counts.

    Args:
        areas: the column of area codes, which lie in each other.

    Raises:
        UsageError: a column is missing, the counts are no whole numbers, or the table would be too large.
    """
    con = connect(memory="1GB")
    try:
        rows = con.read_csv(str(path), all_varchar=True, header=True)
    except Exception as error:
        raise UsageError(f"{path} 读不成 CSV。", f"{path} cannot be read as CSV.") from error
    missing = [each for each in (*columns, *([count] if count else [])) if each not in rows.columns]
    if missing:
        raise UsageError(f"{path} 没有列：{'、'.join(missing)}", f"{path} lacks columns: {', '.join(missing)}")
    con.register("rows_given", rows.to_arrow_table())
    named = ", ".join(f"coalesce({_quoted(each)}, '') AS d{i}" for i, each in enumerate(columns))
    number = f"sum(try_cast({_quoted(count)} AS BIGINT))" if count else "count(*)"
    keys = ", ".join(f"d{i}" for i in range(len(columns)))
    wrong: Any = con.execute(_wrong(count)).fetchone() if count else None
    if wrong and wrong[0]:
        raise UsageError(f"“{count}”有 {wrong[0]} 行不是非负整数。", f"{wrong[0]} rows of {count} are no counts.")
    found = con.sql(f"SELECT {named}, {number} AS n FROM rows_given GROUP BY {keys} ORDER BY {keys}").to_arrow_table()
    return from_groups(
        {each: found[f"d{i}"].to_pylist() for i, each in enumerate(columns)}, found["n"].to_pylist(), areas=areas,
        name=name, title=title, universe=universe, moment=moment,
    )  # fmt: skip


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _wrong(count: str) -> str:
    value = f"try_cast({_quoted(count)} AS BIGINT)"
    return f"SELECT count(*) FROM rows_given WHERE {value} IS NULL OR {value} < 0"


def from_groups(
    groups: dict[str, list[str]], counts: list[int], *, areas: str, name: str, title: str, universe: str, moment: str,
    labels: dict[str, dict[str, str]] | None = None, titles: dict[str, str] | None = None, root: str = TOTAL,
    subtotals: Mapping[str, Subtotals] | None = None,
) -> Table:  # fmt: skip
    """A table from groups and their counts; what no group names is zero."""
    words, called, within = labels or {}, titles or {}, subtotals or {}
    dimensions = [
        _dimension(each, called.get(each, each), values, words.get(each, {}), within.get(each, {}))
        if each != areas
        else nested(each, called.get(each, each), sorted(set(values)), CUTS, words.get(each, {}), root)
        for each, values in groups.items()
    ]
    if not dimensions or int(np.prod([len(each.codes) for each in dimensions])) > MOST:
        raise UsageError("分组为空或表太大，请减少分组。", "The table is empty or too large.")
    leaves = np.zeros([len(each.leaves) for each in dimensions], np.int64)
    at: list[Any] = []
    for each, values in zip(dimensions, groups.values(), strict=True):
        place = {each.codes[leaf]: i for i, leaf in enumerate(each.leaves)}
        if any(value not in place for value in values):
            raise UsageError(
                f"“{each.zh}”里有的区划既有合计又有下级，请只给最下一级。", f"{each.name}: give the lowest level only."
            )
        at.append([place[value] for value in values])
    np.add.at(leaves, tuple(np.asarray(each) for each in at), np.asarray(counts, np.int64))
    return table_of(name, title, universe, moment, dimensions, leaves)


def _dimension(name: str, zh: str, values: list[str], labels: dict[str, str], subtotals: Subtotals) -> Dimension:
    codes = sorted(set(values), key=lambda code: (list(labels).index(code) if code in labels else len(labels), code))
    return grouped(name, zh, codes, [labels.get(code, code or "未知") for code in codes], subtotals)
