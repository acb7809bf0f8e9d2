"""`policy/visits.yaml`, strictly read: who is visited how often, what counts, what is asked, when findings are due."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from yiyang.base.errors import ConditionError
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.facts import load_facts
from yiyang.catalog.groups import load_groups
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Problems
from yiyang.catalog.schema import AreaCode, Slug, Source, Strict, Text
from yiyang.engine.conditions import Condition
from yiyang.engine.facts import FactBook
from yiyang.engine.language import parse

FILE = "visits.yaml"
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


def condition(text: str, book: FactBook | None = None) -> Condition:
    """A condition of this file. Raises ConditionError."""
    return parse(text, book or load_facts())


def load_visits(policy: Path | None = None) -> Visits:
    """The policy of visits; cached until the file changes.

    Raises:
        PolicyError: names every problem with file and line.
    """
    path = (policy or policy_dir()) / FILE
    found = loader.load(path, Visits)
    if found not in _checked:
        problems = Problems()
        for loc, zh, en in _wrong(found, policy):
            problems.add(path, loc, zh, en)
        problems.raise_if_any()
        _checked[:] = [found]
    return found


_checked: list[Visits] = []
Wrong = Iterator[tuple[tuple[str | int, ...], str, str]]


def _wrong(found: Visits, policy: Path | None) -> Wrong:
    """Names that do not exist and conditions that cannot be read."""
    yield from _unknown_names(found, policy)
    book = load_facts(policy)
    for loc, text in _conditions(found):
        try:
            parse(text, book)
        except ConditionError as error:
            yield loc, error.zh, error.en
    for number, section in enumerate(found.form):
        for place, question in enumerate(section.questions):
            yield from _wrong_question(found, question, ("form", number, "questions", place), book)


def _unknown_names(found: Visits, policy: Path | None) -> Wrong:
    groups, known = {each.id for each in load_groups(policy)}, set(documents(policy))
    for part in ("rules", "alerts"):
        for slug, rule in getattr(found, part).items():
            for group in set(rule.groups) - groups:
                yield (part, slug, "groups"), f"没有重点人群“{group}”", f"there is no group {group}"
            if not rule.groups and rule.who is None:
                yield (part, slug), "没有写给谁：groups 或 who", "says nobody: groups or who"
    for slug, rule in found.rules.items():
        for skill in set(rule.skills) - set(found.skills):
            yield ("rules", slug, "skills"), f"没有技能“{skill}”", f"there is no skill {skill}"
        if rule.at_home > rule.times:
            yield ("rules", slug, "at_home"), "上门次数多于总次数", "more visits at home than visits"
        if not rule.at_home and rule.seen_every is None:
            yield ("rules", slug, "seen_every"), "没有写多久上门见一次", "does not say how often he is seen at home"
    for loc, source in _sources(found):
        if source.document not in known:
            yield (*loc, "document"), f"没有名为 {source.document} 的文件", f"no document is named {source.document}"


def _sources(found: Visits) -> Iterator[tuple[tuple[str | int, ...], Source]]:
    yield ("targets", "rate", "source"), found.targets.rate.source
    yield ("targets", "visitors_a_village", "source"), found.targets.visitors_a_village.source
    for way, entry in found.means.items():
        if entry.source:
            yield ("means", way, "source"), entry.source
    for slug, rule in found.rules.items():
        for source in (*([rule.source] if rule.source else []), *rule.documents_also):
            yield ("rules", slug, "source"), source


def _conditions(found: Visits) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for part in ("rules", "excused", "alerts"):
        for slug, each in getattr(found, part).items():
            if each.who is not None:
                yield (part, slug, "who"), each.who


def _wrong_question(found: Visits, question: Question, loc: tuple[str | int, ...], book: FactBook) -> Wrong:
    if question.who is not None:
        try:
            parse(question.who, book)
        except ConditionError as error:
            yield (*loc, "who"), error.zh, error.en
    for option in question.options:
        if option.finding and option.finding not in found.findings.kinds:
            yield loc, f"没有异常类型“{option.finding}”", f"there is no finding {option.finding}"
    if question.fact and question.fact not in found.observed:
        yield (*loc, "fact"), f"{question.fact} 不在 observed 中", f"{question.fact} is not observed"
    for shown in question.shown_if:
        if shown.question not in found.questions:
            yield (*loc, "shown_if"), f"没有问题“{shown.question}”", f"there is no question {shown.question}"
