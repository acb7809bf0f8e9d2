"""What `policy/publication.yaml` may say: what is published when, and what is told of sums."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import Slug, Source, Strict

Period = Literal["month", "quarter", "year"]


class Planned(Strict):
    """One line of the calendar of publication."""

    title: str
    grouped: tuple[Slug, ...]
    """Groupings of a table, or `indicators`."""
    every: Period
    months_after: Annotated[int, Field(ge=0, le=12)] = 1
    """How many months after its period's end it is due, and on which day."""
    day: Annotated[int, Field(ge=1, le=28)] = 10
    source: Source | None = None
    """The document that asks for it; without one it is the house's own default, for the bureau to change."""


class Rounding(Strict):
    """Controlled rounding."""

    base: Annotated[int, Field(ge=3, le=100)]
    """Every figure is a multiple of this, unless asked otherwise."""
    source: Source | None = None


class Privacy(Strict):
    """How much of people's privacy may be spent by figures with noise (differential privacy)."""

    epsilon: Annotated[float, Field(ge=0.01, le=10)]
    """What one table spends, unless asked otherwise."""
    most: Annotated[float, Field(ge=0.01, le=10)]
    """What one table spends at most."""
    year: Annotated[float, Field(ge=0.01, le=100)]
    """What all tables of one calendar year spend together of one person at most."""
    source: Source | None = None


class PublicationFile(Strict):
    """policy/publication.yaml"""

    version: str
    dominance: Annotated[float, Field(gt=0, le=1)]
    """A sum is told only where nobody has more than this share of it."""
    rounded: Annotated[dict[Slug, Annotated[int, Field(ge=1)]], Field(default_factory=dict)]
    """Indicators whose sums are told in multiples of this."""
    things: tuple[Slug, ...] = ()
    """Reported indicators that count no people but facilities, beds, places, money."""
    rounding: Rounding
    privacy: Privacy
    calendar: dict[Slug, Planned]
