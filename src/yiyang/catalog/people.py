"""People as worked cases describe them → the stored integers that the engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from yiyang.base.errors import ConditionError
from yiyang.engine.facts import Fact, FactBook, Kind, as_int

Given = str | int | bool | date | None


def stored(book: FactBook, person: Mapping[str, Given], on: date) -> dict[str, int | None]:
    """Stored integers by column.

    A fact not named takes its `absent` value. A `years` fact is given in years (its birthday is then the
    reference day `on`) or, by its column's name, as a birth date.
    """
    found = {fact.column: fact.absent for fact in book.facts.values()}
    for name, value in person.items():
        fact = _fact(book, name)
        found[fact.column] = None if value is None else _stored(fact, name, value, on)
    return found


def _fact(book: FactBook, name: str) -> Fact:
    by_column = {fact.column: fact for fact in book.facts.values()}
    if name in book.facts or name not in by_column:
        return book[name]
    return by_column[name]


def _stored(fact: Fact, name: str, value: str | int | bool | date, on: date) -> int:
    match fact.kind:
        case Kind.ENUM | Kind.ORDERED:
            return fact.code(str(value))
        case Kind.BOOL:
            return int(
                _expect(fact, value, isinstance(value, int) and value in (0, 1), "true 或 false", "true or false")
            )
        case Kind.AREA:
            good = str(value).isdigit() and len(str(value)) in (6, 9, 12)
            return int(
                str(_expect(fact, str(value), good, "6、9或12位地区代码", "an area code of 6, 9 or 12 digits")).ljust(
                    12, "0"
                )
            )
        case Kind.DATE:
            return as_int(_day(fact, value))
        case Kind.YEARS if name == fact.column:
            return as_int(_day(fact, value))
        case Kind.YEARS:
            return as_int(on) - _number(fact, value) * 10000
    return _number(fact, value)


def _number(fact: Fact, value: str | int | bool | date) -> int:
    good = isinstance(value, int) and not isinstance(value, bool) and fact.minimum <= value <= fact.maximum
    return int(
        str(
            _expect(
                fact,
                value,
                good,
                f"{fact.minimum}至{fact.maximum}的整数",
                f"an integer from {fact.minimum} to {fact.maximum}",
            )
        )
    )


def _day(fact: Fact, value: str | int | bool | date) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise ConditionError(
            f"“{fact.zh}”应为日期，写作 2026-01-31，不是 {value}",
            f"{fact.name} should be a date written 2026-01-31, not {value}",
        ) from None


def _expect(fact: Fact, value: str | int | bool | date, good: bool, zh: str, en: str) -> int | str:
    if not good or isinstance(value, date):
        raise ConditionError(
            f"“{fact.zh}”（{fact.name}）应为{zh}，不是 {value}", f"{fact.name} should be {en}, not {value}"
        )
    return value
