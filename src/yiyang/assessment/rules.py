"""`policy/assessment.yaml`, strictly read: purposes, validity, time limits, quality, draws."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.facts import load_facts
from yiyang.catalog.schema import Slug, Strict, Text
from yiyang.registry.contracts import departments

FILE = "assessment.yaml"
Days = Annotated[int, Field(ge=1, le=3650)]
Share = Annotated[float, Field(gt=0, le=1)]


class Stated(Text):
    """Where a figure comes from, and whether the original was compared."""

    checked: Literal["original", "secondary", "recalled"]


class Purpose(Text):
    """What a result may be used for.

    Attributes:
        department: who uses it (policy/departments.yaml).
        sells_care: whoever sells the care that it opens does not assess for it.
    """

    department: Slug
    sells_care: bool = False


class Validity(Strict):
    """How long a result holds."""

    months: Annotated[int, Field(ge=1, le=120)]
    source: Stated


class Limits(Strict):
    """Days for each step; `escalate`: after so many more the level above the county sees it."""

    requested: Days
    planned: Days
    filled: Days
    signed: Days
    returned: Days
    escalate: Days
    object_: Days = Field(alias="object")
    answer_objection: Days
    source: Stated

    def of(self, state: str) -> int | None:
        """Days for what is next in a state; None where nothing is."""
        steps = ("requested", "planned", "filled", "signed", "returned")
        return int(getattr(self, state)) if state in steps else None


class Routine(Strict):
    """Routine re-assessments."""

    opens_by_itself: bool
    days_before: Days
    asked_before: Days
    check_window: Days
    check_from_age: Annotated[int, Field(ge=0, le=120)]


class Quality(Strict):
    """What is found about a form without reading it as a person does."""

    seconds_an_item: Annotated[int, Field(ge=0, le=600)]
    minutes_at_least: Annotated[int, Field(ge=0, le=600)]
    longest_minutes: Annotated[int, Field(ge=1, le=1440)]
    same_answers: Annotated[int, Field(ge=2, le=100)]
    same_days: Days
    late_days: Days


class Sample(Strict):
    """Random re-assessment."""

    share: Share
    at_least: Annotated[int, Field(ge=0, le=1000)]


class Figures(Strict):
    """Figures by assessor."""

    severe_from: dict[Slug, Annotated[int, Field(ge=1, le=9)]]
    at_least: Annotated[int, Field(ge=1, le=1000)]


class Rules(Strict):
    """policy/assessment.yaml"""

    purposes: dict[Slug, Purpose]
    finds_out: dict[Slug, Slug]
    validity: dict[Slug, Validity]
    counts_from: Literal["day", "month"]
    limits: Limits
    routine: Routine
    quality: Quality
    sample: Sample
    figures: Figures

    def months_of(self, instrument: str) -> int:
        """How many months a result of a scale holds."""
        return (self.validity.get(instrument) or self.validity["default"]).months

    def counts_as_of(self, on: date) -> date:
        """From which day a result of an assessment on a day counts as a fact."""
        return on.replace(day=1) if self.counts_from == "month" else on


@cache
def rules() -> Rules:
    """The rules. Raises PolicyError with file and line for every breach."""
    path = policy_dir() / FILE
    found, problems = loader.load(path, Rules), loader.Problems()
    known, facts = departments(policy_dir()), load_facts()
    for name, purpose in found.purposes.items():
        if purpose.department not in known:
            zh = f"departments.yaml 里没有部门 {purpose.department}"
            problems.add(path, ("purposes", name, "department"), zh, f"there is no department {purpose.department}")
    for fact in found.finds_out:
        if fact not in facts.facts:
            problems.add(path, ("finds_out", fact), f"没有事实 {fact}", f"there is no fact {fact}")
    if "default" not in found.validity:
        problems.add(path, ("validity",), "缺少 default", "there is no default")
    problems.raise_if_any()
    return found


def instrument_of(fact: str) -> str:
    """The scale that finds out a fact; '' where none does."""
    return rules().finds_out.get(fact, "")


def plus_months(day: date, months: int) -> date:
    """The last day of so many months from a day on: 2026-11-23 and 12 give 2027-11-22."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    last = monthrange(year, month)[1]
    if day.day > last:
        return date(year, month, last)
    return date(year, month, day.day) - timedelta(days=1)
