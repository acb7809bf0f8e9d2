"""The way back: a condition as text of the little language, so that parsing can be tested against it."""

from __future__ import annotations

from yiyang.engine.conditions import And, Compare, Condition, Everyone, Named, Not, OneOf, Or, Within
from yiyang.engine.facts import Fact, Kind


def text_of(condition: Condition, values: dict[str, int]) -> str:
    """Text that parses to exactly this condition.

    Args:
        values: gets an `@name` for every constant that has no literal (0 and 1 of a bool).
    """
    match condition:
        case Everyone():
            return "everyone"
        case Named(label, _):
            return label.name
        case Compare(Fact(kind=Kind.BOOL) as fact, "==", 1):
            return fact.name
        case Compare(fact, op, value):
            return f"{fact.name} {op} {_literal(fact, value, values)}"
        case OneOf(fact, constants):
            return f"{fact.name} in ({', '.join(_literal(fact, value, values) for value in constants)})"
        case Within(fact, areas):
            return f"{fact.name} within {areas[0]}" if len(areas) == 1 else f"{fact.name} within ({', '.join(areas)})"
        case Not(part):
            return f"not {_inner(part, values)}"
        case And(parts):
            return " and ".join(_inner(part, values) for part in parts)
        case Or(parts):
            return " or ".join(_inner(part, values, And) for part in parts)


def _inner(part: Condition, values: dict[str, int], *bare: type) -> str:
    text = text_of(part, values)
    return f"({text})" if isinstance(part, And | Or) and not isinstance(part, bare) else text


def _literal(fact: Fact, value: int, values: dict[str, int]) -> str:
    match fact.kind:
        case Kind.ENUM | Kind.ORDERED:
            return fact.values[value].name
        case Kind.INT | Kind.YEARS:
            return str(value)
        case Kind.DATE if _is_day(value):
            return f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    values[f"p{value}"] = value
    return f"@p{value}"


def _is_day(value: int) -> bool:
    return 1 <= value % 100 <= 28 and 1 <= value // 100 % 100 <= 12
