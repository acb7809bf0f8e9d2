"""The lists that answer for somebody, bound to the month and kept ready; how common facts are in the run in force."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import structlog
from django.conf import settings
from django.db import DatabaseError

from yiyang.access.scope import acting, platform
from yiyang.areas import logic as areas
from yiyang.base.errors import YiyangError
from yiyang.catalog.binding import bind
from yiyang.catalog.facts import load_implications
from yiyang.catalog.issued import current
from yiyang.catalog.lists import list_areas
from yiyang.engine.facts import as_int
from yiyang.entitlement import months
from yiyang.entitlement.store import RunFolder
from yiyang.portal.deciding import Asker, Weights
from yiyang.portal.questions import Question, load_questions, stored

log = structlog.get_logger("yiyang.portal")
ANEW = 600  # seconds after which the run in force is looked up again
NO_WEIGHTS: Weights = {}


@dataclass(frozen=True, eq=False)
class Ready:
    """Everything needed to ask and to answer for people of some counties in one month."""

    asker: Asker
    questions: Mapping[str, Question]
    policy: Path | None


def ready(counties: tuple[str, ...], day: date) -> Ready:
    """For people of some counties (six-digit codes) as of a day.

    The reference day is the first of the month, as in a run; so is the day whose lists hold.
    """
    reference = day.replace(day=1)
    policy = current(Path(settings.DATA), reference)
    run, weights = _commonness(counties[0] if counties else "", int(time.time() // ANEW))
    return _ready(counties, reference, policy, run, _Held(weights))


def questions_on(day: date) -> Mapping[str, Question]:
    """Every question by fact, as the lists of a day come with them."""
    return load_questions(current(Path(settings.DATA), day.replace(day=1)))


class _Held:
    """Weights beside the key of a cache: equal to any others, for the run's name already tells them apart."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)


@lru_cache(maxsize=64)
def _ready(counties: tuple[str, ...], reference: date, policy: Path | None, run: str, held: _Held) -> Ready:
    del run
    bound, questions = bind(counties or served_codes(policy), reference, policy=policy), load_questions(policy)
    choices = {
        name: tuple(dict.fromkeys(stored(bound.book[name], choice, as_int(reference)) for choice in question.choices))
        for name, question in questions.items()
        if question.way == "choices"
    }
    return Ready(Asker(bound, load_implications(policy), choices, held.weights), questions, policy)


def served(policy: Path | None = None) -> tuple[int, ...]:
    """Codes of the cities and counties whose people are asked: PORTAL_AREAS, else all that have a list of their own."""
    if settings.PORTAL_AREAS:
        return tuple(areas.normalise(code) for code in settings.PORTAL_AREAS)
    codes = [areas.normalise(area) for area in list_areas(policy)]
    local = [code for code in codes if areas.level(code) in ("city", "county")]
    return tuple(code for code in local if not any(other != code and areas.within(code, other) for other in local))


def served_codes(policy: Path | None) -> tuple[str, ...]:
    """The same as lists are named."""
    return tuple(areas.short(code) for code in served(policy))


@lru_cache(maxsize=32)
def _commonness(county: str, turn: int) -> tuple[str, Weights]:
    """(run, how common each value of each fact is among its living people); even where there is no run in force."""
    del turn
    try:
        with acting(platform("portal:weights")):
            run = months.in_force(areas.normalise(county)) if county else None
            return (run.folder, weights_of(months.opened(run))) if run else ("", NO_WEIGHTS)
    except (DatabaseError, YiyangError) as problem:
        # Only the order of the questions hangs on it.
        log.warning("weights", problem=str(problem))
        return "", NO_WEIGHTS


def weights_of(run: RunFolder) -> Weights:
    """How common each value of each listed fact is among the living people of a run; the unknown are left out."""
    classes, people = run.cells.classes, run.cells.people
    alive = people * (classes["alive"] == 1) if "alive" in classes else people
    found: dict[str, dict[int, float]] = {}
    for axis in run.cells.coding.axes:
        if axis.fact.is_listed:
            counted = np.bincount(classes[axis.fact.name], weights=alive, minlength=axis.size)[: axis.unknown]
            # A class of several values: each gets its part.
            spread = {
                value: float(counted[number]) / max(1, (high or axis.fact.size) - low)
                for number in range(axis.unknown)
                for low, high in [axis.values_of(number)]
                for value in range(low, high if high is not None else axis.fact.size)
            }
            if counted.sum() > 0:
                found[axis.fact.name] = {value: count / float(counted.sum()) for value, count in spread.items()}
    return found
