"""The schema of `policy/`: what a file may say, and nothing else.

Strict on purpose: an unknown key is an error. The JSON Schema under `policy/schema/` is generated from these models.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from yiyang.engine.facts import Kind as FactKind

Day = date  # a field named `date` hides the type of that name
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
AreaCode = Annotated[str, Field(pattern=r"^\d{6}(\d{3})?(\d{3})?$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """A name or a short sentence in both languages."""

    zh: str
    en: str


class FactEntry(Strict):
    """One fact of policy/facts.yaml."""

    kind: FactKind
    zh: str
    en: str
    zh_not: str | None = None
    """How a bool is said when it does not hold."""
    en_not: str | None = None
    column: Slug | None = None
    """The people table's column, when not the fact's own name."""
    unit: Text | None = None
    minimum: int = 0
    maximum: int = 120
    values: dict[Slug, Text] = {}
    """Of an enum; lowest first when ordered."""
    absent: date | int | str = "unknown"
    """What holds for people of whom no register speaks."""
    from_: tuple[Slug, ...] = Field(alias="from")
    """Registers, the most trusted first."""
    owner: Slug


class TermEntry(Strict):
    """A named condition of policy/facts.yaml."""

    zh: str
    en: str
    means: str


class FactFile(Strict):
    """policy/facts.yaml"""

    facts: dict[Slug, FactEntry]
    terms: dict[Slug, TermEntry] = {}
    implications: tuple[str, ...] = ()
    """Conditions that hold for every possible person."""


class Checked(StrEnum):
    """How the figure was checked against its document."""

    ORIGINAL = "original"  # compared with the issued document
    TRANSCRIBED = "transcribed"  # taken from a stored copy of its text
    RECALLED = "recalled"  # from memory or a secondary source; compare before use


class Document(Strict):
    """policy/sources/<id>.yaml"""

    id: Slug
    title: str
    issuer: str
    number: str | None = None
    date: Day | None = None
    level: Literal["national", "province", "city", "county"]
    area: AreaCode
    checked: Checked
    note: str | None = None


class Source(Strict):
    document: Slug
    article: str
    checked: Checked


class Form(StrEnum):
    MATERIAL = "material"  # 物质帮助
    CARE = "care"  # 照护服务
    CONCERN = "concern"  # 关爱服务


class Kind(StrEnum):
    CASH = "cash"  # money to the person
    SERVICE = "service"  # a service, paid for or rendered
    IN_KIND = "in_kind"  # a thing
    INSURANCE = "insurance"  # paid by a social insurance fund by its own formula
    PRIORITY = "priority"  # a place in a queue, a right to be first


class Per(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"
    FACILITY = "facility"


class Every(StrEnum):
    ONCE = "once"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TIME = "time"  # each time it is used, no period stated


class Exactness(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at_least"  # the document says 不低于
    AT_MOST = "at_most"  # the document says 最高


class Value(Strict):
    """A figure with the dates from which it holds. `from` only: gaps and overlaps cannot be written."""

    zh: str
    en: str
    unit: Literal["fen", "years", "times", "percent", "facilities", "hours", "days"]
    exactness: Exactness = Exactness.EXACT
    from_: dict[date, int] = Field(alias="from", min_length=1)
    """First day → figure, an integer in the unit: money in fen (¥60 is 6000)."""
    expires: date | None = None
    """The last day, where the document states one."""
    source: Source


class Tier(Strict):
    when: str
    """For whom, in the condition language."""
    value: Slug


class Amount(Strict):
    """How much, by tiers read from the top: the first whose condition holds. Without tiers: one value for all."""

    value: Slug | None = None
    tiers: tuple[Tier, ...] = ()


class Cap(Strict):
    """Together the items of the group pay a person at most this value in the period (in the order of `rank`)."""

    group: Slug
    value: Slug


class Stacking(Strict):
    """What happens when several items meet in one person."""

    highest_of: Slug | None = None
    """Of the entitled items that name this group, only the highest is paid."""
    not_with: tuple[Slug, ...] = ()
    """Not for people entitled to one of these items."""
    less: tuple[Slug, ...] = ()
    """What these items pay is taken off."""
    cap: Cap | None = None
    rank: int = 100
    """Order within a group or cap; smaller first."""


class Item(Strict):
    """policy/lists/<area>/<id>.yaml. Items with the same id on two levels are the same benefit."""

    id: Slug
    name: Text
    form: Form
    kind: Kind
    gives: Text
    """What is given, in our own words, one sentence."""
    responsible: tuple[Slug, ...] = Field(min_length=1)
    basis: Literal["registered", "resident"] = "registered"
    """Whose list answers: the place of household registration, or of residence."""
    number: int | None = None
    """Its place in the published table."""
    who: str
    """Who is entitled, in the condition language of docs/list-files.md."""
    per: Per = Per.PERSON
    every: Every
    """The period in which the amount is paid or the service given."""
    times: Slug | None = None
    """A value counted in `times`: how often in the period."""
    amount: Amount | None = None
    no_amount: Literal["not_stated", "by_formula", "free_of_charge"] | None = None
    """Why there is no amount. Beside tiers, not_stated says that the document is silent on whoever no tier covers."""
    stacking: Stacking = Stacking()
    delivery: Literal["automatic", "application"]
    """automatic: 免申即享, found and paid without asking; application: 依申请."""
    values: dict[Slug, Value] = {}
    """Every figure of the item by name; conditions use them as @name, tiers by name."""
    starts: date
    """The first day on which the item counts."""
    ends: date | None = None
    """The last day on which the item counts."""
    source: Source
    documents_also: tuple[Source, ...] = ()
    purchase_catalogue: bool = False
    """In the government-purchase catalogue."""
    note: Text | None = None
    """Decisions of reading, doubts."""


class ListHead(Strict):
    """policy/lists/<area>/list.yaml"""

    area: AreaCode
    title: Text
    level: Literal["national", "province", "city", "county"]
    upper: AreaCode | None = None
    documents: tuple[Slug, ...]
    version: str
    starts: date
    publisher: Text | None = None
    """Who publishes the list, when not the area's civil affairs department."""
    contact: Text | None = None
    """The contact line of the published list."""
    note: Text | None = None


class Case(Strict):
    """One worked case of policy/lists/<area>/<id>.cases.yaml: the sentence, the person, the answer."""

    name: str
    """A Chinese sentence an official would say."""
    on: date = date(2026, 11, 1)
    """Reference day."""
    person: dict[str, str | int | bool | date | None]
    """Facts by name. A fact not named takes its `absent` value, an area the list's own; null = unknown."""
    values: dict[str, int] = {}
    """Overridden values, "item.value" or "value"."""
    answer: Literal["entitled", "not_entitled", "undecided"]
    amount_fen: int | None = None


class CaseFile(Strict):
    cases: tuple[Case, ...] = Field(min_length=1)


class Group(Strict):
    """policy/groups/<id>.yaml: people whom the city looks after in particular (hardship group, 重点人群)."""

    id: Slug
    number: int
    """Its place in tables."""
    name: Text
    short: Text
    """For narrow columns."""
    who: str
    """Who belongs to it, in the condition language; being alive goes without saying."""
    visited: bool = False
    """One of the six groups whose people are visited every month (探访关爱)."""
    source: Source
    documents_also: tuple[Source, ...] = ()
    note: Text | None = None
    """Decisions of reading, doubts."""
