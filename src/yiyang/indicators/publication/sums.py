"""Of how many people a sum is, and which share of it the largest of them has: what may be told of sums hangs on it."""

from __future__ import annotations

from datetime import date

from yiyang.areas.logic import SIZES, span
from yiyang.base.errors import UsageError
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators.datasets import RUN, books, datasets
from yiyang.indicators.formula import aggregates, condition_sql
from yiyang.indicators.publication.whole_levels import Part
from yiyang.indicators.rows import Moment, Rows

# Each person's part by place and all places above it.
QUERY = """
WITH each AS (
    SELECT area - area % {size} AS area, person, sum({column}) AS part FROM {rows} AS d
    WHERE area >= {low} AND area < {high} AND {condition} GROUP BY 1, 2 HAVING sum({column}) > 0
)
SELECT area, count(*), max(part) / sum(part) FROM each GROUP BY area
"""


def contributors(area: int, on: date, indicator: Indicator) -> dict[int, Part]:
    """What stands behind an indicator's sum by area; nothing where its rows are not at hand: then nothing is told."""
    number, _ = aggregates(indicator, books(), on)
    if datasets()[number.dataset].source != RUN:
        return {}
    moment, (low, high) = Moment(area, on), span(area)
    found: dict[int, Part] = {}
    with Rows(moment) as rows:
        try:
            inside, _ = rows.where(number.dataset, number.columns)
        except UsageError:
            return {}
        for name, size in SIZES:
            if name in ("town", "county", "city"):
                query = QUERY.format(
                    size=size, column=number.column, rows=inside, low=low, high=high,
                    condition=condition_sql(number.condition, moment.reference),
                )  # fmt: skip
                found |= {code: Part(people, float(share)) for code, people, share in rows.con.sql(query).fetchall()}
    return found
