"""A formula as standard SQL and as words. Pure.

Only CASE, SUM, comparisons and GROUP BY are written, and no division: the same text runs on PostgreSQL and on DuckDB
and gives the same whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yiyang.catalog.indicator_schema import Indicator, Measure, MeasureTerm
from yiyang.engine.conditions import And, Compare, Condition, Everyone, Named, Not, OneOf, Or, Within, all_of, leaves
from yiyang.engine.facts import Fact, FactBook, Kind, as_int
from yiyang.engine.language import parse

OPERATORS = {"==": "=", "!=": "<>"}
# Days of a figure that a condition may name as @name.
DAYS = ("on", "month_start", "year_start", "year_ago")


def days_of(on: date) -> dict[str, int]:
    """The days that `@name` stands for, yyyymmdd. A year ago of 29 February is 28 February."""
    ago = on.replace(year=on.year - 1, day=28 if (on.month, on.day) == (2, 29) else on.day)
    found = (on, on.replace(day=1), on.replace(month=1, day=1), ago)
    return {name: as_int(day) for name, day in zip(DAYS, found, strict=True)}


@dataclass(frozen=True)
class Aggregate:
    """One number of a formula: which rows of which dataset, and what is added up ('' = they are counted)."""

    dataset: str
    condition: Condition
    column: str = ""

    def sql(self, reference: int) -> str:
        """The number as an SQL aggregate over the dataset's rows."""
        value = self.column or "1"
        return f"COALESCE(SUM(CASE WHEN {condition_sql(self.condition, reference)} THEN {value} ELSE 0 END), 0)"

    @property
    def columns(self) -> set[str]:
        """The dataset's columns that it reads."""
        return {leaf.fact.column for leaf in leaves(self.condition)} | ({self.column} if self.column else set())


def aggregates(indicator: Indicator, books: Mapping[str, FactBook], on: date) -> tuple[Aggregate, Aggregate | None]:
    """Numerator and denominator of a measured indicator on a day. Raises ConditionError, KeyError (no such dataset)."""
    measure = indicator.measure
    assert isinstance(measure, Measure)
    below = _aggregate(measure.denominator, books, on) if measure.denominator else None
    above = _aggregate(measure.numerator, books, on)
    if indicator.shape == "share" and below is not None:
        above = Aggregate(above.dataset, all_of(below.condition, above.condition), above.column)
    return above, below


def _aggregate(term: MeasureTerm, books: Mapping[str, FactBook], on: date) -> Aggregate:
    return Aggregate(term.of, parse(term.where, books[term.of], days_of(on)), term.sum or "")


def grouped_sql(rows: str, numbers: Sequence[Aggregate], reference: int) -> str:
    """SQL: area and the numbers a0, a1, … of a relation of rows.

    Args:
        rows: a table's name or a query in brackets.
        reference: the day on which ages are taken, yyyymmdd.
    """
    found = ", ".join(f"{number.sql(reference)} AS a{place}" for place, number in enumerate(numbers))
    return f"SELECT area, {found} FROM {rows} AS d GROUP BY area"


def condition_sql(condition: Condition, reference: int) -> str:
    """SQL that is true, false or NULL as the condition is, of a row with a column for each fact."""
    match condition:
        case Everyone():
            return "(1 = 1)"
        case Named(_, part):
            return condition_sql(part, reference)
        case Not(part):
            return f"(NOT {condition_sql(part, reference)})"
        case And(parts):
            return _joined(" AND ", (condition_sql(part, reference) for part in parts))
        case Or(parts):
            return _joined(" OR ", (condition_sql(part, reference) for part in parts))
        case Compare(fact, op, value) if fact.kind is Kind.YEARS:
            return _age_sql(fact, op, value, reference)
        case Compare(fact, op, value):
            return f"({fact.column} {OPERATORS.get(op, op)} {int(value)})"
        case OneOf(fact, values) if fact.kind is Kind.YEARS:
            return _joined(" OR ", (_age_sql(fact, "==", value, reference) for value in values))
        case OneOf(fact, values):
            return f"({fact.column} IN ({', '.join(str(int(value)) for value in values)}))"
        case Within(fact, _):
            spans = (f"({fact.column} >= {low} AND {fact.column} < {high})" for low, high in condition.spans)
            return _joined(" OR ", spans)
    raise AssertionError(condition)


def _joined(word: str, parts: Iterable[str]) -> str:
    return f"({word.join(parts)})"


def _age_sql(fact: Fact, op: str, years: int, reference: int) -> str:
    """Whole years without a division, which the two databases do not do alike."""
    born, next_born = reference - years * 10000, reference - (years + 1) * 10000
    return {
        ">=": f"({fact.column} <= {born})",
        "<": f"({fact.column} > {born})",
        ">": f"({fact.column} <= {next_born})",
        "<=": f"({fact.column} > {next_born})",
        "==": f"({fact.column} <= {born} AND {fact.column} > {next_born})",
        "!=": f"({fact.column} > {born} OR {fact.column} <= {next_born})",
    }[op]
