"""How one assessment is scored. Pure: from the answers and the scale, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yiyang.assessment.instrument import Change, Doubt, Instrument, Item, Part, When
from yiyang.base.errors import UsageError

Problem = tuple[str, str]


@dataclass(frozen=True)
class Scored:
    """A level, the level before the scale's own changes of level, the points (None under a matrix), points by part,
    codes of the rules that hold, and which version of which scale said so."""

    level: int
    level_by_points: int
    points: int | None
    parts: dict[str, int]
    rules: list[str]
    instrument: str
    version: str


@dataclass(frozen=True)
class Advice:
    """What the self-check says: no level, only whether an assessment is worth asking for, and which answers say so."""

    is_worth_asking: bool
    name: str
    says: str
    because: list[str]


def tidy(instrument: Instrument, answers: Mapping[str, Any]) -> dict[str, str]:
    """The answers as they are stored: item → value as text, in the scale's order.

    Args:
        answers: item code → the option's value, as text or whole number.

    Raises:
        UsageError: names every item that is missing, unknown or has an impossible answer.
    """
    problems = [*_unknown(instrument, answers)]
    found: dict[str, str] = {}
    for code, item in instrument.items.items():
        value = _value(answers.get(code))
        if value is None or value not in item.by_value:
            problems.append(_impossible(item, answers.get(code)))
        else:
            found[code] = value
    if problems:
        zh, en = (
            f"“{instrument.name}”的答案有 {len(problems)} 处问题：",
            f"{instrument.id}: {len(problems)} problem(s):",
        )
        raise UsageError(zh, en, problems)
    return found


def score(instrument: Instrument, answers: Mapping[str, Any]) -> Scored:
    """Points, parts and level of one assessment.

    Raises:
        UsageError: names every item that is missing, unknown or has an impossible answer; or the scale gives no levels.
    """
    if instrument.kind != "levels":
        raise not_scorable(instrument)
    return reckon(instrument, answers)


def reckon(instrument: Instrument, answers: Mapping[str, Any]) -> Scored:
    """The same of a self-check too, whose number nobody is to see as a level. Raises UsageError as `tidy`."""
    return _scored(instrument, tidy(instrument, answers))


def advise(instrument: Instrument, answers: Mapping[str, Any]) -> Advice:
    """What a self-check says. Raises UsageError as `score`, or where the scale is no self-check."""
    if instrument.kind != "advice":
        raise UsageError(f"“{instrument.name}”不是自查。", f"{instrument.id} is no self-check.")
    given = tidy(instrument, answers)
    level = instrument.level(_scored(instrument, given).level)
    because = [item.name for code, item in instrument.items.items() if item.by_value[given[code]] != item.options[0]]
    return Advice(level.level > 0, level.name, level.advice, because)


def doubts(instrument: Instrument, answers: Mapping[str, Any]) -> list[Doubt]:
    """Answers that hardly stand together, for whoever checks the form. Raises UsageError as `tidy`."""
    given = tidy(instrument, answers)
    return [doubt for doubt in instrument.doubts if _holds(doubt.when, given)]


def not_scorable(instrument: Instrument) -> UsageError:
    """That a scale gives no levels here."""
    return UsageError(
        f"“{instrument.name}”只登记结果或只作提示，不能用它判级。",
        f"{instrument.id} is stored or advice only; it gives no level.",
    )


def _unknown(instrument: Instrument, answers: Mapping[str, Any]) -> Iterator[Problem]:
    for code in answers:
        if code not in instrument.items:
            yield f"没有条目“{code}”", f"there is no item {code}"


def _value(given: Any) -> str | None:
    # True is an int in Python, and 1 a value of many items.
    if isinstance(given, bool) or not isinstance(given, int | str):
        return None
    return str(given).strip()


def _impossible(item: Item, given: Any) -> Problem:
    label, allowed = f"{item.code} {item.name}", "、".join(item.by_value)
    if given is None or given == "":
        return f"{label}：没有填", f"{item.code} {item.name_en}: missing"
    return (
        f"{label}：没有选项“{given}”，可填 {allowed}",
        f"{item.code} {item.name_en}: no option {given!r}; there are {', '.join(item.by_value)}",
    )


def _scored(instrument: Instrument, given: Mapping[str, str]) -> Scored:
    parts = {part.code: sum(_points(item, given) for item in part.items) for part in instrument.parts}
    points = None if instrument.matrix else sum(parts.values())
    by_points = _by_points(instrument, points, parts)
    rules = [change for change in instrument.changes if _applies(instrument, change, given)]
    return Scored(
        level=_changed(instrument, by_points, rules),
        level_by_points=by_points,
        points=points,
        parts=parts,
        rules=[change.code for change in rules],
        instrument=instrument.id,
        version=instrument.version,
    )


def _points(item: Item, given: Mapping[str, str]) -> int:
    return item.by_value[given[item.code]].points or 0


def _by_points(instrument: Instrument, points: int | None, parts: Mapping[str, int]) -> int:
    if instrument.matrix is None or points is not None:
        return next(level.level for level in instrument.levels if (points or 0) >= (level.lowest or 0))
    bands = {part.code: _band(part, parts[part.code]) for part in instrument.parts}
    row, column = (max(bands[code] for code in codes) for codes in (instrument.matrix.rows, instrument.matrix.columns))
    return instrument.matrix.levels[row][column]


def _band(part: Part, points: int) -> int:
    return next(number for number, lowest in enumerate(part.bands) if points >= lowest)


def _applies(instrument: Instrument, change: Change, given: Mapping[str, str]) -> bool:
    if change.counted:
        return sum(_points(instrument.items[code], given) for code in change.counted) >= change.at_least
    return _holds(change.when, given)


def _holds(when: When, given: Mapping[str, str]) -> bool:
    return all(given[code] in values for code, values in when)


def _changed(instrument: Instrument, level: int, rules: list[Change]) -> int:
    raises = [change.by for change in rules]
    raised = level + (sum(raises) if instrument.raises_add_up else max(raises, default=0))
    return min(max([raised, *(change.to for change in rules)]), instrument.worst)
