"""The files of `policy/forecast` as they are written: scenarios, disability, needs, claims."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import Slug, Strict

Share = Annotated[float, Field(ge=0, le=1)]
Checked = Literal["original", "secondary", "transcribed", "recalled", "chosen"]
Ages = dict[Annotated[int, Field(ge=0, le=100)], Share]
Kind = Literal["migration", "fertility", "mortality"]


class Joined(Strict):
    """Areas of today and of 2010 that cover the same ground together."""

    today: tuple[int, ...]
    before: tuple[int, ...]
    why: str


class Mortality(Strict):
    shrink: Share
    from_age: int


class Migration(Strict):
    fades_from: int
    smooth: Annotated[float, Field(ge=0, lt=0.5)]


class Path(Strict):
    """One way in which births, deaths or moves may go on."""

    zh: str
    note: str
    factor: float = 0.0
    add: float = 0.0
    yearly: float = 0.0


class Scenarios(Strict):
    migration: dict[Slug, Path]
    fertility: dict[Slug, Path]
    mortality: dict[Slug, Path]
    default: dict[Kind, Slug]


class Uncertainty(Strict):
    draws: Annotated[int, Field(ge=50, le=5000)]
    seed: int
    shared: Share
    own_past: Share
    without_test: Share
    mortality_trend: float
    fertility: float
    bands: tuple[Share, ...]


class Parameters(Strict):
    """policy/forecast/parameters.yaml"""

    version: str
    base_year: int
    horizon: int
    latest: int
    joined: tuple[Joined, ...]
    mortality: Mortality
    migration: Migration
    scenarios: Scenarios
    uncertainty: Uncertainty


class Series(Strict):
    """One way of counting the disabled: its levels and the share of each by age.

    `anchor`: the share that all of `anchor_age` and over are known to have; the shares by age are scaled to it on the
    country's people of `anchor_year`.
    """

    zh: str
    what: str
    source: str
    checked: Checked
    note: str = ""
    levels: dict[Slug, str]
    by_age: dict[Slug, Ages] = Field(default={})
    synthetic: bool = False
    anchor: Share | None = None
    anchor_age: int = 60
    anchor_year: int = 2020


class Disability(Strict):
    """policy/forecast/disability.yaml"""

    version: str
    default: Slug
    series: dict[Slug, Series]


class Part(Strict):
    """A share of those who live in beds, and how many of them one carer looks after."""

    zh: str
    share: Share
    per: float


class Need(Strict):
    """What is needed of something for so many people.

    `of`: whose number counts: elders of an age, everybody, levels of disability, or the beds needed; `per`: one for so
    many; `share`: of them; `occupancy` and `mix`: of beds, so many taken by people who need so much care.
    """

    zh: str
    unit: str
    of: Literal["elders", "everybody", "levels", "beds"]
    age: int = 60
    levels: tuple[Slug, ...] = ()
    per: float | None = None
    share: Share | None = None
    occupancy: Share = 1.0
    mix: tuple[Part, ...] = ()
    source: str
    checked: Checked
    area: int | None = None
    supply: Slug | None = None


class Demand(Strict):
    """policy/forecast/demand.yaml"""

    version: str
    series: Slug
    needs: dict[Slug, Need]


class Claim(Strict):
    """What a document says there will be (or what was published)."""

    area: int
    year: int
    age: int
    people: int
    base: str
    document: str
    checked: Checked
    month: int = 12
    is_forecast: bool = True


class Claims(Strict):
    """policy/forecast/claims.yaml"""

    version: str
    claims: tuple[Claim, ...]
