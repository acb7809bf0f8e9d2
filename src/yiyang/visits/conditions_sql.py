"""A condition of policy as SQL over the people of the registry. Pure.

SQL's three-valued logic is the engine's: a fact that is not known is NULL, and only what is certain is true.
"""

from __future__ import annotations

from collections.abc import Iterable

from yiyang.engine.conditions import And, Compare, Condition, Everyone, Named, Not, OneOf, Or, Within
from yiyang.engine.facts import Fact, Kind

# Facts that are columns of registry_person; all others lie in its `facts`.
OWN = frozenset({"household", "sex", "birth_date", "alive"})
OPERATORS = {"==": "=", "!=": "<>"}


def condition_sql(condition: Condition, reference: int, table: str = "p") -> str:
    """SQL that is true, false or NULL as the condition is, of a row of registry_person.

    Args:
        reference: the reference day, yyyymmdd.
        table: the row's alias.
    """
    match condition:
        case Everyone():
            return "TRUE"
        case Named(_, part):
            return condition_sql(part, reference, table)
        case Not(part):
            return f"NOT ({condition_sql(part, reference, table)})"
        case And(parts):
            return _joined(" AND ", (condition_sql(part, reference, table) for part in parts))
        case Or(parts):
            return _joined(" OR ", (condition_sql(part, reference, table) for part in parts))
        case Compare(fact, op, value):
            return f"{_value(fact, reference, table)} {OPERATORS.get(op, op)} {int(value)}"
        case OneOf(fact, values):
            return f"{_value(fact, reference, table)} IN ({', '.join(str(int(value)) for value in values)})"
        case Within(fact, _):
            place = _value(fact, reference, table)
            return _joined(" OR ", (f"({place} >= {low} AND {place} < {high})" for low, high in condition.spans))
    raise AssertionError(condition)


def _joined(word: str, parts: Iterable[str]) -> str:
    return f"({word.join(parts)})"


def _value(fact: Fact, reference: int, table: str) -> str:
    column = f"{table}.{fact.column}" if fact.column in OWN else f"({table}.facts->>'{fact.column}')::bigint"
    return f"(({int(reference)} - {column}) / 10000)" if fact.kind is Kind.YEARS else column
