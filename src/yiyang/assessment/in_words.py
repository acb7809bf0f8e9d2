"""Assessments in words, for pages, certificates and lists: scales, levels, answers, who assessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from yiyang.assessment import scales
from yiyang.assessment.instrument import Instrument, Item, Part
from yiyang.assessment.models import Assessor, Result
from yiyang.assessment.rules import rules
from yiyang.base.errors import UsageError

SCORED = "levels"


def standard(slug: str) -> str:
    """A scale by name; one that policy no longer knows, by its slug."""
    found = scales.instruments().get(slug)
    return found.name if found else slug


def choices() -> list[tuple[str, str]]:
    """The scales by which somebody is assessed, those of former years included, for filters."""
    return [(each.id, each.name) for each in scales.instruments().values() if each.kind == SCORED]


def askable() -> list[tuple[str, str]]:
    """The scales by which somebody may be assessed today."""
    today = timezone.localdate()
    scored = [each for each in scales.instruments().values() if each.kind == SCORED]
    return [
        (each.id, each.name) for each in scored if each.starts <= today and (each.ends is None or today <= each.ends)
    ]


def purposes() -> list[tuple[str, str]]:
    """What a result may be used for: key and word."""
    return [(key, purpose.zh) for key, purpose in rules().purposes.items()]


def level_name(slug: str, version: str, level: int) -> str:
    """A level in words, as the version that gave it calls it."""
    try:
        return scales.version_of(slug, version).level(level).name
    except UsageError:
        # A version that policy no longer holds: the figure is shown, never another version's word.
        return f"{level} 级"


def level_word(result: Result) -> str:
    """The level of a result in words."""
    return level_name(result.instrument, result.version, result.level)


def level_short(result: Result) -> str:
    """The level in few characters, for lists."""
    try:
        return scales.version_of(result.instrument, result.version).level(result.level).short
    except UsageError:
        return f"{result.level} 级"


def standard_short(slug: str) -> str:
    """A scale in few characters, for lists."""
    found = scales.instruments().get(slug)
    return found.short if found else slug


def agency_of(result: Result) -> str:
    """Which agency assessed; a dash where the result came from elsewhere."""
    agency = result.request.agency
    return agency.name if agency else "—"


def assessor_name(assessor: Assessor | None) -> str:
    """Who assesses: name and training."""
    return f"{assessor.user.name}（{assessor.get_training_display()}）" if assessor else ""


@dataclass(frozen=True)
class Line:
    """One item as it was answered. `points` is None where nothing is counted."""

    code: str
    name: str
    says: str
    points: int | None
    most: int
    is_best: bool


@dataclass(frozen=True)
class Section:
    """One part with its points. `most` is 0 where nothing is added up (circumstances)."""

    title: str
    points: int
    most: int
    lines: list[Line]


def sections(instrument: Instrument, answers: Mapping[str, Any]) -> list[Section]:
    """A filled form in words, part by part; what decides changes of level comes last."""
    found = [_section(part, answers) for part in instrument.parts]
    if instrument.circumstances:
        found.append(Section("影响等级的情况", 0, 0, [_line(item, answers) for item in instrument.circumstances]))
    return found


def _section(part: Part, answers: Mapping[str, Any]) -> Section:
    lines = [_line(item, answers) for item in part.items]
    return Section(part.name, sum(line.points or 0 for line in lines), part.max, lines)


def _line(item: Item, answers: Mapping[str, Any]) -> Line:
    option = item.by_value.get(str(answers.get(item.code, "")))
    points = option.points if option and item.part else None
    says = option.text if option else "没有填"
    return Line(item.code, item.name, says, points, item.max if item.part else 0, option == item.options[0])


def rules_in_words(instrument: Instrument, codes: list[str]) -> list[str]:
    """The rules that changed a level, by name."""
    known = {change.code: change.name for change in instrument.changes}
    return [known.get(code, code) for code in codes]
