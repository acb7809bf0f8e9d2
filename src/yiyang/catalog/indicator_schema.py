"""The schema of `policy/indicators/`: what a figure is, what was promised, and how it is measured.

A formula counts or adds up rows of a dataset that the room `indicators` declares; its conditions are those of the
engine's little language. There is no SQL and no Python in it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import AreaCode, Slug, Source, Strict, Text

Year = Annotated[int, Field(ge=2000, le=2100)]
Group = Literal[
    "ageing", "protection", "community", "institutions", "health", "workforce", "participation", "money", "childcare",
    "platform",
]  # fmt: skip


class MeasureTerm(Strict):
    """One number: how many rows of a dataset, or the sum of one of its columns."""

    of: Slug
    """A dataset."""
    where: str = "everyone"
    """Which of its rows; `@on`, `@month_start`, `@year_start` and `@year_ago` are days of the figure."""
    sum: Slug | None = None
    """The column that is added up; without it rows are counted."""


class Measure(Strict):
    """A formula. The numerator of a share is counted among those of the denominator."""

    numerator: MeasureTerm
    denominator: MeasureTerm | None = None


class Target(Strict):
    """A figure that a document promises for the end of a year."""

    area: AreaCode
    year: Year
    value: float
    at: Literal["least", "most", "exactly"] = "least"
    kind: Literal["binding", "expected", "stated", "forecast"] = "stated"
    """约束性, 预期性, not said which, or a forecast that nobody promised."""
    source: Source


class Baseline(Strict):
    """A figure that a document says was so at the end of a year."""

    area: AreaCode
    year: Year
    value: float
    source: Source
    note: str | None = None


class Reporting(Strict):
    """Who enters the figure, because no room measures it."""

    by: str
    levels: tuple[Literal["city", "county", "town", "village"], ...] = ("city", "county")


class Indicator(Strict):
    """policy/indicators/<id>.yaml"""

    id: Slug
    number: int
    """Its place among the others."""
    group: Group
    name: Text
    definition: str
    """What it says, in our own plain words."""
    numerator: str
    """What is counted above the line, in words."""
    denominator: str | None = None
    """What it is divided by, in words; of a count nothing."""
    shape: Literal["share", "rate", "mean", "count"]
    """share: of those below the line; rate: of something else; mean: a sum by rows; count: nothing is divided."""
    adds_up: bool = False
    """Of a count: what its parts report adds up to an area's figure. Shares add up by what they are made of."""
    per: int = 1
    """100 of a percentage, 1000 of a figure for each thousand."""
    unit: str
    decimals: Annotated[int, Field(ge=0, le=4)] = 1
    moment: Literal["day", "month", "year"]
    """day: as of the day; month, year: what happened since its beginning."""
    direction: Literal["up", "down", "none"]
    """Which way is better."""
    source: Source
    measure: Measure | None = None
    reported: Reporting | None = None
    targets: tuple[Target, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    note: str | None = None
