"""What `policy/assessment.yaml` may say: how assessments are run here. Strict, like every schema of `policy/`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import Slug, Strict, Text

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
    """Days for each step, from when its state was entered."""

    requested: Days
    planned: Days
    filled: Days
    signed: Days
    returned: Days
    object_: Days = Field(alias="object")
    answer_objection: Days
    source: Stated

    def of(self, state: str) -> int | None:
        """Days for what is next in a state; None where nothing is."""
        steps = ("requested", "planned", "filled", "signed", "returned")
        return int(getattr(self, state)) if state in steps else None


class Escalation(Text):
    """A level above who is responsible, and how many days late a step is when it hears of it."""

    level: Literal["county", "city"]
    days: Days


class Routine(Strict):
    """Routine re-assessments."""

    opens_by_itself: bool
    days_before: Days
    asked_before: Days
    check_window: Days
    check_from_age: Annotated[int, Field(ge=0, le=120)]


class Immediate(Strict):
    """Immediate re-assessments: what has happened to somebody with a standing result since he was assessed.

    Attributes:
        scale: whose results are assessed anew.
        within_days: what happened longer ago opens nothing.
        findings: kinds of findings of visits (policy/visits.yaml).
        facts: facts (bool or ordered) of which a graver value than at the assessment opens one.
    """

    opens_by_itself: bool
    scale: Slug
    within_days: Days
    findings: tuple[Slug, ...] = ()
    facts: tuple[Slug, ...] = ()
    source: Stated


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


class AssessmentFile(Strict):
    """policy/assessment.yaml"""

    purposes: dict[Slug, Purpose]
    finds_out: dict[Slug, Slug]
    validity: dict[Slug, Validity]
    counts_from: Literal["day", "month"]
    limits: Limits
    escalation: tuple[Escalation, ...]
    routine: Routine
    immediate: Immediate
    quality: Quality
    sample: Sample
    figures: Figures
