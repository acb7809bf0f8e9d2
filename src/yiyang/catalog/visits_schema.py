"""The file `policy/visits.yaml` as it is written: who is visited how often, what counts, what is asked."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import AreaCode, Slug, Source, Strict, Text

Way = Literal["home", "phone", "neighbour", "device"]
Severity = Literal["urgent", "serious", "minor"]
Unit = Literal["township", "health", "police", "provider", "civil_affairs"]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Limit = Annotated[int, Field(ge=1, le=60 * 24 * 60)]


class Rate(Strict):
    """The share of those owed a visit who are visited in a month."""

    percent: Annotated[int, Field(ge=1, le=100)]
    source: Source
    documents_also: tuple[Source, ...] = ()


class Visitors(Strict):
    """How many visitors a village has at least."""

    least: int
    source: Source


class Targets(Strict):
    """What the figures are held against."""

    rate: Rate
    visitors_a_village: Visitors
    remind_from_day: Annotated[int, Field(ge=1, le=28)]


class WayEntry(Text):
    """A way of looking in."""

    source: Source | None = None


class Signs(Strict):
    """Signs of life, and when they stand for a visit."""

    kinds: dict[Slug, str]
    days_of_hundred: Annotated[int, Field(ge=1, le=100)]


class Rule(Strict):
    """Who is to be visited how often; holds in an `area` and below, or everywhere."""

    zh: str
    area: AreaCode | None = None
    groups: tuple[Slug, ...] = ()
    who: str | None = None
    times: Annotated[int, Field(ge=1, le=10)]
    at_home: Annotated[int, Field(ge=0, le=10)] = 0
    # Where calls and neighbours count: once in so many months he is seen at home all the same.
    seen_every: Annotated[int, Field(ge=1, le=12)] | None = None
    minutes: Minutes | None = None
    skills: tuple[Slug, ...] = ()
    needs_two: bool = False
    means: tuple[Way, ...]
    source: Source | None = None
    documents_also: tuple[Source, ...] = ()


class Defaults(Strict):
    """Lengths in minutes, minutes of the day, days between two visits of one person."""

    minutes: Minutes
    by_phone_minutes: Minutes
    opens: Minutes
    closes: Minutes
    gap: Annotated[int, Field(ge=0, le=28)]


class Excuse(Strict):
    """Why nobody need go; without `who` the platform finds it out itself."""

    zh: str
    who: str | None = None


class AlertKind(Strict):
    """What an alert adds, for whom."""

    zh: str
    groups: tuple[Slug, ...] = ()
    who: str | None = None
    every_days: Annotated[int, Field(ge=1, le=31)]
    most: Annotated[int, Field(ge=1, le=31)]
    means: tuple[Way, ...]
    minutes: Minutes


class NextStep(Strict):
    """What is done when nobody was met, within how many hours."""

    zh: str
    hours: Annotated[int, Field(ge=1, le=240)]


class Limits(Strict):
    """Minutes for each state of a finding until its next step is due."""

    open: Limit
    assigned: Limit
    acted: Limit


class FindingKind(Text):
    """What may be wrong, how bad it is, and whose it is at first."""

    severity: Severity
    unit: Unit


class Findings(Strict):
    """Kinds and time limits."""

    limits: dict[Severity, Limits]
    kinds: dict[Slug, FindingKind]


class Asks(Strict):
    """Unknown facts that a visitor asks on the way."""

    facts: tuple[Slug, ...]
    most: Annotated[int, Field(ge=0, le=10)]


class Option(Strict):
    """An answer, and what follows from it."""

    value: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    text: str
    help: str = ""
    alarm: bool = False
    finding: Slug | None = None
    severity: Severity | None = None
    wish: Slug | None = None


class ShownIf(Strict):
    """Asked only when an earlier question has one of these answers."""

    question: Slug
    in_: tuple[str, ...] = Field(alias="in")


class Question(Strict):
    """One question of the form on the phone."""

    id: Slug
    text: str
    help: str = ""
    kind: Literal["one", "many", "number", "text", "time", "photo", "voice", "sign"]
    options: tuple[Option, ...] = ()
    required: bool = True
    longest: int | None = None
    most: int | None = None
    by: tuple[Way, ...] = ()
    who: str | None = None
    fact: Slug | None = None
    shown_if: tuple[ShownIf, ...] = ()


class Section(Strict):
    """Questions under a heading."""

    title: str
    questions: tuple[Question, ...]


class Visits(Strict):
    """policy/visits.yaml"""

    version: str = Field(max_length=20)
    targets: Targets
    means: dict[Way, WayEntry]
    signs: Signs
    skills: dict[Slug, str]
    rules: dict[Slug, Rule]
    defaults: Defaults
    excused: dict[Slug, Excuse]
    alerts: dict[Slug, AlertKind]
    not_met: dict[Slug, NextStep]
    missing_after: Annotated[int, Field(ge=1, le=10)]
    findings: Findings
    asks: Asks
    observed: dict[Slug, Literal["clerk", "direct"]]
    form: tuple[Section, ...]

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Questions by id."""
        return {each.id: each for section in self.form for each in section.questions}

    @property
    def visited(self) -> list[str]:
        """Groups whose people are visited by some rule, each once, in order."""
        return list(dict.fromkeys(group for rule in self.rules.values() for group in rule.groups))

    def limit(self, severity: str, state: str) -> int | None:
        """Minutes until the next step on a finding is due; None where nothing is to follow."""
        found: int | None = getattr(self.findings.limits[severity], state, None)  # type: ignore[index]
        return found
