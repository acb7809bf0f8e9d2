"""What a fact found out changes for one person at once: the lists in force, reckoned with it and without it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone

from yiyang.areas import logic as areas
from yiyang.assessment.rules import rules
from yiyang.base.errors import UsageError
from yiyang.catalog.binding import BoundProgram, bind
from yiyang.catalog.issued import current
from yiyang.engine.cells import UNKNOWN, Coding, coding_of
from yiyang.engine.evaluate import Evaluator
from yiyang.engine.facts import as_int
from yiyang.entitlement.explain import WORDS
from yiyang.registry import stating
from yiyang.registry.corrections import person_value
from yiyang.registry.models import Person

Json = dict[str, Any]


def of(person: Person, found: Mapping[str, int]) -> list[Json]:
    """The items whose answer or amount is another one with the facts found.

    Args:
        found: fact → value as stored.

    Returns:
        item, name, list_area, every, before and after (entitled, undecided, not_entitled), fen_before, fen, month from
        which it is reckoned; the items gained first. Empty where no list answers for the person.
    """
    on = _reference(timezone.localdate())
    try:
        bound, coding = _program(_counties(person), on, current(Path(settings.DATA), on))
    except UsageError:
        # Nobody's list answers for where he lives: there is nothing to change.
        return []
    # Registers come a month late: what was found out since counts by then, too.
    values = {axis.fact.name: person_value(person, axis.fact) for axis in coding.axes} | stating.to_come(person, on)
    rows = [values, values | dict(found)]
    told = [_told(bound, number, answer, on) for number, answer in enumerate(_answers(bound, coding, rows, on))]
    return sorted(
        (each for each in told if each), key=lambda each: (each["after"] != "entitled", -each["fen"], each["item"])
    )


def _reference(today: date) -> date:
    """The reference day of the first month that reckons with what is found out today."""
    counts = rules().counts_as_of(today)
    return counts if counts.day == 1 else (counts.replace(day=1) + timedelta(days=32)).replace(day=1)


def _counties(person: Person) -> tuple[str, ...]:
    """The counties where he is registered and lives; outside of every county, none."""
    codes = (person.registered_code, person.area_code)
    return tuple(dict.fromkeys(areas.short(code - code % 10**6) for code in codes if code > 0))


@lru_cache(maxsize=32)
def _program(counties: tuple[str, ...], on: date, policy: Path | None) -> tuple[BoundProgram, Coding]:
    if not counties:
        raise UsageError("这位老人还没有区划。", "Nobody knows where the person lives.")
    bound = bind(counties, on, policy=policy)
    return bound, coding_of(bound.program)


def _answers(bound: BoundProgram, coding: Coding, rows: list[dict[str, int | None]], on: date) -> list[Any]:
    classes = {}
    for axis in coding.axes:
        stored = [row.get(axis.fact.name) for row in rows]
        column = np.array([UNKNOWN if value is None else value for value in stored], np.int64)
        classes[axis.fact.name] = axis.classes(column, as_int(on))
    return Evaluator(bound.program, coding, classes).answers()


def _told(bound: BoundProgram, number: int, found: Any, on: date) -> Json | None:
    rule, item = bound.program.rules[number], bound.infos[number].item
    before, after = (WORDS[int(found.answer[row])] for row in (0, 1))
    fen_before, fen = (int(found.paid_low[row]) if word == "entitled" else 0 for row, word in ((0, before), (1, after)))
    if rule.per == "facility" or (before, fen_before) == (after, fen):
        return None
    return {
        "item": item.id,
        "name": item.name.zh,
        "list_area": rule.list_area,
        "every": str(rule.every),
        "before": before,
        "after": after,
        "fen_before": fen_before,
        "fen": fen,
        "month": f"{on:%Y-%m}",
    }
