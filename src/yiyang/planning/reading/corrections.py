"""Corrections laid over what was read: whatever field of whatever row a person has put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from yiyang.base.errors import UsageError
from yiyang.planning.reading.figures import money
from yiyang.planning.reading.places import Gazetteer
from yiyang.planning.reading.units import names
from yiyang.planning.records import Correction, Indicator, Measure, Project, Task, Total

Record = TypeVar("Record", Project, Total, Indicator, Task, Measure)
_INTEGERS = {
    "number", "from_year", "to_year", "places", "section_year", "baseline_year", "target_year", "year", "count", "site",
}  # fmt: skip
_MONEY = {"money_fen", "central_fen"}
_DECIMALS = {"baseline", "target"}
_UNITS = {"lead", "part", "local", "units"}


def corrected(
    records: Sequence[Record], corrections: Sequence[Correction], gazetteer: Gazetteer
) -> tuple[tuple[Record, ...], list[Correction]]:
    """The records with every correction of their fields, and the corrections that found their record.

    Raises UsageError where a value cannot be what the field needs.
    """
    wanted: dict[str, list[Correction]] = {}
    for each in corrections:
        wanted.setdefault(each.key, []).append(each)
    used: list[Correction] = []
    made = []
    for record in records:
        known = {each.name for each in fields(record)}
        mine = [each for each in wanted.get(record.key, ()) if each.field in known]
        changes: dict[str, Any] = {}
        for each in mine:
            changes |= _change(record, each, gazetteer)
        used += mine
        made.append(replace(record, **changes) if changes else record)
    return tuple(made), used


def _change(record: object, correction: Correction, gazetteer: Gazetteer) -> dict[str, Any]:
    name, value = correction.field, correction.value.strip()
    if name == "county":
        return _county(value, gazetteer)
    if name in _UNITS:
        return {name: names(value)}
    if isinstance(record, Measure) and name == "target":
        return {name: value}
    return {name: _value(name, value) if value else _nothing(name)}


def _nothing(name: str) -> str | None:
    return None if name in _INTEGERS | _MONEY | _DECIMALS else ""


def _value(name: str, value: str) -> object:
    readers: list[tuple[set[str], Callable[[str], object]]] = [
        (_INTEGERS, int),
        (_MONEY, lambda text: found.fen if (found := money(text, "元")) else int("")),
        (_DECIMALS, Decimal),
    ]
    for known, reader in readers:
        if name in known:
            try:
                return reader(value)
            except (ValueError, InvalidOperation):
                what = "金额" if name in _MONEY else "整数" if name in _INTEGERS else "数"
                raise UsageError(f"“{value}”不是{what}。", f"“{value}” cannot be a {name}.") from None
    return value


def _county(value: str, gazetteer: Gazetteer) -> dict[str, Any]:
    unit = gazetteer.by_code(int(value)) if value.isdigit() else gazetteer.responsible(value) or gazetteer.unit(value)
    if value == "市本级":
        unit = gazetteer.own
    if value and unit is None:
        raise UsageError(f"“{value}”不是本市的县级单位。", f"“{value}” is no county of this city.")
    return {"county": unit.code if unit else None, "county_name": unit.name if unit else ""}
